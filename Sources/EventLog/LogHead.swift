/// A batch boundary of the log: everything before ``next``, as one reader has applied it.
///
/// Two heads with equal chains have equal logs behind them. A writer quotes its head with every append,
/// and that is how a log that lost events (a failover, a restored backup) is told from one that grew.
public struct LogHead: Hashable, Sendable {
  /// Nothing applied yet: a prefix of every log.
  public static let empty = LogHead(next: .zero, chain: [])

  /// The position of the next event; as many events stand before it.
  public var next: GlobalPosition
  /// A digest of everything before ``next``; opaque, and comparable only within one kind of log.
  public var chain: [UInt8]

  public init(next: GlobalPosition, chain: [UInt8]) {
    self.next = next
    self.chain = chain
  }
}
