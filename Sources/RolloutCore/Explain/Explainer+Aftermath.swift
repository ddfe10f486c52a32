extension Explainer {
  /// What became of an attempt besides its verdict, a sentence for each event that says so: what was
  /// owed and how that ended, the watch, and evidence that did not come or came too often.
  ///
  /// - Parameter events: of the rollout, in log order; those of other attempts are left out.
  public static func aftermath(
    of attempt: AttemptNumber, _ events: some Sequence<RolloutEvent>
  ) -> [String] {
    events.compactMap { sentence($0, attempt) }
  }

  private static func sentence(_ event: RolloutEvent, _ attempt: AttemptNumber) -> String? {
    switch event {
    case .verificationOwed(attempt, let revision, let due, now: _):
      "The analysis of revision \(revision) is owed and has to be verified until \(due.utcText)."
    case .runScheduled(attempt, let key, let now) where key.type == .verification:
      "Its verification was scheduled at \(now.utcText)"
        + (key.round > 1 ? ", for the \(ordinal(key.round)) time." : ".")
    case .runFinished(attempt, let key, let result, let reading, let now)
    where key.type == .verification && reading != .verified:
      "The verification at \(now.utcText) ended \(result.phase.rawValue) and is read as "
        + "\(reading.rawValue), so it is still owed"
        + (result.message.isEmpty ? "." : ": \(result.message).")
    case .verificationPaid(attempt, _, let now):
      "It was verified at \(now.utcText); nothing is owed any more."
    case .verificationWaived(attempt, let requester, let now):
      "\(who(requester)) waived the verification at \(now.utcText)\(why(requester))."
    case .verificationOverdue(attempt, let now):
      "The verification was not there in time: overdue since \(now.utcText)."
    case .watchStarted(attempt, let revision, let until, let reaction, now: _):
      "The background analysis of revision \(revision) goes on until \(until.utcText); if it fails, "
        + (reaction == .rollback
          ? "Windlass goes back to what was stable before." : "that is recorded.")
    case .watchEnded(attempt, .passed, let now):
      "The watch ended at \(now.utcText) without a failure."
    case .watchEnded(attempt, .replaced, let now):
      "The watch ended at \(now.utcText) because another attempt began."
    case .watchEnded(attempt, .failed(_, let message), let now):
      "The watch failed at \(now.utcText)" + (message.isEmpty ? "." : ": \(message).")
    case .runMissing(attempt, let key, let now):
      "Nothing was seen of \(spoken(key)) until \(now.utcText), although it was due."
    case .runawayDetected(attempt, let type, let objects, let now):
      "By \(now.utcText) at least \(objects) objects of \(type.rawValue) analysis had been made, more "
        + "than the attempt can have asked for: something makes them again and again."
    case .verificationOwed, .runScheduled, .runFinished, .verificationPaid, .verificationWaived,
      .verificationOverdue, .watchStarted, .watchEnded, .runMissing, .runawayDetected,
      .attemptClassified, .attemptReclassified, .stepReached, .paused, .resumed,
      .fullPromotionRequested, .runCreated, .runCancelled, .weightApplied, .podsObserved,
      .servicesObserved, .checkpointReached, .switchDecided, .scaleDownDelayed,
      .deadlineExceeded, .restartRequested, .restarted, .revisionAvailable, .revisionObserved,
      .attemptEnded, .contractKept, .contractViolated, .stableAdopted:
      nil
    }
  }

  private static func spoken(_ key: RunKey) -> String {
    "the \(key.type.rawValue) analysis" + (key.stepIndex.map { " of step \($0)" } ?? "")
  }

  private static func ordinal(_ number: Int) -> String {
    switch number {
    case 2: "second"
    case 3: "third"
    default: "\(number)th"
    }
  }
}
