import RolloutCore
import WindlassWire

extension EventSample {
  /// Further shapes of events whose first ones were stored by an earlier version.
  static let variants: [String: (EventType, LogEvent)] = [
    "canary": (
      .strategyRegistered,
      .application(.strategyRegistered(StrategyVersion(3), canary, by: by, now: now))
    ),
    "blue-green": (
      .strategyRegistered,
      .application(.strategyRegistered(StrategyVersion(4), blueGreen, by: by, now: now))
    ),
    "all-parts": (
      .policyApplied,
      .application(
        .policyApplied(
          RolloutPolicy(
            name: "production", window: window,
            emergency: EmergencyRule(
              allowedOutsideWindow: true, verificationDeadline: .seconds(7_200)),
            watch: WatchRule(duration: .seconds(3_600), onFailure: .rollback),
            evidence: EvidenceRule(appearance: .seconds(60), objectsMax: 5)), by: by, now: now))
    ),
    "warned": (.attemptClassified, .rollout(.attemptClassified(warned))),
    "deadline": (
      .attemptEnded,
      .rollout(
        .attemptEnded(
          AttemptEnded(
            attempt: attempt, verdict: .aborted(.deadline(message: "no progress for 600 s")),
            by: nil, now: now)))
    ),
    "vacuous": (
      .runFinished,
      .rollout(
        .runFinished(
          attempt, RunKey(type: .experiment, stepIndex: 4),
          RunResult(phase: .successful, measurements: 3, evidence: .vacuous), .vacuous,
          now: now))
    ),
    "verified": (
      .weightApplied,
      .rollout(.weightApplied(attempt, weight: 400, verified: false, now: now))
    ),
    "passed": (.watchEnded, .rollout(.watchEnded(attempt, .passed, now: now))),
  ]

  private static let warned = AttemptClassified(
    attempt: attempt, revision: RevisionNumber(2), stable: RevisionNumber(5),
    strategy: StrategyVersion(2),
    classification: Classification(
      kind: .rollback, origin: .commanded, track: .fast,
      rollback: .init(
        rollbackClass: .automatic, insistsOnAnalysis: false,
        answer: WindowAnswer(
          verdict: .inside, window: window, source: .manifest, stable: RevisionNumber(5),
          target: RevisionNumber(2), between: [], stoppedBeingStableAt: nil,
          restsOnImport: false)),
      rules: [.automaticAfterWatch], facts: [],
      warnings: [.trafficAheadOfCapacity, .unknownController]),
    by: by, now: now)

  private static let canary = Strategy(
    replicas: 10,
    kind: .canary(
      Canary(
        steps: [
          .setCanaryScale(.weight(25)), .setCanaryScale(.matchTrafficWeight),
          .experiment(
            .init(
              templates: [.init(name: "baseline", source: .stable, replicas: 2, weight: 5)],
              analyses: [
                .init(name: "compare", plan: plan, requiredForCompletion: true)
              ], duration: .seconds(300))),
          .setHeaderRoute(
            .init(name: "beta", matches: [.init(header: "x-beta", value: .prefix("yes"))])),
          .setMirrorRoute(
            .init(
              name: "shadow", percentage: 0,
              matches: [.init(method: .exact("GET"), path: .regex("/a.*"))])),
          .plugin(.init(name: "example/gate", configuration: "{\"a\":1}", disabled: true)),
          .progressThreshold(.pods(3)), .setWeight(400),
        ],
        traffic: .init(maxWeight: 1_000, managedRoutes: ["beta", "shadow"]),
        dynamicStableScale: true, maxSurge: .pods(2), maxUnavailable: .percent(0),
        minPodsPerRevision: 2, scaleDownDelay: .seconds(0), abortScaleDownDelay: .seconds(45),
        progressThreshold: .percent(90))),
    progress: .init(deadline: .seconds(120), aborts: true))

  private static let blueGreen = Strategy(
    replicas: 4,
    kind: .blueGreen(
      BlueGreen(
        hasPreviewService: true, previewReplicas: 1, autoPromotion: false,
        autoPromotionDelay: .seconds(30), prePromotion: plan, postPromotion: plan,
        scaleDownDelay: .seconds(600), scaleDownDelayRevisionLimit: 2,
        abortScaleDownDelay: .seconds(0), maxUnavailable: .pods(1))))
}
