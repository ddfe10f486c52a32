/// The answer to an append.
public struct AppendReply: Equatable, Sendable {
  /// One for each commit of the batch, in its order.
  public var outcomes: [CommitOutcome]
  /// Where the batch was put: the head just before it. When this equals the head the writer quoted,
  /// the writer may apply its own events and go on from ``head``; otherwise it catches up.
  public var base: LogHead
  /// The head after the batch. Equals ``base`` when no event was written.
  public var head: LogHead
  /// The server's clock during the append: microseconds since 1970, never behind a recorded `now`.
  public var serverNow: Int64

  public init(outcomes: [CommitOutcome], base: LogHead, head: LogHead, serverNow: Int64) {
    self.outcomes = outcomes
    self.base = base
    self.head = head
    self.serverNow = serverNow
  }
}
