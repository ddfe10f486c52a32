import RolloutCore

/// Events in the words of scenario files: plain YAML, releases instead of numbers.
enum EventText {
  static func release(_ number: RevisionNumber, _ application: ApplicationState) -> String {
    application.revision(number)?.revision.release.text ?? "#\(number)"
  }

  static func text(_ event: ApplicationEvent, _ application: ApplicationState) -> String {
    switch event {
    case .revisionRegistered(let revision, by: _, now: _): "\(revision.release) registered"
    case .strategyRegistered(let version, _, by: _, now: _): "strategy \(version) registered"
    case .policyApplied(let policy, by: _, now: _): "policy \(policy.name) applied"
    case .revisionHeld(let number, by: _, now: _): "\(release(number, application)) held"
    case .revisionReleased(let number, by: _, now: _): "\(release(number, application)) released"
    }
  }

  static func text(_ event: RolloutEvent, _ application: ApplicationState) -> String {
    switch event {
    case .attemptClassified(let event):
      "attempt \(event.attempt) is \(event.classification.kind.rawValue) to "
        + "\(release(event.revision, application)) on the \(event.classification.track.rawValue) "
        + "track"
    case .attemptReclassified(let event):
      "attempt \(event.attempt) goes on as \(event.rollbackClass.rawValue) on the "
        + "\(event.track.rawValue) track"
    case .stepReached(_, let index, let how, now: _): "step \(index) reached (\(how.rawValue))"
    case .paused(_, let reason, by: _, now: _): "paused (\(reason.rawValue))"
    case .resumed(_, let reason, by: _, now: _): "resumed (\(reason.rawValue))"
    case .fullPromotionRequested: "full promotion requested"
    case .runScheduled(_, let key, now: _): "\(text(key)) run scheduled"
    case .runCreated(_, let key, let object, now: _): "\(text(key)) run created as \(object.name)"
    case .runCancelled(_, let key, let reason, now: _):
      "\(text(key)) run cancelled (\(reason.rawValue))"
    case .runFinished(_, let key, let result, let reading, now: _):
      "\(text(key)) run finished \(result.phase.rawValue) (\(reading.rawValue))"
    case .weightApplied(_, let weight, now: _): "weight \(weight) applied"
    case .revisionAvailable(_, let revision, now: _):
      "\(release(revision, application)) available"
    case .revisionObserved(let revision, let local, now: _):
      "\(release(revision, application)) observed as \(local.podHash)"
    case .attemptEnded(let event): "attempt \(event.attempt) \(text(event.verdict))"
    case .contractKept(let attempt, now: _): "contract of attempt \(attempt) kept"
    case .contractViolated(let attempt, let object, now: _):
      "contract of attempt \(attempt) violated by \(object.name)"
    case .stableAdopted(let adoption, by: _, now: _):
      "\(release(adoption.stable, application)) adopted as stable"
    }
  }

  /// `background`, `step 2`, `step 2 round 2`.
  static func text(_ key: RunKey) -> String {
    let name = key.stepIndex.map { "\(key.type.rawValue) \($0)" } ?? key.type.rawValue
    return key.round == 1 ? name : "\(name) round \(key.round)"
  }

  private static func text(_ verdict: Verdict) -> String {
    switch verdict {
    case .promoted: "promoted"
    case .aborted(.person): "aborted by a person"
    case .aborted(.analysis(let key, message: _)): "aborted by the \(text(key)) run"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }
}
