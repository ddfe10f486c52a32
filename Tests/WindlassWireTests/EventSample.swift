import RolloutCore
import WindlassWire

/// One event of each type, whose bytes are kept for ever under Fixtures/.
enum EventSample {
  static let now = Timestamp(microseconds: 1_760_000_000_123_456)
  static let later = Timestamp(microseconds: 1_760_003_600_123_456)
  static let verification = RunKey(type: .verification, round: 2)
  static let by = Requester(
    principal: "spiffe://example.org/ci", claimedActor: "ada", reason: "checkout errors → back")
  static let attempt = AttemptNumber(7)
  static let key = RunKey(type: .step, stepIndex: 2, round: 3)
  static let object = RunObject(
    name: "checkout-6f9c-4-2", type: .step, podHash: "6f9c7d", stepIndex: 2)

  static func event(_ type: EventType) throws -> LogEvent {
    switch type {
    case .revisionRegistered:
      .application(
        .revisionRegistered(
          Revision(
            number: RevisionNumber(4), release: try ReleaseID(validating: "v1.4.0"),
            digest: "sha256:00ff", images: ["registry.example/checkout:v1.4.0"]),
          by: by, now: now))
    case .strategyRegistered:
      .application(.strategyRegistered(StrategyVersion(2), strategy, by: by, now: now))
    case .policyApplied:
      .application(
        .policyApplied(
          RolloutPolicy(
            name: "production",
            clusters: ClusterSelector(
              names: [try ClusterName(validating: "eu-1")], labels: [.init("env", "prod")]),
            window: window), by: by, now: now))
    case .revisionHeld: .application(.revisionHeld(RevisionNumber(3), by: by, now: now))
    case .revisionReleased: .application(.revisionReleased(RevisionNumber(3), by: by, now: now))
    case .attemptClassified:
      .rollout(
        .attemptClassified(
          AttemptClassified(
            attempt: attempt, revision: RevisionNumber(2), stable: RevisionNumber(5),
            strategy: StrategyVersion(2), classification: classification, by: by, now: now)))
    case .attemptReclassified:
      .rollout(
        .attemptReclassified(
          AttemptReclassified(
            attempt: attempt, track: .full, rollbackClass: .emergency, rule: .analysisInsisted,
            by: by, now: now)))
    case .stepReached: .rollout(.stepReached(attempt, index: 3, how: .pauseElapsed, now: now))
    case .paused: .rollout(.paused(attempt, .inconclusiveAnalysis, by: nil, now: now))
    case .resumed: .rollout(.resumed(attempt, .person, by: by, now: now))
    case .fullPromotionRequested: .rollout(.fullPromotionRequested(attempt, by: by, now: now))
    case .runScheduled: .rollout(.runScheduled(attempt, key, now: now))
    case .runCreated: .rollout(.runCreated(attempt, key, object, now: now))
    case .runCancelled: .rollout(.runCancelled(attempt, key, .stepSkipped, now: now))
    case .runFinished:
      .rollout(
        .runFinished(
          attempt, key, RunResult(phase: .failed, measurements: 12, message: "p99 = 1.2 s"),
          .failed, now: now))
    case .weightApplied:
      .rollout(.weightApplied(attempt, weight: 40, verified: nil, now: now))
    case .runMissing: .rollout(.runMissing(attempt, key, now: now))
    case .runawayDetected:
      .rollout(.runawayDetected(attempt, .background, objects: 11, now: now))
    case .podsObserved:
      .rollout(
        .podsObserved(
          RevisionNumber(5),
          PodCounts(
            desired: .init(requested: 4, created: 3, ready: 2, available: 1), stable: .init(10),
            others: .init(requested: 0, created: 1, ready: 0, available: 0)), now: now))
    case .servicesObserved:
      .rollout(
        .servicesObserved(
          ServicesSeen(active: RevisionNumber(4), preview: RevisionNumber(5)), now: now))
    case .checkpointReached: .rollout(.checkpointReached(attempt, now: now))
    case .switchDecided: .rollout(.switchDecided(attempt, now: now))
    case .scaleDownDelayed:
      .rollout(.scaleDownDelayed(RevisionNumber(4), until: later, now: now))
    case .deadlineExceeded: .rollout(.deadlineExceeded(attempt, now: now))
    case .restartRequested: .rollout(.restartRequested(by: by, now: now))
    case .restarted: .rollout(.restarted(now: now))
    case .verificationOwed:
      .rollout(.verificationOwed(attempt, RevisionNumber(2), due: later, now: now))
    case .verificationPaid: .rollout(.verificationPaid(attempt, verification, now: now))
    case .verificationWaived: .rollout(.verificationWaived(attempt, by: by, now: now))
    case .verificationOverdue: .rollout(.verificationOverdue(attempt, now: now))
    case .watchStarted:
      .rollout(
        .watchStarted(attempt, RevisionNumber(5), until: later, .rollback, now: now))
    case .watchEnded:
      .rollout(
        .watchEnded(attempt, .failed(key, message: "error rate 3.2 %"), now: now))
    case .revisionAvailable: .rollout(.revisionAvailable(attempt, RevisionNumber(2), now: now))
    case .revisionObserved:
      .rollout(
        .revisionObserved(
          RevisionNumber(2), LocalRevision(podHash: "6f9c7d", argoRevision: 9), now: now))
    case .attemptEnded:
      .rollout(
        .attemptEnded(
          AttemptEnded(
            attempt: attempt, verdict: .aborted(.analysis(key, message: "p99 = 1.2 s")), by: nil,
            now: now)))
    case .contractKept: .rollout(.contractKept(attempt, now: now))
    case .contractViolated: .rollout(.contractViolated(attempt, object, now: now))
    case .stableAdopted:
      .rollout(
        .stableAdopted(
          Adoption(stable: RevisionNumber(5), history: [RevisionNumber(2), RevisionNumber(300)]),
          by: by, now: now))
    case .clusterRegistered:
      .cluster(
        .registered(
          ClusterRegistration(
            mode: .enforce, labels: [.init("env", "prod"), .init("region", "eu")],
            controllerVersion: "v1.8.3"), by: by, now: now))
    case .leaseClaimed:
      .lease(.claimed(holder: "windlass-agent-0", stolen: true, by: by, now: now))
    case .leaseReleased: .lease(.released(holder: "windlass-agent-0", by: by, now: now))
    case .commandRefused:
      .refusal(
        RefusalRecorded(
          command: "rollback", cluster: try ClusterName(validating: "eu-1"),
          refusal: Refusal(.rollbackAboveStable, "Revision 9 is above stable: use start."),
          by: by, now: now))
    }
  }

  static let window = RollbackWindow(
    revisions: 3, duration: .seconds(86_400), counting: .promoted, match: .any,
    requireStable: false)

  static let strategy = Strategy(
    replicas: 10,
    steps: [
      .setWeight(20), .pause(nil), .pause(Interval(microseconds: 0)), .pause(.seconds(60)),
      .analysis(plan),
    ],
    background: .init(plan: plan, startingStep: 1), window: window)

  static let plan = AnalysisPlan(
    templates: [
      AnalysisTemplate(
        name: "error-rate", clusterScoped: true,
        metrics: [
          .init(
            name: "errors", interval: .seconds(30), initialDelay: .seconds(5), count: 4,
            failureLimit: 1, successCondition: "result[0] < 0.01",
            failureCondition: "result[0] > 0.05", provider: "prometheus",
            query: "sum(rate(errors[1m]))")
        ])
    ], arguments: [.init(name: "service", value: "checkout")])

  static let classification = Classification(
    kind: .rollback, origin: .commanded, track: .fast,
    rollback: .init(
      rollbackClass: .regular, insistsOnAnalysis: true,
      answer: WindowAnswer(
        verdict: .inside, window: window, source: .policy("production"),
        stable: RevisionNumber(5), target: RevisionNumber(2),
        between: [RevisionNumber(3), RevisionNumber(4)], stoppedBeingStableAt: now,
        restsOnImport: true)),
    rules: [.rollbackByNumber, .windowFromPolicy, .insideMeansFast],
    facts: [
      Fact(.windowPolicy, at: LogPosition(0)),
      Fact(.stableSince, revision: RevisionNumber(5), at: LogPosition(41)),
      Fact(.importedHistory, revision: RevisionNumber(2), at: nil),
    ])
}
