internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.ListEvents`
public struct ListEventsRequest: WireMessage {
  /// `nil`: the whole log. 1 to 200 printable ASCII characters.
  public var stream: String?
  /// A version of the stream, where the first is 1; or a position of the log, where it is 0.
  public var from: UInt64
  /// 1...1000; a request without one asks for 100.
  public var limit: Int

  public init(stream: String? = nil, from: UInt64 = 0, limit: Int = 100) {
    self.stream = stream
    self.from = from
    self.limit = limit
  }
}

public struct ListEventsResponse: WireMessage {
  public var events: [EventView]
  /// `from` of the next call; `nil`: this was the end.
  public var next: UInt64?

  public init(events: [EventView], next: UInt64? = nil) {
    self.events = events
    self.next = next
  }
}

/// One event of the log as it is shown.
public struct EventView: Equatable, Sendable {
  public var position: LogPosition
  public var stream: String
  public var version: UInt64
  public var type: String
  public var recordedAt: Timestamp
  /// One line for a person.
  public var summary: String
  /// As the log has it; ``EventCodec`` reads it.
  public var payload: [UInt8]

  public init(
    position: LogPosition, stream: String, version: UInt64, type: String, recordedAt: Timestamp,
    summary: String, payload: [UInt8]
  ) {
    self.position = position
    self.stream = stream
    self.version = version
    self.type = type
    self.recordedAt = recordedAt
    self.summary = summary
    self.payload = payload
  }
}

extension ListEventsRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_events_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ListEventsRequest) throws(WireError) {
    unsafe self.init(
      stream: optionalString(m.stream), from: m.from,
      limit: m.limit == 0 ? 100 : try number(m.limit, in: 1...1_000, "limit"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ListEventsRequest {
    unsafe Windlass__V1__ListEventsRequest(
      base: Self.wireType.base, stream: arena.string(stream ?? ""), from: from,
      limit: UInt32(clamping: limit))
  }
}

extension ListEventsResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_events_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ListEventsResponse) throws(WireError) {
    unsafe self.init(
      events: try EventView.list(m.n_events, m.events, "events"), next: m.next == 0 ? nil : m.next)
  }

  func packed(in arena: Arena) -> Windlass__V1__ListEventsResponse {
    unsafe Windlass__V1__ListEventsResponse(
      base: Self.wireType.base, n_events: events.count, events: arena.list(events), next: next ?? 0)
  }
}

extension EventView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__event_view__init)

  init(wire m: Windlass__V1__EventView) throws(WireError) {
    unsafe self.init(
      position: LogPosition(m.position), stream: string(m.stream), version: m.version,
      type: string(m.type), recordedAt: Timestamp(microseconds: m.recorded_microseconds),
      summary: string(m.summary), payload: bytes(m.payload))
  }

  func packed(in arena: Arena) -> Windlass__V1__EventView {
    unsafe Windlass__V1__EventView(
      base: Self.wireType.base, position: position.index, stream: arena.string(stream),
      version: version, type: arena.string(type), recorded_microseconds: recordedAt.microseconds,
      summary: arena.string(summary), payload: arena.bytes(payload))
  }
}
