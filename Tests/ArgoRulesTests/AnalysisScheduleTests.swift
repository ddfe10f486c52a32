import ArgoRules
import Testing

@Suite("When each type of analysis runs")
struct AnalysisScheduleTests {
  // MARK: Background

  private func background(
    _ status: ArgoRolloutStatus, block: AnalysisBlock? = ArgoSample.block, starting: Int? = nil,
    run: ArgoAnalysisRun? = nil, steps: [CanaryStep]? = [.setWeight(10), .pause(nil)],
    version: ControllerVersion = .main
  ) -> RunDecision {
    var status = status
    status.canary.backgroundRun = run.map { CurrentRun($0.name, $0.phase) }
    let rollout = ArgoSample.canary(
      CanaryStrategy(
        steps: steps, analysis: block.map { BackgroundAnalysis($0, startingStep: starting) }),
      status: status)
    return AnalysisSchedule(
      ControllerBehaviour(version), rollout: rollout, desired: ArgoSample.set("new"),
      runs: RolloutRuns(run.map { [$0] } ?? [], of: rollout)
    ).decide(.background)
  }

  private let inFlight = ArgoRolloutStatus(currentHash: "new", stableHash: "old", stepIndex: 0)

  @Test("background analysis starts at once, with no pods and no traffic yet")
  func startsAtOnce() {
    #expect(background(inFlight) == RunDecision(.create, .firstRun))
  }

  @Test("without a block or with an empty template list the current run is stopped and forgotten")
  func notConfigured() {
    let run = ArgoSample.run("r")
    #expect(background(inFlight, block: nil, run: run) == .init(.stopAndForget, .notConfigured))
    let empty = AnalysisBlock([])
    #expect(background(inFlight, block: empty, run: run) == .init(.stopAndForget, .noTemplates))
    #expect(background(inFlight, block: empty, version: .v172) == .init(.create, .firstRun))
  }

  @Test(
    "it is not due when promoted, without stable or current revision, or before its first step",
    arguments: [
      (ArgoRolloutStatus(currentHash: "new", stableHash: "new"), nil, .fullyPromoted),
      (ArgoRolloutStatus(currentHash: "new"), nil, .noStableRevision),
      (ArgoRolloutStatus(stableHash: "old"), nil, .noCurrentRevision),
      (
        ArgoRolloutStatus(currentHash: "new", stableHash: "old", stepIndex: 1), 2,
        .beforeStartingStep
      ),
      (ArgoRolloutStatus(currentHash: "new", stableHash: "old"), 1, .beforeStartingStep),
    ] as [(ArgoRolloutStatus, Int?, RunDecision.Reason)])
  func notDue(status: ArgoRolloutStatus, starting: Int?, reason: RunDecision.Reason) {
    #expect(background(status, starting: starting) == RunDecision(.forget, reason))
  }

  @Test("at its first step, past it, or without steps, it is due")
  func due() {
    for index in [2, 3, 9] {
      var status = inFlight
      status.stepIndex = index
      #expect(background(status, starting: 2) == RunDecision(.create, .firstRun))
    }
    #expect(background(inFlight, starting: 2, steps: nil) == RunDecision(.create, .firstRun))
  }

  @Test("while an inconclusive pause stands nothing is decided")
  func frozen() {
    var status = inFlight
    status.pauseConditions = [PauseCondition(.inconclusiveAnalysis, start: ArgoSample.now)]
    status.controllerPause = true
    let run = ArgoSample.run("r", .background, .inconclusive)
    #expect(background(status, run: run) == .init(.freeze, .pausedAfterInconclusive))
  }

  @Test("it goes on during a pause by a person and during a pause step")
  func goesOn() {
    var status = inFlight
    status.pauseConditions = [PauseCondition(.canaryPauseStep, start: ArgoSample.now)]
    status.controllerPause = true
    #expect(background(status, run: ArgoSample.run("r")) == RunDecision(.keep, .upToDate))
  }

  // MARK: A new run

  @Test(
    "a finished run is repeated only after a resume if Inconclusive, or after retry",
    arguments: [
      (AnalysisPhase.successful, false, false, nil), (.failed, false, false, nil),
      (.inconclusive, false, false, nil), (.inconclusive, true, false, .repeatedAfterResume),
      (.successful, true, false, nil), (.failed, true, false, nil),
      (.failed, false, true, .repeatedAfterRetry),
      (.successful, false, true, .repeatedAfterRetry),
      (.inconclusive, true, true, .repeatedAfterResume), (.failed, true, true, nil),
    ] as [(AnalysisPhase, Bool, Bool, RunDecision.Reason?)])
  func needsNew(
    phase: AnalysisPhase, resumed: Bool, retried: Bool, reason: RunDecision.Reason?
  ) {
    var status = inFlight
    status.controllerPause = resumed
    status.abortedAt = retried ? ArgoSample.now : nil
    let decision = background(status, run: ArgoSample.run("r", .background, phase))
    #expect(
      decision == (reason.map { RunDecision(.create, $0) } ?? RunDecision(.keep, .upToDate)))
  }

  @Test("at a pause step an Inconclusive run is not repeated since 1.8, and was before")
  func atPauseStep() {
    var status = inFlight
    status.pauseConditions = [PauseCondition(.canaryPauseStep, start: ArgoSample.now)]
    status.controllerPause = true
    let run = ArgoSample.run("r", .background, .inconclusive)
    #expect(background(status, run: run, version: .v18) == .init(.keep, .upToDate))
    #expect(background(status, run: run, version: .v172) == .init(.create, .repeatedAfterResume))
  }

  // MARK: Step

  private func step(
    _ status: ArgoRolloutStatus, steps: [CanaryStep], run: ArgoAnalysisRun? = nil,
    version: ControllerVersion = .main
  ) -> RunDecision {
    var status = status
    status.canary.stepRun = run.map { CurrentRun($0.name, $0.phase) }
    let rollout = ArgoSample.canary(CanaryStrategy(steps: steps), status: status)
    return AnalysisSchedule(
      ControllerBehaviour(version), rollout: rollout, desired: ArgoSample.set("new"),
      runs: RolloutRuns(run.map { [$0] } ?? [], of: rollout)
    ).decide(.step)
  }

  @Test("a step's run exists while its step is current")
  func stepRun() {
    let steps: [CanaryStep] = [.analysis(ArgoSample.block), .pause(nil)]
    #expect(step(inFlight, steps: steps) == RunDecision(.create, .firstRun))
    let run = ArgoSample.run("r", .step, step: 0)
    #expect(step(inFlight, steps: steps, run: run) == RunDecision(.keep, .upToDate))
    var next = inFlight
    next.stepIndex = 1
    #expect(step(next, steps: steps, run: run) == RunDecision(.stopAndForget, .noAnalysisStep))
    next.stepIndex = 2
    #expect(step(next, steps: steps, run: run) == RunDecision(.stopAndForget, .noAnalysisStep))
  }

  @Test("the run of a skipped step is stopped first; the next one starts a pass later")
  func skipped() {
    let steps: [CanaryStep] = [.analysis(ArgoSample.block), .analysis(ArgoSample.block)]
    var status = inFlight
    status.stepIndex = 1
    let old = ArgoSample.run("r", .step, step: 0)
    #expect(step(status, steps: steps, run: old) == .init(.stopAndForget, .runOfAnotherStep))
    #expect(step(status, steps: steps) == .init(.create, .firstRun))
  }

  @Test("any pause condition, or the abort flag, freezes the step's run")
  func stepFrozen() {
    let steps: [CanaryStep] = [.analysis(ArgoSample.block)]
    for reason in PauseReason.allCases {
      var status = inFlight
      status.pauseConditions = [PauseCondition(reason, start: ArgoSample.now)]
      #expect(step(status, steps: steps) == RunDecision(.freeze, .paused))
    }
    var status = inFlight
    status.abort = true
    #expect(step(status, steps: steps) == RunDecision(.freeze, .aborted))
  }

  @Test("an analysis step without templates has no run since 1.10 and an empty one before")
  func emptyStep() {
    let steps: [CanaryStep] = [.analysis(AnalysisBlock([]))]
    #expect(step(inFlight, steps: steps) == RunDecision(.stopAndForget, .noTemplates))
    #expect(
      step(inFlight, steps: steps, version: .v191) == RunDecision(.create, .firstRun))
  }

  // MARK: Promotion

  private func promotion(
    _ type: AnalysisType, active: String = "old", stable: String = "old",
    set: ArgoReplicaSet? = ArgoSample.set("new", replicas: 3), preview: Int? = nil,
    run: ArgoAnalysisRun? = nil, targetsVerified: Bool = true, pause: PauseReason? = nil,
    block: AnalysisBlock = ArgoSample.block, version: ControllerVersion = .main
  ) -> RunDecision {
    let rollout = ArgoSample.blueGreen(
      BlueGreenStrategy(
        activeService: "active", previewReplicaCount: preview, prePromotionAnalysis: block,
        postPromotionAnalysis: block),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: stable,
        pauseConditions: pause.map { [PauseCondition($0, start: ArgoSample.now)] } ?? [],
        blueGreen: .init(
          activeSelector: active,
          prePromotionRun: type == .prePromotion ? run.map { CurrentRun($0.name) } : nil,
          postPromotionRun: type == .postPromotion ? run.map { CurrentRun($0.name) } : nil)))
    return AnalysisSchedule(
      ControllerBehaviour(version), rollout: rollout, desired: set,
      runs: RolloutRuns(run.map { [$0] } ?? [], of: rollout), targetsVerified: targetsVerified
    ).decide(type)
  }

  @Test("pre-promotion analysis starts once the previewed revision is saturated")
  func prePromotion() {
    #expect(promotion(.prePromotion) == RunDecision(.create, .firstRun))
    for set in [
      ArgoSample.set("new", replicas: 3, available: 2), ArgoSample.set("new", replicas: 2),
      ArgoSample.set("new", replicas: 3, desiredReplicas: 5),
      ArgoSample.set("new", replicas: 3, desiredReplicas: nil),
    ] {
      #expect(promotion(.prePromotion, set: set) == .init(.stopAndKeep, .notSaturated))
    }
  }

  @Test("with a preview count, requested and available must equal it, the record does not matter")
  func previewCount() {
    let set = ArgoSample.set("new", replicas: 1, desiredReplicas: nil)
    #expect(promotion(.prePromotion, set: set, preview: 1) == .init(.create, .firstRun))
    let full = ArgoSample.set("new", replicas: 3)
    #expect(
      promotion(.prePromotion, set: full, preview: 1) == .init(.stopAndKeep, .notSaturated))
  }

  @Test("pre-promotion analysis is not due without a switch ahead")
  func prePromotionNotDue() {
    #expect(promotion(.prePromotion, stable: "new") == .init(.stopAndKeep, .desiredIsStable))
    #expect(promotion(.prePromotion, active: "") == .init(.stopAndKeep, .activeNotSet))
    #expect(promotion(.prePromotion, active: "new") == .init(.stopAndKeep, .desiredIsActive))
    #expect(promotion(.prePromotion, set: nil) == .init(.stopAndKeep, .noHash))
    #expect(promotion(.prePromotion, set: ArgoSample.set("")) == .init(.stopAndKeep, .noHash))
  }

  @Test("post-promotion analysis starts after the switch, with targets verified")
  func postPromotion() {
    #expect(promotion(.postPromotion) == .init(.stopAndKeep, .desiredIsNotActive))
    #expect(promotion(.postPromotion, active: "new") == .init(.create, .firstRun))
    #expect(
      promotion(.postPromotion, active: "new", targetsVerified: false)
        == .init(.stopAndKeep, .targetsNotVerified))
    #expect(
      promotion(.postPromotion, active: "new", stable: "new")
        == .init(.stopAndKeep, .desiredIsStable))
    #expect(
      promotion(
        .postPromotion, active: "new", set: ArgoSample.set("new", replicas: 3, available: 1))
        == .init(.stopAndKeep, .notSaturated))
  }

  @Test(
    "a run that has begun outlives the loss of saturation since 1.10",
    arguments: [AnalysisType.prePromotion, .postPromotion])
  func outlives(type: AnalysisType) {
    let set = ArgoSample.set("new", replicas: 3, available: 2)
    let active = type == .prePromotion ? "old" : "new"
    let run = ArgoSample.run("r", type)
    #expect(
      promotion(type, active: active, set: set, run: run) == RunDecision(.keep, .upToDate))
    #expect(
      promotion(type, active: active, set: set, run: run, version: .v191)
        == RunDecision(.stopAndKeep, .notSaturated))
  }

  @Test("an inconclusive pause keeps the promotion runs as they are")
  func inconclusive() {
    let run = ArgoSample.run("r", .prePromotion, .inconclusive)
    #expect(
      promotion(.prePromotion, run: run, pause: .inconclusiveAnalysis)
        == RunDecision(.keep, .pausedAfterInconclusive))
  }

  @Test("a type of the other strategy is not configured")
  func otherStrategy() {
    #expect(promotion(.background) == RunDecision(.stopAndForget, .notConfigured))
    #expect(promotion(.step) == RunDecision(.stopAndForget, .notConfigured))
    #expect(
      background(inFlight, version: .main).action == .create)
  }
}
