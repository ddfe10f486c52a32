/// Whether a revision has enough pods for the rollout to go on.
///
/// Source: semantics 6.4, "desired counts reached".
public enum ProgressGate {
  /// Slack for the quotient, which is computed in floating point.
  private static let epsilon = 1e-9

  /// With a threshold: enough available pods by percent or number. Without one, with a negative
  /// one, or before 1.9: requested and available are both exactly the target.
  public static func isMet(
    _ replicaSet: ArgoReplicaSet?, target: Int, _ canary: CanaryStrategy,
    behaviour: ControllerBehaviour
  ) -> Bool {
    guard let replicaSet else { return false }
    return thresholdMet(
      available: replicaSet.available, target: target, canary, behaviour: behaviour)
      ?? (replicaSet.requested == target && replicaSet.available == target)
  }

  /// `nil` when no threshold applies.
  public static func thresholdMet(
    available: Int, target: Int, _ canary: CanaryStrategy, behaviour: ControllerBehaviour
  ) -> Bool? {
    guard behaviour.knowsProgressThreshold, let threshold = canary.progressThreshold,
      threshold.value >= 0
    else { return nil }
    switch threshold.kind {
    case .percent:
      guard target > 0 else { return true }
      let percent = Double(available) / Double(target) * 100
      return percent + epsilon >= Double(threshold.value)
    case .pods:
      return available >= threshold.value
    }
  }
}
