internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Reading what EventCodec+Rollout.swift writes.

extension EventCodec {
  static func decodeRollout(
    _ type: EventType, _ payload: [UInt8]
  ) throws(WireError) -> RolloutEvent {
    switch type {
    case .attemptClassified:
      return try unsafe attemptClassified.decode(payload) { (m) throws(WireError) in
        unsafe .attemptClassified(
          AttemptClassified(
            attempt: try AttemptNumber(required: m.attempt, "attempt"),
            revision: try RevisionNumber(required: m.revision, "revision"),
            stable: RevisionNumber(optional: m.stable),
            strategy: try StrategyVersion(required: m.strategy, "strategy"),
            classification: try Classification.required(m.classification, "classification"),
            by: try Requester.required(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds)
          ))
      }
    case .attemptReclassified:
      return try unsafe attemptReclassified.decode(payload) { (m) throws(WireError) in
        unsafe .attemptReclassified(
          AttemptReclassified(
            attempt: try AttemptNumber(required: m.attempt, "attempt"),
            track: try Track.required(m.track, "track"),
            rollbackClass: try RollbackClass.required(m.rollback_class, "rollback_class"),
            rule: try Rule(wire: string(m.rule), "rule"), by: try Requester.required(m.by, "by"),
            now: Timestamp(microseconds: m.now_microseconds)))
      }
    case .stepReached:
      return try unsafe stepReached.decode(payload) { (m) throws(WireError) in
        unsafe .stepReached(
          try AttemptNumber(required: m.attempt, "attempt"), index: Int(m.index),
          how: try StepEnd.required(m.how, "how"), now: Timestamp(microseconds: m.now_microseconds))
      }
    case .paused:
      return try unsafe paused.decode(payload) { (m) throws(WireError) in
        unsafe .paused(
          try AttemptNumber(required: m.attempt, "attempt"),
          try PauseReason.required(m.reason, "reason"), by: try Requester.optional(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .resumed:
      return try unsafe resumed.decode(payload) { (m) throws(WireError) in
        unsafe .resumed(
          try AttemptNumber(required: m.attempt, "attempt"),
          try PauseReason.required(m.reason, "reason"), by: try Requester.optional(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .fullPromotionRequested:
      return try unsafe fullPromotionRequested.decode(payload) { (m) throws(WireError) in
        unsafe .fullPromotionRequested(
          try AttemptNumber(required: m.attempt, "attempt"), by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runScheduled:
      return try unsafe runScheduled.decode(payload) { (m) throws(WireError) in
        unsafe .runScheduled(
          try AttemptNumber(required: m.attempt, "attempt"), try RunKey.required(m.key, "key"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runCreated:
      return try unsafe runCreated.decode(payload) { (m) throws(WireError) in
        unsafe .runCreated(
          try AttemptNumber(required: m.attempt, "attempt"), try RunKey.required(m.key, "key"),
          try RunObject.required(m.object, "object"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runCancelled:
      return try unsafe runCancelled.decode(payload) { (m) throws(WireError) in
        unsafe .runCancelled(
          try AttemptNumber(required: m.attempt, "attempt"), try RunKey.required(m.key, "key"),
          try CancelReason.required(m.reason, "reason"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runFinished:
      return try unsafe runFinished.decode(payload) { (m) throws(WireError) in
        unsafe .runFinished(
          try AttemptNumber(required: m.attempt, "attempt"), try RunKey.required(m.key, "key"),
          try RunResult.required(m.result, "result"), try RunReading.required(m.reading, "reading"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .weightApplied:
      return try unsafe weightApplied.decode(payload) { (m) throws(WireError) in
        unsafe .weightApplied(
          try AttemptNumber(required: m.attempt, "attempt"),
          weight: try number(m.weight, in: weightRange, "weight"),
          verified: try weightCheck(m.check),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .revisionAvailable:
      return try unsafe revisionAvailable.decode(payload) { (m) throws(WireError) in
        unsafe .revisionAvailable(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RevisionNumber(required: m.revision, "revision"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .revisionObserved:
      return try unsafe revisionObserved.decode(payload) { (m) throws(WireError) in
        unsafe .revisionObserved(
          try RevisionNumber(required: m.revision, "revision"),
          try LocalRevision.required(m.local, "local"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .attemptEnded:
      return try unsafe attemptEnded.decode(payload) { (m) throws(WireError) in
        unsafe .attemptEnded(
          AttemptEnded(
            attempt: try AttemptNumber(required: m.attempt, "attempt"),
            verdict: try Verdict.required(m.verdict, "verdict"),
            by: try Requester.optional(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds)
          ))
      }
    case .contractKept:
      return try unsafe contractKept.decode(payload) { (m) throws(WireError) in
        unsafe .contractKept(
          try AttemptNumber(required: m.attempt, "attempt"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .contractViolated:
      return try unsafe contractViolated.decode(payload) { (m) throws(WireError) in
        unsafe .contractViolated(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RunObject.required(m.object, "object"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .stableAdopted:
      return try unsafe stableAdopted.decode(payload) { (m) throws(WireError) in
        let adoption = unsafe Adoption(
          stable: try RevisionNumber(required: m.stable, "stable"),
          history: numbers(m.n_history, m.history).map(RevisionNumber.init))
        return unsafe .stableAdopted(
          adoption, by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runMissing:
      return try unsafe runMissing.decode(payload) { (m) throws(WireError) in
        unsafe .runMissing(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RunKey.required(m.key, "key"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .runawayDetected:
      return try unsafe runawayDetected.decode(payload) { (m) throws(WireError) in
        unsafe .runawayDetected(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RunType.required(m.type, "type"),
          objects: Int(m.objects),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .podsObserved:
      return try unsafe podsObserved.decode(payload) { (m) throws(WireError) in
        unsafe .podsObserved(
          try RevisionNumber(required: m.revision, "revision"),
          try PodCounts.required(m.pods, "pods"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .servicesObserved:
      return try unsafe servicesObserved.decode(payload) { (m) throws(WireError) in
        unsafe .servicesObserved(
          try ServicesSeen.required(m.services, "services"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .checkpointReached:
      return try unsafe checkpointReached.decode(payload) { (m) throws(WireError) in
        unsafe .checkpointReached(
          try AttemptNumber(required: m.attempt, "attempt"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .switchDecided:
      return try unsafe switchDecided.decode(payload) { (m) throws(WireError) in
        unsafe .switchDecided(
          try AttemptNumber(required: m.attempt, "attempt"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .scaleDownDelayed:
      return try unsafe scaleDownDelayed.decode(payload) { (m) throws(WireError) in
        unsafe .scaleDownDelayed(
          try RevisionNumber(required: m.revision, "revision"),
          until: Timestamp(microseconds: m.until_microseconds),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .deadlineExceeded:
      return try unsafe deadlineExceeded.decode(payload) { (m) throws(WireError) in
        unsafe .deadlineExceeded(
          try AttemptNumber(required: m.attempt, "attempt"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .restartRequested:
      return try unsafe restartRequested.decode(payload) { (m) throws(WireError) in
        unsafe .restartRequested(
          by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .restarted:
      return try unsafe restarted.decode(payload) { (m) throws(WireError) in
        guard let now = unsafe optionalMoment(m.now_microseconds) else {
          throw WireError(field: "now_microseconds", reason: "is missing")
        }
        return .restarted(now: now)
      }
    case .verificationOwed:
      return try unsafe verificationOwed.decode(payload) { (m) throws(WireError) in
        unsafe .verificationOwed(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RevisionNumber(required: m.revision, "revision"),
          due: Timestamp(microseconds: m.due_microseconds),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .verificationPaid:
      return try unsafe verificationPaid.decode(payload) { (m) throws(WireError) in
        unsafe .verificationPaid(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RunKey.required(m.key, "key"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .verificationWaived:
      return try unsafe verificationWaived.decode(payload) { (m) throws(WireError) in
        unsafe .verificationWaived(
          try AttemptNumber(required: m.attempt, "attempt"),
          by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .verificationOverdue:
      return try unsafe verificationOverdue.decode(payload) { (m) throws(WireError) in
        unsafe .verificationOverdue(
          try AttemptNumber(required: m.attempt, "attempt"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .watchStarted:
      return try unsafe watchStarted.decode(payload) { (m) throws(WireError) in
        unsafe .watchStarted(
          try AttemptNumber(required: m.attempt, "attempt"),
          try RevisionNumber(required: m.revision, "revision"),
          until: Timestamp(microseconds: m.until_microseconds),
          try WatchRule.Reaction.required(m.on_failure, "on_failure"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .watchEnded:
      return try unsafe watchEnded.decode(payload) { (m) throws(WireError) in
        unsafe .watchEnded(
          try AttemptNumber(required: m.attempt, "attempt"),
          try watchEnd(m),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    default: throw WireError(field: "type", reason: "is not of a rollout")
    }
  }

  @unsafe
  private static func watchEnd(_ m: Windlass__V1__WatchEnded) throws(WireError) -> WatchEnd {
    switch unsafe m.kind {
    case WINDLASS__V1__WATCH_ENDED__KIND__PASSED: return .passed
    case WINDLASS__V1__WATCH_ENDED__KIND__FAILED:
      let run = try unsafe RunKey.required(m.run, "run")
      return unsafe .failed(run, message: string(m.message))
    case WINDLASS__V1__WATCH_ENDED__KIND__REPLACED: return .replaced
    default: throw WireError(field: "kind", reason: "is not an end this version knows")
    }
  }
}
