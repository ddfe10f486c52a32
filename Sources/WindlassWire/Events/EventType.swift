/// Names of events on disk. A changed event is a new type; these stay readable for ever.
public enum EventType: String, Sendable, CaseIterable {
  case revisionRegistered = "revision-registered.v1"
  case strategyRegistered = "strategy-registered.v1"
  case policyApplied = "policy-applied.v1"
  case revisionHeld = "revision-held.v1"
  case revisionReleased = "revision-released.v1"

  case attemptClassified = "attempt-classified.v1"
  case attemptReclassified = "attempt-reclassified.v1"
  case stepReached = "step-reached.v1"
  case paused = "paused.v1"
  case resumed = "resumed.v1"
  case fullPromotionRequested = "full-promotion-requested.v1"
  case runScheduled = "run-scheduled.v1"
  case runCreated = "run-created.v1"
  case runCancelled = "run-cancelled.v1"
  case runFinished = "run-finished.v1"
  case weightApplied = "weight-applied.v1"
  case revisionAvailable = "revision-available.v1"
  case revisionObserved = "revision-observed.v1"
  case attemptEnded = "attempt-ended.v1"
  case contractKept = "contract-kept.v1"
  case contractViolated = "contract-violated.v1"
  case stableAdopted = "stable-adopted.v1"
  case runMissing = "run-missing.v1"
  case runawayDetected = "runaway-detected.v1"
  case podsObserved = "pods-observed.v1"
  case servicesObserved = "services-observed.v1"
  case checkpointReached = "checkpoint-reached.v1"
  case switchDecided = "switch-decided.v1"
  case scaleDownDelayed = "scale-down-delayed.v1"
  case deadlineExceeded = "deadline-exceeded.v1"
  case restartRequested = "restart-requested.v1"
  case restarted = "restarted.v1"
  case verificationOwed = "verification-owed.v1"
  case verificationPaid = "verification-paid.v1"
  case verificationWaived = "verification-waived.v1"
  case verificationOverdue = "verification-overdue.v1"
  case watchStarted = "watch-started.v1"
  case watchEnded = "watch-ended.v1"

  case clusterRegistered = "cluster-registered.v1"

  case leaseClaimed = "lease-claimed.v1"
  case leaseReleased = "lease-released.v1"

  case commandRefused = "command-refused.v1"

  /// Found by hash: replay asks for every event.
  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// The type of that name, if this version knows it.
  static func named(_ name: String) -> Self? { byName[name] }
}
