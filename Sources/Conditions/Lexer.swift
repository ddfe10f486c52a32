/// Cuts the source into tokens.
struct Lexer {
  private let scalars: [Unicode.Scalar]
  /// Byte offset of every scalar, and of the end.
  private let offsets: [Int]
  private var position = 0
  private var tokens: [Token] = []

  private static let wordSigns: Set<String> = [
    "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "not", "let", "if", "else",
  ]

  /// What the source is cut into. Where it cannot be cut further the tokens end, with the error:
  /// it counts only for a parser that comes so far.
  static func tokens(of source: String) throws(ConditionError)
    -> (tokens: [Token], end: ConditionError?)
  {
    guard source.utf8.count <= ConditionLimits.sourceBytes else {
      throw ConditionError(
        .limit, "expression is longer than \(ConditionLimits.sourceBytes) bytes")
    }
    var lexer = Lexer(source)
    do throws(ConditionError) {
      try lexer.run()
    } catch {
      guard error.kind == .syntax else { throw error }
      lexer.tokens.append(Token(kind: .end, text: "", offset: lexer.endOffset))
      return (lexer.tokens, error)
    }
    return (lexer.tokens, nil)
  }

  private init(_ source: String) {
    var scalars: [Unicode.Scalar] = []
    var offsets: [Int] = []
    var offset = 0
    for scalar in source.unicodeScalars {
      scalars.append(scalar)
      offsets.append(offset)
      offset += UTF8.width(scalar)
    }
    offsets.append(offset)
    self.scalars = scalars
    self.offsets = offsets
  }

  private var here: Int { offsets[min(position, scalars.count)] }

  /// Messages about the end point at the last character.
  private var endOffset: Int { offsets[max(scalars.count - 1, 0)] }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  private mutating func accept(_ set: String) -> Bool {
    guard let next = peek(), set.unicodeScalars.contains(next) else { return false }
    position += 1
    return true
  }

  private mutating func emit(_ kind: Token.Kind, _ text: String, at offset: Int)
    throws(ConditionError)
  {
    guard tokens.count < ConditionLimits.tokens else {
      throw ConditionError(
        .limit, "expression has more than \(ConditionLimits.tokens) tokens", at: offset)
    }
    tokens.append(Token(kind: kind, text: text, offset: offset))
  }

  private func text(from start: Int) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<position])
    return text
  }

  private mutating func run() throws(ConditionError) {
    while let next = peek() {
      let start = position
      let offset = here
      switch next {
      case _ where next.properties.isWhitespace:
        position += 1
      case "\"", "'":
        try emit(.text, quoted(by: next, bytes: false), at: offset)
      case "`":
        try emit(.text, raw(), at: offset)
      case "0"..."9":
        try emit(.number, number(), at: offset)
      case "?":
        position += 1
        _ = accept(".?")
        try emit(.sign, text(from: start), at: offset)
      case "/":
        position += 1
        if accept("/") {
          while let skipped = peek(), skipped != "\n" {
            _ = skipped
            position += 1
          }
        } else if accept("*") {
          try skipComment()
        } else {
          try emit(.sign, "/", at: offset)
        }
      case "|":
        position += 1
        _ = accept("|")
        try emit(.sign, text(from: start), at: offset)
      case ":":
        position += 1
        _ = accept(":")
        try emit(.sign, text(from: start), at: offset)
      case "(", "[", "{", ")", "]", "}":
        position += 1
        try emit(.bracket, String(next), at: offset)
      case "#": try pointer(at: offset)
      case ",", ";", "%", "+", "-", "^":
        position += 1
        try emit(.sign, String(next), at: offset)
      case "&", "!", "=", "*", "<", ">":
        position += 1
        _ = accept("&=*")
        try emit(.sign, text(from: start), at: offset)
      case ".":
        if let digit = peek(1), ("0"..."9").contains(digit) {
          try emit(.number, number(), at: offset)
        } else {
          position += 1
          _ = accept(".")
          try emit(.sign, text(from: start), at: offset)
        }
      default:
        try word(next, at: offset)
      }
    }
    try emit(.end, "", at: endOffset)
  }

  /// `#`, and the word after it, which may begin with a digit.
  private mutating func pointer(at offset: Int) throws(ConditionError) {
    position += 1
    let isDoubled = accept("#")
    try emit(.sign, isDoubled ? "##" : "#", at: offset)
    let (start, place) = (position, here)
    while let next = peek(), Self.isWord(next) { position += 1 }
    guard position > start else { return }
    let word = text(from: start)
    try emit(Self.wordSigns.contains(word) ? .sign : .name, word, at: place)
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" || scalar == "$" { return true }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber:
      return true
    default: return false
    }
  }

  private mutating func word(_ first: Unicode.Scalar, at offset: Int) throws(ConditionError) {
    guard Self.isWord(first) else {
      throw ConditionError(
        .syntax, "unrecognized character: \(Text.codePoint(first))", at: offset)
    }
    let start = position
    if first == "b" || first == "B", let quote = peek(1), quote == "'" || quote == "\"" {
      position += 1
      try emit(.bytes, quoted(by: quote, bytes: true), at: offset)
      return
    }
    while let next = peek(), Self.isWord(next) { position += 1 }
    let word = text(from: start)
    try emit(Self.wordSigns.contains(word) ? .sign : .name, word, at: offset)
  }

  private mutating func skipComment() throws(ConditionError) {
    while let next = peek() {
      position += 1
      if next == "*", accept("/") { return }
    }
    throw ConditionError(.syntax, "unclosed comment", at: here)
  }

  private mutating func number() throws(ConditionError) -> String {
    let start = position
    _ = accept(".")
    var digits = "0123456789_"
    if accept("0") {
      if accept("xX") {
        digits = "0123456789abcdefABCDEF_"
      } else if accept("oO") {
        digits = "01234567_"
      } else if accept("bB") {
        digits = "01_"
      }
    }
    while accept(digits) {}
    if peek() == "." {
      // Two dots are a range: `1..2`.
      if peek(1) == "." { return text(from: start) }
      position += 1
      while accept(digits) {}
    }
    if accept("eE") {
      _ = accept("+-")
      while accept(digits) {}
    }
    if let next = peek(), Self.isWord(next) {
      position += 1
      let shown = Text.quoted(text(from: start))
      position -= 1
      throw ConditionError(.syntax, "bad number syntax: \(shown)", at: here)
    }
    return text(from: start)
  }

  private mutating func raw() throws(ConditionError) -> String {
    position += 1
    var content = ""
    while let next = peek() {
      position += 1
      if next == "`" {
        // A doubled back-quote stands for one.
        guard accept("`") else { return content }
        content.unicodeScalars.append("`")
      } else {
        content.unicodeScalars.append(next)
      }
    }
    throw ConditionError(.syntax, "literal not terminated", at: here)
  }

  private mutating func quoted(by quote: Unicode.Scalar, bytes: Bool) throws(ConditionError)
    -> String
  {
    position += 1
    var content: [UInt8] = []
    var isReadable = true
    while let next = peek() {
      let offset = here
      position += 1
      switch next {
      case quote:
        guard isReadable else {
          throw ConditionError(.syntax, "unable to unescape string", at: offset)
        }
        return String(decoding: content, as: UTF8.self)
      case "\n": throw ConditionError(.syntax, "literal not terminated", at: offset)
      case "\\":
        if !(try escape(within: quote, into: &content, bytes: bytes)) { isReadable = false }
      default: content.append(contentsOf: UTF8.encode(next).map { Array($0) } ?? [])
      }
    }
    throw ConditionError(.syntax, "literal not terminated", at: here)
  }

  /// - Returns: whether the escape stands for something; that it does not is told at the literal's
  ///   end.
  private mutating func escape(
    within quote: Unicode.Scalar, into content: inout [UInt8], bytes: Bool
  ) throws(ConditionError) -> Bool {
    let offset = here
    guard let letter = peek() else {
      throw ConditionError(.syntax, "invalid char escape", at: offset)
    }
    position += 1
    switch letter {
    case "a": content.append(0x07)
    case "b": content.append(0x08)
    case "f": content.append(0x0c)
    case "n": content.append(0x0a)
    case "r": content.append(0x0d)
    case "t": content.append(0x09)
    case "v": content.append(0x0b)
    case "\\", quote: content.append(contentsOf: String(letter).utf8)
    case "x", "X": return append(try hexDigits(2, radix: 16, value: 0), to: &content, bytes)
    case "u":
      guard accept("{") else {
        return append(try hexDigits(4, radix: 16, value: 0), to: &content, false) && !bytes
      }
      var value: UInt32 = 0
      var digits = 0
      while let digit = peek().flatMap(Text.digit), digits < 6 {
        value = value &* 16 &+ digit
        digits += 1
        position += 1
      }
      guard digits > 0, accept("}") else {
        throw ConditionError(.syntax, "invalid char escape", at: offsets[max(position - 1, 0)])
      }
      return append(value, to: &content, false) && !bytes
    case "U": return append(try hexDigits(8, radix: 16, value: 0), to: &content, false) && !bytes
    case "0"..."7":
      let value = try hexDigits(2, radix: 8, value: letter.value - 48)
      return append(value, to: &content, bytes) && value < 256
    default: throw ConditionError(.syntax, "invalid char escape", at: offset)
    }
    return true
  }

  private mutating func hexDigits(_ count: Int, radix: UInt32, value first: UInt32)
    throws(ConditionError) -> UInt32
  {
    var value = first
    for _ in 0..<count {
      guard let digit = peek(), let number = Text.digit(digit), number < radix else {
        throw ConditionError(.syntax, "invalid char escape", at: here)
      }
      position += 1
      value = value &* radix &+ number
    }
    return value
  }

  private func append(_ value: UInt32, to content: inout [UInt8], _ asByte: Bool) -> Bool {
    if asByte {
      content.append(UInt8(truncatingIfNeeded: value))
    } else if let scalar = Unicode.Scalar(value) {
      content.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    } else if value <= 0x10ffff {
      content.append(contentsOf: [0xef, 0xbf, 0xbd])  // Half a surrogate pair.
    } else {
      return false
    }
    return true
  }
}
