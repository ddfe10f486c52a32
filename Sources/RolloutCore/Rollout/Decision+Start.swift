/// Attempts begin here, and here only is one classified.
extension Decision {
  /// How a caller wants an attempt, beyond its revision.
  struct Wish {
    var origin = Classification.Origin.commanded
    var rollbackClass = RollbackClass.regular
    var insistsOnAnalysis = false
    /// A `start`, which may turn out to be a rollback.
    var isStart = false
  }

  mutating func start(_ revision: RevisionNumber) throws(Refusal) {
    try begin(revision, Wish(isStart: true))
  }

  mutating func rollback(_ request: RollbackRequest) throws(Refusal) {
    if let target = request.target { try requireKnown(target) }
    guard let stable = state.stable else {
      throw Refusal(
        .nothingStable,
        "no revision of \(context.spokenName) was ever stable on \(context.cluster), so there is "
          + "nothing to go back to; use `windlass start` to deploy one")
    }
    let target = if let named = request.target { named } else { try defaultTarget(stable) }
    guard target <= stable else {
      throw Refusal(
        .rollbackAboveStable,
        "revision \(target) is above the stable revision \(stable), so going there is no rollback; "
          + "use `windlass start \(context.spokenName) \(target)`")
    }
    try begin(
      target,
      Wish(
        rollbackClass: request.rollbackClass, insistsOnAnalysis: request.insistsOnAnalysis))
  }

  /// Stable while something else is wanted; else what was stable before it.
  private func defaultTarget(_ stable: RevisionNumber) throws(Refusal) -> RevisionNumber {
    if state.attempt != nil || state.desired != stable { return stable }
    var previous: (number: RevisionNumber, since: LogPosition)?
    for (number, history) in state.history where number != stable {
      guard let position = history.stoppedBeingStablePosition else { continue }
      if let best = previous, (best.since, best.number) > (position, number) { continue }
      previous = (number, position)
    }
    guard let previous else {
      throw Refusal(
        .noPreviousStable,
        "no revision was stable on \(context.cluster) before revision \(stable); name one with "
          + "`windlass rollback \(context.spokenName) --to N`")
    }
    return previous.number
  }

  mutating func retry() throws(Refusal) {
    guard state.attempt == nil, let last = state.lastEnded, case .aborted = last.verdict,
      let desired = state.desired, desired != state.stable, desired == last.revision
    else {
      throw Refusal(
        .notAborted,
        "only an aborted attempt can be retried: \(state.phaseMessage)")
    }
    try begin(
      desired,
      Wish(insistsOnAnalysis: last.classification.rollback?.insistsOnAnalysis ?? false))
  }

  /// A change of the desired revision that nobody asked Windlass for.
  mutating func observeChange(_ revision: RevisionNumber) throws(Refusal) {
    try begin(revision, Wish(origin: .observed))
  }

  // MARK: Classifying

  private func requireKnown(_ revision: RevisionNumber) throws(Refusal) {
    guard context.application.revision(revision) != nil else {
      throw Refusal(
        .unknownRevision,
        "revision \(revision) of \(context.spokenName) is not registered; the highest is "
          + "\(context.application.revisions.count)")
    }
  }

  /// Classifies an attempt for `target` and makes it the running one. The attempt that runs now is
  /// ended first, in the same decision.
  private mutating func begin(_ target: RevisionNumber, _ wish: Wish) throws(Refusal) {
    try requireKnown(target)
    let hold = context.application.holds[target]
    if let hold, wish.origin == .commanded {
      throw Refusal(
        .heldRevision,
        "revision \(target) is held by \(hold.by.principal)"
          + (hold.by.reason.isEmpty ? "" : " (\(hold.by.reason))")
          + "; `windlass release` lifts the hold")
    }
    if try isSatisfied(target, wish) { return }
    guard let strategy = context.application.latestStrategy else {
      throw Refusal(
        .noStrategy,
        "\(context.spokenName) has no strategy yet; `windlass apply` its Rollout manifest first")
    }
    guard state.attempts < .max else {
      throw Refusal(.limitReached, "a rollout has at most \(UInt32.max) attempts")
    }
    let classification = try classify(target, wish, hold)
    let cause: Requester =
      switch wish.origin {
      case .commanded: requester
      case .observed: Requester(principal: "unknown")
      }

    if let running = state.attempt {
      let stays = state.stable.map { target <= $0 } ?? (target < running.revision)
      end(
        stays ? .withdrawn : .superseded, by: cause,
        cancelling: classification.track == .fast ? .fastTrack : .attemptEnded)
    }
    emit(
      .attemptClassified(
        AttemptClassified(
          attempt: AttemptNumber(state.attempts + 1), revision: target, stable: state.stable,
          strategy: strategy, classification: classification, by: cause, now: now)))
    advance()
  }

  /// The target is what is stable or attempted already.
  private func isSatisfied(_ target: RevisionNumber, _ wish: Wish) throws(Refusal) -> Bool {
    guard let running = state.attempt else {
      return target == state.stable && state.desired == state.stable
    }
    guard running.revision == target else { return false }
    // Asking again for more than what is running must not look as if it had been granted.
    if wish.rollbackClass == .emergency,
      running.classification.rollback?.rollbackClass == .regular
    {
      throw Refusal(
        .attemptRunning,
        "a regular rollback to revision \(target) is running; `windlass escalate "
          + "\(context.spokenName)` declares it an emergency")
    }
    if wish.insistsOnAnalysis, running.track == .fast, running.classification.kind != .initial {
      throw Refusal(
        .attemptRunning,
        "a rollback to revision \(target) is running without analysis; `windlass "
          + "require-analysis \(context.spokenName)` asks for it")
    }
    return true
  }

  private func classify(
    _ target: RevisionNumber, _ wish: Wish, _ hold: ApplicationState.Hold?
  ) throws(Refusal) -> Classification {
    var rules: [Rule] = []
    var facts: [Fact] = []
    if wish.origin == .observed { rules.append(.observedAdopted) }
    if let hold {
      rules.append(.heldButObserved)
      facts.append(Fact(.hold, revision: target, at: hold.position))
    }
    if wish.rollbackClass == .emergency { try requireReason("an emergency rollback") }
    let registered = Fact(
      .targetRegistered, revision: target, at: context.application.revision(target)?.position)
    let strategy = Fact(.strategy, at: context.application.strategyPosition)

    guard let stable = state.stable else {
      return Classification(
        kind: .initial, origin: wish.origin, track: .fast, rules: rules + [.initialDeployment],
        facts: facts + [registered, strategy])
    }
    let stableSince = Fact(
      .stableSince, revision: stable, at: state.history[stable]?.becameStableAt)
    if target > stable {
      return Classification(
        kind: .forward, origin: wish.origin, track: .full, rules: rules + [.forwardByNumber],
        facts: facts + [registered, stableSince, strategy])
    }
    if target == stable {
      rules.append(.returnToStable)
      if wish.insistsOnAnalysis { rules.append(.analysisInsisted) }
      return Classification(
        kind: .returnToStable, origin: wish.origin,
        track: wish.insistsOnAnalysis ? .full : .fast, rules: rules,
        facts: facts + [registered, stableSince])
    }

    if wish.isStart { rules.append(.startBelowStableIsRollback) }
    rules.append(.rollbackByNumber)
    let (answer, windowRules, windowFacts) = WindowRule.answer(
      target: target, state, in: context, now: now)
    rules += windowRules
    facts += windowFacts
    let track: Track
    switch (wish.rollbackClass, answer.isInside) {
    case (.regular, true) where wish.insistsOnAnalysis:
      rules.append(.analysisInsisted)
      track = .full
    case (.regular, true):
      rules.append(.insideMeansFast)
      track = .fast
    case (.regular, false):
      rules.append(.outsideMeansFull)
      track = .full
    case (.emergency, true):
      rules.append(.emergencyInsideWindow)
      track = .fast
    case (.emergency, false):
      throw outsideForEmergency(answer)
    }
    return Classification(
      kind: .rollback, origin: wish.origin, track: track,
      rollback: .init(
        rollbackClass: wish.rollbackClass, insistsOnAnalysis: wish.insistsOnAnalysis,
        answer: answer),
      rules: rules, facts: facts)
  }

  func requireReason(_ what: String) throws(Refusal) {
    guard requester.reason.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else {
      throw Refusal(.emergencyNeedsReason, "\(what) needs a reason; give one with --reason")
    }
  }

  func outsideForEmergency(_ answer: WindowAnswer) -> Refusal {
    Refusal(
      .emergencyOutsideWindow,
      "the rollback of \(context.spokenName) on \(context.cluster) from revision "
        + "\(answer.stable) to \(answer.target) is outside its window "
        + "(\(answer.verdict.rawValue)), and an emergency may only skip analysis inside it; `windlass "
        + "rollback \(context.spokenName) --to \(answer.target)` without --emergency goes there "
        + "with steps and analysis")
  }
}
