/// Reads RE2 syntax: no look-around, no back-references, so that matching stays linear.
struct PatternParser {
  indirect enum Piece: Sendable {
    case empty
    case set(CharacterSet)
    case sequence([Piece])
    case choice([Piece])
    case repetition(Piece, Int, Int?)
    case assertion(Pattern.Assertion)
  }

  private struct Flags {
    var ignoresCase = false
    var multiline = false
    var dotMatchesNewline = false
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var flags = Flags()
  private var depth = 0
  private let offset: Int

  static func parse(_ pattern: String, at offset: Int) throws(ConditionError) -> Piece {
    guard pattern.utf8.count <= ConditionLimits.patternBytes else {
      throw ConditionError(
        .limit, "pattern is longer than \(ConditionLimits.patternBytes) bytes", at: offset)
    }
    var parser = PatternParser(scalars: Array(pattern.unicodeScalars), offset: offset)
    let piece = try parser.choice()
    guard parser.position == parser.scalars.count else {
      throw parser.invalid("unexpected )", pattern)
    }
    return piece
  }

  private init(scalars: [Unicode.Scalar], offset: Int) {
    self.scalars = scalars
    self.offset = offset
  }

  private func invalid(_ what: String, _ fragment: String) -> ConditionError {
    ConditionError(.type, "error parsing regexp: \(what): `\(fragment)`", at: offset)
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func peek(_ ahead: Int) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  private func fragment(from start: Int) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<min(position, scalars.count)])
    return text
  }

  private var whole: String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }

  // MARK: Structure

  private mutating func choice() throws(ConditionError) -> Piece {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ConditionLimits.depth else {
      throw ConditionError(.limit, "error parsing regexp: expression nests too deeply", at: offset)
    }
    var branches = [try sequence()]
    while accept("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(ConditionError) -> Piece {
    var pieces: [Piece] = []
    /// Where the last piece's own repetition began.
    var repeatedFrom: Int?
    while let scalar = current, scalar != "|", scalar != ")" {
      let start = position
      if let (low, high) = try repetition() {
        _ = accept("?")  // Greediness changes what is captured, never whether it matches.
        guard let last = pieces.popLast() else {
          throw invalid("missing argument to repetition operator", fragment(from: start))
        }
        if let repeatedFrom {
          throw invalid("invalid nested repetition operator", fragment(from: repeatedFrom))
        }
        pieces.append(.repetition(last, low, high))
        repeatedFrom = start
        continue
      }
      repeatedFrom = nil
      if scalar == "(" {
        position += 1
        // A change of flags is no piece: a repetition after it is of the piece before.
        if let group = try group(from: start) { pieces.append(group) }
        continue
      }
      pieces.append(contentsOf: try atom(scalar))
    }
    if pieces.isEmpty { return .empty }
    return pieces.count == 1 ? pieces[0] : .sequence(pieces)
  }

  private mutating func repetition() throws(ConditionError) -> (Int, Int?)? {
    switch current {
    case "*":
      position += 1
      return (0, nil)
    case "+":
      position += 1
      return (1, nil)
    case "?":
      position += 1
      return (0, 1)
    case "{":
      // What is no count is literal text.
      let start = position
      position += 1
      guard let low = count() else {
        position = start
        return nil
      }
      var high: Int? = low
      if accept(",") {
        if current == "}" {
          high = nil
        } else {
          guard let limit = count() else {
            position = start
            return nil
          }
          high = limit
        }
      }
      guard accept("}") else {
        position = start
        return nil
      }
      guard low <= ConditionLimits.patternRepeat, high ?? 0 <= ConditionLimits.patternRepeat,
        high.map({ low <= $0 }) ?? true
      else { throw invalid("invalid repeat count", fragment(from: start)) }
      return (low, high)
    default: return nil
    }
  }

  private mutating func count() -> Int? {
    var value = 0
    var digits = 0
    let leadingZero = current == "0"
    while let digit = current, ("0"..."9").contains(digit) {
      value = min(value * 10 + Int(digit.value - 48), 1_000_000)
      digits += 1
      position += 1
    }
    return digits == 0 || (leadingZero && digits > 1) ? nil : value
  }

  /// After the opening bracket; `nil` when it only changed flags.
  private mutating func group(from start: Int) throws(ConditionError) -> Piece? {
    let outer = flags
    if accept("?") {
      if current == "P" || (current == "<" && peek(1) != "=" && peek(1) != "!") {
        try groupName(from: start)
      } else {
        var changed = flags
        var on = true
        var sawFlag = false
        flagLoop: while true {
          guard let scalar = current else {
            throw invalid("invalid or unsupported Perl syntax", fragment(from: start))
          }
          position += 1
          switch scalar {
          case "i": changed.ignoresCase = on
          case "m": changed.multiline = on
          case "s": changed.dotMatchesNewline = on
          case "U": break
          case "-" where on:
            on = false
            sawFlag = false
            continue
          case ":" where on || sawFlag: break flagLoop
          case ")" where on || sawFlag:
            flags = changed
            return nil
          default:
            throw invalid("invalid or unsupported Perl syntax", fragment(from: start))
          }
          sawFlag = true
        }
        flags = changed
      }
    }
    let inner = try choice()
    guard accept(")") else { throw invalid("missing closing )", whole) }
    flags = outer
    // Around the piece, so that `(?:)*` has something to repeat.
    return .sequence([inner])
  }

  private mutating func groupName(from start: Int) throws(ConditionError) {
    if accept("P"), current != "<" {
      throw invalid("invalid or unsupported Perl syntax", fragment(from: start))
    }
    position += 1
    var name = ""
    while let scalar = current, scalar != ">" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard accept(">") else { throw invalid("invalid named capture", whole) }
    let isWord = name.unicodeScalars.allSatisfy {
      $0 == "_" || ($0.isASCII && Lexer.isWord($0) && $0 != "$")
    }
    guard !name.isEmpty, isWord else {
      throw invalid("invalid named capture", fragment(from: start))
    }
  }

  // MARK: Atoms

  private func literal(_ scalar: Unicode.Scalar) -> Piece {
    .set(
      CharacterSet(
        members: [.range(scalar.value, scalar.value)], ignoresCase: flags.ignoresCase))
  }

  private mutating func atom(_ scalar: Unicode.Scalar) throws(ConditionError) -> [Piece] {
    switch scalar {
    case ".":
      position += 1
      return [
        .set(
          CharacterSet(
            members: flags.dotMatchesNewline ? [] : [.range(10, 10)], negated: true))
      ]
    case "^":
      position += 1
      return [.assertion(flags.multiline ? .lineStart : .textStart)]
    case "$":
      position += 1
      return [.assertion(flags.multiline ? .lineEnd : .textEnd)]
    case "[": return [.set(try brackets())]
    case "\\": return try escape()
    default:
      position += 1
      return [literal(scalar)]
    }
  }

  private mutating func escape() throws(ConditionError) -> [Piece] {
    let start = position
    position += 1
    guard let scalar = current else { throw invalid("trailing backslash at end of expression", "") }
    switch scalar {
    case "A":
      position += 1
      return [.assertion(.textStart)]
    case "z":
      position += 1
      return [.assertion(.textEnd)]
    case "b":
      position += 1
      return [.assertion(.wordBoundary)]
    case "B":
      position += 1
      return [.assertion(.noWordBoundary)]
    case "C":
      position += 1
      throw invalid("invalid escape sequence", fragment(from: start))
    case "Q":
      position += 1
      var pieces: [Piece] = []
      while let next = current {
        if next == "\\", peek(1) == "E" {
          position += 2
          return pieces
        }
        pieces.append(literal(next))
        position += 1
      }
      return pieces
    case "E":
      position += 1
      throw invalid("invalid escape sequence", fragment(from: start))
    default: break
    }
    if let members = try characterClass(from: start) {
      return [.set(CharacterSet(members: members, ignoresCase: flags.ignoresCase))]
    }
    return [literal(try character(from: start))]
  }

  /// `\d`, `\pL` and the like, after the backslash; `nil` when it is another escape.
  private mutating func characterClass(from start: Int) throws(ConditionError)
    -> [CharacterSet.Member]?
  {
    guard let scalar = current else { return nil }
    let members: [CharacterSet.Member]
    switch scalar {
    case "d": members = CharacterSet.digits
    case "D": members = [.allBut(CharacterSet.digits)]
    case "w": members = CharacterSet.word
    case "W": members = [.allBut(CharacterSet.word)]
    case "s": members = CharacterSet.blanks
    case "S": members = [.allBut(CharacterSet.blanks)]
    case "p", "P":
      position += 1
      var negated = scalar == "P"
      var name = ""
      if accept("{") {
        if accept("^") { negated.toggle() }
        while let next = current, next != "}" {
          name.unicodeScalars.append(next)
          position += 1
        }
        guard accept("}") else {
          throw invalid("invalid character class range", fragment(from: start))
        }
      } else if let letter = current {
        name.unicodeScalars.append(letter)
        position += 1
      }
      guard CharacterSet.isKnown(category: name) else {
        throw invalid("invalid character class range", fragment(from: start))
      }
      return [.category(name, negated: negated)]
    default: return nil
    }
    position += 1
    return members
  }

  /// The character an escape stands for, after the backslash.
  private mutating func character(from start: Int) throws(ConditionError) -> Unicode.Scalar {
    guard let scalar = current else { throw invalid("trailing backslash at end of expression", "") }
    position += 1
    switch scalar {
    case "a": return "\u{7}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{b}"
    case "0"..."7":
      // One digit other than zero would be a back-reference.
      if scalar != "0" {
        guard let next = current, ("0"..."7").contains(next) else { break }
      }
      var value = scalar.value - 48
      var digits = 1
      while digits < 3, let next = current, ("0"..."7").contains(next) {
        value = value * 8 + next.value - 48
        position += 1
        digits += 1
      }
      return Unicode.Scalar(value) ?? "\u{fffd}"
    case "x":
      var value: UInt32 = 0
      var digits = 0
      let braced = accept("{")
      while let digit = current.flatMap(Text.digit), braced || digits < 2 {
        value = min(value &* 16 &+ digit, 0x110000)
        position += 1
        digits += 1
      }
      guard digits > 0, braced ? accept("}") : digits == 2, value <= 0x10ffff else { break }
      return Unicode.Scalar(value) ?? "\u{fffd}"
    default:
      if scalar.isASCII, !Lexer.isWord(scalar) || scalar == "_" || scalar == "$" { return scalar }
    }
    throw invalid("invalid escape sequence", fragment(from: start))
  }

  private mutating func brackets() throws(ConditionError) -> CharacterSet {
    let start = position
    position += 1
    var set = CharacterSet(ignoresCase: flags.ignoresCase)
    if accept("^") { set.negated = true }
    var isFirst = true
    while true {
      guard let scalar = current else {
        position = start
        position = scalars.count
        throw invalid("missing closing ]", fragment(from: start))
      }
      if scalar == "]", !isFirst {
        position += 1
        return set
      }
      isFirst = false
      if scalar == "[", peek(1) == ":", let members = try posixClass() {
        set.members.append(contentsOf: members)
        continue
      }
      let from = position
      if scalar == "\\" {
        position += 1
        if let members = try characterClass(from: from) {
          set.members.append(contentsOf: members)
          continue
        }
        position = from
      }
      let low = try bracketed(from: from)
      var high = low
      if current == "-", let after = peek(1), after != "]" {
        position += 1
        high = try bracketed(from: position)
        guard low.value <= high.value else {
          throw invalid("invalid character class range", fragment(from: from))
        }
      }
      set.members.append(.range(low.value, high.value))
    }
  }

  private mutating func bracketed(from start: Int) throws(ConditionError) -> Unicode.Scalar {
    guard let scalar = current else { throw invalid("missing closing ]", whole) }
    position += 1
    return scalar == "\\" ? try character(from: start) : scalar
  }

  /// `[:alpha:]`; `nil` when there is no such thing here.
  private mutating func posixClass() throws(ConditionError) -> [CharacterSet.Member]? {
    let start = position
    position += 2
    let negated = accept("^")
    var name = ""
    while let scalar = current, scalar != ":", scalar != "]" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard accept(":"), accept("]") else {
      position = start
      return nil
    }
    guard let members = CharacterSet.named(name) else {
      throw invalid("invalid character class range", fragment(from: start))
    }
    return negated ? [.allBut(members)] : members
  }
}
