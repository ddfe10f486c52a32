import RolloutCore
import RolloutTestKit
import Testing

@Suite("What promotion and deadlines wait for, and what not")
struct PromotionEdgeTests {
  private func canary(
    _ steps: [Strategy.Step], routed: Bool = true, replicas: Int = 10
  ) throws -> World {
    try attempting(
      .canary(Canary(steps: steps, traffic: routed ? .init() : nil)), replicas: replicas)
  }

  private func object(_ type: RunType, _ name: String) -> RunObject {
    RunObject(name: name, type: type, podHash: "")
  }

  // MARK: The last weight

  @Test("without a router no last weight is awaited")
  func lastWeightWithoutRouter() throws {
    var world = try canary([.setWeight(50)], routed: false)
    try world.when(weight: 50)
    try world.when(pods: 5, 5)
    #expect(world.state.attempt?.stepIndex == 1)
    #expect(try world.when(pods: 10, 0).last == "attempt 2 promoted")
  }

  @Test("without steps no last weight is awaited")
  func lastWeightWithoutSteps() throws {
    var world = try canary([])
    try world.when(weight: 50)
    #expect(try world.when(pods: 10, 10).contains("attempt 2 promoted"))
  }

  @Test("a cluster that reports no pods is not asked for a last weight")
  func lastWeightWithoutPods() throws {
    var world = try canary([.setWeight(20)])
    try world.when(weight: 20)
    #expect(try world.when(reported: .available(2)).contains("attempt 2 promoted"))
  }

  @Test("a rollout of no pods waits for no traffic, at a step or at the end")
  func noReplicas() throws {
    var world = try canary([.setWeight(50), .pause(nil)], replicas: 0)
    try world.when(weight: 0)
    #expect(try world.when(pods: 0, 0).contains("step 1 (scaled)"))
    #expect(try world.when(.resume).contains("attempt 2 promoted"))
  }

  @Test("a weight of nothing is confirmed by the router, not by pods that are not there")
  func zeroWeight() throws {
    var world = try canary([.pause(.seconds(1)), .setWeight(0), .pause(nil)])
    try world.when(pods: 0, 10)
    #expect(try world.when(.tick, after: .seconds(2)) == ["step 1 (pause-elapsed)"])
    #expect(
      try world.when(weight: 0) == ["weight 0", "step 2 (weight-applied)", "paused (step)"])
  }

  @Test("a weight over a scale of no pods has nothing to split")
  func zeroScale() throws {
    var world = try canary([.setCanaryScale(.replicas(0)), .setWeight(20), .pause(nil)])
    #expect(
      try world.when(pods: 0, 10)
        == ["pods 0 10 0", "step 1 (scaled)", "step 2 (scaled)", "paused (step)"])
  }

  // MARK: Blue-green

  @Test("a report of available counts more than pods that were seen before it")
  func availableIsNewer() throws {
    var world = try attempting(.blueGreen(BlueGreen()), replicas: 4)
    try world.when(pods: 3, 4)
    #expect(
      try world.when(reported: .available(2)) == ["revision 2 available", "switch decided"])

    var paused = try attempting(.blueGreen(BlueGreen(autoPromotion: false)), replicas: 4)
    try paused.when(pods: 3, 4)
    #expect(try paused.when(reported: .available(2)).last == "paused (blue-green)")
    #expect(paused.nextDue == nil, "the preview lacks nothing")
  }

  @Test("post-promotion analysis begins at the switch, however many pods there are then")
  func postPromotion() throws {
    var world = try attempting(.blueGreen(BlueGreen(postPromotion: .errorRate)), replicas: 4)
    try world.when(pods: 4, 4)
    try world.when(pods: 3, 4)
    #expect(try world.when(active: 2) == ["active at 2", "post-promotion scheduled"])
  }

  @Test("what is inconclusive beside something inconclusive pauses no second time")
  func inconclusiveTwice() throws {
    var world = try attempting(
      .canary(Canary(steps: [.analysis(.errorRate)], background: .init(plan: .errorRate))))
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    #expect(
      try world.when(reported: .runFinished(.background("b"), .unclear)) == [
        "background created as b", "background finished inconclusive, inconclusive",
      ])
  }

  // MARK: Deadlines

  @Test(
    "in a pause before the switch a preview that lacks pods is late, unless a person paused too")
  func pausedTwice() throws {
    let short = PodCounts.Pods(requested: 4, created: 4, ready: 3, available: 3)
    var world = try attempting(.blueGreen(BlueGreen(autoPromotion: false)), replicas: 4)
    try world.when(pods: 4, 4)
    try world.when(pods: short, .init(4))
    #expect(world.nextDue != nil)
    try world.decide(.pause)
    #expect(world.nextDue == nil)

    var held = try attempting(.blueGreen(BlueGreen()), replicas: 4)
    try held.when(pods: short, .init(4))
    try held.decide(.pause)
    #expect(held.nextDue == nil)
  }

  @Test("after a full promotion the step that was current suspends no deadline")
  func fullPromotion() throws {
    var world = try canary([.analysis(.errorRate)])
    try world.when(reported: .runCreated(.step(0, "a")))
    #expect(world.nextDue == nil)
    try world.decide(.promoteFull)
    #expect(world.nextDue == world.now + .seconds(600) + Interval(microseconds: 1))
  }

  /// Switched, or not; post-promotion analysis has an object, so only the deadline is awaited.
  private func verifying(aborts: Bool = false, active: RevisionNumber = 2) throws -> World {
    var world = try attempting(
      .blueGreen(BlueGreen(postPromotion: .errorRate)), replicas: 4,
      progress: .init(deadline: .seconds(600), aborts: aborts))
    try world.when(pods: 4, 4)
    try world.when(active: active)
    if active == 2 { try world.when(reported: .runCreated(object(.postPromotion, "post"))) }
    return world
  }

  private func due(_ world: World) throws -> Timestamp {
    let progress = try #require(world.state.attempt?.progressAt)
    return progress + .seconds(600) + Interval(microseconds: 1)
  }

  @Test("verification after the switch is never late while every pod is where traffic goes")
  func healthy() throws {
    var world = try verifying()
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(10_000)) == [])
  }

  @Test("where a missed deadline aborts, verification after the switch has one")
  func healthyAborts() throws {
    let world = try verifying(aborts: true)
    #expect(world.nextDue == (try due(world)))
  }

  @Test("a switch that is not seen, or that lost pods, has its deadline")
  func unhealthy() throws {
    let elsewhere = try verifying(active: 1)
    #expect(elsewhere.nextDue == (try due(elsewhere)))
    var short = try verifying()
    try short.when(pods: .init(requested: 4, created: 4, ready: 3, available: 3), .init(4))
    #expect(short.nextDue == (try due(short)))
  }

  @Test("a service that somebody moved before the switch suspends no deadline")
  func movedByHand() throws {
    var world = try attempting(.blueGreen(BlueGreen(prePromotion: .errorRate)), replicas: 4)
    try world.when(pods: 4, 4)
    try world.when(reported: .runCreated(object(.prePromotion, "pre")))
    try world.when(active: 2)
    #expect(world.nextDue == (try due(world)))
  }

  @Test("pods that stay for ever hold no deadline up")
  func keptForEver() throws {
    var world = try attempting(
      .blueGreen(BlueGreen(scaleDownDelay: Interval(microseconds: .max))), replicas: 4)
    try world.promote(2)
    #expect(world.state.keptUntil(1)?.microseconds == .max)
    try world.decide(.start(3))
    #expect(world.state.keptUntil(1)?.microseconds == .max)
    #expect(world.nextDue == (try due(world)))
  }
}
