/// A YAML value with the line it stands on: what is left of a document once aliases, merge keys and
/// tags are gone.
struct ManifestNode: Equatable {
  /// Counted from 1.
  var line: Int
  var content: Content

  enum Content: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit decimal integer, as it is written.
    case number(String)
    case text(String)
    case sequence([ManifestNode])
    case mapping([Entry])
  }

  struct Entry: Equatable {
    var key: String
    var line: Int
    var value: ManifestNode
  }
}

extension ManifestNode.Content {
  /// What a plain scalar means. Kubernetes reads YAML as JSON, so only JSON's types count; `yes`,
  /// `on` and octal numbers mean different things to different readers and stay text or a number
  /// that no field accepts.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    default: self = Self.number(plain: text) ?? .text(text)
    }
  }

  private static func number(plain text: String) -> Self? {
    var digits = text.utf8[...]
    if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") {
      digits = digits.dropFirst()
    }
    guard let first = digits.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: ".")
    else { return nil }
    let isDecimal =
      digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      && (first != UInt8(ascii: "0") || digits.count == 1)
    if isDecimal, let value = Int64(text) { return .integer(value) }
    return Double(text) == nil ? nil : .number(text)
  }

  /// For messages: what was found.
  var kind: String {
    switch self {
    case .null: "nothing"
    case .bool: "true or false"
    case .integer, .number: "a number"
    case .text: "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
