public import RolloutCore

extension RolloutEvent {
  /// What happened, in the few words that a table of a test has room for.
  public var brief: String {
    switch self {
    case .attemptClassified(let event):
      "attempt \(event.attempt): \(event.classification.kind.rawValue) to \(event.revision), "
        + event.classification.track.rawValue
    case .attemptReclassified(let event):
      "attempt \(event.attempt) now \(event.track.rawValue), \(event.rollbackClass.rawValue)"
    case .stepReached(_, let index, let how, now: _): "step \(index) (\(how.rawValue))"
    case .paused(_, let reason, by: _, now: _): "paused (\(reason.rawValue))"
    case .resumed(_, let reason, by: _, now: _): "resumed (\(reason.rawValue))"
    case .fullPromotionRequested: "full promotion requested"
    case .runScheduled(_, let key, now: _): "\(key.brief) scheduled"
    case .runCreated(_, let key, let object, now: _): "\(key.brief) created as \(object.name)"
    case .runCancelled(_, let key, let reason, now: _):
      "\(key.brief) cancelled (\(reason.rawValue))"
    case .runFinished(_, let key, let result, let reading, now: _):
      "\(key.brief) finished \(result.phase.rawValue), \(reading.rawValue)"
    case .runMissing(_, let key, now: _): "\(key.brief) missing"
    case .runawayDetected(_, let type, let objects, now: _):
      "runaway: \(objects) objects of type \(type.rawValue)"
    case .weightApplied(_, let weight, let verified, now: _):
      "weight \(weight)" + (verified.map { $0 ? ", verified" : ", not verified" } ?? "")
    case .podsObserved(_, let counts, now: _):
      "pods \(counts.desired.brief) \(counts.stable.brief) \(counts.others.brief)"
    case .servicesObserved(let seen, now: _):
      "active at \(seen.active?.description ?? "nothing")"
        + (seen.preview.map { ", preview at \($0)" } ?? "")
    case .checkpointReached: "checkpoint"
    case .switchDecided: "switch decided"
    case .scaleDownDelayed(let revision, let until, let now):
      "revision \(revision) kept "
        + (until.microseconds == .max
          ? "for ever" : "for \(until.since(now).microseconds / 1_000_000) s")
    case .deadlineExceeded: "deadline exceeded"
    case .restartRequested: "restart requested"
    case .restarted: "restarted"
    case .revisionAvailable(_, let revision, now: _): "revision \(revision) available"
    case .revisionObserved(let revision, let local, now: _):
      "revision \(revision) is \(local.podHash)"
    case .attemptEnded(let event): "attempt \(event.attempt) \(event.verdict.brief)"
    case .contractKept(let attempt, now: _): "contract \(attempt) kept"
    case .contractViolated(let attempt, let object, now: _):
      "contract \(attempt) violated by \(object.name)"
    case .verificationOwed(let attempt, let revision, due: _, now: _):
      "attempt \(attempt) owes verification of \(revision)"
    case .verificationPaid(let attempt, let key, now: _):
      "verification of attempt \(attempt) paid by \(key.brief)"
    case .verificationWaived(let attempt, by: _, now: _):
      "verification of attempt \(attempt) waived"
    case .verificationOverdue(let attempt, now: _):
      "verification of attempt \(attempt) overdue"
    case .watchStarted(let attempt, let revision, until: _, let reaction, now: _):
      "watch of \(revision) after attempt \(attempt) started (\(reaction.rawValue))"
    case .watchEnded(let attempt, let end, now: _):
      "watch after attempt \(attempt) \(end.brief)"
    case .stableAdopted(let adoption, by: _, now: _):
      "adopted \(adoption.stable), history \(adoption.history.map(\.description).joined(separator: " "))"
    }
  }
}

extension RolloutEvent {
  /// The case's name, for counting.
  public var kind: String {
    switch self {
    case .attemptClassified: "classified"
    case .attemptReclassified: "reclassified"
    case .stepReached: "step"
    case .paused: "paused"
    case .resumed: "resumed"
    case .fullPromotionRequested: "full promotion"
    case .runScheduled: "scheduled"
    case .runCreated: "created"
    case .runCancelled: "cancelled"
    case .runFinished: "finished"
    case .runMissing: "missing"
    case .runawayDetected: "runaway"
    case .weightApplied: "weight"
    case .podsObserved: "pods"
    case .servicesObserved: "services"
    case .checkpointReached: "checkpoint"
    case .switchDecided: "switch"
    case .scaleDownDelayed: "scale-down delay"
    case .deadlineExceeded: "deadline"
    case .restartRequested: "restart"
    case .restarted: "restarted"
    case .verificationOwed: "owed"
    case .verificationPaid: "paid"
    case .verificationWaived: "waived"
    case .verificationOverdue: "overdue"
    case .watchStarted: "watch"
    case .watchEnded: "watch end"
    case .revisionAvailable: "available"
    case .revisionObserved: "observed"
    case .attemptEnded: "ended"
    case .contractKept: "kept"
    case .contractViolated: "violated"
    case .stableAdopted: "adopted"
    }
  }
}

extension RunKey {
  /// `background`, `step 1`, `step 1 round 2`.
  public var brief: String {
    let name = stepIndex.map { "\(type.rawValue) \($0)" } ?? type.rawValue
    return round == 1 ? name : "\(name) round \(round)"
  }
}

extension Verdict {
  public var brief: String {
    switch self {
    case .promoted: "promoted"
    case .aborted(.person): "aborted by a person"
    case .aborted(.analysis(let key, message: _)): "aborted by \(key.brief)"
    case .aborted(.deadline): "aborted by the deadline"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }
}

extension WatchEnd {
  public var brief: String {
    switch self {
    case .passed: "passed"
    case .failed(let key, let message):
      "failed by \(key.brief)" + (message.isEmpty ? "" : ": \(message)")
    case .replaced: "replaced"
    }
  }
}

extension PodCounts.Pods {
  /// `3`, or `requested/created/ready/available` where they differ.
  public var brief: String {
    let counts = [requested, created, ready, available]
    return Set(counts).count == 1
      ? "\(available)" : counts.map(\.description).joined(separator: "/")
  }
}
