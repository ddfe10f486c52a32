import RolloutCore
import RolloutTestKit
import Testing

/// Revision 1 is stable, revision 2 is attempted with this strategy.
func attempting(
  _ kind: Strategy.Kind, replicas: Int = 10, progress: Strategy.ProgressRule = .init(),
  window: RollbackWindow? = nil
) throws -> World {
  var world = try World(
    Strategy(replicas: replicas, kind: kind, progress: progress, window: window), revisions: 4)
  try world.promote(1)
  try world.decide(.start(2))
  return world
}

@Suite("Canary steps")
struct CanaryStepTests {
  static let routed = Canary.TrafficRouting()

  func canary(
    _ steps: [Strategy.Step], traffic: Canary.TrafficRouting? = nil, replicas: Int = 10,
    background: Strategy.BackgroundAnalysis? = nil
  ) throws -> World {
    try attempting(
      .canary(Canary(steps: steps, background: background, traffic: traffic)), replicas: replicas)
  }

  // MARK: setWeight

  @Test("without traffic routing a weight is complete when the pods that come closest are there")
  func weightByPods() throws {
    var world = try canary([.setWeight(20), .pause(nil)])
    #expect(world.directive.pods == .init(desired: 2, stable: 8))
    #expect(try world.when(pods: 1, 9) == ["pods 1 9 0"])
    #expect(try world.when(pods: 2, 9) == ["pods 2 9 0"], "stable has one too many")
    #expect(try world.when(pods: 2, 8, 1) == ["pods 2 8 1"], "another revision still serves")
    #expect(
      try world.when(pods: 2, 8) == ["pods 2 8 0", "step 1 (scaled)", "paused (step)"])
  }

  @Test("requested, created and available have to agree before a weight is complete")
  func weightNeedsAvailable() throws {
    var world = try canary([.setWeight(20), .pause(nil)])
    let late = PodCounts.Pods(requested: 2, created: 2, ready: 2, available: 1)
    #expect(try world.when(pods: late, .init(8)).count == 1)
    let more = PodCounts.Pods(requested: 3, created: 2, ready: 2, available: 2)
    #expect(try world.when(pods: more, .init(8)).count == 1)
    // Stable only has to have its pods, not to have them available.
    let stable = PodCounts.Pods(requested: 8, created: 8, ready: 0, available: 0)
    #expect(try world.when(pods: .init(2), stable).count == 3)
  }

  @Test(
    "with traffic routing a weight needs pods, the weight applied, and no router that denies it")
  func weightByRouter() throws {
    var world = try canary([.setWeight(20), .pause(nil)], traffic: Self.routed)
    #expect(world.directive.pods == .init(desired: 2, stable: 10))
    #expect(try world.when(pods: 1, 10) == ["pods 1 10 0"])
    #expect(try world.when(weight: 20) == ["weight 20"], "pods are missing")
    #expect(try world.when(weight: 20, verified: false) == ["weight 20, not verified"])
    #expect(try world.when(pods: 2, 10, 5) == ["pods 2 10 5"])
    #expect(
      try world.when(weight: 20, verified: true)
        == ["weight 20, verified", "step 1 (weight-applied)", "paused (step)"])
  }

  @Test("traffic never gets ahead of pods: until they are there the weight before counts")
  func weightFollowsPods() throws {
    var world = try canary([.setWeight(20), .setWeight(50), .pause(nil)], traffic: Self.routed)
    #expect(world.directive.weight == 20, "a cluster that tells no pods vouches for them")
    try world.when(pods: 0, 10)
    #expect(world.directive.weight == 0)
    try world.when(pods: 2, 10)
    #expect(world.directive.weight == 20)
    try world.when(weight: 20)
    #expect(world.directive.weight == 20)
    try world.when(pods: 5, 10)
    #expect(world.directive.weight == 50)
    try world.when(pods: 0, 10)
    #expect(world.directive.weight == 0, "no available pod, no traffic")
  }

  @Test("a weight is measured in the strategy's own whole")
  func maxWeight() throws {
    var world = try canary(
      [.setWeight(500), .pause(nil)], traffic: .init(maxWeight: 1_000), replicas: 4)
    #expect(world.directive.maxWeight == 1_000)
    #expect(world.directive.pods?.desired == 2)
    #expect(try world.when(weight: 1_001) == [])
    #expect(try world.when(weight: 500).last == "paused (step)")
    try world.decide(.promoteFull)
    #expect(world.directive.weight == 1_000)
  }

  @Test(
    "pods for a weight without traffic routing, as Argo splits them",
    arguments: [
      (10, 15, PodBound.pods(0), 2, 8), (10, 24, .pods(1), 3, 8), (3, 49, .pods(1), 2, 2),
      (1, 49, .pods(0), 0, 1), (1, 50, .pods(0), 1, 0), (0, 50, .pods(0), 0, 0),
    ] as [(Int, Int, PodBound, Int, Int)])
  func split(replicas: Int, weight: Int, surge: PodBound, desired: Int, stable: Int) throws {
    let kind = Strategy.Kind.canary(
      Canary(steps: [.setWeight(weight), .pause(nil)], maxSurge: surge, maxUnavailable: .pods(1)))
    let world = try attempting(kind, replicas: replicas)
    #expect(world.directive.pods == .init(desired: desired, stable: stable))
  }

  @Test("without traffic routing pods move no faster than surge and unavailable allow")
  func bounds() throws {
    let kind = Strategy.Kind.canary(
      Canary(steps: [.setWeight(50)], maxSurge: .pods(1), maxUnavailable: .pods(0)))
    var world = try attempting(kind)
    try world.when(pods: 0, 10)
    #expect(world.directive.pods == .init(desired: 1, stable: 10))
    try world.when(pods: 1, 10)
    #expect(world.directive.pods == .init(desired: 1, stable: 9))
    try world.when(pods: 1, 10, 4)
    #expect(world.directive.pods == .init(desired: 1, stable: 10), "others go first")
  }

  // MARK: setCanaryScale

  @Test("a canary scale stays in force until another one, or until the weight decides again")
  func canaryScale() throws {
    var world = try canary(
      [
        .setCanaryScale(.replicas(3)), .setWeight(10), .setCanaryScale(.weight(50)),
        .setCanaryScale(.matchTrafficWeight), .pause(nil),
      ], traffic: Self.routed)
    #expect(world.directive.pods == .init(desired: 3, stable: 10))
    #expect(try world.when(pods: 2, 10).count == 1)
    #expect(try world.when(pods: 3, 10).last == "step 1 (scaled)")
    #expect(world.directive.pods == .init(desired: 3, stable: 10))
    #expect(try world.when(weight: 10).last == "step 2 (weight-applied)")
    #expect(world.directive.pods == .init(desired: 5, stable: 10))
    #expect(try world.when(pods: 5, 10).last == "step 3 (scaled)")
    #expect(world.directive.pods == .init(desired: 1, stable: 10))
    #expect(try world.when(pods: 1, 10).last == "paused (step)")
  }

  @Test("a canary scale may ask for more pods than the rollout has")
  func canaryScaleAboveAll() throws {
    let world = try canary([.setCanaryScale(.weight(200)), .pause(nil)], traffic: Self.routed)
    #expect(world.directive.pods == .init(desired: 20, stable: 10))
  }

  @Test("without traffic routing a canary scale is not heeded")
  func canaryScaleWithoutRouter() throws {
    let world = try canary([.setCanaryScale(.replicas(3)), .pause(nil)])
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
  }

  @Test("a least number of pods lifts what is not zero, up to the replicas")
  func leastPods() throws {
    let kind = Strategy.Kind.canary(
      Canary(steps: [.setWeight(10), .pause(nil)], traffic: Self.routed, minPodsPerRevision: 3))
    #expect(try attempting(kind).directive.pods == .init(desired: 3, stable: 10))
    #expect(try attempting(kind, replicas: 2).directive.pods == .init(desired: 2, stable: 2))
  }

  @Test("with dynamic scaling stable shrinks only after the traffic has gone")
  func dynamicStable() throws {
    let kind = Strategy.Kind.canary(
      Canary(
        steps: [.setWeight(40), .pause(nil)], traffic: Self.routed, dynamicStableScale: true))
    var world = try attempting(kind)
    #expect(world.directive.pods == .init(desired: 4, stable: 10))
    #expect(try world.when(pods: 4, 10).count == 1)
    #expect(try world.when(weight: 40).last == "paused (step)", "stable need not have shrunk yet")
    #expect(world.directive.pods == .init(desired: 4, stable: 6))
  }

  // MARK: Progress threshold

  @Test(
    "a progress threshold says how much of what is wanted is enough",
    arguments: [
      (Canary.ProgressThreshold.percent(80), 3, false), (.percent(80), 4, true),
      (.pods(2), 1, false),
      (.pods(2), 2, true), (.percent(-1), 4, false), (.pods(-1), 4, false), (.percent(0), 0, true),
    ])
  func threshold(threshold: Canary.ProgressThreshold, available: Int, reached: Bool) throws {
    let pods = PodCounts.Pods(requested: 5, created: 5, ready: available, available: available)
    let kind = Strategy.Kind.canary(
      Canary(steps: [.setWeight(50), .pause(nil)], progressThreshold: threshold))
    var whole = try attempting(kind)
    try whole.when(pods: pods, .init(5))
    #expect((whole.state.attempt?.stepIndex == 1) == reached)
    var step = try canary([.progressThreshold(threshold), .setWeight(50), .pause(nil)])
    #expect(step.log.last?.event.brief == "step 1 (applied)")
    try step.when(pods: pods, .init(5))
    #expect((step.state.attempt?.stepIndex == 2) == reached)
  }

  @Test("a threshold counts for promotion as well; without one every pod is needed")
  func thresholdPromotes() throws {
    let pods = PodCounts.Pods(requested: 10, created: 10, ready: 9, available: 9)
    for threshold in [Canary.ProgressThreshold.percent(90), nil] {
      var world = try attempting(.canary(Canary(steps: [], progressThreshold: threshold)))
      let events = try world.when(pods: pods, .init(0))
      #expect((events.last == "attempt 2 promoted") == (threshold != nil))
    }
  }

  // MARK: Routes

  static let header = Strategy.HeaderRoute(
    name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])
  static let mirror = Strategy.MirrorRoute(
    name: "copy", percentage: 10, matches: [.init(method: .exact("GET"))])

  @Test("a route is set at once and stays until a step without matches, or until the steps end")
  func routes() throws {
    var world = try canary(
      [
        .setMirrorRoute(Self.mirror), .setHeaderRoute(Self.header), .pause(nil),
        .setMirrorRoute(.init(name: "copy")), .pause(nil),
      ], traffic: .init(managedRoutes: ["beta", "copy"]))
    #expect(world.directive.routes == [.header(Self.header), .mirror(Self.mirror)])
    #expect(
      world.log.suffix(3).map(\.event.brief)
        == ["step 1 (applied)", "step 2 (applied)", "paused (step)"])
    try world.decide(.resume)
    #expect(world.directive.routes == [.header(Self.header)])
    try world.decide(.resume)
    #expect(world.directive.routes.isEmpty, "all steps are done")
  }

  @Test(
    "routes are gone after an abort, after promote-full, on the fast track and without a router")
  func noRoutes() throws {
    let steps: [Strategy.Step] = [.setHeaderRoute(Self.header), .pause(nil)]
    var world = try canary(steps, traffic: Self.routed)
    var full = world
    try full.decide(.promoteFull)
    #expect(full.directive.routes.isEmpty)
    try world.decide(.abort)
    #expect(world.directive.routes.isEmpty)
    try world.decide(.start(1))
    #expect(world.directive.track == .fast)
    #expect(world.directive.routes.isEmpty)
    #expect(try canary(steps).directive.routes.isEmpty)
  }

  // MARK: Analysis, experiment, plugin

  @Test("an analysis step without templates starts nothing and never completes")
  func emptyAnalysis() throws {
    var world = try canary([.analysis(AnalysisPlan(templates: []))])
    #expect(try world.when(.tick, after: .seconds(10_000)) == [])
    #expect(world.directive.runs.isEmpty)
    #expect(try world.when(.skipStep) == ["step 1 (skipped)"])
  }

  static let experiment = Strategy.ExperimentPlan(
    templates: [.init(name: "canary", source: .canary)], duration: .seconds(60))

  func object(_ type: RunType, _ step: Int, _ name: String) -> RunObject {
    RunObject(name: name, type: type, podHash: "", stepIndex: step)
  }

  @Test("an experiment step is complete when its experiment succeeded")
  func experiment() throws {
    var world = try canary([.experiment(Self.experiment), .pause(nil)])
    #expect(world.log.last?.event.brief == "experiment 0 scheduled")
    #expect(world.directive.runs.map(\.work) == [.experiment(Self.experiment)])
    #expect(
      try world.when(reported: .runFinished(object(.experiment, 0, "e"), .success)) == [
        "experiment 0 created as e", "experiment 0 finished successful, verified",
        "step 1 (experiment-successful)", "paused (step)",
      ])
  }

  @Test("an inconclusive experiment waits for a person; resume repeats it, promote goes past it")
  func inconclusiveExperiment() throws {
    var world = try canary([.experiment(Self.experiment), .pause(nil)])
    #expect(
      try world.when(reported: .runFinished(object(.experiment, 0, "e"), .unclear)).last
        == "paused (inconclusive-experiment)")
    var promoted = world
    #expect(
      try promoted.when(.promote)
        == ["resumed (inconclusive-experiment)", "step 1 (promoted)", "paused (step)"])
    #expect(
      try world.when(.resume)
        == ["resumed (inconclusive-experiment)", "experiment 0 round 2 scheduled"])
  }

  @Test("a failed experiment aborts, with Argo's words for it")
  func failedExperiment() throws {
    var world = try canary([.experiment(Self.experiment)])
    try world.when(reported: .runFinished(object(.experiment, 0, "e"), .failure))
    #expect(world.state.phase == .degraded)
    let status = RolloutStatus(world.state, in: world.context)
    #expect(
      status?.message
        == "RolloutAborted: Rollout aborted update to revision 2: Experiment analysis phase is "
        + "error/failed: errors 0.2")
  }

  @Test("a plugin step is complete when its call succeeded; failed aborts; disabled is passed by")
  func plugin() throws {
    let call = Strategy.PluginCall(name: "vendor/gate")
    var world = try canary([.plugin(.init(name: "off", disabled: true)), .plugin(call)])
    #expect(
      world.log.suffix(2).map(\.event.brief) == ["step 1 (applied)", "plugin 1 scheduled"])
    #expect(world.directive.runs.map(\.work) == [.plugin(call)])
    var failing = world
    #expect(
      try failing.when(reported: .runFinished(object(.plugin, 1, "p"), .failure)).last
        == "attempt 2 aborted by plugin 1")
    #expect(
      try world.when(reported: .runFinished(object(.plugin, 1, "p"), .success)).last
        == "step 2 (plugin-successful)")
  }

  @Test("leaving a step stops its run before the next step starts one")
  func skippedRunStops() throws {
    var world = try canary([.experiment(Self.experiment), .analysis(.errorRate)])
    #expect(
      try world.when(.skipStep) == [
        "experiment 0 cancelled (step-skipped)", "step 1 (skipped)", "step 1 scheduled",
      ])
  }

  // MARK: Promotion

  @Test("with nothing stable there are no steps, no pause and no analysis; available promotes")
  func initialDeployment() throws {
    var world = try World(
      Strategy(
        replicas: 10,
        kind: .canary(
          Canary(
            steps: [.setWeight(20), .pause(nil), .analysis(.errorRate)],
            background: .init(plan: .errorRate)))), revisions: 2)
    #expect(try world.when(.start(1)) == ["attempt 1: initial to 1, fast"])
    #expect(try world.when(pods: 9, 0) == ["pods 9 0 0"])
    #expect(
      try world.when(pods: 10, 0) == [
        "pods 10 0 0", "revision 1 available", "attempt 1 promoted", "contract 1 kept",
      ])
  }

  @Test("more pods than needed are enough, and pods seen later than `available` say more")
  func availability() throws {
    var world = try canary([.setWeight(20)])
    try world.when(.promoteFull)
    try world.decide(.pause)
    #expect(try world.when(reported: .available(2)) == ["revision 2 available"])
    #expect(try world.when(pods: 9, 0) == ["pods 9 0 0"], "one is lost")
    #expect(try world.when(.resume) == ["resumed (person)"])
    #expect(try world.when(pods: 11, 0).last == "attempt 2 promoted")
  }

  @Test("pods that were there before the last step ended promote at once")
  func promotedAtOnce() throws {
    var world = try canary([.setWeight(100), .pause(nil)])
    #expect(try world.when(pods: 10, 0).last == "paused (step)")
    #expect(
      try world.when(.resume) == [
        "resumed (step)", "step 2 (resumed)", "revision 2 available", "attempt 2 promoted",
      ])
  }

  @Test("the fast track never gives traffic to pods that are not all there")
  func fastTraffic() throws {
    var world = try canary([.setWeight(20), .pause(nil)], traffic: Self.routed)
    try world.promote(2)
    try world.ask(
      .register(
        Registration(
          strategy: Strategy(
            replicas: 10,
            kind: .canary(Canary(steps: [.setWeight(80), .pause(nil)], traffic: Self.routed)),
            window: RollbackWindow(revisions: 3)))))
    try world.decide(rollback(1))
    #expect(world.directive.track == .fast)
    try world.when(pods: 1, 10)
    #expect(world.directive.weight == 0, "Argo gives 80 here")
    #expect(
      try world.when(pods: 10, 10).prefix(3) == [
        "pods 10 10 0", "revision 1 available", "attempt 3 promoted",
      ])
    #expect(world.directive.weight == 100)
  }

  @Test("promote-full keeps the present weight until the pods are there")
  func fullPromotionWeight() throws {
    var world = try canary([.setWeight(20), .pause(nil)], traffic: Self.routed)
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    try world.decide(.promoteFull)
    #expect(world.directive.weight == 20)
    #expect(world.directive.pods == .init(desired: 10, stable: 10))
    try world.when(pods: 10, 10)
    #expect(world.state.stable == 2)
  }
}
