/// A promise that was not kept.
public struct Broken: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// - Throws: ``Broken`` unless both are equal.
public func demand<T: Equatable>(
  _ actual: T, equals expected: T, _ what: String, line: UInt = #line
) throws {
  guard actual == expected else {
    throw Broken(description: "line \(line): \(what) is \(actual), not \(expected)")
  }
}

/// - Throws: ``Broken`` unless the condition holds.
public func demand(_ condition: Bool, _ what: String, line: UInt = #line) throws {
  guard condition else { throw Broken(description: "line \(line): \(what)") }
}
