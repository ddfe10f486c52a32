/// What one commit appends to one stream.
public struct Slice: Equatable, Sendable {
  public var stream: StreamName
  /// The version of the last event the decision rests on; ``StreamVersion/none`` for a new stream.
  public var expected: StreamVersion
  /// At least one, oldest first.
  public var events: [NewEvent]

  public init(stream: StreamName, expected: StreamVersion, events: [NewEvent]) {
    self.stream = stream
    self.expected = expected
    self.events = events
  }
}
