/// A stored event's message as a tree, for those who show it or hand it on.
public indirect enum FieldValue: Equatable, Sendable {
  case bool(Bool)
  /// A 32-bit number, or the number of an enum value that this version does not know.
  case number(Int64)
  /// A 64-bit number in decimal: not every reader of JSON holds 64 bits.
  case long(String)
  /// Text, or the name of an enum value.
  case text(String)
  case bytes([UInt8])
  case list([FieldValue])
  /// In the order of the fields' numbers, under their proto3 JSON names. Scalars and lists are
  /// there even when they are zero or empty; messages and members of a oneof only when given.
  case message([Member])

  /// One field and its value.
  public struct Member: Equatable, Sendable {
    public var name: String
    public var value: FieldValue

    public init(_ name: String, _ value: FieldValue) {
      self.name = name
      self.value = value
    }
  }

  /// The member of that name; `nil` where there is none.
  public subscript(name: String) -> FieldValue? {
    guard case .message(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// Text, or a number in decimal; `nil` for everything else.
  public var scalar: String? {
    switch self {
    case .text(let text), .long(let text): text
    case .number(let value): String(value)
    case .bool, .bytes, .list, .message: nil
    }
  }
}
