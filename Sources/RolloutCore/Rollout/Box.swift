/// A value behind one reference, for what is copied often and changed seldom.
final class Box<Value: Equatable & Sendable>: Equatable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  static func == (a: Box, b: Box) -> Bool { a === b || a.value == b.value }
}
