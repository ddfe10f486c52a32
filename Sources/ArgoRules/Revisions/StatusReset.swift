/// The status at the beginning of a new update.
///
/// Source: semantics 6.3.
public enum StatusReset {
  /// Index of the first step; absent without steps and for blue-green.
  public static func firstStepIndex(_ strategy: ArgoStrategy) -> Int? {
    guard let canary = strategy.canary, !canary.stepList.isEmpty else { return nil }
    return 0
  }

  /// Forgets what belonged to the old update. Pause conditions and the abort flag go through
  /// `decisions`, which are merged when the status is written.
  ///
  /// Plugin statuses are only forgotten by controllers that know plugins; the weights stay.
  public static func apply(
    to status: inout ArgoRolloutStatus, spec: ArgoRolloutSpec, decisions: inout PassDecisions
  ) {
    decisions.clearsPauses = true
    decisions.removesAbort = true
    status.restartedAt = spec.restartAt
    status.promoteFull = false
    status.blueGreen.prePromotionRun = nil
    status.blueGreen.postPromotionRun = nil
    status.blueGreen.scaleUpPreviewCheckpoint = false
    status.canary.stepRun = nil
    status.canary.backgroundRun = nil
    status.canary.plugins = []
    status.stepIndex = firstStepIndex(spec.strategy)
  }
}
