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
    case .pause: try decision.pause()
    case .resume: try decision.resume()
    case .abort: try decision.abort()
    case .retry: try decision.retry()
    case .requireAnalysis: try decision.requireAnalysis()
    case .escalate: try decision.escalate()
    case .adopt(let adoption): try decision.adopt(adoption)
    case .report(let report): try decision.report(report)
    case .tick: decision.advance()
    }
    return decision.events
  }

  /// When `tick` would next do something; `nil`: never by time alone.
  public static func nextDue(_ state: RolloutState, in context: RolloutContext) -> Timestamp? {
    guard let attempt = state.attempt, attempt.track == .full, !attempt.fullPromotion,
      !attempt.isHalted, let since = attempt.pauses[.step],
      let strategy = context.application.strategy(attempt.strategy),
      strategy.steps.indices.contains(attempt.stepIndex),
      case .pause(let duration?) = strategy.steps[attempt.stepIndex]
    else { return nil }
    let elapsed = since + duration
    // Strictly after, as in Argo: the first moment later than the end.
    return elapsed.microseconds == .max ? nil : elapsed + Interval(microseconds: 1)
  }
}
