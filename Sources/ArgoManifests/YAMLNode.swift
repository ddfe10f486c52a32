/// A YAML value with the place it stands on, for readers that judge what is written rather than turn
/// it into values of the core. Aliases, merge keys and tags are gone.
public struct YAMLNode: Sendable {
  /// Counted from 1, in the file.
  public var line: Int
  /// Counted from 1, in characters.
  public var column: Int
  public var content: Content
  /// Whether the text stands on one line exactly as it reads, so that places inside it can be named.
  public var isVerbatim: Bool

  public enum Content: Sendable {
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
  public struct Entry: Sendable {
    public var key: String
    public var line: Int
    public var column: Int
    public var value: YAMLNode
  }

  /// For messages: what was found.
  public var kind: String {
    switch content {
    case .null: "nothing"
    case .bool: "true or false"
    case .integer, .number: "a number"
    case .text: "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The value of a key of a mapping.
  public subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}
