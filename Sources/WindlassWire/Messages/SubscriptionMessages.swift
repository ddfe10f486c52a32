internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Log.Subscribe`
public struct SubscribeRequest: WireMessage {
  /// 1 to 100 of `A-Z a-z 0-9 . _ -`; empty: nothing is kept.
  public var name: String
  public var filter: EventFilter
  /// Where a new subscription begins.
  public var from: UInt64
  /// Or at the end of the log.
  public var isFromEnd: Bool
  /// Who asks; at most 128 bytes.
  public var consumer: String
  /// 1...60; a request without one asks for 5.
  public var heartbeatSeconds: Int

  public init(
    name: String, filter: EventFilter = EventFilter(), from: UInt64 = 0, isFromEnd: Bool = false,
    consumer: String = "", heartbeatSeconds: Int = 5
  ) {
    self.name = name
    self.filter = filter
    self.from = from
    self.isFromEnd = isFromEnd
    self.consumer = consumer
    self.heartbeatSeconds = heartbeatSeconds
  }
}

public struct SubscribeUpdate: PositionedReply {
  public var epoch: UInt64
  /// What to acknowledge once the events have been dealt with.
  public var position: UInt64
  /// None in the first message and in heartbeats.
  public var events: [EventView]
  /// The end of the log.
  public var logPosition: UInt64

  public init(epoch: UInt64, position: UInt64, events: [EventView], logPosition: UInt64) {
    self.epoch = epoch
    self.position = position
    self.events = events
    self.logPosition = logPosition
  }
}

/// `Log.Acknowledge`
public struct AcknowledgeRequest: WireMessage {
  public var name: String
  /// `nil`: move the subscription there, backwards too, whoever has it open.
  public var epoch: UInt64?
  public var position: UInt64

  public init(name: String, epoch: UInt64?, position: UInt64) {
    self.name = name
    self.epoch = epoch
    self.position = position
  }
}

public struct AcknowledgeResponse: WireMessage {
  /// Where the subscription stands.
  public var position: UInt64

  public init(position: UInt64) { self.position = position }
}

public struct ListSubscriptionsRequest: WireMessage {
  public init() {}
}

public struct ListSubscriptionsResponse: PositionedReply {
  public var subscriptions: [SubscriptionView]
  /// The end of the log.
  public var position: UInt64

  public var logPosition: UInt64 { position }

  public init(subscriptions: [SubscriptionView], position: UInt64) {
    self.subscriptions = subscriptions
    self.position = position
  }
}

public struct SubscriptionView: Equatable, Sendable {
  public var name: String
  public var filter: EventFilter
  /// Everything before it is acknowledged.
  public var position: UInt64
  /// Events of the log after that.
  public var lag: UInt64
  public var epoch: UInt64
  public var consumer: String
  /// The replica that answers is sending to it.
  public var isOpenHere: Bool
  public var createdAt: Timestamp
  public var openedAt: Timestamp
  public var acknowledgedAt: Timestamp

  public init(
    name: String, filter: EventFilter, position: UInt64, lag: UInt64, epoch: UInt64,
    consumer: String, isOpenHere: Bool, createdAt: Timestamp, openedAt: Timestamp,
    acknowledgedAt: Timestamp
  ) {
    self.name = name
    self.filter = filter
    self.position = position
    self.lag = lag
    self.epoch = epoch
    self.consumer = consumer
    self.isOpenHere = isOpenHere
    self.createdAt = createdAt
    self.openedAt = openedAt
    self.acknowledgedAt = acknowledgedAt
  }
}

/// `Log.DeleteSubscription`
public struct DeleteSubscriptionRequest: WireMessage {
  public var name: String

  public init(name: String) { self.name = name }
}

public struct DeleteSubscriptionResponse: WireMessage {
  public init() {}
}

/// The name of a subscription, as `SubscriptionRules` of the log has it.
private func subscriptionName(_ text: String) throws(WireError) -> String {
  func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
  guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 100,
    text.utf8.allSatisfy({ isAlphanumeric($0) || ".-_".utf8.contains($0) })
  else {
    throw WireError(
      field: "name",
      reason: "must be 1 to 100 of A-Z, a-z, 0-9 and . _ -, beginning with a letter or digit")
  }
  return text
}

extension SubscribeRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__subscribe_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__SubscribeRequest) throws(WireError) {
    let name = unsafe string(m.name)
    unsafe self.init(
      name: name.isEmpty ? name : try subscriptionName(name),
      filter: try EventFilter.given(m.filter),
      from: try logCount(m.from_position, "from_position"), isFromEnd: m.from_end != 0,
      consumer: string(m.consumer),
      heartbeatSeconds: m.heartbeat_seconds == 0
        ? 5 : try number(m.heartbeat_seconds, in: 1...60, "heartbeat_seconds"))
    guard from == 0 || !isFromEnd else {
      throw WireError(field: "from_end", reason: "cannot be given together with from_position")
    }
    guard filter.until == nil else {
      throw WireError(
        field: "filter.until_microseconds", reason: "cannot be given: a subscription has no end")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__SubscribeRequest {
    unsafe Windlass__V1__SubscribeRequest(
      base: Self.wireType.base, name: arena.string(name), filter: arena.pointer(filter),
      from_position: from, from_end: flag(isFromEnd), consumer: arena.string(consumer),
      heartbeat_seconds: UInt32(clamping: heartbeatSeconds))
  }
}

extension SubscribeUpdate: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__subscribe_update__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__SubscribeUpdate) throws(WireError) {
    unsafe self.init(
      epoch: m.epoch, position: m.position,
      events: try EventView.list(m.n_events, m.events, "events"), logPosition: m.log_position)
  }

  func packed(in arena: Arena) -> Windlass__V1__SubscribeUpdate {
    unsafe Windlass__V1__SubscribeUpdate(
      base: Self.wireType.base, epoch: epoch, position: position, n_events: events.count,
      events: arena.list(events), log_position: logPosition)
  }
}

extension AcknowledgeRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__acknowledge_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__AcknowledgeRequest) throws(WireError) {
    guard unsafe (m.move != 0) == (m.epoch == 0) else {
      throw WireError(
        field: "epoch",
        reason: unsafe m.move != 0 ? "must be 0 with move" : "must be that of the opening")
    }
    unsafe self.init(
      name: try subscriptionName(string(m.name)), epoch: m.move != 0 ? nil : m.epoch,
      position: try logCount(m.position, "position"))
  }

  func packed(in arena: Arena) -> Windlass__V1__AcknowledgeRequest {
    unsafe Windlass__V1__AcknowledgeRequest(
      base: Self.wireType.base, name: arena.string(name), epoch: epoch ?? 0, position: position,
      move: flag(epoch == nil))
  }
}

extension AcknowledgeResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__acknowledge_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__AcknowledgeResponse) throws(WireError) {
    unsafe self.init(position: m.position)
  }

  func packed(in arena: Arena) -> Windlass__V1__AcknowledgeResponse {
    unsafe Windlass__V1__AcknowledgeResponse(base: Self.wireType.base, position: position)
  }
}

extension ListSubscriptionsRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_subscriptions_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ListSubscriptionsRequest) throws(WireError) { self.init() }

  func packed(in arena: Arena) -> Windlass__V1__ListSubscriptionsRequest {
    unsafe Windlass__V1__ListSubscriptionsRequest(base: Self.wireType.base)
  }
}

extension ListSubscriptionsResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_subscriptions_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ListSubscriptionsResponse) throws(WireError) {
    unsafe self.init(
      subscriptions: try SubscriptionView.list(
        m.n_subscriptions, m.subscriptions, "subscriptions"), position: m.position)
  }

  func packed(in arena: Arena) -> Windlass__V1__ListSubscriptionsResponse {
    unsafe Windlass__V1__ListSubscriptionsResponse(
      base: Self.wireType.base, n_subscriptions: subscriptions.count,
      subscriptions: arena.list(subscriptions), position: position)
  }
}

extension SubscriptionView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__subscription__init)

  init(wire m: Windlass__V1__Subscription) throws(WireError) {
    unsafe self.init(
      name: string(m.name), filter: try EventFilter.given(m.filter), position: m.position,
      lag: m.lag, epoch: m.epoch, consumer: string(m.consumer), isOpenHere: m.open_here != 0,
      createdAt: Timestamp(microseconds: m.created_microseconds),
      openedAt: Timestamp(microseconds: m.opened_microseconds),
      acknowledgedAt: Timestamp(microseconds: m.acknowledged_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__Subscription {
    unsafe Windlass__V1__Subscription(
      base: Self.wireType.base, name: arena.string(name), filter: arena.pointer(filter),
      position: position, lag: lag, epoch: epoch, consumer: arena.string(consumer),
      open_here: flag(isOpenHere), created_microseconds: createdAt.microseconds,
      opened_microseconds: openedAt.microseconds,
      acknowledged_microseconds: acknowledgedAt.microseconds)
  }
}

extension DeleteSubscriptionRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__delete_subscription_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__DeleteSubscriptionRequest) throws(WireError) {
    unsafe self.init(name: try subscriptionName(string(m.name)))
  }

  func packed(in arena: Arena) -> Windlass__V1__DeleteSubscriptionRequest {
    unsafe Windlass__V1__DeleteSubscriptionRequest(
      base: Self.wireType.base, name: arena.string(name))
  }
}

extension DeleteSubscriptionResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__delete_subscription_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__DeleteSubscriptionResponse) throws(WireError) { self.init() }

  func packed(in arena: Arena) -> Windlass__V1__DeleteSubscriptionResponse {
    unsafe Windlass__V1__DeleteSubscriptionResponse(base: Self.wireType.base)
  }
}
