/// How long a lease may be relied on, by monotonic time alone.
///
/// The server counts from when it handled the request, the agent from before it was sent: the
/// agent's end always comes first, whatever the network did.
public struct LeaseTerm: Equatable, Sendable {
  /// The moment before the claim or renewal was sent.
  public let sentAt: ContinuousClock.Instant
  /// As the server answered.
  public let remaining: Duration

  public init(sentAt: ContinuousClock.Instant, remaining: Duration) {
    self.sentAt = sentAt
    self.remaining = max(remaining, .zero)
  }

  /// A third of the term: two more chances before it ends.
  public var renewAt: ContinuousClock.Instant { sentAt + remaining / 3 }
  /// From here on nothing may be done in the lease's name.
  public var notAfter: ContinuousClock.Instant { sentAt + remaining }

  public func isOver(at now: ContinuousClock.Instant) -> Bool { now >= notAfter }
}
