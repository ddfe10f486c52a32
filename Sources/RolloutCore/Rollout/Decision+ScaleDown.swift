/// How long pods stay that are not wanted any more.
extension Decision {
  /// Argo's default for both delays.
  private static let standardDelay = Interval.seconds(30)

  /// Records until when pods stay, where a router or a service may still need them.
  mutating func keepPods(after verdict: Verdict, of attempt: Attempt) {
    guard let strategy = strategy(of: attempt) else { return }
    switch verdict {
    case .promoted:
      guard let old = attempt.stable, old != attempt.revision,
        let delay = Self.scaleDownDelay(strategy), delay > .zero
      else { return }
      emit(.scaleDownDelayed(old, until: now + delay, now: now))
    case .aborted:
      keepAborted(attempt.revision, attempt.pods, strategy)
    case .withdrawn, .superseded:
      // A canary's pods without traffic go at once; a preview's stay as any old revision's do.
      guard strategy.blueGreen != nil, attempt.revision != attempt.stable,
        let delay = Self.scaleDownDelay(strategy), delay > .zero
      else { return }
      emit(.scaleDownDelayed(attempt.revision, until: now + delay, now: now))
    }
  }

  /// An aborted revision's pods stay for a while, counted from when stable can do without them.
  mutating func keepAborted() {
    guard let ended = state.lastEnded, case .aborted = ended.verdict,
      ended.revision == state.desired, state.keptUntil(ended.revision) == nil,
      let strategy = context.application.strategy(ended.strategy)
    else { return }
    keepAborted(ended.revision, state.pods?.counts, strategy)
  }

  private mutating func keepAborted(
    _ revision: RevisionNumber, _ pods: PodCounts?, _ strategy: Strategy
  ) {
    guard revision != state.stable, let delay = Self.abortDelay(strategy) else { return }
    if let pods, pods.stable.available < PodMath.replicas(strategy) { return }
    let until = delay > .zero ? now + delay : Timestamp(microseconds: .max)
    emit(.scaleDownDelayed(revision, until: until, now: now))
  }

  /// What an abort left standing for ever is an old revision like any other once something else is
  /// wanted.
  mutating func releaseKept(for target: RevisionNumber) {
    for kept in state.kept
    where kept.until.microseconds == .max && kept.revision != target {
      let strategy = context.application.strategies.last
      let delay = strategy?.blueGreen == nil ? nil : strategy.flatMap { Self.scaleDownDelay($0) }
      emit(.scaleDownDelayed(kept.revision, until: now + (delay ?? .zero), now: now))
    }
  }

  /// `nil`: pods go at once.
  private static func scaleDownDelay(_ strategy: Strategy) -> Interval? {
    switch strategy.kind {
    case .canary(let canary):
      // Without a router pods are the traffic; with dynamic scaling they go with it.
      canary.traffic == nil || canary.dynamicStableScale
        ? nil : canary.scaleDownDelay ?? standardDelay
    case .blueGreen(let blueGreen): blueGreen.scaleDownDelay ?? standardDelay
    }
  }

  /// `nil`: pods go at once, or with their weight; zero: they stay.
  private static func abortDelay(_ strategy: Strategy) -> Interval? {
    switch strategy.kind {
    case .canary(let canary):
      guard canary.traffic != nil else { return nil }
      return canary.abortScaleDownDelay ?? (canary.dynamicStableScale ? nil : standardDelay)
    case .blueGreen(let blueGreen): return blueGreen.abortScaleDownDelay ?? standardDelay
    }
  }
}
