internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Events of a rollout: stream `rollout-<project/name>@<cluster>`.

extension EventCodec {
  private static let attemptClassified = unsafe StoredEvent(windlass__v1__attempt_classified__init)
  private static let attemptReclassified = unsafe StoredEvent(
    windlass__v1__attempt_reclassified__init)
  private static let stepReached = unsafe StoredEvent(windlass__v1__step_reached__init)
  private static let paused = unsafe StoredEvent(windlass__v1__paused__init)
  private static let resumed = unsafe StoredEvent(windlass__v1__resumed__init)
  private static let fullPromotionRequested = unsafe StoredEvent(
    windlass__v1__full_promotion_requested__init)
  private static let runScheduled = unsafe StoredEvent(windlass__v1__run_scheduled__init)
  private static let runCreated = unsafe StoredEvent(windlass__v1__run_created__init)
  private static let runCancelled = unsafe StoredEvent(windlass__v1__run_cancelled__init)
  private static let runFinished = unsafe StoredEvent(windlass__v1__run_finished__init)
  private static let weightApplied = unsafe StoredEvent(windlass__v1__weight_applied__init)
  private static let revisionAvailable = unsafe StoredEvent(windlass__v1__revision_available__init)
  private static let revisionObserved = unsafe StoredEvent(windlass__v1__revision_observed__init)
  private static let attemptEnded = unsafe StoredEvent(windlass__v1__attempt_ended__init)
  private static let contractKept = unsafe StoredEvent(windlass__v1__contract_kept__init)
  private static let contractViolated = unsafe StoredEvent(windlass__v1__contract_violated__init)
  private static let stableAdopted = unsafe StoredEvent(windlass__v1__stable_adopted__init)

  static func encode(_ event: RolloutEvent) -> (EventType, [UInt8]) {
    switch event {
    case .attemptClassified(let event):
      let payload = unsafe attemptClassified.encode { arena, base in
        unsafe Windlass__V1__AttemptClassified(
          base: base, attempt: event.attempt.value, revision: event.revision.value,
          stable: event.stable.wire, strategy: event.strategy.value,
          classification: arena.pointer(event.classification), by: arena.pointer(event.by),
          now_microseconds: event.now.microseconds)
      }
      return (.attemptClassified, payload)
    case .attemptReclassified(let event):
      let payload = unsafe attemptReclassified.encode { arena, base in
        unsafe Windlass__V1__AttemptReclassified(
          base: base, attempt: event.attempt.value, track: event.track.wire,
          rollback_class: event.rollbackClass.wire, rule: arena.string(event.rule.rawValue),
          by: arena.pointer(event.by), now_microseconds: event.now.microseconds)
      }
      return (.attemptReclassified, payload)
    case .stepReached(let attempt, let index, let how, let now):
      let payload = unsafe stepReached.encode { arena, base in
        unsafe Windlass__V1__StepReached(
          base: base, attempt: attempt.value, index: UInt32(clamping: index), how: how.wire,
          now_microseconds: now.microseconds)
      }
      return (.stepReached, payload)
    case .paused(let attempt, let reason, let by, let now):
      let payload = unsafe paused.encode { arena, base in
        unsafe Windlass__V1__Paused(
          base: base, attempt: attempt.value, reason: reason.wire, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.paused, payload)
    case .resumed(let attempt, let reason, let by, let now):
      let payload = unsafe resumed.encode { arena, base in
        unsafe Windlass__V1__Resumed(
          base: base, attempt: attempt.value, reason: reason.wire, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.resumed, payload)
    case .fullPromotionRequested(let attempt, let by, let now):
      let payload = unsafe fullPromotionRequested.encode { arena, base in
        unsafe Windlass__V1__FullPromotionRequested(
          base: base, attempt: attempt.value, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.fullPromotionRequested, payload)
    case .runScheduled(let attempt, let key, let now):
      let payload = unsafe runScheduled.encode { arena, base in
        unsafe Windlass__V1__RunScheduled(
          base: base, attempt: attempt.value, key: arena.pointer(key),
          now_microseconds: now.microseconds)
      }
      return (.runScheduled, payload)
    case .runCreated(let attempt, let key, let object, let now):
      let payload = unsafe runCreated.encode { arena, base in
        unsafe Windlass__V1__RunCreated(
          base: base, attempt: attempt.value, key: arena.pointer(key),
          object: arena.pointer(object), now_microseconds: now.microseconds)
      }
      return (.runCreated, payload)
    case .runCancelled(let attempt, let key, let reason, let now):
      let payload = unsafe runCancelled.encode { arena, base in
        unsafe Windlass__V1__RunCancelled(
          base: base, attempt: attempt.value, key: arena.pointer(key), reason: reason.wire,
          now_microseconds: now.microseconds)
      }
      return (.runCancelled, payload)
    case .runFinished(let attempt, let key, let result, let reading, let now):
      let payload = unsafe runFinished.encode { arena, base in
        unsafe Windlass__V1__RunFinished(
          base: base, attempt: attempt.value, key: arena.pointer(key),
          result: arena.pointer(result), reading: reading.wire, now_microseconds: now.microseconds)
      }
      return (.runFinished, payload)
    case .weightApplied(let attempt, let weight, let now):
      let payload = unsafe weightApplied.encode { arena, base in
        unsafe Windlass__V1__WeightApplied(
          base: base, attempt: attempt.value, weight: Int32(clamping: weight),
          now_microseconds: now.microseconds)
      }
      return (.weightApplied, payload)
    case .revisionAvailable(let attempt, let revision, let now):
      let payload = unsafe revisionAvailable.encode { arena, base in
        unsafe Windlass__V1__RevisionAvailable(
          base: base, attempt: attempt.value, revision: revision.value,
          now_microseconds: now.microseconds)
      }
      return (.revisionAvailable, payload)
    case .revisionObserved(let revision, let local, let now):
      let payload = unsafe revisionObserved.encode { arena, base in
        unsafe Windlass__V1__RevisionObserved(
          base: base, revision: revision.value, local: arena.pointer(local),
          now_microseconds: now.microseconds)
      }
      return (.revisionObserved, payload)
    case .attemptEnded(let event):
      let payload = unsafe attemptEnded.encode { arena, base in
        unsafe Windlass__V1__AttemptEnded(
          base: base, attempt: event.attempt.value, verdict: arena.pointer(event.verdict),
          by: arena.pointer(event.by), now_microseconds: event.now.microseconds)
      }
      return (.attemptEnded, payload)
    case .contractKept(let attempt, let now):
      let payload = unsafe contractKept.encode { arena, base in
        unsafe Windlass__V1__ContractKept(
          base: base, attempt: attempt.value, now_microseconds: now.microseconds)
      }
      return (.contractKept, payload)
    case .contractViolated(let attempt, let object, let now):
      let payload = unsafe contractViolated.encode { arena, base in
        unsafe Windlass__V1__ContractViolated(
          base: base, attempt: attempt.value, object: arena.pointer(object),
          now_microseconds: now.microseconds)
      }
      return (.contractViolated, payload)
    case .stableAdopted(let adoption, let by, let now):
      let payload = unsafe stableAdopted.encode { arena, base in
        unsafe Windlass__V1__StableAdopted(
          base: base, stable: adoption.stable.value, n_history: adoption.history.count,
          history: arena.array(adoption.history, \.value), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.stableAdopted, payload)
    }
  }

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
          weight: try number(m.weight, in: 0...100, "weight"),
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
    default: throw WireError(field: "type", reason: "is not of a rollout")
    }
  }
}
