internal import RolloutCore

/// Events as the log stores them: a type name and the bytes of that type's message in
/// proto/windlass/v1/events.proto.
public enum EventCodec {
  /// - Returns: the stable type name, such as `attempt-classified.v1`, and its message's bytes.
  public static func encode(_ event: LogEvent) -> (type: String, payload: [UInt8]) {
    let (type, payload): (EventType, [UInt8]) =
      switch event {
      case .application(let event): encode(event)
      case .rollout(let event): encode(event)
      case .cluster(let event): encode(event)
      case .lease(let event): encode(event)
      case .refusal(let event): encode(event)
      }
    return (type.rawValue, payload)
  }

  /// - Throws: ``WireError`` for a type this version does not know and for bytes that are not its
  ///   message. That stream is unreadable then, not the log.
  public static func decode(
    type name: String, payload: [UInt8]
  ) throws(WireError) -> LogEvent {
    guard let type = EventType.named(name) else {
      throw WireError(field: "type", reason: "is not an event type this version knows")
    }
    switch type {
    case .revisionRegistered, .strategyRegistered, .policyApplied, .revisionHeld,
      .revisionReleased:
      return .application(try decodeApplication(type, payload))
    case .attemptClassified, .attemptReclassified, .stepReached, .paused, .resumed,
      .fullPromotionRequested, .runScheduled, .runCreated, .runCancelled, .runFinished,
      .weightApplied, .revisionAvailable, .revisionObserved, .attemptEnded, .contractKept,
      .contractViolated, .stableAdopted, .runMissing, .runawayDetected, .podsObserved,
      .servicesObserved, .checkpointReached, .switchDecided, .scaleDownDelayed, .deadlineExceeded,
      .restartRequested, .restarted, .verificationOwed, .verificationPaid, .verificationWaived,
      .verificationOverdue, .watchStarted, .watchEnded:
      return .rollout(try decodeRollout(type, payload))
    case .clusterRegistered: return .cluster(try decodeCluster(payload))
    case .leaseClaimed: return .lease(try decodeLeaseClaimed(payload))
    case .leaseReleased: return .lease(try decodeLeaseReleased(payload))
    case .commandRefused: return .refusal(try decodeRefusal(payload))
    }
  }
}
