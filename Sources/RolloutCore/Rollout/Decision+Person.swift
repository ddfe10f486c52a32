/// What a person or a pipeline asks of the running attempt.
extension Decision {
  mutating func pause() throws(Refusal) {
    let attempt = try runningAttempt()
    guard attempt.pauses[.person] == nil else { return }
    emit(.paused(attempt.number, .person, by: requester, now: now))
  }

  /// Lifts one pause: a person's first, then that of an inconclusive analysis, which is repeated,
  /// then the step's, which completes it.
  mutating func resume() throws(Refusal) {
    let attempt = try runningAttempt()
    if attempt.pauses[.person] != nil {
      emit(.resumed(attempt.number, .person, by: requester, now: now))
    } else if attempt.pauses[.inconclusiveAnalysis] != nil {
      emit(.resumed(attempt.number, .inconclusiveAnalysis, by: requester, now: now))
      for key in attempt.inconclusive { schedule(key.type, at: key.stepIndex) }
    } else if attempt.pauses[.step] != nil {
      emit(.resumed(attempt.number, .step, by: requester, now: now))
      if currentStep(attempt) != nil { reach(attempt.stepIndex + 1, .resumed) }
    } else {
      throw Refusal(.notPaused, "nothing is paused: \(state.phaseMessage)")
    }
    advance()
  }

  /// Goes one step on: past a pause, past an inconclusive analysis, else past the current step.
  mutating func promote() throws(Refusal) {
    let attempt = try runningAttempt()
    if attempt.pauses[.person] != nil {
      emit(.resumed(attempt.number, .person, by: requester, now: now))
    }
    if attempt.track == .full, !attempt.fullPromotion, promoteStep(attempt) {
      advance()
      return
    }
    guard attempt.pauses[.person] != nil else {
      throw Refusal(
        .nothingToPromote,
        "no step is left to promote: revision \(attempt.revision) becomes stable as soon as "
          + "\(context.cluster) reports it available at full scale")
    }
    advance()
  }

  /// - Returns: whether there was something to go past.
  private mutating func promoteStep(_ attempt: Attempt) -> Bool {
    let step = currentStep(attempt)
    let isStepPaused = attempt.pauses[.step] != nil
    let isInconclusive = attempt.pauses[.inconclusiveAnalysis] != nil
    let isStepInconclusive = attempt.inconclusive.contains {
      $0.type == .step && $0.stepIndex == attempt.stepIndex
    }
    if isInconclusive {
      emit(.resumed(attempt.number, .inconclusiveAnalysis, by: requester, now: now))
    }
    if isStepPaused { emit(.resumed(attempt.number, .step, by: requester, now: now)) }
    // An inconclusive background analysis alone holds no step back: its pause ends, nothing more.
    if step != nil, isStepPaused || isStepInconclusive || !isInconclusive {
      cancelRuns(.stepSkipped) {
        $0.key.type == .step && $0.key.stepIndex == attempt.stepIndex
      }
      reach(attempt.stepIndex + 1, .promoted)
      return true
    }
    return isInconclusive || isStepPaused
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
    guard attempt.track == .fast, isGoingBack else {
      throw Refusal(
        .notFast,
        "only a running rollback without analysis can be made to run it; this attempt is "
          + "\(attempt.classification.kind.rawValue) on the \(attempt.track.rawValue) track")
    }
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
    guard rollback.rollbackClass == .regular else { return }
    try requireReason("an emergency")
    guard rollback.answer.isInside else { throw outsideForEmergency(rollback.answer) }
    cancelRuns(.fastTrack)
    emit(
      .attemptReclassified(
        AttemptReclassified(
          attempt: attempt.number, track: .fast, rollbackClass: .emergency,
          rule: .emergencyInsideWindow, by: requester, now: now)))
    advance()
  }

  mutating func adopt(_ adoption: Adoption) throws(Refusal) {
    guard state.attempt == nil else {
      throw Refusal(
        .attemptRunning,
        "adopting needs a rollout at rest: \(state.phaseMessage); end or abort that first")
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
    guard !isThere || !isKnown else { return }
    emit(.stableAdopted(adoption, by: requester, now: now))
  }

  /// Revisions in one adoption.
  static let adoptedHistoryMax = 100
}
