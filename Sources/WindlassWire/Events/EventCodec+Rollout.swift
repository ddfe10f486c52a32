internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Events of a rollout: stream `rollout-<project/name>@<cluster>`.

extension EventCodec {
  static let attemptClassified = unsafe StoredEvent(windlass__v1__attempt_classified__init)
  static let attemptReclassified = unsafe StoredEvent(
    windlass__v1__attempt_reclassified__init)
  static let stepReached = unsafe StoredEvent(windlass__v1__step_reached__init)
  static let paused = unsafe StoredEvent(windlass__v1__paused__init)
  static let resumed = unsafe StoredEvent(windlass__v1__resumed__init)
  static let fullPromotionRequested = unsafe StoredEvent(
    windlass__v1__full_promotion_requested__init)
  static let runScheduled = unsafe StoredEvent(windlass__v1__run_scheduled__init)
  static let runCreated = unsafe StoredEvent(windlass__v1__run_created__init)
  static let runCancelled = unsafe StoredEvent(windlass__v1__run_cancelled__init)
  static let runFinished = unsafe StoredEvent(windlass__v1__run_finished__init)
  static let weightApplied = unsafe StoredEvent(windlass__v1__weight_applied__init)
  static let revisionAvailable = unsafe StoredEvent(windlass__v1__revision_available__init)
  static let revisionObserved = unsafe StoredEvent(windlass__v1__revision_observed__init)
  static let attemptEnded = unsafe StoredEvent(windlass__v1__attempt_ended__init)
  static let contractKept = unsafe StoredEvent(windlass__v1__contract_kept__init)
  static let contractViolated = unsafe StoredEvent(windlass__v1__contract_violated__init)
  static let stableAdopted = unsafe StoredEvent(windlass__v1__stable_adopted__init)
  static let runMissing = unsafe StoredEvent(windlass__v1__run_missing__init)
  static let runawayDetected = unsafe StoredEvent(windlass__v1__runaway_detected__init)
  static let podsObserved = unsafe StoredEvent(windlass__v1__pods_observed__init)
  static let servicesObserved = unsafe StoredEvent(windlass__v1__services_observed__init)
  static let checkpointReached = unsafe StoredEvent(windlass__v1__checkpoint_reached__init)
  static let switchDecided = unsafe StoredEvent(windlass__v1__switch_decided__init)
  static let scaleDownDelayed = unsafe StoredEvent(windlass__v1__scale_down_delayed__init)
  static let deadlineExceeded = unsafe StoredEvent(windlass__v1__deadline_exceeded__init)
  static let restartRequested = unsafe StoredEvent(windlass__v1__restart_requested__init)
  static let restarted = unsafe StoredEvent(windlass__v1__restarted__init)
  static let verificationOwed = unsafe StoredEvent(windlass__v1__verification_owed__init)
  static let verificationPaid = unsafe StoredEvent(windlass__v1__verification_paid__init)
  static let verificationWaived = unsafe StoredEvent(windlass__v1__verification_waived__init)
  static let verificationOverdue = unsafe StoredEvent(windlass__v1__verification_overdue__init)
  static let watchStarted = unsafe StoredEvent(windlass__v1__watch_started__init)
  static let watchEnded = unsafe StoredEvent(windlass__v1__watch_ended__init)

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
    case .weightApplied(let attempt, let weight, let verified, let now):
      let payload = unsafe weightApplied.encode { arena, base in
        unsafe Windlass__V1__WeightApplied(
          base: base, attempt: attempt.value, weight: Int32(clamping: weight),
          now_microseconds: now.microseconds, check: weightCheck(of: verified))
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
    case .runMissing(let attempt, let key, let now):
      let payload = unsafe runMissing.encode { arena, base in
        unsafe Windlass__V1__RunMissing(
          base: base, attempt: attempt.value, key: arena.pointer(key),
          now_microseconds: now.microseconds)
      }
      return (.runMissing, payload)
    case .runawayDetected(let attempt, let type, let objects, let now):
      let payload = unsafe runawayDetected.encode { arena, base in
        unsafe Windlass__V1__RunawayDetected(
          base: base, attempt: attempt.value, type: type.wire, objects: UInt32(clamping: objects),
          now_microseconds: now.microseconds)
      }
      return (.runawayDetected, payload)
    case .podsObserved(let revision, let pods, let now):
      let payload = unsafe podsObserved.encode { arena, base in
        unsafe Windlass__V1__PodsObserved(
          base: base, revision: revision.value, pods: arena.pointer(pods),
          now_microseconds: now.microseconds)
      }
      return (.podsObserved, payload)
    case .servicesObserved(let services, let now):
      let payload = unsafe servicesObserved.encode { arena, base in
        unsafe Windlass__V1__ServicesObserved(
          base: base, services: arena.pointer(services),
          now_microseconds: now.microseconds)
      }
      return (.servicesObserved, payload)
    case .checkpointReached(let attempt, let now):
      let payload = unsafe checkpointReached.encode { arena, base in
        unsafe Windlass__V1__CheckpointReached(
          base: base, attempt: attempt.value,
          now_microseconds: now.microseconds)
      }
      return (.checkpointReached, payload)
    case .switchDecided(let attempt, let now):
      let payload = unsafe switchDecided.encode { arena, base in
        unsafe Windlass__V1__SwitchDecided(
          base: base, attempt: attempt.value,
          now_microseconds: now.microseconds)
      }
      return (.switchDecided, payload)
    case .scaleDownDelayed(let revision, let until, let now):
      let payload = unsafe scaleDownDelayed.encode { arena, base in
        unsafe Windlass__V1__ScaleDownDelayed(
          base: base, revision: revision.value, until_microseconds: until.microseconds,
          now_microseconds: now.microseconds)
      }
      return (.scaleDownDelayed, payload)
    case .deadlineExceeded(let attempt, let now):
      let payload = unsafe deadlineExceeded.encode { arena, base in
        unsafe Windlass__V1__DeadlineExceeded(
          base: base, attempt: attempt.value,
          now_microseconds: now.microseconds)
      }
      return (.deadlineExceeded, payload)
    case .restartRequested(let by, let now):
      let payload = unsafe restartRequested.encode { arena, base in
        unsafe Windlass__V1__RestartRequested(
          base: base, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.restartRequested, payload)
    case .restarted(let now):
      let payload = unsafe restarted.encode { arena, base in
        unsafe Windlass__V1__Restarted(
          base: base, now_microseconds: now.microseconds)
      }
      return (.restarted, payload)
    case .verificationOwed(let attempt, let revision, let due, let now):
      let payload = unsafe verificationOwed.encode { arena, base in
        unsafe Windlass__V1__VerificationOwed(
          base: base, attempt: attempt.value, revision: revision.value,
          due_microseconds: due.microseconds,
          now_microseconds: now.microseconds)
      }
      return (.verificationOwed, payload)
    case .verificationPaid(let attempt, let key, let now):
      let payload = unsafe verificationPaid.encode { arena, base in
        unsafe Windlass__V1__VerificationPaid(
          base: base, attempt: attempt.value, key: arena.pointer(key),
          now_microseconds: now.microseconds)
      }
      return (.verificationPaid, payload)
    case .verificationWaived(let attempt, let by, let now):
      let payload = unsafe verificationWaived.encode { arena, base in
        unsafe Windlass__V1__VerificationWaived(
          base: base, attempt: attempt.value, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.verificationWaived, payload)
    case .verificationOverdue(let attempt, let now):
      let payload = unsafe verificationOverdue.encode { arena, base in
        unsafe Windlass__V1__VerificationOverdue(
          base: base, attempt: attempt.value,
          now_microseconds: now.microseconds)
      }
      return (.verificationOverdue, payload)
    case .watchStarted(let attempt, let revision, let until, let reaction, let now):
      let payload = unsafe watchStarted.encode { arena, base in
        unsafe Windlass__V1__WatchStarted(
          base: base, attempt: attempt.value, revision: revision.value,
          until_microseconds: until.microseconds, on_failure: reaction.wire,
          now_microseconds: now.microseconds)
      }
      return (.watchStarted, payload)
    case .watchEnded(let attempt, let end, let now):
      let (kind, run, message) = wire(end)
      let payload = unsafe watchEnded.encode { arena, base in
        unsafe Windlass__V1__WatchEnded(
          base: base, attempt: attempt.value, kind: kind, run: arena.pointer(run),
          message: arena.string(message),
          now_microseconds: now.microseconds)
      }
      return (.watchEnded, payload)
    }
  }

  private static func wire(
    _ end: WatchEnd
  ) -> (kind: Windlass__V1__WatchEnded__Kind, run: RunKey?, message: String) {
    switch end {
    case .passed: (WINDLASS__V1__WATCH_ENDED__KIND__PASSED, nil, "")
    case .failed(let key, let message):
      (WINDLASS__V1__WATCH_ENDED__KIND__FAILED, key, message)
    case .replaced: (WINDLASS__V1__WATCH_ENDED__KIND__REPLACED, nil, "")
    }
  }
}
