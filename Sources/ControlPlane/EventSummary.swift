import RolloutCore
import WindlassWire

/// One line for a person about each event.
enum EventSummary {
  static func line(_ event: LogEvent) -> String {
    switch event {
    case .application(let event): line(event)
    case .rollout(let event): line(event)
    case .cluster(.registered(let registration, _, _)):
      "cluster registered in \(registration.mode.rawValue) mode"
        + (registration.controllerVersion.isEmpty
          ? "" : ", Argo Rollouts \(registration.controllerVersion)")
    case .lease(.claimed(let holder, let stolen, _, _)):
      stolen ? "lease taken over by \(holder)" : "lease claimed by \(holder)"
    case .lease(.released(let holder, _, _)): "lease released by \(holder)"
    case .refusal(let refusal):
      "\(refusal.command)\(refusal.cluster.map { " on \($0)" } ?? "") refused "
        + "(\(refusal.refusal.rule.rawValue)): \(refusal.refusal.message)"
    }
  }

  private static func line(_ event: ApplicationEvent) -> String {
    switch event {
    case .revisionRegistered(let revision, let by, _):
      "revision \(revision.number) registered: release \(revision.release)\(asked(by))"
    case .strategyRegistered(let version, let strategy, _, _):
      "strategy \(version) registered: \(kind(strategy))"
    case .policyApplied(let policy, _, _): "policy \(policy.name) applied"
    case .revisionHeld(let number, let by, _): "revision \(number) held\(asked(by))"
    case .revisionReleased(let number, let by, _): "revision \(number) released\(asked(by))"
    }
  }

  private static func line(_ event: RolloutEvent) -> String {
    switch event {
    case .attemptClassified(let event): line(event)
    case .attemptReclassified(let event):
      "attempt \(event.attempt) is now \(event.rollbackClass.rawValue) on the "
        + "\(event.track.rawValue) track\(asked(event.by))"
    case .stepReached(_, let index, let how, _):
      "step \(index) reached (\(how.rawValue))"
    case .paused(_, let reason, let by, _): "paused (\(reason.rawValue))\(asked(by))"
    case .resumed(_, let reason, let by, _): "resumed (\(reason.rawValue))\(asked(by))"
    case .fullPromotionRequested(_, let by, _): "full promotion requested\(asked(by))"
    case .runScheduled(_, let key, _): "\(name(key)) analysis scheduled"
    case .runCreated(_, let key, let object, _): "\(name(key)) analysis created as \(object.name)"
    case .runCancelled(_, let key, let reason, _):
      "\(name(key)) analysis cancelled (\(reason.rawValue))"
    case .runFinished(_, let key, let result, let reading, _):
      "\(name(key)) analysis \(result.phase.rawValue), read as \(reading.rawValue)"
        + (result.message.isEmpty ? "" : ": \(result.message)")
    case .weightApplied(_, let weight, let verified, _):
      "weight \(weight) applied"
        + (verified.map { $0 ? ", verified" : ", not verified by the router" } ?? "")
    case .revisionAvailable(_, let revision, _): "revision \(revision) fully available"
    case .revisionObserved(let revision, let local, _):
      "revision \(revision) is pod hash \(local.podHash) here"
    case .attemptEnded(let event):
      "attempt \(event.attempt) \(word(event.verdict))\(asked(event.by))"
    case .contractKept: "skip contract kept: nothing ran"
    case .contractViolated(_, let object, _):
      "skip contract VIOLATED by \(object.type.rawValue) AnalysisRun \(object.name)"
    case .stableAdopted(let adoption, let by, _):
      "revision \(adoption.stable) adopted as stable\(asked(by))"
    case .runMissing(_, let key, _): "\(name(key)) analysis MISSING: no object appeared in time"
    case .runawayDetected(_, let type, let objects, _):
      "\(type.rawValue) objects RUN AWAY: \(objects) were made for one attempt"
    case .podsObserved(let revision, let pods, _):
      "revision \(revision) has \(count(pods.desired)), stable \(count(pods.stable))"
        + (pods.others == .none ? "" : ", others \(count(pods.others))")
    case .servicesObserved(let services, _):
      "active service at \(place(services.active)), preview at \(place(services.preview))"
    case .checkpointReached: "preview verified at its own size; it grows to full size"
    case .switchDecided: "switch decided: the active service goes to the new revision"
    case .scaleDownDelayed(let revision, let until, _):
      until.microseconds == .max
        ? "pods of revision \(revision) stay"
        : "pods of revision \(revision) stay until \(until.utcText)"
    case .deadlineExceeded(let attempt, _):
      "attempt \(attempt) made no progress within its deadline"
    case .restartRequested(let by, _): "restart requested\(asked(by))"
    case .restarted: "restarted: every pod was made since"
    case .verificationOwed(_, let revision, let due, _):
      "verification of revision \(revision) OWED until \(due.utcText)"
    case .verificationPaid(_, let key, _): "verification paid by \(name(key))"
    case .verificationWaived(_, let by, _): "verification waived\(asked(by))"
    case .verificationOverdue: "verification OVERDUE"
    case .watchStarted(_, let revision, let until, let reaction, _):
      "watch over revision \(revision) until \(until.utcText)"
        + (reaction == .rollback ? ", a failure rolls back" : "")
    case .watchEnded(_, .passed, _): "watch passed"
    case .watchEnded(_, .failed(let key, let message), _):
      "watch FAILED by \(name(key))" + (message.isEmpty ? "" : ": \(message)")
    case .watchEnded(_, .replaced, _): "watch over: another attempt began"
    }
  }

  private static func count(_ pods: PodCounts.Pods) -> String {
    "\(pods.available)/\(pods.requested) pods available"
  }

  private static func place(_ revision: RevisionNumber?) -> String {
    revision.map { "revision \($0)" } ?? "nothing known"
  }

  private static func kind(_ strategy: Strategy) -> String {
    switch strategy.kind {
    case .canary(let canary):
      "canary, \(canary.steps.count) steps"
        + (canary.background == nil ? "" : " and background analysis")
    case .blueGreen(let blueGreen):
      "blue-green"
        + (blueGreen.prePromotion == nil ? "" : ", analysis before the switch")
        + (blueGreen.postPromotion == nil ? "" : ", analysis after it")
    }
  }

  private static func line(_ event: AttemptClassified) -> String {
    var text = "attempt \(event.attempt): "
    switch event.classification.kind {
    case .initial: text += "first deployment of revision \(event.revision)"
    case .forward: text += "revision \(event.revision)"
    case .returnToStable: text += "return to stable revision \(event.revision)"
    case .rollback: text += "rollback to revision \(event.revision)"
    }
    if let rollback = event.classification.rollback {
      text += ", \(rollback.answer.verdict.rawValue)"
    }
    return text + ", \(event.classification.track.rawValue) track, "
      + "\(event.classification.origin.rawValue)\(asked(event.by))"
  }

  static func word(_ verdict: Verdict) -> String {
    switch verdict {
    case .promoted: "promoted"
    case .aborted(.person): "aborted by a person"
    case .aborted(.analysis(let key, let message)):
      "aborted by \(name(key)) analysis" + (message.isEmpty ? "" : ": \(message)")
    case .aborted(.deadline(let message)):
      "aborted by its deadline" + (message.isEmpty ? "" : ": \(message)")
    case .withdrawn: "withdrawn"
    case .superseded: "superseded"
    }
  }

  static func name(_ key: RunKey) -> String {
    let step = key.stepIndex.map { " (step \($0))" } ?? ""
    return key.type.rawValue + step + (key.round > 1 ? ", round \(key.round)" : "")
  }

  private static func asked(_ by: Requester?) -> String {
    guard let by, by.principal != "windlass" else { return "" }
    let actor = by.claimedActor.isEmpty ? by.principal : by.claimedActor
    return by.reason.isEmpty ? ", by \(actor)" : ", by \(actor): \(by.reason)"
  }
}
