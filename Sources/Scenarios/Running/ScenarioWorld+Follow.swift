import RolloutCore

/// A well-behaved cluster: it does what it is told at once, its analysis takes as long as the
/// templates say and succeeds, and it tells what it did.
extension ScenarioWorld {
  enum Rest: Equatable {
    /// Nothing more happens by itself, the goal is reached, or the time is over.
    case resting
    /// At rest before the goal was reached on this cluster.
    case unreached(ClusterName)
    case refused(ClusterName, Refusal)
    case endless
  }

  /// Lets clusters follow their directives until nothing more happens by itself.
  ///
  /// - Parameters:
  ///   - goal: where each of them stops before.
  ///   - duration: how long at most; the time has passed in full afterwards unless the goal was
  ///     reached before.
  mutating func follow(
    _ followers: [Int], until goal: ScenarioStep.Goal?, for duration: Interval?
  ) -> Rest {
    let deadline = duration.map { now + $0 }
    while true {
      let waiting = followers.filter { index in goal.map { !isReached($0, index) } ?? true }
      if goal != nil, waiting.isEmpty { return .resting }
      var hasMoved = false
      for index in waiting {
        // Each does one thing at a time, so that it stops exactly where the goal is.
        switch turn(index) {
        case .moved: hasMoved = true
        case .still: continue
        case .refused(let refusal): return .refused(clusters[index].name, refusal)
        }
      }
      if hasMoved {
        guard turns > 0 else { return .endless }
        continue
      }
      let next = waiting.compactMap(nextMoment).min()
      if let next, deadline.map({ next <= $0 }) ?? true {
        guard turns > 0, advance(to: next) else { return .endless }
        continue
      }
      if let deadline { return advance(to: deadline) ? .resting : .endless }
      guard goal != nil, let first = waiting.first else { return .resting }
      return .unreached(clusters[first].name)
    }
  }

  private func isReached(_ goal: ScenarioStep.Goal, _ index: Int) -> Bool {
    guard let attempt = clusters[index].state.attempt else { return false }
    switch goal {
    case .paused: return !attempt.pauses.isEmpty
    case .step(let step): return attempt.track == .full && attempt.stepIndex == step
    case .fullScale: return directive(index).fullScale
    case .background:
      return attempt.runs.contains { $0.key.type == .background && $0.isOpen && $0.object != nil }
    }
  }

  func directive(_ index: Int) -> Directive {
    RolloutDecider.directive(clusters[index].state, in: context(index))
  }

  private enum Turn {
    case moved
    case still
    case refused(Refusal)

    init(_ result: Result<[RolloutEvent], Refusal>) {
      self =
        switch result {
        case .success(let events): events.isEmpty ? .still : .moved
        case .failure(let refusal): .refused(refusal)
        }
    }
  }

  /// The next thing the cluster has to do or to tell, if there is one now.
  private mutating func turn(_ index: Int) -> Turn {
    let cluster = clusters[index]
    if let stopped = unwantedObject(cluster, index) { return stop(stopped, index) }
    let directive = directive(index)
    guard let desired = directive.desired else { return .still }
    let attempt = cluster.state.attempt
    if attempt != nil, cluster.state.local[desired] == nil {
      let local = LocalRevision(podHash: podHash(of: desired, index))
      return Turn(report(.revisionObserved(desired, local), under: directive.attempt, index))
    }
    // A run that is over is told before anything new begins.
    if let ended = cluster.objects.first(where: { object in
      !object.isFinished && object.end.map { $0.at <= now } ?? false
    }), let end = ended.end {
      change(index) { $0.finish(ended.run.name) }
      let result = RunResult(phase: .successful, measurements: end.measurements)
      return Turn(report(.runFinished(ended.run, result), under: ended.attempt, index))
    }
    for outcome in reached(directive, desired, cluster.state) {
      let turn = Turn(report(outcome, under: directive.attempt, index))
      if case .still = turn { continue }
      return turn
    }
    if let run = wantedRuns(index).first(where: { run in
      !cluster.objects.contains { $0.key == run.key && $0.attempt == directive.attempt }
    }) {
      return create(run, desired, directive.attempt, index)
    }
    guard let attempt, directive.fullScale, !attempt.available else { return .still }
    return Turn(report(.available(desired), under: attempt.number, index))
  }

  /// Everything that should run now. In observe mode no directive asks for it: there the cluster's
  /// own controller does what its manifest says.
  private func wantedRuns(_ index: Int) -> [Directive.DirectedRun] {
    var context = context(index)
    context.registration.mode = .enforce
    return RolloutDecider.directive(clusters[index].state, in: context).runs
  }

  /// What a cluster tells that has done what its directive asks for.
  private func reached(
    _ directive: Directive, _ desired: RevisionNumber, _ state: RolloutState
  ) -> [Outcome] {
    var outcomes: [Outcome] = []
    // At rest nothing is asked; a revision that serves alone has all its pods.
    let alone = directive.fullScale ? application.strategies.last?.replicas : nil
    if let targets = directive.pods ?? alone.map({ .init(desired: $0, stable: 0) }) {
      let stable: PodCounts.Pods =
        state.stable == nil || state.stable == desired ? .none : .init(targets.stable)
      outcomes.append(
        .podsObserved(desired, PodCounts(desired: .init(targets.desired), stable: stable)))
    }
    if let services = directive.services {
      outcomes.append(.servicesObserved(services))
    } else {
      outcomes.append(.weightApplied(desired, weight: directive.weight, verified: nil))
    }
    if let moment = directive.restartAt { outcomes.append(.restarted(moment)) }
    return outcomes
  }

  private mutating func create(
    _ run: Directive.DirectedRun, _ revision: RevisionNumber, _ attempt: AttemptNumber?,
    _ index: Int
  ) -> Turn {
    let hash = podHash(of: revision, index)
    let name = newObjectName(hash, EventText.text(run.key), index)
    let object = RunObject(
      name: name, type: run.key.type, podHash: hash, stepIndex: run.key.stepIndex)
    let end = Self.length(of: run.work).map {
      (at: now + $0.length, measurements: $0.measurements)
    }
    change(index) { $0.remember(.init(run: object, attempt: attempt, key: run.key, end: end)) }
    return Turn(report(.runCreated(object), under: attempt, index))
  }

  /// How long it takes, and how often it measures; `nil`: until it is stopped.
  private static func length(
    of work: Directive.DirectedRun.Work
  ) -> (length: Interval, measurements: Int)? {
    switch work {
    case .analysis(let plan): return length(of: plan.templates.flatMap(\.metrics))
    case .plugin: return (Interval(microseconds: 0), 1)
    case .experiment(let plan):
      // As in Argo Rollouts: its analyses end it where they are required, its duration else.
      let required = plan.analyses.filter(\.requiredForCompletion)
      let ending = plan.duration == nil || !required.isEmpty ? plan.analyses : []
      let metrics = plan.analyses.flatMap { $0.plan.templates.flatMap(\.metrics) }
      let length =
        ending.isEmpty
        ? nil
        : length(
          of: (required.isEmpty ? ending : required).flatMap { analysis in
            analysis.plan.templates.flatMap(\.metrics)
          })
      if let length { return length }
      return plan.duration.map { ($0, metrics.count) }
    }
  }

  private static func length(
    of metrics: [AnalysisTemplate.Metric]
  ) -> (length: Interval, measurements: Int)? {
    var length = Timestamp(microseconds: 0)
    var measurements = 0
    for metric in metrics {
      guard metric.interval == nil || metric.count > 0 else { return nil }
      let count = max(metric.count, 1)
      let interval = metric.interval?.microseconds ?? 0
      let (pause, overflow) = interval.multipliedReportingOverflow(by: Int64(count - 1))
      let end =
        Timestamp(microseconds: metric.initialDelay?.microseconds ?? 0)
        + Interval(microseconds: overflow ? .max : pause)
      length = max(length, end)
      measurements = measurements.addingReportingOverflow(count).partialValue
    }
    return (Interval(microseconds: length.microseconds), measurements)
  }

  /// A run that was asked for and is not wanted any more.
  private func unwantedObject(
    _ cluster: ScenarioCluster, _ index: Int
  ) -> ScenarioCluster.Object? {
    guard cluster.objects.contains(where: { !$0.isFinished && $0.key != nil }) else { return nil }
    let wanted = wantedRuns(index)
    return cluster.objects.first { object in
      guard !object.isFinished, let key = object.key else { return false }
      return !wanted.contains { $0.key == key }
    }
  }

  /// What is terminated ends successful without a measurement.
  private mutating func stop(_ object: ScenarioCluster.Object, _ index: Int) -> Turn {
    change(index) { $0.finish(object.run.name) }
    let result = RunResult(phase: .successful, measurements: 0)
    switch report(.runFinished(object.run, result), under: object.attempt, index) {
    case .success: return .moved
    case .failure(let refusal): return .refused(refusal)
    }
  }

  /// When something happens by itself on a cluster: a timer, or the end of a run.
  private func nextMoment(_ index: Int) -> Timestamp? {
    let ends = clusters[index].objects.compactMap { $0.isFinished ? nil : $0.end?.at }
    return ([due(index)] + ends.map { Optional($0) }).compactMap { $0 }.min()
  }
}
