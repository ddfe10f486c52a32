/// An event as the log holds it.
public struct RecordedEvent: Equatable, Sendable {
  public var position: GlobalPosition
  public var stream: StreamName
  /// The event's own version: 1 for the first of its stream.
  public var version: StreamVersion
  public var type: String
  public var payload: [UInt8]
  public var commandID: CommandID
  /// The server's time of the batch, microseconds since 1970. Evidence only: decisions compare the
  /// `now` inside the payload.
  public var recordedAt: Int64

  public init(
    position: GlobalPosition, stream: StreamName, version: StreamVersion, type: String,
    payload: [UInt8], commandID: CommandID, recordedAt: Int64
  ) {
    self.position = position
    self.stream = stream
    self.version = version
    self.type = type
    self.payload = payload
    self.commandID = commandID
    self.recordedAt = recordedAt
  }
}
