internal import CWindlassProto
internal import Protobuf

/// `Log.Read`
public struct ReadEventsRequest: BoundedRequest {
  public var filter: EventFilter
  public var isBackwards: Bool
  /// The first event looked at; backwards, 0 is the end of the log.
  public var from: UInt64
  /// Or by version of the filter's stream; 0: not given.
  public var fromVersion: UInt64
  /// 1...1000; a request without one asks for 100.
  public var limit: Int
  /// `next` of the last answer; empty: from the beginning.
  public var cursor: String
  public var atLeastPosition: UInt64

  public init(
    filter: EventFilter = EventFilter(), isBackwards: Bool = false, from: UInt64 = 0,
    fromVersion: UInt64 = 0, limit: Int = 100, cursor: String = "", atLeastPosition: UInt64 = 0
  ) {
    self.filter = filter
    self.isBackwards = isBackwards
    self.from = from
    self.fromVersion = fromVersion
    self.limit = limit
    self.cursor = cursor
    self.atLeastPosition = atLeastPosition
  }
}

public struct ReadEventsResponse: PositionedReply {
  /// Can be empty although there is more.
  public var events: [EventView]
  /// Cursor of the next page; empty: there is none.
  public var next: String
  /// The end of the log that this answer knows.
  public var position: UInt64

  public var logPosition: UInt64 { position }

  public init(events: [EventView], next: String = "", position: UInt64) {
    self.events = events
    self.next = next
    self.position = position
  }
}

/// `Log.Export`
public struct ExportEventsRequest: BoundedRequest {
  public var filter: EventFilter
  /// `next` of what was received before a cut.
  public var from: UInt64
  /// `end` of the export that is resumed; 0: the end now.
  public var before: UInt64
  public var atLeastPosition: UInt64

  public init(
    filter: EventFilter = EventFilter(), from: UInt64 = 0, before: UInt64 = 0,
    atLeastPosition: UInt64 = 0
  ) {
    self.filter = filter
    self.from = from
    self.before = before
    self.atLeastPosition = atLeastPosition
  }
}

public struct ExportEventsUpdate: PositionedReply {
  public var events: [EventView]
  /// Everything before it has been told.
  public var next: UInt64
  public var end: UInt64
  /// The last message of a whole export; it has no events.
  public var isComplete: Bool

  public var logPosition: UInt64 { end }

  public init(events: [EventView], next: UInt64, end: UInt64, isComplete: Bool = false) {
    self.events = events
    self.next = next
    self.end = end
    self.isComplete = isComplete
  }
}

extension EventFilter {
  /// The filter of a request; an absent one lets everything through.
  @unsafe
  static func given(
    _ pointer: UnsafeMutablePointer<Windlass__V1__EventFilter>?
  ) throws(WireError) -> Self {
    try unsafe optional(pointer, "filter") ?? EventFilter()
  }
}

extension ReadEventsRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__read_events_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ReadEventsRequest) throws(WireError) {
    unsafe self.init(
      filter: try EventFilter.given(m.filter), isBackwards: m.backwards != 0,
      from: try logCount(m.from_position, "from_position"),
      fromVersion: try logCount(m.from_version, "from_version"),
      limit: m.limit == 0 ? 100 : try number(m.limit, in: 1...1_000, "limit"),
      cursor: string(m.cursor),
      atLeastPosition: try logCount(m.at_least_position, "at_least_position"))
    guard fromVersion == 0 || filter.stream != nil else {
      throw WireError(field: "from_version", reason: "needs filter.stream")
    }
    guard fromVersion == 0 || from == 0 else {
      throw WireError(field: "from_version", reason: "cannot be given together with from_position")
    }
    guard cursor.isEmpty || (from == 0 && fromVersion == 0) else {
      throw WireError(field: "cursor", reason: "cannot be given together with where to begin")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__ReadEventsRequest {
    unsafe Windlass__V1__ReadEventsRequest(
      base: Self.wireType.base, filter: arena.pointer(filter), backwards: flag(isBackwards),
      from_position: from, from_version: fromVersion, limit: UInt32(clamping: limit),
      cursor: arena.string(cursor), at_least_position: atLeastPosition)
  }
}

extension ReadEventsResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__read_events_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ReadEventsResponse) throws(WireError) {
    unsafe self.init(
      events: try EventView.list(m.n_events, m.events, "events"), next: string(m.next),
      position: m.position)
  }

  func packed(in arena: Arena) -> Windlass__V1__ReadEventsResponse {
    unsafe Windlass__V1__ReadEventsResponse(
      base: Self.wireType.base, n_events: events.count, events: arena.list(events),
      next: arena.string(next), position: position)
  }
}

extension ExportEventsRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__export_events_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ExportEventsRequest) throws(WireError) {
    unsafe self.init(
      filter: try EventFilter.given(m.filter),
      from: try logCount(m.from_position, "from_position"),
      before: try logCount(m.before_position, "before_position"),
      atLeastPosition: try logCount(m.at_least_position, "at_least_position"))
    guard before == 0 || from <= before else {
      throw WireError(field: "before_position", reason: "must not be before from_position")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__ExportEventsRequest {
    unsafe Windlass__V1__ExportEventsRequest(
      base: Self.wireType.base, filter: arena.pointer(filter), from_position: from,
      before_position: before, at_least_position: atLeastPosition)
  }
}

extension ExportEventsUpdate: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__export_events_update__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ExportEventsUpdate) throws(WireError) {
    unsafe self.init(
      events: try EventView.list(m.n_events, m.events, "events"), next: m.next_position,
      end: m.end_position, isComplete: m.complete != 0)
  }

  func packed(in arena: Arena) -> Windlass__V1__ExportEventsUpdate {
    unsafe Windlass__V1__ExportEventsUpdate(
      base: Self.wireType.base, n_events: events.count, events: arena.list(events),
      next_position: next, end_position: end, complete: flag(isComplete))
  }
}
