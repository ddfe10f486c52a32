import RolloutCore
import RolloutTestKit
import Testing

@Suite("Conditions as Argo users read them")
struct ConditionFactTests {
  func told(_ world: World, _ kind: RolloutStatus.Condition.Kind) -> String {
    guard let condition = RolloutStatus(world.state, in: world.context)?[kind] else {
      return "none"
    }
    return "\(condition.state.rawValue) \(condition.reason): \(condition.message)"
  }

  func routed(_ steps: [Strategy.Step]) throws -> World {
    try attempting(.canary(Canary(steps: steps, traffic: .init())), replicas: 4)
  }

  @Test("Available has one reason, true or false")
  func available() throws {
    var world = try routed([.pause(nil)])
    try world.when(pods: 0, 4)
    #expect(told(world, .available) == "True AvailableReason: Rollout has minimum availability")
    try world.when(pods: 0, 3)
    #expect(
      told(world, .available)
        == "False AvailableReason: Rollout does not have minimum availability")
  }

  @Test("Healthy has one reason, true or false, and is not there before anything was")
  func healthy() throws {
    var world = try World(Strategy(replicas: 4, kind: .canary(Canary(steps: []))))
    try world.decide(.start(1))
    #expect(told(world, .healthy) == "none")
    try world.when(pods: 4, 0)
    #expect(told(world, .healthy) == "True RolloutHealthy: Rollout is healthy")
    try world.decide(.start(2))
    #expect(told(world, .healthy) == "False RolloutHealthy: Rollout is not healthy")
  }

  @Test("Completed has its own name for a message, true or false")
  func completed() throws {
    var world = try routed([.pause(nil)])
    #expect(told(world, .completed) == "False RolloutCompleted: RolloutCompleted")
    try world.decide(.start(1))
    #expect(told(world, .completed) == "True RolloutCompleted: RolloutCompleted")
  }

  @Test("Paused has one reason and message, true or false, and is not there before a pause")
  func paused() throws {
    var world = try routed([.setWeight(20), .pause(nil)])
    #expect(told(world, .paused) == "none")
    try world.decide(.pause)
    #expect(told(world, .paused) == "True RolloutPaused: Rollout is paused")
    try world.decide(.resume)
    #expect(told(world, .paused) == "False RolloutPaused: Rollout is paused")
  }

  @Test("progress is unknown while something is paused, and after it until something moves")
  func unknown() throws {
    var world = try routed([.setWeight(20), .pause(nil)])
    try world.when(pods: 0, 4)
    try world.decide(.pause)
    #expect(told(world, .progressing) == "Unknown RolloutPaused: Rollout is paused")
    try world.decide(.resume)
    #expect(told(world, .progressing) == "Unknown RolloutResumed: Rollout is resumed")
    try world.when(pods: 1, 4)
    #expect(
      told(world, .progressing) == "True ReplicaSetUpdated: Revision 2 is progressing.")
  }

  @Test("of two pauses the first that ends resumes nothing")
  func twoPauses() throws {
    var world = try routed([.pause(nil)])
    try world.decide(.pause)
    try world.decide(.resume)
    #expect(told(world, .progressing).hasPrefix("Unknown RolloutPaused"))
    try world.decide(.resume)
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"), "a step was passed")
  }

  @Test("after an abort and a retry progress is unknown until something moves")
  func retry() throws {
    var world = try routed([.setWeight(20)])
    try world.when(pods: 0, 4)
    try world.decide(.abort)
    #expect(
      told(world, .progressing)
        == "False RolloutAborted: Rollout aborted update to revision 2")
    try world.decide(.retry)
    #expect(told(world, .progressing) == "Unknown RolloutRetry: Retrying Rollout after abort")
    try world.when(pods: 1, 4)
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"))
  }

  @Test("a revision that never ran and has no pods was created; one that replaces pods updates")
  func created() throws {
    var world = try World(Strategy(replicas: 4, kind: .canary(Canary(steps: [.pause(nil)]))))
    try world.decide(.start(1))
    #expect(told(world, .progressing) == "True NewReplicaSetCreated: Created revision 1")
    try world.when(pods: 4, 0)
    #expect(
      told(world, .progressing)
        == "True NewReplicaSetAvailable: Revision 1 has successfully progressed.")
    try world.decide(.start(2))
    try world.decide(.promoteFull)
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"))
  }

  @Test("a promoted rollout that was whole and lost pods has no minimum availability")
  func lostPods() throws {
    var world = try attempting(.canary(Canary(steps: [])), replicas: 4)
    try world.when(pods: 4, 0)
    func seen(_ available: Int) throws {
      let pods = PodCounts.Pods(requested: 4, created: 4, ready: available, available: available)
      try world.when(reported: .podsObserved(2, .init(desired: pods)))
    }
    try seen(2)
    #expect(
      told(world, .progressing)
        == "True ReplicaSetNotAvailable: Rollout does not have minimum availability")
    try seen(3)
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"), "one came back")
    try seen(2)
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"), "it was not whole")
    try seen(4)
    #expect(told(world, .progressing).hasPrefix("True NewReplicaSetAvailable"))
  }

  @Test("a rollout that lost pods while old ones are still there was never whole")
  func lostPodsBesideOld() throws {
    var world = try attempting(.canary(Canary(steps: [], traffic: .init())), replicas: 4)
    try world.when(pods: 4, 4)
    let lost = PodCounts.Pods(requested: 4, created: 4, ready: 3, available: 3)
    try world.when(reported: .podsObserved(2, .init(desired: .init(4), others: .init(4))))
    try world.when(reported: .podsObserved(2, .init(desired: lost, others: .init(4))))
    #expect(told(world, .progressing).hasPrefix("True ReplicaSetUpdated"))
  }

  @Test("a missed deadline says what it says in Argo, and a pause covers it")
  func late() throws {
    var world = try routed([.setWeight(20), .pause(nil)])
    try world.when(pods: 0, 4)
    try world.when(.tick, after: .seconds(601))
    #expect(
      told(world, .progressing)
        == "False ProgressDeadlineExceeded: Revision 2 has timed out progressing.")
    try world.decide(.pause)
    #expect(told(world, .progressing).hasPrefix("Unknown RolloutPaused"))
  }

  @Test(
    "an abort names the kind of analysis since 1.8; before, it quotes the run alone",
    arguments: [
      ("", "Background analysis phase error/failed: errors 0.2"),
      ("v1.10.0", "Background analysis phase error/failed: errors 0.2"),
      ("v1.8.0", "Background analysis phase error/failed: errors 0.2"),
      ("v1.7.2", "errors 0.2"),
    ])
  func cause(version: String, expected: String) throws {
    var world = try attempting(
      .canary(Canary(steps: [.pause(nil)], background: .init(plan: .errorRate))))
    world.registration.controllerVersion = version
    try world.when(reported: .runFinished(.background("a"), .failure))
    #expect(
      told(world, .progressing)
        == "False RolloutAborted: Rollout aborted update to revision 2: \(expected)")
  }

  @Test("blue-green: a switch moves, a promotion after it does not")
  func services() throws {
    var world = try attempting(
      .blueGreen(BlueGreen(autoPromotion: false, postPromotion: .errorRate)), replicas: 4)
    try world.when(active: 1)
    try world.when(pods: 4, 4)
    #expect(told(world, .progressing).hasPrefix("Unknown RolloutPaused"))
    try world.decide(.resume)
    #expect(told(world, .progressing).hasPrefix("Unknown RolloutResumed"))
    try world.when(reported: .servicesObserved(.init(active: 2, preview: 2)))
    #expect(
      told(world, .progressing).hasPrefix("True NewReplicaSetAvailable"),
      "healthy while its analysis runs")
  }
}
