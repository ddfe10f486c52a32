extension EventCodec {
  /// A stored event as the tree of its message's fields.
  ///
  /// - Throws: ``WireError`` for a type this version does not know and for bytes that are not its
  ///   message.
  public static func fields(
    type name: String, payload: [UInt8]
  ) throws(WireError) -> FieldValue {
    guard let type = EventType.named(name) else {
      throw WireError(field: "type", reason: "is not an event type this version knows")
    }
    switch type {
    case .revisionRegistered: return try unsafe revisionRegistered.fields(payload)
    case .strategyRegistered: return try unsafe strategyRegistered.fields(payload)
    case .policyApplied: return try unsafe policyApplied.fields(payload)
    case .revisionHeld: return try unsafe revisionHeld.fields(payload)
    case .revisionReleased: return try unsafe revisionReleased.fields(payload)
    case .attemptClassified: return try unsafe attemptClassified.fields(payload)
    case .attemptReclassified: return try unsafe attemptReclassified.fields(payload)
    case .stepReached: return try unsafe stepReached.fields(payload)
    case .paused: return try unsafe paused.fields(payload)
    case .resumed: return try unsafe resumed.fields(payload)
    case .fullPromotionRequested: return try unsafe fullPromotionRequested.fields(payload)
    case .runScheduled: return try unsafe runScheduled.fields(payload)
    case .runCreated: return try unsafe runCreated.fields(payload)
    case .runCancelled: return try unsafe runCancelled.fields(payload)
    case .runFinished: return try unsafe runFinished.fields(payload)
    case .weightApplied: return try unsafe weightApplied.fields(payload)
    case .revisionAvailable: return try unsafe revisionAvailable.fields(payload)
    case .revisionObserved: return try unsafe revisionObserved.fields(payload)
    case .attemptEnded: return try unsafe attemptEnded.fields(payload)
    case .contractKept: return try unsafe contractKept.fields(payload)
    case .contractViolated: return try unsafe contractViolated.fields(payload)
    case .stableAdopted: return try unsafe stableAdopted.fields(payload)
    case .runMissing: return try unsafe runMissing.fields(payload)
    case .runawayDetected: return try unsafe runawayDetected.fields(payload)
    case .podsObserved: return try unsafe podsObserved.fields(payload)
    case .servicesObserved: return try unsafe servicesObserved.fields(payload)
    case .checkpointReached: return try unsafe checkpointReached.fields(payload)
    case .switchDecided: return try unsafe switchDecided.fields(payload)
    case .scaleDownDelayed: return try unsafe scaleDownDelayed.fields(payload)
    case .deadlineExceeded: return try unsafe deadlineExceeded.fields(payload)
    case .restartRequested: return try unsafe restartRequested.fields(payload)
    case .restarted: return try unsafe restarted.fields(payload)
    case .verificationOwed: return try unsafe verificationOwed.fields(payload)
    case .verificationPaid: return try unsafe verificationPaid.fields(payload)
    case .verificationWaived: return try unsafe verificationWaived.fields(payload)
    case .verificationOverdue: return try unsafe verificationOverdue.fields(payload)
    case .watchStarted: return try unsafe watchStarted.fields(payload)
    case .watchEnded: return try unsafe watchEnded.fields(payload)
    case .clusterRegistered: return try unsafe clusterRegistered.fields(payload)
    case .leaseClaimed: return try unsafe leaseClaimed.fields(payload)
    case .leaseReleased: return try unsafe leaseReleased.fields(payload)
    case .commandRefused: return try unsafe commandRefused.fields(payload)
    }
  }
}
