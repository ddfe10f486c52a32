/// Progress, health, completion and the progress deadline.
///
/// Source: semantics 14.1 and 14.2.
public enum ProgressRules {
  /// Seconds without progress after which an update has timed out, when the spec says nothing.
  public static let defaultDeadlineSeconds = 600

  /// Whether the pass moved anything: updated pods differ in number, old ones went down, ready or
  /// available ones went up, a blue-green selector changed, or a canary's stable revision, step
  /// index (both known) or step hash changed.
  public static func madeProgress(
    from old: ArgoRolloutStatus, to new: ArgoRolloutStatus, strategy: ArgoStrategy
  ) -> Bool {
    if new.updatedReplicas != old.updatedReplicas { return true }
    if new.replicas - new.updatedReplicas < old.replicas - old.updatedReplicas { return true }
    if new.readyReplicas > old.readyReplicas { return true }
    if new.availableReplicas > old.availableReplicas { return true }
    switch strategy {
    case .blueGreen:
      return old.blueGreen.activeSelector != new.blueGreen.activeSelector
        || old.blueGreen.previewSelector != new.blueGreen.previewSelector
    case .canary:
      if new.stableHash != old.stableHash || new.stepHash != old.stepHash { return true }
      guard let before = old.stepIndex, let after = new.stepIndex else { return false }
      return before != after
    }
  }

  /// All wanted pods are updated and available, the spec was seen by an earlier pass, and the
  /// strategy is done: services on current; or all steps done, promoted and no pod too many.
  public static func isHealthy(_ rollout: ArgoRollout, _ new: ArgoRolloutStatus) -> Bool {
    let replicas = rollout.spec.replicaCount
    guard new.updatedReplicas == replicas, new.availableReplicas == replicas,
      rollout.status.observedGeneration == rollout.generation
    else { return false }
    switch rollout.spec.strategy {
    case .blueGreen(let blueGreen):
      return new.blueGreen.activeSelector == new.currentHash
        && (blueGreen.previewService.isEmpty
          || new.blueGreen.previewSelector == new.currentHash)
    case .canary(let canary):
      let count = canary.stepList.count
      let stepsDone = count == 0 || new.stepIndex == nil || new.stepIndex == count
      return stepsDone && isCompleted(new) && new.replicas == replicas
    }
  }

  /// Something is stable, and it is what is recorded as current.
  public static func isCompleted(_ status: ArgoRolloutStatus) -> Bool {
    !status.stableHash.isEmpty && status.stableHash == status.currentHash
  }

  /// Whether the Progressing condition is older than the deadline. Its last update is the clock,
  /// which every pass with progress renews. Aborted and paused conditions never time out, one that
  /// timed out stays so.
  public static func timedOut(
    _ status: ArgoRolloutStatus, deadlineSeconds: Int?, now: ArgoTime
  ) -> Bool {
    guard let condition = status.condition(.progressing) else { return false }
    switch condition.reason {
    case ConditionText.Reason.rolloutAborted, ConditionText.Reason.rolloutPaused: return false
    case ConditionText.Reason.progressDeadlineExceeded: return true
    default:
      let seconds = deadlineSeconds ?? defaultDeadlineSeconds
      return condition.lastUpdate.adding(seconds: seconds) < now
    }
  }

  /// Why the deadline is not applied in this pass.
  public enum Suspension: Equatable, Sendable {
    /// The current step is a pause, an analysis or an experiment. Plugin steps count against it.
    case indefiniteStep
    case paused
    /// Another revision still carries a scale-down deadline, even one long past.
    case scaleDownPending
  }

  public static func suspension(
    _ rollout: ArgoRollout, others: [ArgoReplicaSet], behaviour: ControllerBehaviour
  ) -> Suspension? {
    if let canary = rollout.spec.strategy.canary {
      switch CanarySteps(canary, rollout.status).current {
      case .pause, .analysis, .experiment: return .indefiniteStep
      case nil, .setWeight, .setCanaryScale, .setHeaderRoute, .setMirrorRoute, .plugin: break
      }
    }
    if rollout.status.condition(.paused)?.state == .yes { return .paused }
    if behaviour.waitsForScaleDownBeforeDeadline,
      others.contains(where: { $0.scaleDownDeadline != nil })
    {
      return .scaleDownPending
    }
    return nil
  }

  /// `progressDeadlineAbort`: the option is on, the update is neither aborted nor completed, made no
  /// progress in this pass, nothing suspends the deadline, and the status as it was has timed out.
  public static func abortsForDeadline(
    _ rollout: ArgoRollout, new: ArgoRolloutStatus, others: [ArgoReplicaSet], aborted: Bool,
    now: ArgoTime, behaviour: ControllerBehaviour
  ) -> Bool {
    rollout.spec.progressDeadlineAbort && !aborted && !isCompleted(new)
      && !madeProgress(from: rollout.status, to: new, strategy: rollout.spec.strategy)
      && suspension(rollout, others: others, behaviour: behaviour) == nil
      && timedOut(
        rollout.status, deadlineSeconds: rollout.spec.progressDeadlineSeconds, now: now)
  }
}
