/// When desired becomes stable in a canary, and why.
///
/// Source: semantics 6.5. The order of the questions matters.
public enum CanaryPromotion {
  /// Why desired is promoted; the text stands in the event of the promotion.
  public enum Reason: Equatable, Sendable {
    case initialDeploy
    case fullPromotionRequested
    case rollbackWithinWindow
    case fastRollback
    case completedAllSteps(Int)

    public var text: String {
      switch self {
      case .initialDeploy: "Initial deploy"
      case .fullPromotionRequested: "Full promotion requested"
      case .rollbackWithinWindow: "Rollback within window"
      case .fastRollback: "Fast rollback"
      case .completedAllSteps(let count): "Completed all \(count) canary steps"
      }
    }
  }

  /// Why not.
  public enum Obstacle: Equatable, Sendable {
    case aborted
    case noDesired
    case notAvailable
    case stepsLeft
  }

  public enum Answer: Equatable, Sendable {
    case promote(Reason)
    case wait(Obstacle)
  }

  /// - Parameter aborted: with what this pass decided so far.
  public static func answer(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, _ sets: RevisionSets,
    classification: Classification, aborted: Bool, behaviour: ControllerBehaviour
  ) -> Answer {
    guard sets.stable != nil else { return .promote(.initialDeploy) }
    if aborted { return .wait(.aborted) }
    guard let desired = sets.desired else { return .wait(.noDesired) }
    guard hasEnough(desired, rollout.spec.replicaCount, canary, behaviour) else {
      return .wait(.notAvailable)
    }
    if rollout.status.promoteFull { return .promote(.fullPromotionRequested) }
    if classification.window.isInside { return .promote(.rollbackWithinWindow) }
    if behaviour.unifiedFastRollback, classification.fast.isFast {
      return .promote(.fastRollback)
    }
    guard CanarySteps(canary, rollout.status).allDone else { return .wait(.stepsLeft) }
    return .promote(.completedAllSteps(canary.stepList.count))
  }

  /// Available pods reach the replicas, or the threshold is met. Before 1.9 they had to be exactly
  /// as many.
  private static func hasEnough(
    _ desired: ArgoReplicaSet, _ replicas: Int, _ canary: CanaryStrategy,
    _ behaviour: ControllerBehaviour
  ) -> Bool {
    guard behaviour.knowsProgressThreshold else { return desired.available == replicas }
    if desired.available >= replicas { return true }
    return ProgressGate.thresholdMet(
      available: desired.available, target: replicas, canary, behaviour: behaviour) ?? false
  }
}
