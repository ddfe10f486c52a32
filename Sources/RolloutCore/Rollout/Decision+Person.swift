/// What a person or a pipeline asks of the running attempt.
extension Decision {
  mutating func pause() throws(Refusal) {
    let attempt = try runningAttempt()
    guard attempt.pauses[.person] == nil else { return }
    emit(.paused(attempt.number, .person, by: requester, now: now))
  }

  /// Lifts one pause: a person's first, then that of something inconclusive, which is repeated, then
  /// the step's, which completes it, or the one before a blue-green switch, which lets it happen.
  mutating func resume() throws(Refusal) {
    let attempt = try runningAttempt()
    let reasons: [PauseReason] = [
      .person, .inconclusiveAnalysis, .inconclusiveExperiment, .step, .blueGreen,
    ]
    guard let reason = reasons.first(where: { attempt.pauses[$0] != nil }) else {
      throw Refusal(.notPaused, "nothing is paused: \(state.phaseMessage)")
    }
    if reason.halts, reason != .person { try refuseEndlessRuns(attempt) }
    emit(.resumed(attempt.number, reason, by: requester, now: now))
    if reason == .step, currentStep(attempt) != nil { reach(attempt.stepIndex + 1, .resumed) }
    advance()
  }

  /// Analysis of one attempt; a strategy alone asks for far less.
  static let runsMax = 1_000

  /// What is inconclusive is repeated, and each repeat is kept.
  private func refuseEndlessRuns(_ attempt: Attempt) throws(Refusal) {
    guard attempt.runs.count >= Self.runsMax else { return }
    throw Refusal(
      .limitReached,
      "this attempt has had \(attempt.runs.count) analysis runs, which is the most there may be; "
        + "`windlass promote --full \(context.spokenName)` or `windlass abort "
        + "\(context.spokenName)` ends it")
  }

  /// Lifts a person's pause, and then does exactly one thing, as in Argo: goes past a step whose
  /// analysis is inconclusive; else lifts every pause; else goes past the current step.
  mutating func promote() throws(Refusal) {
    let attempt = try runningAttempt()
    if !attempt.inconclusive.isEmpty { try refuseEndlessRuns(attempt) }
    let wasPaused = attempt.pauses[.person] != nil
    if wasPaused { emit(.resumed(attempt.number, .person, by: requester, now: now)) }
    let isPaused = attempt.pauses.contains { $0.key != .person }
    let isStepInconclusive = attempt.inconclusive.contains {
      $0.stepIndex != nil && $0.stepIndex == attempt.stepIndex
    }
    if takesFullWay(attempt), isPaused {
      let isStepPaused = attempt.pauses[.step] != nil
      liftPauses(attempt)
      if isStepPaused || isStepInconclusive { passStep(.promoted) }
    } else if takesFullWay(attempt), currentStep(attempt) != nil {
      passStep(.promoted)
    } else if !wasPaused {
      throw nothingToPromote(attempt)
    }
    advance()
  }

  /// Lifts every pause and goes past the current step, whatever it is.
  mutating func skipStep() throws(Refusal) {
    let attempt = try runningAttempt()
    guard let strategy = strategy(of: attempt), !strategy.steps.isEmpty else {
      throw Refusal(
        .noSteps,
        "there is no step to skip: revision \(attempt.revision) goes without steps; `windlass "
          + "promote --full \(context.spokenName)` skips whatever is left")
    }
    guard takesFullWay(attempt), currentStep(attempt) != nil else {
      throw nothingToPromote(attempt)
    }
    if !attempt.inconclusive.isEmpty { try refuseEndlessRuns(attempt) }
    if attempt.pauses[.person] != nil {
      emit(.resumed(attempt.number, .person, by: requester, now: now))
    }
    liftPauses(attempt)
    passStep(.skipped)
    advance()
  }

  private mutating func liftPauses(_ attempt: Attempt) {
    for reason in PauseReason.allCases
    where reason != .person && attempt.pauses[reason] != nil {
      emit(.resumed(attempt.number, reason, by: requester, now: now))
    }
  }

  private mutating func passStep(_ how: StepEnd) {
    guard let attempt = state.attempt, currentStep(attempt) != nil else { return }
    cancelRuns(.stepSkipped) {
      $0.key.type.belongsToStep && $0.key.stepIndex == attempt.stepIndex
    }
    reach(attempt.stepIndex + 1, how)
  }

  private func nothingToPromote(_ attempt: Attempt) -> Refusal {
    let waiting =
      strategy(of: attempt)?.blueGreen != nil && takesFullWay(attempt)
      ? "nothing waits for a person: \(state.phaseMessage); `windlass promote --full "
        + "\(context.spokenName)` skips what is left"
      : "no step is left to promote: revision \(attempt.revision) becomes stable as soon as "
        + "\(context.cluster) reports it available at full scale"
    return Refusal(.nothingToPromote, waiting)
  }

  /// Skips everything that is left; the target still has to become available.
  mutating func promoteFull() throws(Refusal) {
    let attempt = try runningAttempt()
    for reason in PauseReason.allCases where attempt.pauses[reason] != nil {
      emit(.resumed(attempt.number, reason, by: requester, now: now))
    }
    if attempt.track == .full, !attempt.fullPromotion {
      cancelRuns(.fullPromotion)
      emit(.fullPromotionRequested(attempt.number, by: requester, now: now))
    }
    advance()
  }

  mutating func abort() throws(Refusal) {
    _ = try runningAttempt()
    end(.aborted(.person), by: requester, cancelling: .attemptEnded)
  }

  mutating func requireAnalysis() throws(Refusal) {
    let attempt = try runningAttempt()
    let isGoingBack: Bool =
      switch attempt.classification.kind {
      case .rollback, .returnToStable: true
      case .initial, .forward: false
      }
    if attempt.fullPromotion, isGoingBack {
      throw Refusal(
        .notFast,
        "somebody asked to skip what is left of this attempt, and that cannot be taken back; "
          + "`windlass abort \(context.spokenName)` and a rollback that asks for analysis run it")
    }
    guard attempt.track == .fast, isGoingBack else {
      throw Refusal(
        .notFast,
        "only a running rollback without analysis can be made to run it; this attempt is "
          + "\(attempt.classification.kind.rawValue) on the \(attempt.track.rawValue) track")
    }
    try refuseEndlessRuns(attempt)
    emit(
      .attemptReclassified(
        AttemptReclassified(
          attempt: attempt.number, track: .full,
          rollbackClass: attempt.classification.rollback?.rollbackClass ?? .regular,
          rule: .analysisInsisted, by: requester, now: now)))
    advance()
  }

  mutating func escalate() throws(Refusal) {
    let attempt = try runningAttempt()
    guard let rollback = attempt.classification.rollback else {
      throw Refusal(
        .notARollback,
        "only a rollback can become an emergency; this attempt is "
          + "\(attempt.classification.kind.rawValue)")
    }
    guard rollback.rollbackClass != .emergency || attempt.track != .fast else { return }
    try requireReason("an emergency")
    let rule: Rule
    if attempt.classification.rules.contains(.stillHeldByScaleDownDelay) {
      rule = .stillHeldByScaleDownDelay
    } else {
      let judged = try judgeRollback(Wish(rollbackClass: .emergency), rollback.answer)
      rule = judged.rules.last ?? .emergencyInsideWindow
    }
    cancelRuns(.fastTrack)
    emit(
      .attemptReclassified(
        AttemptReclassified(
          attempt: attempt.number, track: .fast, rollbackClass: .emergency, rule: rule,
          by: requester, now: now)))
    if rule == .emergencyOwesVerification { oweVerification() }
    advance()
  }

  /// New pods of the same revisions; asked again, it is a new one.
  mutating func restart() throws(Refusal) {
    guard state.desired != nil else {
      throw Refusal(
        .nothingToRestart, "nothing runs on \(context.cluster) yet; use `windlass start` first")
    }
    guard context.registration.mode == .enforce else {
      throw Refusal(
        .onlyObserved,
        "\(context.cluster) is only observed, so nothing is restarted there for Windlass; restart "
          + "its pods in the cluster itself")
    }
    emit(.restartRequested(by: requester, now: now))
  }

  mutating func adopt(_ adoption: Adoption) throws(Refusal) {
    let running = state.attempt
    if let running {
      // Where Windlass only watches, a person may have ended what a person began.
      let isOutside =
        running.classification.origin == .observed && context.registration.mode == .observe
      guard isOutside else {
        throw Refusal(
          .attemptRunning,
          "adopting needs a rollout at rest: \(state.phaseMessage); end or abort that first (only a "
            + "change seen in a cluster that is only observed can be ended by adopting)")
      }
    }
    guard adoption.history.count <= Self.adoptedHistoryMax else {
      throw Refusal(
        .limitReached, "history has at most \(Self.adoptedHistoryMax) revisions")
    }
    for number in [adoption.stable] + adoption.history
    where context.application.revision(number) == nil {
      throw Refusal(
        .unknownRevision,
        "revision \(number) of \(context.spokenName) is not registered")
    }
    let isKnown = adoption.history.allSatisfy { state.history[$0]?.everStable == true }
    let isThere = state.stable == adoption.stable && state.desired == adoption.stable
    guard running != nil || !isThere || !isKnown else { return }
    end(.withdrawn, by: requester, cancelling: .attemptEnded)
    if adoption.stable != state.stable { endWatchIfReplaced(by: .full) }
    releaseKept(for: adoption.stable)
    emit(.stableAdopted(adoption, by: requester, now: now))
  }

  /// Revisions in one adoption.
  static let adoptedHistoryMax = 100
}
