/// The single place where "is this rollback inside its window?" is answered.
public enum WindowRule {
  /// Revisions listed in one answer; the verdict always counts all.
  static let betweenMax = 10_000
  /// Facts kept for the revisions between.
  static let betweenFactsMax = 100

  /// Judges a rollback from stable to `target` by what the log knows at `now`.
  ///
  /// Meaningful for a target below stable. Total: any state gives an answer.
  /// - Returns: the answer, the rules in the order they were applied, and the facts used.
  public static func answer(
    target: RevisionNumber, _ state: RolloutState, in context: RolloutContext, now: Timestamp
  ) -> (WindowAnswer, [Rule], [Fact]) {
    let stable = state.stable ?? target
    let (window, source, windowFact) = windowInForce(in: context)
    let history = state.history[target]
    let (between, count, betweenFacts) = revisions(
      between: target, and: stable, counting: window?.counting ?? .attempted, state, context)

    var facts: [Fact] = []
    facts.reserveCapacity(5 + betweenFacts.count)
    facts.append(
      Fact(
        .targetRegistered, revision: target, at: context.application.revision(target)?.position))
    facts.append(Fact(.stableSince, revision: stable, at: state.history[stable]?.becameStableAt))
    if let windowFact { facts.append(windowFact) }

    let restsOnImport = history?.imported == true && history?.everStable == true
    if let history, let position = history.stoppedBeingStablePosition {
      facts.append(Fact(.targetStoppedBeingStable, revision: target, at: position))
    }
    if let history, restsOnImport {
      facts.append(Fact(.importedHistory, revision: target, at: history.becameStableAt))
    }
    facts.append(contentsOf: betweenFacts)

    let inputs = Inputs(
      attempted: history?.attempted ?? false, everStable: history?.everStable ?? false,
      restsOnImport: restsOnImport, between: count,
      stoppedBeingStableAt: history?.stoppedBeingStableAt)
    let (verdict, rules) = judge(inputs, by: window, from: source, now: now)
    let answer = WindowAnswer(
      verdict: verdict, window: window, source: source, stable: stable, target: target,
      between: between, stoppedBeingStableAt: history?.stoppedBeingStableAt,
      restsOnImport: restsOnImport)
    return (answer, rules, facts)
  }

  /// Everything the verdict depends on besides the window and the moment.
  struct Inputs: Equatable {
    var attempted: Bool
    var everStable: Bool
    var restsOnImport: Bool
    /// How many revisions use up the window.
    var between: Int
    var stoppedBeingStableAt: Timestamp?
  }

  /// The verdict and the rules that led to it, in order.
  static func judge(
    _ inputs: Inputs, by window: RollbackWindow?, from source: WindowAnswer.Source, now: Timestamp
  ) -> (WindowAnswer.Verdict, [Rule]) {
    guard let window, window.revisions != nil || window.duration != nil else {
      return (.noWindow, [.noWindow])
    }
    var rules: [Rule] = []
    switch source {
    case .policy: rules.append(.windowFromPolicy)
    case .manifest: rules.append(.windowFromManifest)
    case .none: break
    }
    if inputs.restsOnImport { rules.append(.importedHistory) }
    if window.requireStable {
      guard inputs.attempted else { return (.neverRanHere, rules + [.neverRanHere]) }
      guard inputs.everStable else { return (.neverStableHere, rules + [.neverStableHere]) }
    }

    let revisionsHeld = window.revisions.map { $0 > 0 && inputs.between < $0 }
    if let revisionsHeld {
      rules.append(revisionsHeld ? .windowRevisionsHeld : .windowRevisionsExceeded)
    }
    let durationHeld = window.duration.map { duration in
      guard duration > .zero, let stopped = inputs.stoppedBeingStableAt else { return false }
      return now.since(stopped) <= duration
    }
    if let durationHeld {
      rules.append(durationHeld ? .windowDurationHeld : .windowDurationExceeded)
    }

    let verdict: WindowAnswer.Verdict =
      switch (revisionsHeld, durationHeld, window.match) {
      case (true, true, _), (true, nil, _), (nil, true, _): .inside
      case (true, false, .any), (false, true, .any): .inside
      case (true, false, .all), (nil, false, _): .outsideByDuration
      case (false, true, .all), (false, nil, _): .outsideByRevisions
      case (false, false, _): .outsideByBoth
      case (nil, nil, _): .noWindow
      }
    return (verdict, rules)
  }

  /// The narrowest policy with a window that selects the cluster; the first by name where several
  /// are equally narrow; else the manifest's own window.
  public static func windowInForce(
    in context: RolloutContext
  ) -> (RollbackWindow?, WindowAnswer.Source, Fact?) {
    if let policy = context.inForce(\.window) {
      return (policy.part, .policy(policy.policy), Fact(.windowPolicy, at: policy.position))
    }
    let strategyFact = Fact(.strategy, at: context.application.strategyPosition)
    guard let window = context.application.strategies.last?.window else {
      return (nil, .none, context.application.strategies.isEmpty ? nil : strategyFact)
    }
    return (window, .manifest, strategyFact)
  }

  /// Revisions strictly between two that a counting rule counts: a bounded list, nearest to
  /// `target` first; the full count; and where each became one of them.
  private static func revisions(
    between target: RevisionNumber, and stable: RevisionNumber,
    counting: RollbackWindow.Counting, _ state: RolloutState, _ context: RolloutContext
  ) -> ([RevisionNumber], Int, [Fact]) {
    guard target < stable, stable.value - target.value > 1 else { return ([], 0, []) }
    let range = (target.value + 1)...(stable.value - 1)
    let application = context.application

    var numbers: [RevisionNumber] = []
    switch counting {
    case .registered:
      let last = min(range.upperBound, UInt32(clamping: application.revisions.count))
      if range.lowerBound <= last {
        numbers = (range.lowerBound...last).map { RevisionNumber($0) }
      }
    case .attempted:
      for (number, history) in state.history
      where range.contains(number.value) && history.attempted { numbers.append(number) }
      numbers.sort()
    case .promoted:
      for (number, history) in state.history
      where range.contains(number.value) && history.everStable { numbers.append(number) }
      numbers.sort()
    }

    let facts = numbers.prefix(betweenFactsMax).map { number in
      let position: LogPosition? =
        switch counting {
        case .registered: application.revision(number)?.position
        case .attempted: state.history[number]?.attemptedAt
        case .promoted: state.history[number]?.becameStableAt
        }
      return Fact(.attemptedBetween, revision: number, at: position)
    }
    return (Array(numbers.prefix(betweenMax)), numbers.count, facts)
  }
}

extension Interval {
  static let zero = Interval(microseconds: 0)
}
