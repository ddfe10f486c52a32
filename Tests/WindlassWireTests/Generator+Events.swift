import RolloutCore
import WindlassWire

extension Generator {
  mutating func event(_ type: EventType) throws -> LogEvent {
    let now = moment()
    let by = requester()
    let attempt = attemptNumber()
    return switch type {
    case .revisionRegistered:
      .application(.revisionRegistered(try revision(), by: by, now: now))
    case .strategyRegistered:
      .application(
        .strategyRegistered(StrategyVersion(number()), try strategy(), by: by, now: now))
    case .policyApplied: .application(.policyApplied(try policy(), by: by, now: now))
    case .revisionHeld: .application(.revisionHeld(revisionNumber(), by: by, now: now))
    case .revisionReleased: .application(.revisionReleased(revisionNumber(), by: by, now: now))
    case .attemptClassified:
      .rollout(
        .attemptClassified(
          AttemptClassified(
            attempt: attempt, revision: revisionNumber(), stable: maybe { $0.revisionNumber() },
            strategy: StrategyVersion(number()), classification: try classification(), by: by,
            now: now)))
    case .attemptReclassified:
      .rollout(
        .attemptReclassified(
          AttemptReclassified(
            attempt: attempt, track: try any(Track.self),
            rollbackClass: try any(RollbackClass.self), rule: try any(Rule.self), by: by,
            now: now)))
    case .stepReached:
      .rollout(
        .stepReached(attempt, index: int(0...100), how: try any(StepEnd.self), now: now))
    case .paused:
      .rollout(.paused(attempt, try any(PauseReason.self), by: bool() ? by : nil, now: now))
    case .resumed:
      .rollout(.resumed(attempt, try any(PauseReason.self), by: bool() ? by : nil, now: now))
    case .fullPromotionRequested: .rollout(.fullPromotionRequested(attempt, by: by, now: now))
    case .runScheduled: .rollout(.runScheduled(attempt, try key(), now: now))
    case .runCreated: .rollout(.runCreated(attempt, try key(), try object(), now: now))
    case .runCancelled:
      .rollout(.runCancelled(attempt, try key(), try any(CancelReason.self), now: now))
    case .runFinished:
      .rollout(
        .runFinished(attempt, try key(), try result(), try any(RunReading.self), now: now))
    case .weightApplied:
      .rollout(
        .weightApplied(
          attempt, weight: int(0...1_000_000_000), verified: verified(), now: now))
    case .runMissing: .rollout(.runMissing(attempt, try key(), now: now))
    case .runawayDetected:
      .rollout(
        .runawayDetected(attempt, try any(RunType.self), objects: int(0...500), now: now))
    case .podsObserved: .rollout(.podsObserved(revisionNumber(), podCounts(), now: now))
    case .servicesObserved: .rollout(.servicesObserved(services(), now: now))
    case .checkpointReached: .rollout(.checkpointReached(attempt, now: now))
    case .switchDecided: .rollout(.switchDecided(attempt, now: now))
    case .scaleDownDelayed:
      .rollout(.scaleDownDelayed(revisionNumber(), until: moment(), now: now))
    case .deadlineExceeded: .rollout(.deadlineExceeded(attempt, now: now))
    case .restartRequested: .rollout(.restartRequested(by: by, now: now))
    case .restarted: .rollout(.restarted(now: now))
    case .verificationOwed:
      .rollout(.verificationOwed(attempt, revisionNumber(), due: moment(), now: now))
    case .verificationPaid: .rollout(.verificationPaid(attempt, try key(), now: now))
    case .verificationWaived: .rollout(.verificationWaived(attempt, by: by, now: now))
    case .verificationOverdue: .rollout(.verificationOverdue(attempt, now: now))
    case .watchStarted:
      .rollout(
        .watchStarted(
          attempt, revisionNumber(), until: moment(), try any(WatchRule.Reaction.self),
          now: now))
    case .watchEnded: .rollout(.watchEnded(attempt, try watchEnd(), now: now))
    case .revisionAvailable: .rollout(.revisionAvailable(attempt, revisionNumber(), now: now))
    case .revisionObserved: .rollout(.revisionObserved(revisionNumber(), local(), now: now))
    case .attemptEnded:
      .rollout(
        .attemptEnded(
          AttemptEnded(
            attempt: attempt, verdict: try verdict(), by: bool() ? by : nil, now: now)))
    case .contractKept: .rollout(.contractKept(attempt, now: now))
    case .contractViolated: .rollout(.contractViolated(attempt, try object(), now: now))
    case .stableAdopted: .rollout(.stableAdopted(adoption(), by: by, now: now))
    case .clusterRegistered: .cluster(.registered(try registration(), by: by, now: now))
    case .leaseClaimed: .lease(.claimed(holder: line(), stolen: bool(), by: by, now: now))
    case .leaseReleased: .lease(.released(holder: line(), by: by, now: now))
    case .commandRefused:
      .refusal(
        RefusalRecorded(
          command: word(1...10), cluster: try maybe { try $0.cluster() },
          refusal: Refusal(try any(Rule.self), text()), by: by, now: now))
    }
  }

  mutating func adoption() -> Adoption {
    Adoption(stable: revisionNumber(), history: array(upTo: 5) { $0.revisionNumber() })
  }
}
