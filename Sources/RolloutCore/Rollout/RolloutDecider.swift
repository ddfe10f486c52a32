/// All rules about one application on one cluster: pure functions of what the log says.
///
/// `decide` holds the rules, `evolve` none. Time and requester come in as values. No input traps.
public enum RolloutDecider {
  /// What happens next. `[]` means that the command is already satisfied, or that a report is
  /// stale or repeated.
  ///
  /// - Parameters:
  ///   - requester: who asks; for reports and ticks whoever delivers them.
  ///   - now: the moment that the events will carry.
  /// - Throws: ``Refusal``: the rule, and what stood in the way; it changes nothing.
  public static func decide(
    _ command: RolloutCommand, _ state: RolloutState, in context: RolloutContext,
    by requester: Requester, now: Timestamp
  ) throws(Refusal) -> [RolloutEvent] {
    var decision = Decision(state, in: context, by: requester, now: now)
    switch command {
    case .start(let revision): try decision.start(revision)
    case .rollback(let request): try decision.rollback(request)
    case .promote: try decision.promote()
    case .promoteFull: try decision.promoteFull()
    case .skipStep: try decision.skipStep()
    case .pause: try decision.pause()
    case .resume: try decision.resume()
    case .abort: try decision.abort()
    case .retry: try decision.retry()
    case .undo: try decision.undo()
    case .restart: try decision.restart()
    case .requireAnalysis: try decision.requireAnalysis()
    case .escalate: try decision.escalate()
    case .verify: try decision.verify()
    case .waiveVerification: try decision.waiveVerification()
    case .adopt(let adoption): try decision.adopt(adoption)
    case .report(let report): try decision.report(report)
    case .tick: decision.tick()
    }
    return decision.events
  }

  /// When `tick` would next do something; `nil`: never by time alone.
  public static func nextDue(_ state: RolloutState, in context: RolloutContext) -> Timestamp? {
    var next = dueOutsideAttempt(state, in: context)
    // Strictly after, as in Argo: the first moment later than the end.
    for end in [pauseEnd(state, in: context), deadline(state, in: context)] {
      guard let end, end.microseconds < .max else { continue }
      let due = end + Interval(microseconds: 1)
      next = next.map { min($0, due) } ?? due
    }
    return next
  }

  /// When the pause that the attempt waits at ends by itself.
  private static func pauseEnd(_ state: RolloutState, in context: RolloutContext) -> Timestamp? {
    guard let attempt = state.attempt, !attempt.isHalted,
      let strategy = context.application.strategy(attempt.strategy)
    else { return nil }
    switch strategy.kind {
    case .canary(let canary):
      guard let since = attempt.pauses[.step], canary.steps.indices.contains(attempt.stepIndex),
        case .pause(let duration?) = canary.steps[attempt.stepIndex]
      else { return nil }
      return since + duration
    case .blueGreen(let blueGreen):
      // Without its pods the end of the pause brings nothing about; their report will.
      guard let since = attempt.pauses[.blueGreen], blueGreen.autoPromotion,
        let delay = blueGreen.autoPromotionDelay,
        Decision.isSaturated(attempt, blueGreen, replicas: PodMath.replicas(strategy))
      else { return nil }
      return since + delay
    }
  }

  /// Whether an analysis of a type is due now, and if not, why: what the next decision will go by.
  public static func analysisNeed(
    _ type: RunType, _ state: RolloutState, in context: RolloutContext
  ) -> AnalysisNeed {
    guard let attempt = state.attempt else { return .notDue(.noAttempt) }
    let decision = Decision(
      state, in: context, by: Requester(principal: ""), now: Timestamp(microseconds: 0))
    return decision.need(type, of: attempt)
  }
}
