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
    case .weightApplied(_, let weight, now: _): "weight \(weight)"
    case .revisionAvailable(_, let revision, now: _): "revision \(revision) available"
    case .revisionObserved(let revision, let local, now: _):
      "revision \(revision) is \(local.podHash)"
    case .attemptEnded(let event): "attempt \(event.attempt) \(event.verdict.brief)"
    case .contractKept(let attempt, now: _): "contract \(attempt) kept"
    case .contractViolated(let attempt, let object, now: _):
      "contract \(attempt) violated by \(object.name)"
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
    case .weightApplied: "weight"
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
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }
}
