/// When a replica writes a snapshot of what it has folded.
public struct SnapshotPolicy: Equatable, Sendable {
  /// Events after the last snapshot; 1 or more.
  public var every: UInt64
  /// Time after the last snapshot; counts once a tenth of ``every`` has come.
  public var interval: Duration
  /// Fold the log from its start beside the running service after a start from a snapshot, and
  /// compare.
  public var checks: Bool

  public init(
    every: UInt64 = 100_000, interval: Duration = .seconds(600), checks: Bool = true
  ) {
    self.every = max(every, 1)
    self.interval = interval
    self.checks = checks
  }

  /// Fewer events are folded in less time than a snapshot takes to write.
  var afterInterval: UInt64 { max(every / 10, 1) }
  /// The service is about to stop, and nobody waits for the bytes.
  var atEnd: UInt64 { max(every / 100, 1) }

  /// Whether `events` came since the last snapshot, `elapsed` ago, that are worth another one.
  func isDue(events: UInt64, elapsed: Duration) -> Bool {
    events >= every || (events >= afterInterval && elapsed >= interval)
  }
}
