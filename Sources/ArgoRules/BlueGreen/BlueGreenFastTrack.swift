/// Why a blue-green update neither pauses nor waits for its switch.
public enum BlueGreenFastTrack: String, Equatable, Sendable, CaseIterable {
  /// Before 1.10: desired carries a scale-down deadline, passed or not.
  case scaleDownDeadline
  /// Since 1.10: inside the window, a deadline still ahead, or desired is stable.
  case fastRollback
  case promoteFull
  /// The active service selects no revision, as on a first deployment, or when somebody removed
  /// the selector. Pause and pre-promotion analysis are passed by.
  case activeNotSet
  case desiredIsActive

  /// The first that holds. Before 1.10 the window is not among them, so that a rollback inside it
  /// pauses, has its pause cleared by the status write, and pauses again for ever when promotion
  /// is manual or delayed.
  public static func reason(_ facts: BlueGreenFacts) -> BlueGreenFastTrack? {
    if facts.behaviour.unifiedFastRollback {
      if facts.classification.fast.isFast { return .fastRollback }
    } else if facts.classification.desiredHasDeadline {
      return .scaleDownDeadline
    }
    if facts.status.promoteFull { return .promoteFull }
    if facts.activeHash.isEmpty { return .activeNotSet }
    if facts.activeHash == facts.sets.desired?.hash { return .desiredIsActive }
    return nil
  }
}
