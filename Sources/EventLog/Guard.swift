/// A stream that must still be at a version when the commit is written, and is not written itself.
public struct Guard: Equatable, Sendable {
  public var stream: StreamName
  public var expected: StreamVersion

  public init(stream: StreamName, expected: StreamVersion) {
    self.stream = stream
    self.expected = expected
  }
}
