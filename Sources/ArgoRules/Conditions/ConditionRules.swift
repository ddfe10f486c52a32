/// The conditions a pass writes at its end.
///
/// Source: semantics 14.1 to 14.3.
public enum ConditionRules {
  /// What the pass hands over.
  public struct Facts: Sendable {
    public var rollout: ArgoRollout
    public var sets: RevisionSets
    public var now: ArgoTime
    public var behaviour: ControllerBehaviour

    public init(
      _ rollout: ArgoRollout, _ sets: RevisionSets, now: ArgoTime,
      behaviour: ControllerBehaviour
    ) {
      self.rollout = rollout
      self.sets = sets
      self.now = now
      self.behaviour = behaviour
    }
  }

  /// Updates Healthy, Progressing, Available and Completed in `status`, and may abort for the
  /// progress deadline.
  ///
  /// - Returns: events about what changed.
  public static func apply(
    to status: inout ArgoRolloutStatus, _ facts: Facts, decisions: inout PassDecisions
  ) -> [PassEvent] {
    var events: [PassEvent] = []
    status.remove(.invalidSpec)
    let rollout = facts.rollout
    if ProgressRules.abortsForDeadline(
      rollout, new: status, others: facts.sets.other,
      aborted: decisions.isAborted(rollout.status), now: facts.now, behaviour: facts.behaviour)
    {
      let message = ConditionText.timedOut(facts.sets.desired?.name, rollout: rollout.name)
      decisions.abort(message)
      events.append(.warning(ConditionText.Reason.rolloutAborted, message))
    }
    let becameUnhealthy = setHealthy(&status, facts)
    if decisions.isAborted(rollout.status) {
      let message = ConditionText.aborted(
        revision: rollout.revision, cause: decisions.abortMessage)
      let changed = status.set(
        condition(facts, .progressing, .no, ConditionText.Reason.rolloutAborted, message))
      if changed { events.append(.warning(ConditionText.Reason.rolloutAborted, message)) }
    } else {
      setProgressing(&status, facts, becameUnhealthy: becameUnhealthy)
    }
    setAvailable(&status, facts)
    setReplicaFailure(&status, facts)
    events += setCompleted(&status, facts)
    return events
  }

  private static func condition(
    _ facts: Facts, _ kind: RolloutCondition.Kind, _ state: RolloutCondition.State,
    _ reason: String, _ message: String
  ) -> RolloutCondition {
    RolloutCondition(
      kind, state, reason: reason, message: message, lastUpdate: facts.now.storedSecond)
  }

  /// - Returns: whether the rollout was healthy until now. A rollout that never was has no such
  ///   condition, and gets none for being unhealthy.
  private static func setHealthy(_ status: inout ArgoRolloutStatus, _ facts: Facts) -> Bool {
    let rollout = facts.rollout
    let paused = !rollout.status.pauseConditions.isEmpty || rollout.spec.paused
    if !paused, ProgressRules.isHealthy(rollout, status) {
      status.set(
        condition(
          facts, .healthy, .yes, ConditionText.Reason.rolloutHealthy, ConditionText.healthy))
      return false
    }
    guard rollout.status.condition(.healthy) != nil else { return false }
    return status.set(
      condition(
        facts, .healthy, .no, ConditionText.Reason.rolloutHealthy, ConditionText.notHealthy))
  }

  private static func setProgressing(
    _ status: inout ArgoRolloutStatus, _ facts: Facts, becameUnhealthy: Bool
  ) {
    let rollout = facts.rollout
    let name = facts.sets.desired?.name
    if ProgressRules.isHealthy(rollout, status) {
      status.set(
        condition(
          facts, .progressing, .yes, ConditionText.Reason.newReplicaSetAvailable,
          ConditionText.succeeded(name)))
    } else if becameUnhealthy
      || ProgressRules.madeProgress(
        from: rollout.status, to: status, strategy: rollout.spec.strategy)
    {
      // A promoted rollout that lost pods starts its clock anew rather than time out at once.
      let lostPods = becameUnhealthy && status.stableHash == status.currentHash
      var progress = condition(
        facts, .progressing, .yes,
        lostPods
          ? ConditionText.Reason.replicaSetNotAvailable : ConditionText.Reason.replicaSetUpdated,
        lostPods
          ? ConditionText.notAvailable
          : ConditionText.progressing(name, rollout: rollout.name))
      if let present = rollout.status.condition(.progressing) {
        if present.state == .yes { progress.lastTransition = present.lastTransition }
        // Same reason, newer time: a plain set would keep the old time and so the old clock.
        status.remove(.progressing)
      }
      status.set(progress)
    } else if ProgressRules.suspension(
      rollout, others: facts.sets.other, behaviour: facts.behaviour) == nil,
      ProgressRules.timedOut(
        status, deadlineSeconds: rollout.spec.progressDeadlineSeconds, now: facts.now)
    {
      status.set(
        condition(
          facts, .progressing, .no, ConditionText.Reason.progressDeadlineExceeded,
          ConditionText.timedOut(name, rollout: rollout.name)))
    }
  }

  /// Blue-green: the active revision is saturated. Canary: available pods of all revisions together
  /// reach the replicas.
  private static func setAvailable(_ status: inout ArgoRolloutStatus, _ facts: Facts) {
    let replicas = facts.rollout.spec.replicaCount
    let isAvailable: Bool
    switch facts.rollout.spec.strategy {
    case .blueGreen:
      let active = facts.sets.all.first {
        !status.blueGreen.activeSelector.isEmpty && $0.hash == status.blueGreen.activeSelector
      }
      isAvailable =
        active.map {
          $0.requested == replicas && $0.desiredReplicas == replicas && $0.available == replicas
        } ?? false
    case .canary:
      isAvailable = facts.sets.available >= replicas
    }
    status.set(
      condition(
        facts, .available, isAvailable ? .yes : .no, ConditionText.Reason.available,
        isAvailable ? ConditionText.available : ConditionText.notAvailable))
  }

  /// One failure is shown: that of desired before those of others.
  private static func setReplicaFailure(_ status: inout ArgoRolloutStatus, _ facts: Facts) {
    let failure =
      facts.sets.desired?.failure ?? facts.sets.revisions.compactMap(\.failure).first
    guard var failure else {
      status.remove(.replicaFailure)
      return
    }
    failure.kind = .replicaFailure
    failure.lastUpdate = failure.lastTransition
    status.set(failure)
  }

  private static func setCompleted(
    _ status: inout ArgoRolloutStatus, _ facts: Facts
  ) -> [PassEvent] {
    let completed = ProgressRules.isCompleted(status)
    let changed = status.set(
      condition(
        facts, .completed, completed ? .yes : .no, ConditionText.Reason.rolloutCompleted,
        ConditionText.Reason.rolloutCompleted))
    guard changed, !completed else { return [] }
    return [
      .normal(
        ConditionText.Reason.rolloutNotCompleted,
        ConditionText.notCompleted(
          revision: facts.rollout.revision + 1, hash: status.currentHash))
    ]
  }
}
