/// A subscription as it was read.
public struct SubscriptionReading: Equatable, Sendable {
  public var name: String
  /// What it was opened with first; opaque to the store.
  public var filter: [UInt8]
  /// Everything before this has been acknowledged.
  public var position: GlobalPosition
  /// Which opening is the newest. Never the same for two, also of subscriptions of one name that
  /// was deleted in between.
  public var epoch: UInt64
  /// Who opened it, as it calls itself.
  public var consumer: String
  /// By the server's clock, microseconds since 1970, as the two that follow.
  public var createdAt: Int64
  public var openedAt: Int64
  /// When its position was last moved; ``createdAt`` before that.
  public var acknowledgedAt: Int64

  public init(
    name: String, filter: [UInt8], position: GlobalPosition, epoch: UInt64, consumer: String,
    createdAt: Int64, openedAt: Int64, acknowledgedAt: Int64
  ) {
    self.name = name
    self.filter = filter
    self.position = position
    self.epoch = epoch
    self.consumer = consumer
    self.createdAt = createdAt
    self.openedAt = openedAt
    self.acknowledgedAt = acknowledgedAt
  }
}
