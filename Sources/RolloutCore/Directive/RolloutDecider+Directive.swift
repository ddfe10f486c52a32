extension RolloutDecider {
  /// What the cluster should have now. A pure function of state: asking again gives the same.
  public static func directive(_ state: RolloutState, in context: RolloutContext) -> Directive {
    let version =
      state.attempt?.strategy ?? state.lastEnded?.strategy ?? context.application.latestStrategy
    let strategy = version.flatMap { context.application.strategy($0) }
    var directive = Directive(
      enforced: context.registration.mode == .enforce, stable: state.stable,
      maxWeight: strategy?.canary.map { PodMath.maxWeight($0) } ?? 100, restartAt: state.restart)
    directive.kept = kept(state, strategy)
    if let attempt = state.attempt {
      directive.direct(attempt, strategy, state)
      if directive.enforced { directive.runs = runs(of: attempt, strategy) }
    } else {
      directive.rest(state, strategy)
    }
    if directive.enforced { directive.runs += state.runsOutsideAttempt(in: context) }
    return directive
  }

  /// Within their delay and within the strategy's limit, which keeps the newest.
  private static func kept(
    _ state: RolloutState, _ strategy: Strategy?
  ) -> [Directive.KeptRevision] {
    let given =
      strategy?.blueGreen?.scaleDownDelayRevisionLimit
      ?? strategy?.canary?.scaleDownDelayRevisionLimit
    let limit = given.map { max(0, $0) }
    // What was aborted and is still desired is no old revision yet.
    let aborted = state.kept.filter { $0.revision == state.desired && $0.revision != state.stable }
    let old = state.kept.filter { $0.revision != state.desired && $0.revision != state.stable }
    return (aborted + old.prefix(limit ?? .max))
      .map { .init(revision: $0.revision, until: $0.until) }
  }

  private static func runs(of attempt: Attempt, _ strategy: Strategy?) -> [Directive.DirectedRun] {
    guard let strategy else { return [] }
    return attempt.runs.compactMap { run in
      guard run.isOpen, let work = work(of: run.key, strategy) else { return nil }
      return Directive.DirectedRun(key: run.key, work: work)
    }
  }

  /// What runs under a key, as the strategy says.
  private static func work(
    of key: RunKey, _ strategy: Strategy
  ) -> Directive.DirectedRun.Work? {
    if let index = key.stepIndex {
      guard strategy.steps.indices.contains(index) else { return nil }
      switch (key.type, strategy.steps[index]) {
      case (.step, .analysis(let plan)): return .analysis(plan)
      case (.experiment, .experiment(let plan)): return .experiment(plan)
      case (.plugin, .plugin(let call)): return .plugin(call)
      default: return nil
      }
    }
    let plan =
      switch key.type {
      case .background: strategy.background?.plan
      case .prePromotion: strategy.blueGreen?.prePromotion
      case .postPromotion: strategy.blueGreen?.postPromotion
      case .step, .experiment, .plugin, .verification: AnalysisPlan?.none
      }
    return plan.map { .analysis($0) }
  }
}

extension Directive {
  /// What the running attempt asks for.
  fileprivate mutating func direct(
    _ attempt: Attempt, _ strategy: Strategy?, _ state: RolloutState
  ) {
    self.attempt = attempt.number
    desired = attempt.revision
    track = attempt.track
    paused = !attempt.pauses.isEmpty
    forbidden = attempt.contract
    switch strategy?.kind {
    case .canary(let canary):
      let replicas = strategy.map { PodMath.replicas($0) } ?? 0
      let course = CanaryCourse(attempt, canary, replicas: replicas, in: state)
      fullScale = course.isAtEnd
      weight = course.wantedWeight
      pods = course.nextPods
      routes = course.routes
    case .blueGreen(let blueGreen):
      let replicas = strategy.map { PodMath.replicas($0) } ?? 0
      fullScale = blueGreen.wantsFullPreview(attempt)
      let serves = attempt.switched || attempt.stable == attempt.revision
      weight = serves ? maxWeight : 0
      pods = PodTargets(
        desired: blueGreen.previewSize(attempt, replicas: replicas),
        stable: attempt.stable == nil || attempt.stable == attempt.revision ? 0 : replicas)
      services = ServicesSeen(
        active: attempt.switched ? attempt.revision : attempt.stable,
        preview: blueGreen.hasPreviewService ? attempt.revision : nil)
    case nil:
      fullScale = attempt.track == .fast || attempt.fullPromotion
      weight = fullScale ? maxWeight : 0
    }
  }

  /// What is to be between attempts: stable serves, and after an abort it gets back what it gave.
  fileprivate mutating func rest(_ state: RolloutState, _ strategy: Strategy?) {
    attempt = state.lastEnded?.number
    desired = state.desired
    track = state.lastEnded?.classification.track
    aborted = state.phase == .degraded
    fullScale = state.desired != nil && !aborted
    weight = fullScale ? maxWeight : 0
    if let blueGreen = strategy?.blueGreen, state.desired != nil {
      services = ServicesSeen(
        active: state.stable, preview: blueGreen.hasPreviewService ? state.desired : nil)
    }
    guard aborted, let strategy else { return }
    let replicas = PodMath.replicas(strategy)
    let counts = desired.flatMap { state.pods?.counts(desired: $0, stable: state.stable) }
    pods = PodTargets(desired: 0, stable: state.stable == nil ? 0 : replicas)
    if state.stable != nil, let desired, state.keptUntil(desired) == nil {
      // Its delay begins once stable can do without it.
      pods?.desired = counts?.desired.requested ?? 0
    }
    if let canary = strategy.canary, canary.traffic == nil, state.stable != nil, let counts {
      // The aborted pods serve until stable's are back.
      pods = CanaryCourse.next(
        counts, weight: 0, of: replicas, canary, isStableItself: false)
    }
    guard let canary = strategy.canary, canary.dynamicStableScale, canary.traffic != nil,
      state.stable != nil, let counts
    else { return }
    // Stable shrank with its weight: it gets traffic back as fast as it can carry it, no faster.
    let carried =
      maxWeight - PodMath.weight(of: counts.stable.available, in: replicas, whole: maxWeight)
    weight = min(carried, min(max(0, state.lastEnded?.weight ?? 0), maxWeight))
    let drained = PodMath.share(of: replicas, weight: weight, whole: maxWeight)
    // A delay that was asked for keeps what is there, traffic or not.
    let held = canary.abortScaleDownDelay == nil ? 0 : pods?.desired ?? 0
    pods?.desired = max(drained, held)
  }
}
