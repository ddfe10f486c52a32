import RolloutCore
import RolloutTestKit
import Testing

@Suite("Directives that follow the facts")
struct ReviewDirectiveTests {
  static let routed = Canary.TrafficRouting()

  /// Pods at rest, under the last attempt.
  private func seen(_ world: inout World, _ desired: Int, _ stable: Int = 0) throws {
    try world.when(
      reported: .podsObserved(
        world.state.desired ?? 0, .init(desired: .init(desired), stable: .init(stable))),
      under: world.state.attempts)
  }

  private func resting(
    _ canary: Canary, window: RollbackWindow? = RollbackWindow(revisions: 3)
  ) throws -> World {
    var world = try World(
      Strategy(replicas: 10, kind: .canary(canary), window: window), revisions: 5)
    try world.promote(1, 2)
    try seen(&world, 10)
    return world
  }

  @Test("a fast rollback behind a router gets no traffic before it has pods")
  func fastRouted() throws {
    var world = try resting(Canary(steps: [.setWeight(20), .pause(nil)], traffic: Self.routed))
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == .fast)
    #expect(world.directive.weight == 0)
    #expect(world.directive.pods == .init(desired: 10, stable: 10))
    try world.when(pods: 10, 10)
    #expect(world.state.stable == 1)
  }

  @Test("without a router a fast rollback grows within what may be too many from the first moment")
  func fastBasic() throws {
    var world = try resting(Canary(steps: [.setWeight(20), .pause(nil)]))
    try world.decide(rollback(1))
    let pods = try #require(world.directive.pods)
    #expect(pods.desired + pods.stable <= 13)
    #expect(pods.stable >= 7)
  }

  @Test("a cluster that never reported pods is told the whole target, as before")
  func unreported() throws {
    var world = try World(
      Strategy(
        replicas: 10, kind: .canary(Canary(steps: [.setWeight(20)])),
        window: RollbackWindow(revisions: 3)))
    try world.promote(1, 2)
    try world.decide(rollback(1))
    #expect(world.directive.pods == .init(desired: 10, stable: 0))
  }

  @Test("a new start after one that was given up sends no traffic to pods that are not there")
  func dynamicSuperseded() throws {
    var world = try resting(
      Canary(
        steps: [.setWeight(80), .pause(nil)], traffic: Self.routed, dynamicStableScale: true))
    try world.decide(.start(3))
    #expect(world.directive.weight == 0)
    try world.when(pods: 8, 10)
    try world.when(weight: 80)
    try world.when(pods: 8, 2)
    try world.decide(.start(4))
    #expect(world.directive.weight == 0)
    #expect(world.directive.pods == .init(desired: 8, stable: 10))
  }

  @Test("with dynamic scaling a retry gives traffic back to stable no faster than it can carry it")
  func dynamicRetry() throws {
    var world = try resting(
      Canary(
        steps: [.setWeight(20), .pause(nil), .setWeight(80), .pause(nil)], traffic: Self.routed,
        dynamicStableScale: true))
    try world.decide(.start(3))
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    try world.decide(.promote)
    try world.when(pods: 8, 8)
    try world.when(weight: 80)
    try world.when(pods: 8, 2)
    try world.decide(.abort)
    try world.decide(.retry)
    #expect(world.directive.weight == 80)
    #expect(world.directive.pods == .init(desired: 8, stable: 10))
    try world.when(pods: 8, 6)
    #expect(world.directive.weight == 40)
    #expect(world.directive.pods == .init(desired: 4, stable: 10))
    try world.when(pods: 4, 10)
    #expect(world.directive.weight == 0, "its own first weight has to have its pods first")
    #expect(world.directive.pods == .init(desired: 2, stable: 10))
    try world.when(pods: 2, 10)
    #expect(world.directive.weight == 20)
  }

  @Test("with dynamic scaling a way back to stable gives it what it can carry, before any report")
  func dynamicReturn() throws {
    var world = try resting(
      Canary(
        steps: [.setWeight(80), .pause(nil)], traffic: Self.routed, dynamicStableScale: true))
    try world.decide(.start(3))
    try world.when(pods: 8, 10)
    try world.when(weight: 80)
    try world.when(pods: 8, 2)
    try world.decide(rollback(nil))
    #expect(world.state.attempt?.classification.kind == .returnToStable)
    #expect(world.directive.weight == 20)
  }

  @Test("without a router an aborted canary goes back within its bounds, step by step")
  func abortBasic() throws {
    var world = try resting(
      Canary(steps: [.setWeight(80), .pause(nil)], maxSurge: .pods(1), maxUnavailable: .pods(0)))
    try world.decide(.start(3))
    try world.when(pods: 8, 2)
    try world.decide(.abort)
    #expect(world.directive.pods == .init(desired: 8, stable: 3))
    try seen(&world, 8, 3)
    let next = try #require(world.directive.pods)
    #expect(next.desired + next.stable >= 10 && next.desired + next.stable <= 11)
    #expect(next.desired < 8)
  }

  @Test("an abort before the first report of a canary's pods goes by what is known of stable's")
  func abortUnreported() throws {
    var world = try resting(
      Canary(steps: [.setWeight(80), .pause(nil)], maxSurge: .pods(1), maxUnavailable: .pods(0)))
    try world.decide(.start(3))
    try world.decide(.abort)
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
  }

  @Test("at the end all traffic goes to a revision that has its pods, and more")
  func moreThanWanted() throws {
    var world = try resting(Canary(steps: [.setWeight(20)], traffic: Self.routed))
    try world.decide(.start(3))
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 1)
    // An autoscaler wants more, and stable is not what it was asked to be.
    try world.when(pods: 12, 9)
    #expect(world.directive.weight == 100)
    #expect(try world.when(weight: 100).contains("attempt 3 promoted"))
  }

  @Test("an abort with dynamic scaling and no confirmed weight sends nothing to what was aborted")
  func abortUnconfirmed() throws {
    var world = try resting(
      Canary(
        steps: [.setWeight(50), .pause(nil)], traffic: Self.routed, dynamicStableScale: true))
    try world.decide(.start(3))
    try world.when(pods: 0, 4)
    try world.decide(.abort)
    #expect(world.directive.weight == 0)
  }
}
