internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.ListRollouts`
public struct ListRolloutsRequest: BoundedRequest {
  /// `nil`: all.
  public var application: ApplicationName?
  /// `nil`: all.
  public var cluster: ClusterName?
  /// 1...1000; a request without one asks for 100.
  public var limit: Int
  /// `next` of the last answer; empty: from the beginning.
  public var after: String
  public var bounds: ReadBounds

  public var atLeastPosition: UInt64 {
    get { bounds.atLeast }
    set { bounds.atLeast = newValue }
  }

  public init(
    application: ApplicationName? = nil, cluster: ClusterName? = nil, limit: Int = 100,
    after: String = "", bounds: ReadBounds = ReadBounds()
  ) {
    self.bounds = bounds
    self.application = application
    self.cluster = cluster
    self.limit = limit
    self.after = after
  }
}

public struct ListRolloutsResponse: PositionedReply {
  public var rollouts: [RolloutView]
  /// Cursor of the next page; empty: there is none.
  public var next: String
  /// How many of the log's events are folded in.
  public var position: UInt64

  public var logPosition: UInt64 { position }

  public init(rollouts: [RolloutView], next: String = "", position: UInt64) {
    self.rollouts = rollouts
    self.next = next
    self.position = position
  }
}

extension ListRolloutsRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_rollouts_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ListRolloutsRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName.optional(string(m.application), "application"),
      cluster: try ClusterName.optional(string(m.cluster), "cluster"),
      limit: m.limit == 0 ? 100 : try number(m.limit, in: 1...1_000, "limit"),
      after: string(m.after),
      bounds: try ReadBounds(
        wire: m.at_least_position, asOfPosition: m.as_of_position,
        asOfMicroseconds: m.as_of_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__ListRolloutsRequest {
    unsafe Windlass__V1__ListRolloutsRequest(
      base: Self.wireType.base, application: arena.string(application.wire),
      cluster: arena.string(cluster.wire), limit: UInt32(clamping: limit),
      after: arena.string(after), at_least_position: bounds.atLeast,
      as_of_position: bounds.asOfPosition, as_of_microseconds: bounds.asOfMicroseconds)
  }
}

extension ListRolloutsResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_rollouts_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ListRolloutsResponse) throws(WireError) {
    unsafe self.init(
      rollouts: try RolloutView.list(m.n_rollouts, m.rollouts, "rollouts"), next: string(m.next),
      position: m.position)
  }

  func packed(in arena: Arena) -> Windlass__V1__ListRolloutsResponse {
    unsafe Windlass__V1__ListRolloutsResponse(
      base: Self.wireType.base, n_rollouts: rollouts.count, rollouts: arena.list(rollouts),
      next: arena.string(next), position: position)
  }
}
