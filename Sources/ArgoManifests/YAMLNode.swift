/// A YAML value with the place it stands on: what is left of a document once aliases, merge keys and
/// tags are gone.
public struct YAMLNode: Equatable, Sendable {
  /// Counted from 1, in the file.
  public var line: Int
  /// Counted from 1, in characters.
  public var column: Int
  public var content: Content
  /// Whether the text stands on one line exactly as it reads, so that places inside it can be named.
  public var isVerbatim: Bool

  public enum Content: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit decimal integer, as it is written.
    case number(String)
    case text(String)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  /// One key of a mapping, with its own place.
  public struct Entry: Equatable, Sendable {
    public var key: String
    public var line: Int
    public var column: Int
    public var value: YAMLNode
  }

  /// For messages: what was found.
  public var kind: String { content.kind }

  /// The value of a key of a mapping.
  public subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}

extension YAMLNode.Content {
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
  public var kind: String {
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
