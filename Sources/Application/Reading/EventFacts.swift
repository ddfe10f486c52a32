public import RolloutCore
public import WindlassWire

/// What events have in common, whatever their kind: about what, by whom, by which rules, when.
public struct EventFacts: Equatable, Sendable {
  /// The moment its decision was given.
  public var now: Timestamp
  /// What it is about, as its stream and payload say; `nil` for none.
  public var subjects: StreamSubjects
  public var attempt: AttemptNumber?
  public var by: Requester?
  /// Rules it was decided or refused by.
  public var rules: [Rule]

  /// - Parameter stream: the name of the event's stream.
  public init(_ event: LogEvent, in stream: String) {
    subjects = StreamSubjects(of: stream)
    rules = []
    switch event {
    case .application(let event):
      now = event.now
      by = event.requester
    case .rollout(let event):
      now = event.now
      attempt = event.attempt
      by = event.requester
      rules = event.rules
    case .cluster(.registered(_, let by, let now)): (self.by, self.now) = (by, now)
    case .lease(.claimed(_, _, let by, let now)), .lease(.released(_, let by, let now)):
      (self.by, self.now) = (by, now)
    case .refusal(let refusal):
      now = refusal.now
      by = refusal.by
      rules = [refusal.refusal.rule]
      // Refusals are on a stream of the application; the cluster stands in the event.
      subjects.cluster = refusal.cluster?.text
    }
  }
}

extension LogEvent {
  /// The moment its decision was given.
  public var now: Timestamp {
    switch self {
    case .application(let event): event.now
    case .rollout(let event): event.now
    case .cluster(.registered(_, _, let now)), .lease(.claimed(_, _, _, let now)),
      .lease(.released(_, _, let now)):
      now
    case .refusal(let refusal): refusal.now
    }
  }
}

extension ApplicationEvent {
  fileprivate var requester: Requester {
    switch self {
    case .revisionRegistered(_, let by, _), .strategyRegistered(_, _, let by, _),
      .policyApplied(_, let by, _), .revisionHeld(_, let by, _), .revisionReleased(_, let by, _):
      by
    }
  }
}

extension RolloutEvent {
  /// Who asked for it; `nil` for what a cluster reported or time brought about.
  fileprivate var requester: Requester? {
    switch self {
    case .attemptClassified(let event): event.by
    case .attemptReclassified(let event): event.by
    case .attemptEnded(let event): event.by
    case .paused(_, _, let by, _), .resumed(_, _, let by, _): by
    case .fullPromotionRequested(_, let by, _), .stableAdopted(_, let by, _),
      .restartRequested(let by, _), .verificationWaived(_, let by, _):
      by
    case .stepReached, .runScheduled, .runCreated, .runCancelled, .runFinished, .weightApplied,
      .revisionAvailable, .revisionObserved, .contractKept, .contractViolated, .runMissing,
      .runawayDetected, .podsObserved, .servicesObserved, .checkpointReached, .switchDecided,
      .scaleDownDelayed, .deadlineExceeded, .restarted, .verificationOwed, .verificationPaid,
      .verificationOverdue, .watchStarted, .watchEnded:
      nil
    }
  }

  fileprivate var rules: [Rule] {
    switch self {
    case .attemptClassified(let event): event.classification.rules
    case .attemptReclassified(let event): [event.rule]
    case .attemptEnded, .paused, .resumed, .fullPromotionRequested, .stableAdopted,
      .restartRequested, .verificationWaived, .stepReached, .runScheduled, .runCreated,
      .runCancelled, .runFinished, .weightApplied, .revisionAvailable, .revisionObserved,
      .contractKept, .contractViolated, .runMissing, .runawayDetected, .podsObserved,
      .servicesObserved, .checkpointReached, .switchDecided, .scaleDownDelayed,
      .deadlineExceeded, .restarted, .verificationOwed, .verificationPaid, .verificationOverdue,
      .watchStarted, .watchEnded:
      []
    }
  }
}
