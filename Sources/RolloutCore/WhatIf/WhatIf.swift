/// Questions about decisions that nobody takes: nothing of them is recorded.
public enum WhatIf {
  /// How a command is, or would be, answered.
  public enum Answer: Equatable, Sendable {
    /// The events it leads to; none: it is satisfied already.
    case events([RolloutEvent])
    case refused(Refusal)
  }

  /// What a command would lead to at `now`. The decider is the one that answers in earnest, so a
  /// later command at the same state, moment and requester gets this very answer.
  public static func preview(
    _ command: RolloutCommand, _ state: RolloutState, in context: RolloutContext,
    by requester: Requester, now: Timestamp
  ) -> Answer {
    do {
      return .events(
        try RolloutDecider.decide(command, state, in: context, by: requester, now: now))
    } catch {
      return .refused(error)
    }
  }

  /// What a rollback would be at `now`: the classification of its preview, without what would
  /// follow from it, and so a good deal cheaper.
  ///
  /// - Returns: `nil` where the rollback is satisfied already.
  /// - Throws: ``Refusal``, as the command itself would.
  public static func classification(
    of request: RollbackRequest, _ state: consuming RolloutState,
    in context: consuming RolloutContext, by requester: consuming Requester, now: Timestamp
  ) throws(Refusal) -> Classification? {
    let decision = Decision(state, in: context, by: requester, now: now, eventsExpected: 0)
    let (target, wish) = try decision.wish(of: request)
    return try decision.judge(target, wish)?.0
  }
}

/// What a decision says about one attempt, without the inputs.
public struct DecidedAnswer: Equatable, Sendable {
  public var outcome: Outcome
  /// The rules in the order they were applied; for a refusal the one.
  public var rules: [Rule]

  public enum Outcome: Equatable, Sendable {
    /// `verdict`: the window's, for a rollback.
    case attempt(Classification.Kind, Track, verdict: WindowAnswer.Verdict?)
    /// A running attempt changed its track or class.
    case reclassified(Track, RollbackClass)
    case refused
    /// The command would have had nothing to do.
    case satisfied
  }

  public init(outcome: Outcome, rules: [Rule]) {
    self.outcome = outcome
    self.rules = rules
  }

  public init(_ classification: Classification) {
    self.init(
      outcome: .attempt(
        classification.kind, classification.track, verdict: classification.rollback?.answer.verdict),
      rules: classification.rules)
  }

  /// What an event answers; `nil` where it only tells what followed.
  init?(_ event: RolloutEvent) {
    if case .attemptClassified(let classified) = event {
      self.init(classified.classification)
    } else if case .attemptReclassified(let change) = event {
      self.init(outcome: .reclassified(change.track, change.rollbackClass), rules: [change.rule])
    } else {
      return nil
    }
  }

  public init(_ answer: WhatIf.Answer) {
    switch answer {
    case .refused(let refusal): self.init(outcome: .refused, rules: [refusal.rule])
    case .events(let events):
      for event in events {
        guard let own = DecidedAnswer(event) else { continue }
        self = own
        return
      }
      self.init(outcome: .satisfied, rules: [])
    }
  }
}
