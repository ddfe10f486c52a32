import RolloutCore
import RolloutTestKit
import Testing

@Suite("Canary arithmetic at its edges")
struct CanaryArithmeticTests {
  private static let routed = Canary.TrafficRouting()
  private static let half: [Strategy.Step] = [.setWeight(50), .pause(nil)]

  private func canary(
    _ steps: [Strategy.Step] = half, routed: Bool = true, dynamic: Bool = false,
    replicas: Int = 10, least: Int? = nil
  ) throws -> World {
    try attempting(
      .canary(
        Canary(
          steps: steps, traffic: routed ? Self.routed : nil, dynamicStableScale: dynamic,
          minPodsPerRevision: least)), replicas: replicas)
  }

  /// Nothing is stable, revision 1 is attempted.
  private func first(routed: Bool = true, dynamic: Bool = false) throws -> World {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .canary(
          Canary(
            steps: Self.half, traffic: routed ? Self.routed : nil, dynamicStableScale: dynamic))),
      revisions: 2)
    try world.decide(.start(1))
    return world
  }

  /// The way back to stable with its steps.
  private func returning(dynamic: Bool, insisted: Bool = false) throws -> World {
    var world = try canary([.setWeight(20), .pause(nil)], dynamic: dynamic)
    try world.decide(insisted ? insisting(1) : rollback(1))
    #expect(world.state.attempt?.classification.kind == .returnToStable)
    return world
  }

  // MARK: Without a router

  @Test("without a router the weight is what the steps say, whatever pods there are")
  func weightWithoutRouter() throws {
    var world = try canary(routed: false)
    try world.when(pods: 0, 10)
    #expect(world.directive.weight == 50)
  }

  @Test("dynamic scaling means nothing without a router, on the way and after an abort")
  func dynamicWithoutRouter() throws {
    var world = try canary([.setWeight(20), .pause(nil)], routed: false, dynamic: true)
    try world.when(weight: 80)
    try world.when(pods: 1, 0)
    #expect(world.directive.weight == 20)
    try world.when(pods: 1, 9)
    try world.decide(.abort)
    #expect(world.directive.weight == 0)
    #expect(world.directive.kept.isEmpty)
  }

  @Test("without a router a step is complete as far as surge and unavailability let pods move")
  func boundedStep() throws {
    var world = try attempting(
      .canary(
        Canary(steps: [.setWeight(0), .pause(nil)], maxSurge: .pods(1), maxUnavailable: .pods(0))),
      replicas: 1)
    let coming = PodCounts.Pods(requested: 1, created: 1, ready: 0, available: 0)
    #expect(world.directive.pods == .init(desired: 0, stable: 1))
    #expect(try world.when(pods: .init(1), coming).last == "paused (step)")
  }

  @Test("without a router pods that are what is wanted complete a step, whatever else is asked for")
  func comingUp() throws {
    var world = try attempting(.canary(Canary(steps: [.setWeight(20), .pause(nil)])))
    let coming = PodCounts.Pods(requested: 1, created: 1, ready: 0, available: 0)
    let stable = PodCounts.Pods(requested: 9, created: 8, ready: 8, available: 8)
    #expect(try world.when(pods: .init(2), stable, coming).last == "paused (step)")
  }

  // MARK: Dynamic scaling

  @Test("without dynamic scaling stable gives its traffic however few pods it has")
  func staticTraffic() throws {
    var world = try canary([.setWeight(20), .pause(nil)])
    try world.when(weight: 50)
    try world.when(
      pods: .init(2), .init(requested: 10, created: 10, ready: 2, available: 2))
    #expect(world.directive.weight == 20)
  }

  @Test("with dynamic scaling the end of the steps keeps the last weight until every pod is there")
  func dynamicEnd() throws {
    var world = try canary([.setWeight(20)], dynamic: true)
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: 5, 10)
    #expect(world.directive.weight == 20)
  }

  @Test("without dynamic scaling a full promotion keeps its weight until every pod is there")
  func staticFullPromotion() throws {
    var world = try canary([.setWeight(20), .pause(nil)])
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    try world.decide(.promoteFull)
    try world.when(pods: 5, 10)
    #expect(world.directive.weight == 20)
  }

  @Test("an emergency after a full promotion waits for every pod like any fast attempt")
  func escalatedFullPromotion() throws {
    var world = try World(
      Strategy(
        replicas: 10,
        kind: .canary(
          Canary(steps: Self.half, traffic: Self.routed, dynamicStableScale: true)),
        window: RollbackWindow(revisions: 3)), revisions: 3)
    try world.promote(1, 2)
    try world.decide(insisting(1))
    try world.decide(.promoteFull)
    try world.decide(.escalate)
    try world.when(pods: 5, 10)
    #expect(world.directive.weight == 0)
  }

  @Test("what was reported available carries traffic before any report of pods")
  func availableUnreported() throws {
    var world = try canary([.setWeight(100), .pause(nil)])
    try world.when(pods: 10, 10)
    try world.when(weight: 100)
    try world.decide(.promoteFull)
    #expect(world.state.stable == 2)
    try world.decide(.start(3))
    try world.decide(.promoteFull)
    try world.decide(.pause)
    #expect(world.directive.weight == 0)
    try world.when(reported: .available(3))
    #expect(world.directive.weight == 100)
  }

  // MARK: Back to stable

  @Test("back to stable without dynamic scaling all traffic goes there at once")
  func staticReturn() throws {
    var world = try returning(dynamic: false)
    #expect(world.directive.pods == .init(desired: 10, stable: 0))
    try world.when(pods: 5, 0)
    #expect(world.directive.weight == 100)
  }

  @Test("back to stable with dynamic scaling traffic goes by stable's pods, not by its last weight")
  func dynamicReturn() throws {
    var world = try returning(dynamic: true)
    try world.when(pods: 5, 0)
    try world.when(weight: 80)
    #expect(world.directive.weight == 50)
  }

  @Test("back to stable with its steps, the steps decide once stable is whole")
  func insistedReturn() throws {
    var world = try returning(dynamic: true, insisted: true)
    try world.when(pods: 5, 0)
    #expect(world.directive.weight == 50)
    try world.when(pods: 10, 0)
    #expect(world.directive.weight == 20)
  }

  @Test("back to stable no pods are awaited beside its own")
  func returnBesideItself() throws {
    var world = try returning(dynamic: false, insisted: true)
    try world.when(pods: 10, 3)
    #expect(try world.when(weight: 20).last == "paused (step)")
  }

  // MARK: Pods

  @Test("a scale set by a step ends with the steps")
  func scaleEnds() throws {
    var world = try canary([.setCanaryScale(.replicas(1)), .pause(nil)])
    try world.when(pods: 1, 10)
    #expect(world.directive.pods == .init(desired: 1, stable: 10))
    try world.decide(.resume)
    #expect(world.directive.pods == .init(desired: 10, stable: 10))
  }

  @Test("a least number of pods does not lift what is zero, or fixed")
  func leastLiftsNothing() throws {
    var world = try canary(
      [.setWeight(0), .setCanaryScale(.replicas(1)), .pause(nil)], least: 3)
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
    try world.when(pods: 0, 10)
    try world.when(weight: 0)
    #expect(world.state.attempt?.stepIndex == 1)
    #expect(world.directive.pods == .init(desired: 1, stable: 10))
  }

  @Test("with dynamic scaling a least number of pods lifts stable too, but not from zero")
  func leastOfStable() throws {
    var world = try canary([.setWeight(90), .setWeight(100), .pause(nil)], dynamic: true, least: 3)
    try world.when(pods: 9, 10)
    try world.when(weight: 90)
    #expect(world.directive.pods == .init(desired: 10, stable: 3))
    try world.when(pods: 10, 3)
    try world.when(weight: 100)
    #expect(world.directive.pods == .init(desired: 10, stable: 0))
  }

  @Test("with dynamic scaling a retry keeps the pods that its traffic needs, a fixed scale its own")
  func retryPods() throws {
    var world = try canary(
      [.setWeight(20), .pause(nil), .setWeight(80), .pause(nil)], dynamic: true)
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    try world.decide(.resume)
    try world.when(pods: 8, 8)
    try world.when(weight: 80)
    try world.when(pods: 8, 2)
    try world.decide(.abort)
    try world.decide(.retry)
    #expect(world.directive.pods?.desired == 8)

    var fixed = try canary(
      [.setWeight(20), .setCanaryScale(.replicas(1)), .pause(nil)], dynamic: true)
    try fixed.when(pods: 2, 10)
    try fixed.when(weight: 20)
    try fixed.when(pods: 2, 8)
    #expect(fixed.directive.pods?.desired == 1)
  }

  // MARK: Routes

  @Test("a header route goes with a step that has no matches for it")
  func headerRouteRemoved() throws {
    let world = try attempting(
      .canary(
        Canary(
          steps: [
            .setHeaderRoute(
              .init(name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])),
            .setHeaderRoute(.init(name: "beta")), .pause(nil),
          ], traffic: .init(managedRoutes: ["beta"]))))
    #expect(world.directive.routes.isEmpty)
  }

  // MARK: After an abort

  @Test("an aborted revision keeps its pods until stable has all of its own, then for its delay")
  func abortedPods() throws {
    var world = try canary()
    try world.when(pods: 5, 10)
    try world.when(pods: .init(5), .init(requested: 10, created: 10, ready: 9, available: 9))
    try world.decide(.abort)
    #expect(world.directive.pods == .init(desired: 5, stable: 10))
    #expect(try world.when(pods: 5, 10) == ["pods 5 10 0", "revision 2 kept for 30 s"])
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
    #expect(world.directive.kept.map(\.revision) == [2])
  }

  @Test(
    "an aborted first deployment has no pods and no traffic: there is nothing to go back to",
    arguments: [(true, false), (true, true), (false, false)])
  func abortedFirst(routed: Bool, dynamic: Bool) throws {
    var world = try first(routed: routed, dynamic: dynamic)
    try world.when(pods: 2, 0)
    try world.when(weight: 100)
    try world.decide(.abort)
    #expect(world.directive.aborted)
    #expect(world.directive.pods == .init(desired: 0, stable: 0))
    #expect(world.directive.weight == 0)
  }

  @Test("a rollout of no pods is told of none after an abort, whatever is still there")
  func abortedNone() throws {
    var world = try canary(dynamic: true, replicas: 0)
    try world.when(pods: 1, 0)
    try world.decide(.abort)
    #expect(world.directive.pods == .init(desired: 0, stable: 0))
  }

  @Test("before anything is asked no service points anywhere")
  func nothingYet() throws {
    let world = try World(
      Strategy(replicas: 2, kind: .blueGreen(BlueGreen(hasPreviewService: true))))
    #expect(world.directive.services == nil)
  }
}
