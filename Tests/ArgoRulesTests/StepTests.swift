import ArgoRules
import Testing

@Suite("Steps and promotion of a canary")
struct StepTests {
  static let current = ControllerBehaviour(.main)
  let now = ArgoTime(seconds: 1_000)

  func complete(
    _ step: CanaryStep, verified: Bool? = nil, stepRun: AnalysisPhase? = nil,
    experiment: AnalysisPhase? = nil, plugins: [StepPluginStatus] = [], ready: Bool = true,
    paused: Bool = false, transient: Bool = false,
    edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> Bool {
    let canary = CanaryStrategy(steps: [step], trafficRouting: TrafficRouting())
    var rollout = CanarySample.rollout(canary, index: 0, status: edit)
    rollout.spec.paused = paused
    let target = RoutedCanaryCounts.wanted(
      rollout, canary, weights: nil, behaviour: Self.current)
    let desired = CanarySample.set(
      "new", requested: target.canary, available: ready ? target.canary : 0)
    let stable = CanarySample.set("old", requested: 10)
    var weights = TrafficWeights(canary: .init(0), stable: .init(100))
    weights.verified = verified
    return StepCompletion.isComplete(
      rollout, RevisionSets(desired: desired, stable: stable, all: [desired, stable]),
      weights: weights, stepRun: stepRun, experiment: experiment, plugins: plugins,
      pluginFailedTransiently: transient, now: now, behaviour: Self.current)
  }

  @Test(
    "setWeight is complete with its pods unless verification says no",
    arguments: [(nil, true), (true, true), (false, false)] as [(Bool?, Bool)])
  func weight(verified: Bool?, done: Bool) {
    #expect(complete(.setWeight(20), verified: verified) == done)
    #expect(!complete(.setWeight(20), verified: verified, ready: false))
  }

  @Test("setCanaryScale is complete with its pods, whatever verification says")
  func scale() {
    #expect(complete(.setCanaryScale(CanaryScale(replicas: 2)), verified: false))
    #expect(!complete(.setCanaryScale(CanaryScale(replicas: 2)), ready: false))
  }

  @Test(
    "an analysis step needs its run Successful; without templates it never is",
    arguments: AnalysisPhase.allCases)
  func analysis(phase: AnalysisPhase) {
    #expect(
      complete(.analysis(ArgoSample.block), stepRun: phase) == (phase == .successful))
    #expect(!complete(.analysis(AnalysisBlock([]))))
  }

  @Test("an experiment step needs its experiment Successful", arguments: AnalysisPhase.allCases)
  func experiment(phase: AnalysisPhase) {
    #expect(
      complete(.experiment(ExperimentStep([])), experiment: phase) == (phase == .successful))
    #expect(!complete(.experiment(ExperimentStep([]))))
  }

  @Test("header and mirror routes are complete at once, pods or not")
  func routes() {
    #expect(complete(.setHeaderRoute(HeaderRoute("r")), ready: false))
    #expect(complete(.setMirrorRoute(MirrorRoute("m")), ready: false))
  }

  @Test("while a person paused the spec nothing completes")
  func userPaused() {
    #expect(!complete(.setWeight(20), paused: true))
    #expect(!complete(.setHeaderRoute(HeaderRoute("r")), paused: true))
    #expect(!complete(.pause(.seconds(0)), paused: true) { $0.controllerPause = true })
    #expect(!complete(.analysis(ArgoSample.block), stepRun: .successful, paused: true))
  }

  // MARK: Pause

  static func pausedAt(_ second: Int64) -> PauseCondition {
    PauseCondition(.canaryPauseStep, start: ArgoTime(seconds: second))
  }

  @Test(
    "a pause ends when a person resumed, or strictly after its time",
    arguments: [
      (nil, true, nil, true), (nil, true, 0, false), (nil, false, nil, false),
      (.seconds(10), true, nil, true), (.seconds(10), true, 990, false),
      (.seconds(10), true, 989, true), (.seconds(10), false, nil, false),
      (.seconds(0), true, 1000, false), (.seconds(0), true, 999, true),
      (.text("1m"), true, 940, false), (.text("1m"), true, 939, true),
    ] as [(PauseDuration?, Bool, Int64?, Bool)])
  func pause(duration: PauseDuration?, controller: Bool, start: Int64?, done: Bool) {
    let result = complete(.pause(duration)) { status in
      status.controllerPause = controller
      status.pauseConditions = start.map { [Self.pausedAt($0)] } ?? []
    }
    #expect(result == done)
  }

  @Test("a pause of no time is over within the second, by the finer clock of the controller")
  func zeroPause() {
    let status = ArgoRolloutStatus(
      pauseConditions: [Self.pausedAt(1_000)], controllerPause: true)
    #expect(
      PauseRules.completed(
        pauseOf: .seconds(0), status: status, now: ArgoTime(microseconds: 1_000_000_001)))
  }

  // MARK: Plugins

  func plugin(
    _ phase: StepPluginStatus.Phase, _ operation: StepPluginStatus.Operation = .run,
    index: Int = 0, disabled: Bool = false
  ) -> StepPluginStatus {
    StepPluginStatus(index: index, name: "p", operation, phase, disabled: disabled)
  }

  @Test("a plugin step is over when its run is, or when it was stopped")
  func plugins() {
    let step = CanaryStep.plugin(PluginStep("p"))
    #expect(complete(step, plugins: [plugin(.successful)]))
    #expect(complete(step, plugins: [plugin(.failed)]))
    #expect(!complete(step, plugins: [plugin(.running)]))
    #expect(!complete(step, plugins: [plugin(.error)]))
    #expect(complete(step, plugins: [plugin(.error, disabled: true)]))
    #expect(complete(step, plugins: [plugin(.running), plugin(.running, .terminate)]))
    #expect(complete(step, plugins: [plugin(.running), plugin(.running, .abort)]))
    #expect(!complete(step, plugins: []))
    #expect(!complete(step, plugins: [plugin(.successful, index: 1)]))
    #expect(!complete(step, plugins: [plugin(.successful)], transient: true))
  }

  static let pluginSteps: [CanaryStep] = [
    .plugin(PluginStep("a")), .setWeight(10), .plugin(PluginStep("b")), .pause(nil),
  ]

  func calls(
    index: Int, statuses: [StepPluginStatus], aborted: Bool = false,
    edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> [StepPlugins.Call] {
    let rollout = CanarySample.rollout(
      CanaryStrategy(steps: Self.pluginSteps), index: index
    ) { status in
      status.canary.plugins = statuses
      status.phase = .progressing
      edit(&status)
    }
    return StepPlugins.calls(rollout, aborted: aborted).calls
  }

  @Test("a plugin runs while its step is current and the phase is Progressing")
  func run() {
    #expect(calls(index: 2, statuses: []) == [.init(index: 2, name: "b", .run)])
    #expect(calls(index: 1, statuses: []).isEmpty)
    #expect(calls(index: 2, statuses: []) { $0.phase = .paused }.isEmpty)
    #expect(calls(index: 2, statuses: []) { $0.phase = .degraded }.isEmpty)
  }

  @Test("an abort aborts every run so far, newest first")
  func abortOrder() {
    let statuses = [
      plugin(.successful, index: 0), plugin(.running, index: 2), plugin(.running, .abort, index: 2),
      plugin(.successful, index: 9),
    ]
    #expect(
      calls(index: 2, statuses: statuses, aborted: true)
        == [.init(index: 2, name: "b", .abort), .init(index: 0, name: "a", .abort)])
  }

  @Test("promotion terminates the one still running, once")
  func terminate() {
    let running = [plugin(.successful, index: 0), plugin(.running, index: 2)]
    #expect(
      calls(index: 2, statuses: running) { $0.promoteFull = true }
        == [.init(index: 2, name: "b", .terminate)])
    #expect(
      calls(index: 2, statuses: running) { $0.stableHash = "new" }
        == [.init(index: 2, name: "b", .terminate)])
    let stopped = running + [plugin(.successful, .terminate, index: 2)]
    #expect(calls(index: 2, statuses: stopped) { $0.promoteFull = true }.isEmpty)
    #expect(
      calls(index: 2, statuses: [plugin(.successful, index: 0)]) { $0.promoteFull = true }
        .isEmpty)
  }

  @Test("at step 0 results of an earlier attempt are dropped")
  func retry() {
    func kept(_ statuses: [StepPluginStatus], index: Int = 0) -> Int {
      let rollout = CanarySample.rollout(
        CanaryStrategy(steps: Self.pluginSteps), index: index
      ) { $0.canary.plugins = statuses }
      return StepPlugins.calls(rollout, aborted: false).statuses.count
    }
    #expect(kept([plugin(.successful, index: 0), plugin(.successful, index: 2)]) == 0)
    #expect(kept([plugin(.running, index: 0)]) == 1)
    #expect(kept([plugin(.successful, index: 0)], index: 1) == 1)
  }

  @Test("a plugin is asked again after its back-off and 5 seconds, after an error in 30")
  func backoff() {
    var status = plugin(.running)
    status.backoffSeconds = 20
    #expect(StepPlugins.secondsUntilNextCall(status) == 25)
    #expect(StepPlugins.secondsUntilNextCall(nil) == 30)
    #expect(StepPlugins.secondsUntilNextCall(plugin(.successful)) == nil)
  }

  // MARK: Promotion

  struct Promotes: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var version: ControllerVersion = .main
    var hasStable = true
    var hasDesired = true
    var available = 10
    var index = 0
    var aborted = false
    var full = false
    var older = false
    var window: Int?
    var threshold: ProgressThreshold?
    var answer: CanaryPromotion.Answer
  }

  static let promotions: [Promotes] = [
    Promotes(
      testDescription: "without stable at once, even aborted and without pods",
      hasStable: false, available: 0, aborted: true, full: true,
      answer: .promote(.initialDeploy)),
    Promotes(
      testDescription: "aborted comes before everything else", index: 2, aborted: true,
      full: true, older: true, window: 3, answer: .wait(.aborted)),
    Promotes(
      testDescription: "no desired revision", hasDesired: false, answer: .wait(.noDesired)),
    Promotes(
      testDescription: "too few available", available: 9, index: 2, full: true,
      answer: .wait(.notAvailable)),
    Promotes(
      testDescription: "more than needed is fine", available: 12, index: 2,
      answer: .promote(.completedAllSteps(2))),
    Promotes(
      testDescription: "more than needed was not fine before 1.9",
      version: ControllerVersion(1, 8, 0), available: 12, index: 2,
      answer: .wait(.notAvailable)),
    Promotes(
      testDescription: "the threshold lets fewer do", available: 8, index: 2,
      threshold: ProgressThreshold(.percent, 80), answer: .promote(.completedAllSteps(2))),
    Promotes(
      testDescription: "a negative threshold is none", available: 8, index: 2,
      threshold: ProgressThreshold(.percent, -80), answer: .wait(.notAvailable)),
    Promotes(
      testDescription: "full promotion before the window", full: true, older: true, window: 3,
      answer: .promote(.fullPromotionRequested)),
    Promotes(
      testDescription: "inside the window", older: true, window: 3,
      answer: .promote(.rollbackWithinWindow)),
    Promotes(
      testDescription: "outside the window the steps decide", older: true, window: nil,
      answer: .wait(.stepsLeft)),
    Promotes(testDescription: "steps left", index: 1, answer: .wait(.stepsLeft)),
    Promotes(
      testDescription: "all steps done", index: 2, answer: .promote(.completedAllSteps(2))),
    Promotes(
      testDescription: "one past the end is not done", index: 3, answer: .wait(.stepsLeft)),
  ]

  @Test("when desired becomes stable", arguments: promotions)
  func promotion(test: Promotes) {
    let canary = CanaryStrategy(
      steps: [.setWeight(10), .pause(nil)], progressThreshold: test.threshold)
    let rollout = CanarySample.rollout(canary, index: test.index, window: test.window) {
      $0.promoteFull = test.full
    }
    let desired =
      test.hasDesired
      ? CanarySample.set(
        "new", created: test.older ? 1 : 9, requested: 10, available: test.available) : nil
    let stable = test.hasStable ? CanarySample.set("old", created: 5, requested: 10) : nil
    let sets = RevisionSets(
      desired: desired, stable: stable, all: [desired, stable].compactMap(\.self))
    let input = PassInput(
      test.version, now: now, rollout: rollout, replicaSets: sets.all)
    #expect(
      CanaryPromotion.answer(
        rollout, canary, sets, classification: Classification(sets, input: input),
        aborted: test.aborted, behaviour: input.behaviour) == test.answer)
  }

  @Test("a promotion's reason reads as users know it")
  func reasonTexts() {
    #expect(CanaryPromotion.Reason.initialDeploy.text == "Initial deploy")
    #expect(
      CanaryPromotion.Reason.fullPromotionRequested.text == "Full promotion requested")
    #expect(CanaryPromotion.Reason.rollbackWithinWindow.text == "Rollback within window")
    #expect(CanaryPromotion.Reason.fastRollback.text == "Fast rollback")
    #expect(
      CanaryPromotion.Reason.completedAllSteps(5).text == "Completed all 5 canary steps")
  }

  @Test("returning to stable is promoted as a fast rollback since 1.10 only")
  func fastRollbackToStable() {
    let canary = CanaryStrategy(steps: [.setWeight(10), .pause(nil)])
    let rollout = CanarySample.rollout(canary, template: "old", index: 0)
    let set = CanarySample.set("old", created: 5, requested: 10)
    let sets = RevisionSets(desired: set, stable: set, all: [set])
    func answer(_ version: ControllerVersion) -> CanaryPromotion.Answer {
      let input = PassInput(version, now: now, rollout: rollout, replicaSets: [set])
      return CanaryPromotion.answer(
        rollout, canary, sets, classification: Classification(sets, input: input),
        aborted: false, behaviour: input.behaviour)
    }
    #expect(answer(.main) == .promote(.fastRollback))
    #expect(answer(ControllerVersion(1, 9, 1)) == .wait(.stepsLeft))
  }

  @Test("promotion makes current stable, ends the steps and drops pauses, abort and flags")
  func promote() {
    let canary = CanaryStrategy(
      steps: [.setWeight(10)], pingPong: PingPongServices(ping: "a", pong: "b"))
    var rollout = CanarySample.rollout(canary, index: 0)
    rollout.status.promoteFull = true
    var status = rollout.status
    var decisions = PassDecisions()
    #expect(Promotion.apply(to: &status, spec: rollout.spec, decisions: &decisions))
    #expect(status.stableHash == "new" && status.stepIndex == 1 && !status.promoteFull)
    #expect(status.canary.stablePingPong == "ping")
    #expect(decisions.clearsPauses && decisions.removesAbort)
    #expect(!Promotion.apply(to: &status, spec: rollout.spec, decisions: &decisions))
    #expect(status.canary.stablePingPong == "ping")
    status.currentHash = "next"
    Promotion.apply(to: &status, spec: rollout.spec, decisions: &decisions)
    #expect(status.canary.stablePingPong == "pong")
    var plain = ArgoRolloutStatus(currentHash: "n", stableHash: "o", stepIndex: 3)
    rollout.spec.strategy = .canary(CanaryStrategy())
    Promotion.apply(to: &plain, spec: rollout.spec, decisions: &decisions)
    #expect(plain.stepIndex == nil)
  }
}
