/// When the desired revision of a blue-green rollout becomes stable.
public enum BlueGreenPromotion: Equatable, Sendable {
  /// It does, for this reason.
  case promotes(Ground)
  /// It does not yet.
  case waits(Wait)

  public enum Ground: Equatable, Sendable {
    case initialDeploy, promoteFull, insideWindow, fastRollback, completed
    /// Before 1.10: to a revision, named here, that carries a scale-down deadline, when there is
    /// post-promotion analysis to pass by.
    case scaleDownDeadline(replicaSet: String)

    /// The reason as the event quotes it.
    public var text: String {
      switch self {
      case .initialDeploy: "Initial deploy"
      case .promoteFull: "Full promotion requested"
      case .insideWindow: "Rollback within window"
      case .fastRollback: "Fast rollback"
      case .completed: "Completed blue-green update"
      case .scaleDownDeadline(let name): "Rollback to '\(name)' within scaleDownDelay"
      }
    }
  }

  public enum Wait: String, Equatable, Sendable, CaseIterable {
    case desiredNotActive, targetsNotVerified, aborted, postPromotionAnalysis
  }

  /// First match, in this order.
  ///
  /// - Parameters:
  ///   - activeHash: what the active service selects when the status is written.
  ///   - currentHash: what the status will record as current.
  public init(_ facts: BlueGreenFacts, activeHash: String, currentHash: String) {
    if facts.sets.stable == nil || activeHash.isEmpty {
      self = .promotes(.initialDeploy)
    } else if activeHash != currentHash {
      self = .waits(.desiredNotActive)
    } else if !facts.targetsVerified {
      self = .waits(.targetsNotVerified)
    } else if facts.status.promoteFull {
      self = .promotes(.promoteFull)
    } else if facts.classification.window.isInside {
      self = .promotes(.insideWindow)
    } else if facts.behaviour.unifiedFastRollback, facts.classification.fast.isFast {
      self = .promotes(.fastRollback)
    } else if facts.decisions.isAborted(facts.status) {
      self = .waits(.aborted)
    } else if facts.strategy.postPromotionAnalysis != nil,
      facts.runs.postPromotion?.phase != .successful
    {
      if !facts.behaviour.unifiedFastRollback, let desired = facts.sets.desired,
        facts.classification.desiredHasDeadline
      {
        self = .promotes(.scaleDownDeadline(replicaSet: desired.name))
      } else {
        self = .waits(.postPromotionAnalysis)
      }
    } else {
      self = .promotes(.completed)
    }
  }

  /// The value the checkpoint gets when nothing is promoted: a one-way switch that is thrown when
  /// the preview count is available, pre-promotion analysis passed and the pause is complete.
  /// Without a preview count there is none.
  public static func checkpoint(_ facts: BlueGreenFacts) -> Bool {
    guard let preview = facts.strategy.previewReplicaCount else { return false }
    if facts.status.blueGreen.scaleUpPreviewCheckpoint { return true }
    guard facts.prePromotionPassed, BlueGreenPause.isComplete(facts) else { return false }
    return facts.sets.desired?.available == preview
  }
}
