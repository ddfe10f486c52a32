/// Background analysis of a promoted attempt that goes on for a while.
public struct Watch: Equatable, Codable, Sendable {
  public internal(set) var attempt: AttemptNumber
  /// What was promoted; stable for as long as the watch lasts.
  public internal(set) var revision: RevisionNumber
  /// The strategy that the attempt began with.
  public internal(set) var strategy: StrategyVersion
  /// Stable before it; where an automatic rollback goes.
  public internal(set) var previous: RevisionNumber?
  public internal(set) var until: Timestamp
  public internal(set) var reaction: WatchRule.Reaction
  /// Where its event is.
  public internal(set) var position: LogPosition
  /// The background analysis that goes on.
  public internal(set) var runs: [Attempt.Run]
}
