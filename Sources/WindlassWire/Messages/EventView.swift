internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One event of the log as it is shown.
public struct EventView: Equatable, Sendable {
  public var position: LogPosition
  public var stream: String
  public var version: UInt64
  public var type: String
  /// The server's time of its transaction: evidence only.
  public var recordedAt: Timestamp
  /// One line for a person.
  public var summary: String
  /// As the log has it; ``EventCodec`` and ``EventFields`` read it.
  public var payload: [UInt8]
  /// The moment its decision was given; `nil` for an event that cannot be read.
  public var now: Timestamp?
  /// 16 bytes, the same for all events of one command.
  public var commandID: [UInt8]

  public init(
    position: LogPosition, stream: String, version: UInt64, type: String, recordedAt: Timestamp,
    summary: String, payload: [UInt8], now: Timestamp? = nil, commandID: [UInt8] = []
  ) {
    self.position = position
    self.stream = stream
    self.version = version
    self.type = type
    self.recordedAt = recordedAt
    self.summary = summary
    self.payload = payload
    self.now = now
    self.commandID = commandID
  }
}

extension EventView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__event_view__init)

  init(wire m: Windlass__V1__EventView) throws(WireError) {
    unsafe self.init(
      position: LogPosition(m.position), stream: string(m.stream), version: m.version,
      type: string(m.type), recordedAt: Timestamp(microseconds: m.recorded_microseconds),
      summary: string(m.summary), payload: bytes(m.payload),
      now: optionalMoment(m.now_microseconds), commandID: bytes(m.command_id))
  }

  func packed(in arena: Arena) -> Windlass__V1__EventView {
    unsafe Windlass__V1__EventView(
      base: Self.wireType.base, position: position.index, stream: arena.string(stream),
      version: version, type: arena.string(type), recorded_microseconds: recordedAt.microseconds,
      summary: arena.string(summary), payload: arena.bytes(payload),
      now_microseconds: now?.microseconds ?? 0, command_id: arena.bytes(commandID))
  }
}
