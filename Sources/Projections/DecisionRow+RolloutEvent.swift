import Application
import RolloutCore

extension DecisionRow {
  /// `nil` for events that report what happened in a cluster: they are facts, nobody decided them.
  init?(_ event: RolloutEvent, of name: RolloutName, at position: LogPosition) {
    self.init(
      position: position, at: event.now, application: name.application, cluster: name.cluster,
      attempt: event.attempt, decision: "", answer: .allow)
    switch event {
    case .attemptClassified(let classified):
      decision = "attempt-classified"
      revision = classified.revision
      subject = classified.classification.kind.rawValue
      detail = classified.classification.track.rawValue
      rules = classified.classification.rules
      facts = classified.classification.facts
      by = classified.by
    case .attemptReclassified(let change):
      decision = "attempt-reclassified"
      subject = change.rollbackClass.rawValue
      detail = change.track.rawValue
      rules = [change.rule]
      by = change.by
    case .attemptEnded(let ended):
      (decision, answer, by) = ("attempt-ended", .end, ended.by)
      subject = ended.verdict.word
      detail = ended.verdict.cause?.word
    case .paused(_, let reason, let asker?, now: _):
      (decision, subject, by) = ("paused", reason.rawValue, asker)
    case .resumed(_, let reason, let asker?, now: _):
      (decision, subject, by) = ("resumed", reason.rawValue, asker)
    case .fullPromotionRequested(_, let asker, now: _):
      (decision, by) = ("full-promotion-requested", asker)
    case .runScheduled(_, let key, now: _):
      (decision, answer, subject) = ("run-scheduled", .schedule, key.words)
    case .runCancelled(_, let key, let reason, now: _):
      (decision, answer, subject) = ("run-cancelled", .cancel, key.words)
      detail = reason.rawValue
    case .switchDecided: decision = "switch-decided"
    case .checkpointReached: decision = "checkpoint-reached"
    case .restartRequested(let asker, now: _): (decision, by) = ("restart-requested", asker)
    case .stableAdopted(let adoption, let asker, now: _):
      (decision, revision, by) = ("stable-adopted", adoption.stable, asker)
    case .verificationOwed(_, let owed, due: _, now: _):
      (decision, answer, revision) = ("verification-owed", .require, owed)
    case .verificationPaid(_, let key, now: _):
      (decision, answer, subject) = ("verification-paid", .end, key.words)
    case .verificationWaived(_, let asker, now: _):
      (decision, answer, by) = ("verification-waived", .end, asker)
    case .watchStarted(_, let watched, until: _, let reaction, now: _):
      (decision, answer, revision) = ("watch-started", .require, watched)
      subject = reaction.rawValue
    case .paused, .resumed, .stepReached, .runCreated, .runFinished, .runMissing,
      .runawayDetected, .weightApplied, .podsObserved, .servicesObserved, .scaleDownDelayed,
      .deadlineExceeded, .restarted, .revisionAvailable, .revisionObserved, .contractKept,
      .contractViolated, .verificationOverdue, .watchEnded:
      return nil
    }
  }
}

extension Verdict {
  var word: String {
    switch self {
    case .promoted: "promoted"
    case .aborted: "aborted"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }

  var cause: AbortCause? {
    switch self {
    case .aborted(let cause): cause
    case .promoted, .withdrawn, .superseded: nil
    }
  }
}

extension AbortCause {
  var word: String {
    switch self {
    case .person: "person"
    case .analysis: "analysis"
    case .deadline: "deadline"
    }
  }

  var run: RunKey? {
    switch self {
    case .analysis(let key, message: _): key
    case .person, .deadline: nil
    }
  }

  var message: String? {
    switch self {
    case .person: nil
    case .analysis(_, let message), .deadline(let message): message
    }
  }
}

extension RunKey {
  /// `step 2`, `background`, `verification round 2`: the index of its step, and the round from the
  /// second on.
  var words: String {
    type.rawValue + (stepIndex.map { " \($0)" } ?? "") + (round > 1 ? " round \(round)" : "")
  }
}
