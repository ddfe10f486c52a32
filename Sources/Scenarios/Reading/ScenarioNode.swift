/// A YAML value with the place it stands at, which `--update` needs to rewrite it.
struct ScenarioNode: Equatable, Sendable {
  /// Counted from 1.
  var line: Int
  /// Of its first character, counted from 1 in Unicode scalars.
  var column: Int
  var content: Content

  enum Content: Equatable, Sendable {
    case scalar(String, Style)
    case sequence([ScenarioNode])
    case mapping([Entry])
  }

  enum Style: Equatable, Sendable {
    case plain
    case quoted
    /// `|` or `>`
    case block
  }

  struct Entry: Equatable, Sendable {
    var key: String
    var line: Int
    var value: ScenarioNode
  }

  /// `key:` with nothing behind it, `~`, or `null`.
  var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// `true` or `false`, written plain.
  var bool: Bool? {
    guard case .scalar(let text, .plain) = content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }

  /// A decimal integer, written plain.
  var integer: Int64? {
    guard case .scalar(let text, .plain) = content, Self.isDecimal(text) else { return nil }
    return Int64(text)
  }

  static func isDecimal(_ text: String) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else {
      return false
    }
    return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// For messages: what was found.
  var kind: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar where bool != nil: "true or false"
    case .scalar where integer != nil: "a number"
    case .scalar: "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
