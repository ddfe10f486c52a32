/// A value behind one reference, for what is copied often and changed seldom.
final class Box<Value: Equatable & Sendable>: Equatable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  static func == (a: Box, b: Box) -> Bool { a === b || a.value == b.value }
}

/// Coded as what is in it.
extension Box: Codable where Value: Codable {
  convenience init(from decoder: any Decoder) throws {
    self.init(try Value(from: decoder))
  }

  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
