/// A part of what a read selects.
public struct LogPage: Equatable, Sendable {
  /// In the direction of the read. Can be empty although there is more.
  public var events: [RecordedEvent]
  /// What has not been looked at yet; empty at the end. Reading on with the same selection and this
  /// range gives every selected event once.
  public var rest: Range<GlobalPosition>

  public init(events: [RecordedEvent], rest: Range<GlobalPosition>) {
    self.events = events
    self.rest = rest
  }
}
