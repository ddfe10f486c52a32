/// Attempts begin here, and here only is one classified.
extension Decision {
  /// How a caller wants an attempt, beyond its revision.
  struct Wish {
    var origin = Classification.Origin.commanded
    var rollbackClass = RollbackClass.regular
    var insistsOnAnalysis = false
    /// A `start`, which may turn out to be a rollback.
    var isStart = false
    /// Who wants it, where that is not the requester.
    var by: Requester?
    /// The watch whose failure leads here.
    var failedWatch: Fact?
  }

  mutating func start(_ revision: RevisionNumber) throws(Refusal) {
    try begin(revision, Wish(isStart: true))
  }

  mutating func rollback(_ request: RollbackRequest) throws(Refusal) {
    let (target, wish) = try wish(of: request)
    try begin(target, wish)
  }

  /// Which revision a rollback would go to, and how.
  func wish(of request: RollbackRequest) throws(Refusal) -> (RevisionNumber, Wish) {
    if let target = request.target { try requireKnown(target) }
    if request.rollbackClass == .emergency, request.insistsOnAnalysis {
      throw Refusal(
        .emergencyWithAnalysis,
        "an emergency goes without analysis, so it cannot insist on it; ask for one of the two")
    }
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
    return (
      target,
      Wish(
        rollbackClass: request.rollbackClass, insistsOnAnalysis: request.insistsOnAnalysis)
    )
  }

  /// Stable while something else is wanted; else what was stable last of all below it. After a
  /// rollback what was stable before is what it led away from, and no way back.
  func defaultTarget(_ stable: RevisionNumber) throws(Refusal) -> RevisionNumber {
    if state.attempt != nil || state.desired != stable { return stable }
    guard let previous = state.previousStable else {
      throw Refusal(
        .noPreviousStable,
        "no revision below \(stable) was stable on \(context.cluster) before; name one with "
          + "`windlass rollback \(context.spokenName) --to N`")
    }
    return previous
  }

  /// Back to what was desired before, judged like any other start.
  mutating func undo() throws(Refusal) {
    guard let previous = state.previouslyDesired else {
      throw Refusal(
        .nothingToUndo,
        "nothing was desired on \(context.cluster) before \(state.phaseMessage); `windlass start "
          + "\(context.spokenName) N` goes to a revision by number")
    }
    try begin(previous, Wish(isStart: true))
  }

  mutating func retry() throws(Refusal) {
    guard state.attempt == nil, let last = state.lastEnded, case .aborted = last.verdict,
      let desired = state.desired, desired != state.stable
    else {
      throw Refusal(
        .notAborted,
        "only an aborted attempt can be retried: \(state.phaseMessage)")
    }
    if let rollback = last.classification.rollback, rollback.rollbackClass == .emergency,
      last.classification.track == .fast
    {
      throw Refusal(
        .emergencyNotRetried,
        "the rollback to revision \(desired) was an emergency, and a retry would be a regular one; "
          + "`windlass rollback \(context.spokenName) --to \(desired) --emergency --reason ...` "
          + "declares it again, `windlass rollback \(context.spokenName) --to \(desired)` goes as a "
          + "regular one")
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
  mutating func begin(_ target: RevisionNumber, _ wish: Wish) throws(Refusal) {
    guard let (classification, strategy) = try judge(target, wish) else { return }
    let cause: Requester =
      switch wish.origin {
      case .commanded: wish.by ?? requester
      case .observed: Requester(principal: "unknown")
      }

    endWatchIfReplaced(by: classification.track)
    if let running = state.attempt {
      let stays = state.stable.map { target <= $0 } ?? (target < running.revision)
      end(
        stays ? .withdrawn : .superseded, by: cause,
        cancelling: classification.track == .fast ? .fastTrack : .attemptEnded)
    }
    releaseKept(for: target)
    emit(
      .attemptClassified(
        AttemptClassified(
          attempt: AttemptNumber(state.attempts + 1), revision: target, stable: state.stable,
          strategy: strategy, classification: classification, by: cause, now: now)))
    if classification.rules.contains(.emergencyOwesVerification) { oweVerification() }
    advance()
  }

  /// What an attempt for `target` would be, before anything happens; `nil` where it is satisfied.
  func judge(
    _ target: RevisionNumber, _ wish: Wish
  ) throws(Refusal) -> (Classification, StrategyVersion)? {
    try requireKnown(target)
    let hold = context.application.holds[target]
    if let hold, wish.origin == .commanded {
      throw Refusal(
        .heldRevision,
        "revision \(target) is held by \(hold.by.principal)"
          + (hold.by.reason.isEmpty ? "" : " (\(hold.by.reason))")
          + "; `windlass release` lifts the hold")
    }
    if try isSatisfied(target, wish) { return nil }
    guard let strategy = context.application.latestStrategy else {
      throw Refusal(
        .noStrategy,
        "\(context.spokenName) has no strategy yet; `windlass apply` its Rollout manifest first")
    }
    guard state.attempts < .max else {
      throw Refusal(.limitReached, "a rollout has at most \(UInt32.max) attempts")
    }
    let classification = try classify(target, wish, hold, strategy)
    if classification.kind == .forward, wish.origin == .commanded { try refuseWhileOwed() }
    return (classification, strategy)
  }

  /// The target is what is stable or attempted already.
  private func isSatisfied(_ target: RevisionNumber, _ wish: Wish) throws(Refusal) -> Bool {
    guard let running = state.attempt else {
      return target == state.stable && state.desired == state.stable
    }
    guard running.revision == target else { return false }
    // Asking again for more than what is running must not look as if it had been granted.
    if wish.rollbackClass == .emergency,
      let rollbackClass = running.classification.rollback?.rollbackClass,
      rollbackClass != .emergency
    {
      throw Refusal(
        .attemptRunning,
        "a \(rollbackClass.rawValue) rollback to revision \(target) is running; `windlass escalate "
          + "\(context.spokenName)` declares it an emergency")
    }
    if wish.rollbackClass == .emergency, running.track == .full {
      if running.classification.kind == .rollback {
        throw Refusal(
          .attemptRunning,
          "a rollback to revision \(target) is running with steps and analysis; `windlass escalate "
            + "\(context.spokenName)` makes it go without")
      }
      if !running.fullPromotion {
        throw Refusal(
          .attemptRunning,
          "the way to revision \(target) is running with steps and analysis; `windlass promote "
            + "--full \(context.spokenName)` skips what is left")
      }
    }
    if wish.insistsOnAnalysis, running.track == .fast {
      throw Refusal(
        .attemptRunning,
        "a rollback to revision \(target) is running without analysis; `windlass "
          + "require-analysis \(context.spokenName)` asks for it")
    }
    return true
  }

  private func classify(
    _ target: RevisionNumber, _ wish: Wish, _ hold: ApplicationState.Hold?,
    _ version: StrategyVersion
  ) throws(Refusal) -> Classification {
    var judged = try classify(target, wish, hold)
    let (warnings, facts) = warnings(judged.kind, judged.track, target, version)
    judged.warnings = warnings
    judged.facts += facts
    return judged
  }

  private func classify(
    _ target: RevisionNumber, _ wish: Wish, _ hold: ApplicationState.Hold?
  ) throws(Refusal) -> Classification {
    var rules: [Rule] = []
    var facts: [Fact] = []
    rules.reserveCapacity(8)
    facts.reserveCapacity(8)
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
    if let until = heldUntil(target), !answer.isInside, !wish.insistsOnAnalysis {
      // Its pods are up, whatever the window says.
      rules.append(.stillHeldByScaleDownDelay)
      facts.append(Fact(.scaleDownDelay, revision: target, at: until.position))
      track = .fast
    } else {
      let judged = try judgeRollback(wish, answer)
      rules += judged.rules
      facts += judged.facts
      track = judged.track
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

  /// Blue-green only: the target's pods stay for a while yet, because it was stable until lately.
  func heldUntil(_ target: RevisionNumber) -> RolloutState.Kept? {
    guard context.application.strategies.last?.blueGreen != nil,
      let kept = state.kept.first(where: { $0.revision == target }), kept.wasStable,
      kept.until > now
    else { return nil }
    return kept
  }
}
