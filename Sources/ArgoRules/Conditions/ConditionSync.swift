/// The first thing a pass does: bring the Paused and Progressing conditions in line with the
/// paused and aborted flags. When it changes anything the pass ends there.
///
/// Source: semantics 6.1, step 0. This is why a resumed rollout does not time out for the time it
/// was paused, and why retry shows as Progressing before anything runs.
public enum ConditionSync {
  /// The conditions to write; empty when all agree, or while the spec was not seen by a pass yet.
  public static func changes(_ rollout: ArgoRollout, now: ArgoTime) -> [RolloutCondition] {
    let status = rollout.status
    guard status.observedGeneration == rollout.generation else { return [] }
    let progressing = status.condition(.progressing)
    let shownPaused = progressing?.reason == ConditionText.Reason.rolloutPaused
    let shownAborted = progressing?.reason == ConditionText.Reason.rolloutAborted
    let isPaused = !status.pauseConditions.isEmpty || rollout.spec.paused
    let time = now.storedSecond
    var changes: [RolloutCondition] = []
    if isPaused != shownPaused, !shownAborted {
      changes.append(
        RolloutCondition(
          .progressing, .unknown,
          reason: isPaused
            ? ConditionText.Reason.rolloutPaused : ConditionText.Reason.rolloutResumed,
          message: isPaused ? ConditionText.paused : ConditionText.resumed, lastUpdate: time))
    }
    if !status.abort, shownAborted {
      changes.append(
        RolloutCondition(
          .progressing, .unknown, reason: ConditionText.Reason.rolloutRetry,
          message: ConditionText.retry, lastUpdate: time))
    }
    let pausedCondition = status.condition(.paused)?.state == .yes
    if isPaused != pausedCondition, !shownAborted {
      changes.append(
        RolloutCondition(
          .paused, isPaused ? .yes : .no, reason: ConditionText.Reason.rolloutPaused,
          message: ConditionText.paused, lastUpdate: time))
    }
    return changes
  }
}
