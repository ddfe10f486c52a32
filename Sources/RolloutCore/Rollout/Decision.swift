/// One decision in the making: events so far, and the state as they leave it.
///
/// Rules read `state` only after the events before them were folded in, so that a decision of
/// several events is judged as a reader of the log will see it.
struct Decision {
  var state: RolloutState
  let context: RolloutContext
  let requester: Requester
  let now: Timestamp
  private(set) var events: [RolloutEvent] = []

  init(_ state: RolloutState, in context: RolloutContext, by requester: Requester, now: Timestamp) {
    self.state = state
    self.context = context
    self.requester = requester
    self.now = now
  }

  /// Where events of this decision will be is not known yet; no rule of it reads their positions.
  private static let unwritten = LogPosition(.max)

  mutating func emit(_ event: RolloutEvent) {
    events.append(event)
    RolloutDecider.evolve(&state, event, at: Self.unwritten)
  }

  // MARK: Reading

  func runningAttempt() throws(Refusal) -> Attempt {
    guard let attempt = state.attempt else {
      throw Refusal(.notProgressing, "nothing is in progress: \(state.phaseMessage)")
    }
    return attempt
  }

  func strategy(of attempt: Attempt) -> Strategy? {
    context.application.strategy(attempt.strategy)
  }

  /// Every step is behind it, or it has none.
  func allStepsDone(_ attempt: Attempt) -> Bool {
    guard let strategy = strategy(of: attempt) else { return false }
    return attempt.stepIndex >= strategy.steps.count
  }

  /// The step that the attempt is at; `nil` on the fast track and once all are done.
  func currentStep(_ attempt: Attempt) -> Strategy.Step? {
    guard attempt.track == .full, let steps = strategy(of: attempt)?.steps,
      steps.indices.contains(attempt.stepIndex)
    else { return nil }
    return steps[attempt.stepIndex]
  }

  /// The latest run of the current analysis step.
  func currentStepRun(_ attempt: Attempt) -> Attempt.Run? {
    attempt.presentRuns.last { $0.key.type == .step && $0.key.stepIndex == attempt.stepIndex }
  }

  /// The cluster should bring the revision to its full number of pods, and then it is promoted.
  func awaitsFullScale(_ attempt: Attempt) -> Bool {
    attempt.track == .fast || attempt.fullPromotion || allStepsDone(attempt)
  }

  // MARK: Going on

  /// Whatever is due at `now` happens: steps complete, analysis is scheduled, the target is
  /// promoted. Does nothing when nothing is due.
  mutating func advance() {
    guard let attempt = state.attempt, !attempt.isHalted else { return }
    if attempt.track == .full, !attempt.fullPromotion { advanceSteps() }
    promoteIfDue()
  }

  private mutating func advanceSteps() {
    while let attempt = state.attempt {
      scheduleBackground(attempt)
      guard let step = currentStep(attempt), let how = completes(step, attempt) else { return }
      reach(attempt.stepIndex + 1, how)
    }
  }

  /// How the current step completes now; `nil` if it has to wait for something. Whatever it waits
  /// for is asked for here.
  private mutating func completes(_ step: Strategy.Step, _ attempt: Attempt) -> StepEnd? {
    switch step {
    case .setWeight(let weight):
      return isConfirmed(weight, attempt) ? .weightApplied : nil
    case .pause(let duration):
      guard let since = attempt.pauses[.step] else {
        emit(.paused(attempt.number, .step, by: nil, now: now))
        return nil
      }
      // Strictly after, as in Argo.
      guard let duration, now > since + duration else { return nil }
      return .pauseElapsed
    case .analysis:
      guard let run = currentStepRun(attempt) else {
        schedule(.step, at: attempt.stepIndex)
        return nil
      }
      guard case .finished(_, let result, let reading) = run.state, result.phase == .successful,
        reading != .stopped
      else { return nil }
      return .analysisSuccessful
    }
  }

  /// The cluster confirmed the weight after this step asked for it, or for the step before, which
  /// asked for the same: then the directive never changed and nothing more will be reported. Before
  /// the first weight a cluster is asked for 0.
  private func isConfirmed(_ weight: Int, _ attempt: Attempt) -> Bool {
    guard attempt.weight == weight else { return false }
    if attempt.weightIsOfThisStep { return true }
    guard let steps = strategy(of: attempt)?.steps else { return false }
    for case .setWeight(let earlier) in steps.prefix(max(0, attempt.stepIndex)).reversed() {
      return earlier == weight
    }
    return weight == 0
  }

  /// At most once for an attempt; a repeat needs a person's resume.
  private mutating func scheduleBackground(_ attempt: Attempt) {
    guard let background = strategy(of: attempt)?.background,
      attempt.stepIndex >= background.startingStep,
      !attempt.presentRuns.contains(where: { $0.key.type == .background })
    else { return }
    schedule(.background, at: nil)
  }

  /// Schedules a run under a key that the attempt never used: one round above the last.
  mutating func schedule(_ type: RunType, at stepIndex: Int?) {
    guard let attempt = state.attempt else { return }
    var last = 0
    for run in attempt.runs where run.key.type == type && run.key.stepIndex == stepIndex {
      last = max(last, run.key.round)
    }
    let (round, overflow) = last.addingReportingOverflow(1)
    guard !overflow else { return }
    emit(
      .runScheduled(
        attempt.number, RunKey(type: type, stepIndex: stepIndex, round: round), now: now))
  }

  mutating func reach(_ index: Int, _ how: StepEnd) {
    guard let attempt = state.attempt else { return }
    emit(.stepReached(attempt.number, index: index, how: how, now: now))
  }

  private mutating func promoteIfDue() {
    guard let attempt = state.attempt, attempt.available, awaitsFullScale(attempt) else { return }
    end(.promoted, by: nil, cancelling: .attemptEnded)
  }

  // MARK: Ending

  /// Cancels every open run, each with its event.
  mutating func cancelRuns(
    _ reason: CancelReason, where matches: (Attempt.Run) -> Bool = { _ in true }
  ) {
    guard let attempt = state.attempt else { return }
    for run in attempt.runs where run.isOpen && matches(run) {
      emit(.runCancelled(attempt.number, run.key, reason, now: now))
    }
  }

  /// Ends the running attempt: open runs are cancelled, and a contract that nobody broke is kept.
  mutating func end(_ verdict: Verdict, by requester: Requester?, cancelling reason: CancelReason) {
    guard let attempt = state.attempt else { return }
    cancelRuns(reason)
    // Folding this in would copy the revisions' history, which may be long, and no rule of the same
    // decision reads what it leaves behind but that nothing is running.
    events.append(
      .attemptEnded(
        AttemptEnded(attempt: attempt.number, verdict: verdict, by: requester, now: now)))
    state.attempt = nil
    if attempt.contract != nil, attempt.violations.isEmpty {
      emit(.contractKept(attempt.number, now: now))
    }
  }
}
