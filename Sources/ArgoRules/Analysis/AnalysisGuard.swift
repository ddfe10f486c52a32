/// Whether a rollout may have analysis at all in this pass, asked before any type is looked at.
///
/// The one place where the versions of the defect differ: up to 1.7.1 the window is not asked, so
/// a rollback that the same pass calls "within the window" starts a background run.
public enum AnalysisGuard {
  /// What the guard looks at.
  public struct Facts: Equatable, Sendable {
    /// The recorded stable hash is the recorded current hash.
    public var fullyPromoted: Bool
    /// The abort flag is set and not taken back, or this pass decided to abort.
    public var aborted: Bool
    public var promoteFull: Bool
    /// Nothing was ever promoted.
    public var firstDeployment: Bool
    /// Inside the rollback window.
    public var insideWindow: Bool
    /// Fast rollback in the sense of 1.10 and later.
    public var fastRollback: Bool
    /// The desired revision carried a scale-down deadline when the pass began, passed or not.
    public var desiredHasDeadline: Bool

    public init(
      fullyPromoted: Bool = false, aborted: Bool = false, promoteFull: Bool = false,
      firstDeployment: Bool = false, insideWindow: Bool = false, fastRollback: Bool = false,
      desiredHasDeadline: Bool = false
    ) {
      self.fullyPromoted = fullyPromoted
      self.aborted = aborted
      self.promoteFull = promoteFull
      self.firstDeployment = firstDeployment
      self.insideWindow = insideWindow
      self.fastRollback = fastRollback
      self.desiredHasDeadline = desiredHasDeadline
    }
  }

  /// Why there is no analysis.
  public enum Reason: String, Equatable, Hashable, Sendable, CaseIterable {
    case fullyPromoted, aborted, promoteFull, scaleDownDeadline, firstDeployment, insideWindow
    case fastRollback
  }

  /// Every reason that holds; empty when analysis may go on.
  public static func reasons(
    _ facts: Facts, _ behaviour: ControllerBehaviour
  ) -> Set<Reason> {
    var reasons: Set<Reason> = []
    if facts.aborted { reasons.insert(.aborted) }
    if facts.promoteFull { reasons.insert(.promoteFull) }
    if facts.firstDeployment { reasons.insert(.firstDeployment) }
    if behaviour.unifiedFastRollback {
      if facts.fullyPromoted { reasons.insert(.fullyPromoted) }
      if facts.fastRollback { reasons.insert(.fastRollback) }
    } else {
      if behaviour.anyDeadlineSilencesAnalysis, facts.desiredHasDeadline {
        reasons.insert(.scaleDownDeadline)
      }
      if behaviour.windowGuardsAnalysis, facts.insideWindow { reasons.insert(.insideWindow) }
    }
    return reasons
  }

  /// What the controller logs when analysis is silenced; `nil` when it is not, and for versions
  /// whose wording these rules do not know (1.10 and later).
  public static func logLine(_ facts: Facts, _ behaviour: ControllerBehaviour) -> String? {
    guard !behaviour.unifiedFastRollback, !reasons(facts, behaviour).isEmpty else { return nil }
    var line =
      "Skipping analysis: isAborted: \(facts.aborted), promoteFull: \(facts.promoteFull), "
      + "rollbackToScaleDownDelay: \(facts.desiredHasDeadline), "
      + "initialDeploy: \(facts.firstDeployment)"
    if behaviour.windowGuardsAnalysis {
      line += ", isRollbackWithinWindow: \(facts.insideWindow)"
    }
    return line
  }
}
