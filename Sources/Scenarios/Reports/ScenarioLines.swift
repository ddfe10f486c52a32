/// The lines of a scenario file, for rewriting single values.
struct ScenarioLines {
  /// Without the line feed; columns count Unicode scalars, as YAML's do.
  private var lines: [[Unicode.Scalar]]

  init(_ text: String) {
    lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map(Array.init)
  }

  var text: String {
    var result = String.UnicodeScalarView()
    for (index, line) in lines.enumerated() {
      if index > 0 { result.append("\n") }
      result.append(contentsOf: line)
    }
    return String(result)
  }

  /// - Returns: false, and nothing changed, where the value does not stand in one piece.
  mutating func replace(
    _ node: ScenarioNode, with value: ScenarioValue, isNumber: Bool
  ) -> Bool {
    switch node.content {
    case .scalar:
      guard let range = range(of: node) else { return false }
      let text =
        switch value {
        case .text(let text): isNumber ? text : Self.scalar(text)
        case .list(let items): Self.flow(items)
        }
      lines[node.line - 1].replaceSubrange(range, with: Array(text.unicodeScalars))
      return true
    case .sequence(let items):
      guard case .list(let new) = value else { return false }
      return replaceFlow(node, new) || replaceBlock(items, new)
    case .mapping:
      return false
    }
  }

  // MARK: Places

  private func line(_ number: Int) -> [Unicode.Scalar]? {
    lines.indices.contains(number - 1) ? lines[number - 1] : nil
  }

  /// Where a scalar stands, quotes included; `nil` if it goes over several lines.
  private func range(of node: ScenarioNode) -> Range<Int>? {
    guard case .scalar(let text, let style) = node.content, let line = line(node.line) else {
      return nil
    }
    let start = node.column - 1
    guard line.indices.contains(start) else { return nil }
    switch style {
    case .plain:
      let written = Array(text.unicodeScalars)
      guard line[start...].starts(with: written) else { return nil }
      return start..<(start + written.count)
    case .quoted:
      return Self.endOfQuoted(line, start).map { start..<$0 }
    case .block:
      return nil
    }
  }

  /// The place after the closing quote.
  private static func endOfQuoted(_ line: [Unicode.Scalar], _ start: Int) -> Int? {
    let quote = line[start]
    guard quote == "\"" || quote == "'" else { return nil }
    var index = start + 1
    while index < line.count {
      if line[index] == "\\", quote == "\"" {
        index += 2
        continue
      }
      if line[index] == quote {
        guard quote == "'", index + 1 < line.count, line[index + 1] == "'" else { return index + 1 }
        index += 1
      }
      index += 1
    }
    return nil
  }

  // MARK: Lists

  /// `[a, b]` on one line; false where there is no bracket.
  private mutating func replaceFlow(_ node: ScenarioNode, _ new: [String]) -> Bool {
    guard let line = line(node.line) else { return false }
    let start = node.column - 1
    guard line.indices.contains(start), line[start] == "[" else { return false }
    var index = start + 1
    var previous: Unicode.Scalar = "["
    while index < line.count, line[index] != "]" {
      // A quote opens only where a value begins.
      if line[index] == "\"" || line[index] == "'", previous == "[" || previous == "," {
        guard let end = Self.endOfQuoted(line, index) else { return false }
        index = end
        previous = "\""
        continue
      }
      if line[index] == "#" { return false }
      if line[index] != " " { previous = line[index] }
      index += 1
    }
    guard index < line.count else { return false }
    lines[node.line - 1].replaceSubrange(
      start...index, with: Array(Self.flow(new).unicodeScalars))
    return true
  }

  /// `- a`, one item a line. Lines of items that stay, and comments between them, are kept.
  private mutating func replaceBlock(_ items: [ScenarioNode], _ new: [String]) -> Bool {
    var old: [(text: String, line: Int)] = []
    var dash: Int?
    for item in items {
      guard case .scalar(let text, _) = item.content, range(of: item) != nil,
        let line = line(item.line),
        let own = line.firstIndex(where: { $0 != " " }), line[own] == "-",
        line[(own + 1)..<(item.column - 1)].allSatisfy({ $0 == " " }), dash ?? own == own,
        old.last.map({ $0.line < item.line }) ?? true
      else { return false }
      dash = own
      old.append((text, item.line))
    }
    guard let dash, let first = old.first, let last = old.last else { return false }
    let indent = [Unicode.Scalar](repeating: " ", count: dash)
    let isCRLF = lines[first.line - 1].last == "\r"
    var region: [[Unicode.Scalar]] = []
    // Comments and blank lines before an item go with the place, not with the item.
    var copied = first.line
    func comments(before line: Int) {
      while copied < line {
        region.append(lines[copied - 1])
        copied += 1
      }
      copied = line + 1
    }
    for change in Self.changes(old.map(\.text), new) {
      switch change {
      case .keep(let index):
        comments(before: old[index].line)
        region.append(lines[old[index].line - 1])
      case .drop(let index):
        comments(before: old[index].line)
      case .add(let text):
        region.append(
          indent + Array("- \(Self.scalar(text))".unicodeScalars) + (isCRLF ? ["\r"] : []))
      }
    }
    if new.isEmpty {
      region.append(indent + Array("  []".unicodeScalars) + (isCRLF ? ["\r"] : []))
    }
    lines.replaceSubrange((first.line - 1)..<last.line, with: region)
    return true
  }

  private enum Change {
    case keep(Int)
    case drop(Int)
    case add(String)
  }

  private static func changes(_ old: [String], _ new: [String]) -> [Change] {
    var changes: [Change] = []
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var inserted: [Int: String] = [:]
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, let text, _): inserted[offset] = text
      }
    }
    var index = 0
    for place in 0...new.count {
      while index < old.count, removed.contains(index) {
        changes.append(.drop(index))
        index += 1
      }
      guard place < new.count else { break }
      if let text = inserted[place] {
        changes.append(.add(text))
      } else if index < old.count {
        changes.append(.keep(index))
        index += 1
      }
    }
    return changes
  }

  // MARK: Writing

  static func flow(_ items: [String]) -> String {
    "[" + items.map(scalar).joined(separator: ", ") + "]"
  }

  /// A text as YAML that reads back as the same text: plain where that is safe in every place.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  private static func isPlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first),
      last != UInt8(ascii: " "),
      last != UInt8(ascii: ":")
    else { return false }
    for (byte, next) in zip(bytes, bytes.dropFirst() + [0]) {
      let isLegal = isAlphanumeric(byte) || " ._/@+()=:-".utf8.contains(byte)
      guard isLegal, byte != UInt8(ascii: ":") || next != UInt8(ascii: " ") else { return false }
    }
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    return !words.contains(text.lowercased()) && !ScenarioNode.isDecimal(text)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    result.append("\"")
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5C:
        result.append("\\")
        result.append(scalar)
      case 0..<0x20, 0x7F...0x9F:
        let digits = String(scalar.value, radix: 16)
        result.append(contentsOf: "\\x\(digits.count == 1 ? "0" : "")\(digits)".unicodeScalars)
      case 0x2028: result.append(contentsOf: "\\L".unicodeScalars)
      case 0x2029: result.append(contentsOf: "\\P".unicodeScalars)
      default: result.append(scalar)
      }
    }
    result.append("\"")
    return String(result)
  }
}
