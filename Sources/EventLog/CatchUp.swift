/// The next events for a reader, whole batches only, with the chain verified over them.
public struct CatchUp: Equatable, Sendable {
  /// In order and without holes, from the reader's `next`. Empty when the reader is at the end.
  public var events: [RecordedEvent]
  /// The batch boundary after the events.
  public var head: LogHead

  public init(events: [RecordedEvent], head: LogHead) {
    self.events = events
    self.head = head
  }
}
