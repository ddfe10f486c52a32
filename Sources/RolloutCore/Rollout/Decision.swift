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

  init(
    _ state: RolloutState, in context: RolloutContext, by requester: Requester, now: Timestamp,
    eventsExpected: Int = 4
  ) {
    self.state = state
    self.context = context
    self.requester = requester
    self.now = now
    events.reserveCapacity(eventsExpected)
  }

  /// Where events of this decision will be is not known yet; no rule of it reads their positions.
  static let unwritten = LogPosition(.max)

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

  /// Steps, pauses and analysis of the attempt count.
  func takesFullWay(_ attempt: Attempt) -> Bool { attempt.track == .full && !attempt.fullPromotion }

  /// The step that the attempt is at; `nil` on the fast track and once all are done.
  func currentStep(_ attempt: Attempt) -> Strategy.Step? {
    guard attempt.track == .full, let steps = strategy(of: attempt)?.steps,
      steps.indices.contains(attempt.stepIndex)
    else { return nil }
    return steps[attempt.stepIndex]
  }

  /// The cluster should bring the revision to its full number of pods.
  func awaitsFullScale(_ attempt: Attempt) -> Bool {
    guard takesFullWay(attempt) else { return true }
    switch strategy(of: attempt)?.kind {
    case .canary(let canary): return attempt.stepIndex >= canary.steps.count
    case .blueGreen(let blueGreen): return blueGreen.wantsFullPreview(attempt)
    case nil: return false
    }
  }

  /// The revision has enough pods for everything, as far as the latest report says.
  func isAvailable(_ attempt: Attempt) -> Bool {
    guard attempt.podsAreNewer, let pods = attempt.pods, let strategy = strategy(of: attempt) else {
      return attempt.available
    }
    let replicas = PodMath.replicas(strategy)
    switch strategy.kind {
    case .canary(let canary):
      return CanaryCourse(attempt, canary, replicas: replicas).isAvailable(pods)
    case .blueGreen: return pods.desired.available >= replicas
    }
  }

  // MARK: Going on

  /// Time has passed: whatever is due at `now` happens. Does nothing when nothing is due.
  mutating func tick() {
    timeOutsideAttempt()
    advance()
    missDeadline()
  }

  /// Whatever the facts allow happens: steps complete, analysis is scheduled, services switch, the
  /// target is promoted.
  mutating func advance() {
    guard let attempt = state.attempt, !attempt.isHalted else { return }
    switch strategy(of: attempt)?.kind {
    case .canary(let canary): advance(canary)
    case .blueGreen(let blueGreen): advance(blueGreen)
    // Its strategy is not known: without steps the pods alone decide.
    case nil: if awaitsFullScale(attempt), attempt.available { promoted() }
    }
  }

  mutating func reach(_ index: Int, _ how: StepEnd) {
    guard let attempt = state.attempt else { return }
    emit(.stepReached(attempt.number, index: index, how: how, now: now))
  }

  /// The target becomes stable, once it is available.
  mutating func promoted() {
    guard let attempt = state.attempt else { return }
    // Pods that were seen say what no report of its own did.
    if !attempt.available {
      emit(.revisionAvailable(attempt.number, attempt.revision, now: now))
    }
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
    let isWatched = verdict == .promoted && watchRule(after: attempt) != nil
    cancelRuns(reason) { !isWatched || $0.key.type != .background }
    // Folding this in would copy the revisions' history, which may be long, and no rule of the same
    // decision reads what it leaves behind but that nothing is running.
    events.append(
      .attemptEnded(
        AttemptEnded(attempt: attempt.number, verdict: verdict, by: requester, now: now)))
    state.attempt = nil
    if attempt.contract != nil, attempt.violations.isEmpty {
      emit(.contractKept(attempt.number, now: now))
    }
    keepPods(after: verdict, of: attempt)
    switch verdict {
    case .promoted:
      startWatchIfAsked(ended: attempt)
      verifyIfOwed(stable: attempt.revision)
    case .aborted: verifyIfOwed(stable: state.stable)
    // Another attempt begins in the same decision.
    case .withdrawn, .superseded: break
    }
  }
}
