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
    case .runMissing(_, let key, now: _): "\(text(key)) run missing"
    case .runawayDetected(_, let type, let objects, now: _):
      "\(objects) \(type.rawValue) objects, more than were asked for"
    case .weightApplied(_, let weight, let verified, now: _):
      "weight \(weight) applied" + (verified == false ? ", not verified" : "")
    case .podsObserved(let revision, let counts, now: _):
      "\(release(revision, application)) has \(text(counts.desired)) pods, stable "
        + "\(text(counts.stable))"
        + (counts.others == .none ? "" : ", others \(text(counts.others))")
    case .servicesObserved(let seen, now: _):
      "active service at \(seen.active.map { release($0, application) } ?? "nothing")"
        + (seen.preview.map { ", preview at \(release($0, application))" } ?? "")
    case .checkpointReached: "preview verified at its own size"
    case .switchDecided: "active service switches"
    case .scaleDownDelayed(let revision, _, now: _):
      "\(release(revision, application)) keeps its pods for a while"
    case .deadlineExceeded: "progress deadline exceeded"
    case .restartRequested: "restart requested"
    case .restarted: "restarted"
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
    case .verificationOwed(let attempt, let revision, due: _, now: _):
      "attempt \(attempt) owes a verification of \(release(revision, application))"
    case .verificationPaid(let attempt, _, now: _): "verification of attempt \(attempt) paid"
    case .verificationWaived(let attempt, by: _, now: _):
      "verification of attempt \(attempt) waived"
    case .verificationOverdue(let attempt, now: _): "verification of attempt \(attempt) overdue"
    case .watchStarted(let attempt, _, until: _, _, now: _):
      "watch after attempt \(attempt) started"
    case .watchEnded(let attempt, .passed, now: _): "watch after attempt \(attempt) passed"
    case .watchEnded(let attempt, .failed(let key, message: _), now: _):
      "watch after attempt \(attempt) failed by the \(text(key)) run"
    case .watchEnded(let attempt, .replaced, now: _): "watch after attempt \(attempt) replaced"
    }
  }

  /// `background`, `step 2`, `step 2 round 2`.
  static func text(_ key: RunKey) -> String {
    let name = key.stepIndex.map { "\(key.type.rawValue) \($0)" } ?? key.type.rawValue
    return key.round == 1 ? name : "\(name) round \(key.round)"
  }

  /// `3`, or `2 of 3` where not all are available.
  private static func text(_ pods: PodCounts.Pods) -> String {
    pods.available == pods.requested
      ? "\(pods.requested)" : "\(pods.available) of \(pods.requested)"
  }

  private static func text(_ verdict: Verdict) -> String {
    switch verdict {
    case .promoted: "promoted"
    case .aborted(.person): "aborted by a person"
    case .aborted(.analysis(let key, message: _)): "aborted by the \(text(key)) run"
    case .aborted(.deadline): "aborted by its deadline"
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }
}
