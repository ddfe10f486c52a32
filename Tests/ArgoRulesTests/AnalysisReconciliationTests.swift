import ArgoRules
import Testing

@Suite("The analysis part of a pass")
struct AnalysisReconciliationTests {
  private let block = AnalysisBlock(
    [.init("success-rate")], arguments: [.init("hash", .latestHash)], labels: ["team": "shop"])

  private func canary(
    index: Int = 0, step: CurrentRun? = nil, background: CurrentRun? = nil
  ) -> ArgoRollout {
    ArgoSample.canary(
      CanaryStrategy(
        steps: [.analysis(block), .setWeight(50)], analysis: BackgroundAnalysis(block)),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: "old", stepIndex: index,
        canary: .init(stepRun: step, backgroundRun: background)))
  }

  private func reconcile(
    _ rollout: ArgoRollout, runs: [ArgoAnalysisRun] = [], version: ControllerVersion = .main,
    templates: [AnalysisTemplate]? = nil, sets: [ArgoReplicaSet] = [ArgoSample.set("new")]
  ) throws -> AnalysisResult {
    try AnalysisReconciliation.run(
      AnalysisSchedule(
        ControllerBehaviour(version), rollout: rollout,
        desired: ArgoSample.set("new", replicas: 3), runs: RolloutRuns(runs, of: rollout)),
      guarded: .init(),
      in: .init(
        now: ArgoSample.now, sets: sets, allRuns: runs, stableHash: "old", templates: templates))
  }

  @Test("step and background runs are made with names, labels and what they measure")
  func creates() throws {
    let result = try reconcile(
      canary(),
      templates: [
        AnalysisTemplate(
          "success-rate", metrics: [.init("rate")], arguments: [.init("hash", value: "?")])
      ])
    #expect(result.creations.map(\.name) == ["guestbook-new-2-0", "guestbook-new-2"])
    let step = try #require(result.creations.first)
    #expect(step.stepIndex == 0)
    #expect(step.labels["step-index"] == "0" && step.labels["team"] == "shop")
    #expect(step.labels["rollout-type"] == "Step")
    #expect(step.annotations == ["rollout.argoproj.io/revision": "2"])
    #expect(step.content?.arguments == [.init("hash", value: "new")])
    #expect(result.current(.step)?.name == "guestbook-new-2-0")
    #expect(result.current(.background) == CurrentRun("guestbook-new-2"))
  }

  @Test("a template that is missing fails the pass")
  func missing() {
    #expect(
      throws: AnalysisReconciliation.Problem.composition(
        .unknownTemplate(.init("success-rate")))
    ) {
      try reconcile(canary(), templates: [])
    }
  }

  @Test("retry makes the same run again under the next number")
  func retry() throws {
    var rollout = canary(index: 1, background: CurrentRun("guestbook-new-2", .failed))
    rollout.status.abortedAt = ArgoSample.now
    let failed = ArgoSample.run("guestbook-new-2", .background, .failed)
    let result = try reconcile(rollout, runs: [failed])
    #expect(result.creations.map(\.name) == ["guestbook-new-2.1"])
    #expect(result.abortMessage == nil)
    #expect(result.stops.isEmpty)
  }

  @Test("a run that the status does not name is adopted and spared")
  func adopts() throws {
    let lost = ArgoSample.run("guestbook-new-2", .background, .running)
    let result = try reconcile(canary(index: 1), runs: [lost])
    #expect(result.creations.isEmpty)
    #expect(result.adoptions == ["guestbook-new-2"])
    #expect(result.stops.isEmpty)
    #expect(result.current(.background)?.name == "guestbook-new-2")
  }

  @Test("runs that are not current are asked to stop")
  func stopsOthers() throws {
    let runs = [
      ArgoSample.run("guestbook-new-2"), ArgoSample.run("stray"),
      ArgoSample.run("foreign", owner: "else"),
    ]
    let result = try reconcile(
      canary(index: 1, background: CurrentRun("guestbook-new-2")), runs: runs)
    #expect(result.stops == ["stray"])
    #expect(result.decisions[.background] == RunDecision(.keep, .upToDate))
  }

  @Test("a background run before its first step is forgotten now and stopped a pass later")
  func forgotten() throws {
    var rollout = canary(index: 0, background: CurrentRun("r"))
    rollout.spec.strategy = .canary(
      CanaryStrategy(
        steps: [.setWeight(1), .setWeight(2)],
        analysis: BackgroundAnalysis(block, startingStep: 1)))
    let run = ArgoSample.run("r")
    let first = try reconcile(rollout, runs: [run])
    #expect(first.stops.isEmpty)
    #expect(first.current(.background) == nil)
    rollout.status.canary.backgroundRun = first.current(.background)
    #expect(try reconcile(rollout, runs: [run]).stops == ["r"])
  }

  @Test(
    "a bad run aborts with the kind of analysis and its message",
    arguments: [
      (AnalysisType.step, "Step-based analysis phase error/failed: why"),
      (.background, "Background analysis phase error/failed: why"),
    ])
  func aborts(type: AnalysisType, message: String) throws {
    for phase in [AnalysisPhase.failed, .error] {
      let run = ArgoSample.run("r", type, phase, step: 0, message: "why")
      let current = CurrentRun("r", phase)
      let other = ArgoSample.run("ok", .background, .running)
      let rollout =
        type == .step
        ? canary(step: current, background: CurrentRun("ok"))
        : canary(index: 1, background: current)
      let result = try reconcile(rollout, runs: [run] + (type == .step ? [other] : []))
      #expect(result.abortMessage == message)
      let old = try reconcile(
        rollout, runs: [run] + (type == .step ? [other] : []), version: .v172)
      #expect(old.abortMessage == "why")
    }
  }

  @Test("abort texts name every type, and end after the title without a message")
  func texts() {
    let behaviour = ControllerBehaviour(.main)
    #expect(
      AnalysisType.allCases.map { RunOutcome.abortMessage($0, message: "", behaviour) } == [
        "Background analysis phase error/failed", "Step-based analysis phase error/failed",
        "Blue/green pre-promotion analysis phase error/failed",
        "Blue/green post-promotion analysis phase error/failed",
      ])
  }

  @Test("an inconclusive run pauses, an unfinished or successful one does nothing")
  func outcomes() throws {
    for (phase, pauses) in [
      (AnalysisPhase.inconclusive, true), (.running, false), (.successful, false),
      (.pending, false), (.none, false),
    ] {
      let result = try reconcile(
        canary(index: 1, background: CurrentRun("r", phase)),
        runs: [ArgoSample.run("r", .background, phase)])
      #expect(result.pauses == pauses)
      #expect(result.abortMessage == nil)
    }
  }

  @Test("of two bad runs in a pass the cause of the background run stands")
  func lastCause() throws {
    let runs = [
      ArgoSample.run("s", .step, .failed, step: 0, message: "one"),
      ArgoSample.run("b", .background, .error, message: "two"),
    ]
    let result = try reconcile(
      canary(step: CurrentRun("s"), background: CurrentRun("b")), runs: runs)
    #expect(result.abortMessage == "Background analysis phase error/failed: two")
  }

  @Test("a failed pre-promotion run kept in the status aborts again even when it is not due")
  func oldFailureAborts() throws {
    let rollout = ArgoSample.blueGreen(
      BlueGreenStrategy(activeService: "active", prePromotionAnalysis: block),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: "old",
        blueGreen: .init(activeSelector: "new", prePromotionRun: CurrentRun("r"))))
    let result = try reconcile(
      rollout, runs: [ArgoSample.run("r", .prePromotion, .failed, message: "why")])
    #expect(result.decisions[.prePromotion]?.action == .stopAndKeep)
    #expect(result.abortMessage == "Blue/green pre-promotion analysis phase error/failed: why")
  }

  @Test("an event tells a phase that is new to the rollout")
  func events() throws {
    func event(_ recorded: CurrentRun?, _ phase: AnalysisPhase) throws -> RunPhaseEvent? {
      try reconcile(
        canary(index: 1, background: recorded), runs: [ArgoSample.run("r", .background, phase)]
      ).events.first
    }
    let failed = try #require(try event(CurrentRun("r", .running), .failed))
    #expect(failed.reason == "AnalysisRunFailed" && failed.isWarning)
    #expect(
      failed.message == "Background Analysis Run 'r' Status New: 'Failed' Previous: 'Running'")
    #expect(try event(CurrentRun("r", .running), .running) == nil)
    #expect(try event(CurrentRun("r", .none), .none) == nil)
    let running = try #require(try event(CurrentRun("r", .none), .running))
    #expect(!running.isWarning)
  }
}
