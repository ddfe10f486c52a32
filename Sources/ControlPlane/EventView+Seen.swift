import Application
import EventLog
import RolloutCore
import WindlassWire

extension EventView {
  /// As it is shown.
  init(_ seen: SeenEvent) {
    let recorded = seen.recorded
    self.init(
      position: LogPosition(recorded.position.index), stream: recorded.stream.text,
      version: recorded.version.index, type: recorded.type,
      recordedAt: Timestamp(microseconds: recorded.recordedAt),
      summary: seen.event.map { EventSummary.line($0) } ?? "cannot be read: \(seen.reason)",
      payload: recorded.payload, now: seen.event?.now, commandID: recorded.commandID.bytes)
  }
}
