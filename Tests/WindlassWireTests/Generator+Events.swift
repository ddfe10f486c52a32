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
    case .weightApplied: .rollout(.weightApplied(attempt, weight: int(0...100), now: now))
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
