public import EventLog
public import WindlassWire

/// An event of the log and what it says.
public struct SeenEvent: Equatable, Sendable {
  public var recorded: RecordedEvent
  /// `nil` for one that cannot be read.
  public var event: LogEvent?
  /// Why it cannot be read; empty otherwise.
  public var reason: String

  public init(_ recorded: RecordedEvent) {
    self.recorded = recorded
    do {
      event = try EventCodec.decode(type: recorded.type, payload: recorded.payload)
      reason = ""
    } catch {
      event = nil
      reason = "\(error)"
    }
  }
}
