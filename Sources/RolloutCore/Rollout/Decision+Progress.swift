/// An attempt that does not get on.
extension Decision {
  /// The deadline passed without progress: told once for each standstill, and where the strategy
  /// says so the attempt is aborted.
  mutating func missDeadline() {
    guard let due = RolloutDecider.deadline(state, in: context), now > due,
      let attempt = state.attempt, let strategy = strategy(of: attempt)
    else { return }
    emit(.deadlineExceeded(attempt.number, now: now))
    guard strategy.progress.aborts else { return }
    let seconds = strategy.progress.deadline.microseconds / 1_000_000
    end(
      .aborted(
        .deadline(message: "revision \(attempt.revision) made no progress for \(seconds) s")),
      by: nil, cancelling: .attemptEnded)
  }
}

extension RolloutDecider {
  /// The last moment at which progress is in time; `nil`: nothing is awaited, or the deadline is
  /// suspended or was missed already.
  ///
  /// Suspended while anything is paused (but not by the pause before a blue-green switch while the
  /// preview is short of pods), and at a step that takes as long as it takes: a pause, an
  /// analysis, an experiment. The clock is the last recorded progress.
  static func deadline(_ state: RolloutState, in context: RolloutContext) -> Timestamp? {
    guard let attempt = state.attempt, !attempt.isLate,
      let strategy = context.application.strategy(attempt.strategy)
    else { return nil }
    if !attempt.pauses.isEmpty {
      guard attempt.pauses.count == 1, attempt.pauses[.blueGreen] != nil,
        let blueGreen = strategy.blueGreen,
        Decision.lacksPods(attempt, blueGreen, replicas: PodMath.replicas(strategy))
      else { return nil }
    }
    if attempt.track == .full, !attempt.fullPromotion,
      strategy.steps.indices.contains(attempt.stepIndex)
    {
      switch strategy.steps[attempt.stepIndex] {
      case .pause, .analysis, .experiment: return nil
      case .setWeight, .setCanaryScale, .setHeaderRoute, .setMirrorRoute, .plugin,
        .progressThreshold:
        break
      }
    }
    if attempt.switched, !strategy.progress.aborts, attempt.activeSeen == attempt.revision,
      let pods = attempt.pods?.desired, pods.available == PodMath.replicas(strategy)
    {
      return nil  // Healthy: only its verification takes its time.
    }
    var due = attempt.progressAt + strategy.progress.deadline
    // Not while pods of another revision stay for a while; those that stay for ever hold nothing up.
    for kept in state.kept where kept.until.microseconds < .max {
      due = max(due, kept.until)
    }
    return due.microseconds == .max ? nil : due
  }
}
