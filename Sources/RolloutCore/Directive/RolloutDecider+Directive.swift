extension RolloutDecider {
  /// What the cluster should have now. A pure function of state: asking again gives the same.
  public static func directive(_ state: RolloutState, in context: RolloutContext) -> Directive {
    let enforced = context.registration.mode == .enforce
    guard let attempt = state.attempt else {
      let isAborted = state.phase == .degraded
      let isServing = state.desired != nil && !isAborted
      return Directive(
        attempt: state.lastEnded?.number, enforced: enforced, stable: state.stable,
        desired: state.desired, track: state.lastEnded?.classification.track,
        weight: isServing ? 100 : 0, fullScale: isServing, aborted: isAborted)
    }
    let steps = context.application.strategy(attempt.strategy)?.steps
    let isFullScale =
      attempt.track == .fast || attempt.fullPromotion
      || (steps.map { attempt.stepIndex >= $0.count } ?? false)
    return Directive(
      attempt: attempt.number, enforced: enforced, stable: state.stable,
      desired: attempt.revision, track: attempt.track,
      weight: isFullScale ? 100 : weight(of: steps ?? [], at: attempt.stepIndex),
      fullScale: isFullScale, paused: !attempt.pauses.isEmpty, aborted: false,
      runs: enforced ? runs(of: attempt, in: context) : [], forbidden: attempt.contract)
  }

  /// The nearest weight asked for at or before a step.
  private static func weight(of steps: [Strategy.Step], at index: Int) -> Int {
    guard steps.indices.contains(index) else { return 0 }
    for case .setWeight(let weight) in steps[...index].reversed() { return weight }
    return 0
  }

  private static func runs(
    of attempt: Attempt, in context: RolloutContext
  ) -> [Directive.DirectedRun] {
    guard let strategy = context.application.strategy(attempt.strategy) else { return [] }
    return attempt.runs.compactMap { run in
      guard run.isOpen else { return nil }
      if let index = run.key.stepIndex {
        guard strategy.steps.indices.contains(index),
          case .analysis(let plan) = strategy.steps[index]
        else { return nil }
        return Directive.DirectedRun(key: run.key, plan: plan)
      }
      return strategy.background.map { Directive.DirectedRun(key: run.key, plan: $0.plan) }
    }
  }
}
