/// Phase and message of a rollout, exactly as a person reads them.
///
/// Source: semantics 14.4. A rollback inside the window is not visible in either.
public enum PhaseRules {
  /// What the controller writes; the first rule that matches.
  public static func phase(
    _ spec: ArgoRolloutSpec, _ status: ArgoRolloutStatus
  ) -> (phase: RolloutPhase, message: String) {
    for condition in status.conditions {
      if condition.kind == .invalidSpec {
        return (.degraded, "InvalidSpec: \(condition.message)")
      }
      switch condition.reason {
      case ConditionText.Reason.rolloutAborted, ConditionText.Reason.progressDeadlineExceeded:
        return (.degraded, "\(condition.reason): \(condition.message)")
      default: break
      }
    }
    if spec.paused { return (.paused, "manually paused") }
    if let pause = status.pauseConditions.first { return (.paused, pause.reason.rawValue) }
    if let restart = spec.restartAt, status.restartedAt != restart {
      return (.progressing, "rollout is restarting")
    }
    if status.updatedReplicas < spec.replicaCount {
      return (.progressing, "more replicas need to be updated")
    }
    if status.availableReplicas < status.updatedReplicas {
      return (.progressing, "updated replicas are still becoming available")
    }
    switch spec.strategy {
    case .blueGreen(let blueGreen):
      if let message = pending(blueGreen, status) { return (.progressing, message) }
    case .canary(let canary):
      if canary.trafficRouting == nil, status.replicas > status.updatedReplicas {
        return (.progressing, "old replicas are pending termination")
      }
      if !ProgressRules.isCompleted(status) {
        return (.progressing, "waiting for all steps to complete")
      }
    }
    return (.healthy, "")
  }

  private static func pending(
    _ blueGreen: BlueGreenStrategy, _ status: ArgoRolloutStatus
  ) -> String? {
    let active = status.blueGreen.activeSelector
    if active.isEmpty || active != status.currentHash { return "active service cutover pending" }
    if ProgressRules.isCompleted(status) { return nil }
    let analysing =
      blueGreen.postPromotionAnalysis != nil
      && status.blueGreen.postPromotionRun?.phase.isCompleted != true
    return analysing
      ? "waiting for analysis to complete"
      : "waiting for post-promotion verification to complete"
  }

  /// What observers show: the recorded phase, unless the controller has yet to look at a change of
  /// the spec, has yet to act on a resumed pause, or has yet to look at the referenced workload.
  ///
  /// - Parameter workloadGeneration: generation of the workload a `workloadRef` names; absent: not
  ///   known, and not asked.
  public static func observed(
    _ rollout: ArgoRollout, workloadGeneration: Int64? = nil
  ) -> (phase: RolloutPhase, message: String) {
    if rollout.status.observedGeneration < rollout.generation {
      return (.progressing, "waiting for rollout spec update to be observed")
    }
    if PauseRules.isResumed(rollout.status) {
      return (.progressing, "waiting for rollout to unpause")
    }
    if rollout.spec.hasWorkloadReference, let workloadGeneration,
      let seen = rollout.status.workloadObservedGeneration,
      // Argo reads it as a 32-bit number and takes one that does not fit for up to date.
      Int32(exactly: seen) != nil, seen != workloadGeneration
    {
      return (
        .progressing, "waiting for rollout spec update to be observed for the reference workload"
      )
    }
    if let phase = rollout.status.phase { return (phase, rollout.status.message) }
    return phase(rollout.spec, rollout.status)
  }
}
