import RolloutCore
import RolloutTestKit
import Testing

@Suite("Status at its edges")
struct StatusEdgeTests {
  private func status(_ world: World) throws -> RolloutStatus {
    try #require(RolloutStatus(world.state, in: world.context))
  }

  private func text(_ world: World) throws -> String {
    let status = try status(world)
    return "\(status.phase.rawValue) \(status.message)"
  }

  private func canary() throws -> World {
    try attempting(.canary(Canary(steps: [])), replicas: 4)
  }

  @Test("what was aborted and then adopted is aborted no more")
  func adopted() throws {
    var world = try canary()
    try world.decide(.abort)
    #expect(try status(world)[.progressing]?.reason == "RolloutAborted")
    try world.decide(.adopt(Adoption(stable: 2)))
    #expect(try status(world)[.progressing]?.reason == "NewReplicaSetAvailable")
    #expect(try text(world) == "Healthy ")
  }

  @Test("an attempt that waits for nobody is progressing")
  func progressing() throws {
    let world = try canary()
    #expect(try status(world)[.progressing]?.reason == "ReplicaSetUpdated")
  }

  @Test("a promoted rollout with all its pods is healthy, and its ReplicaSet available")
  func healthy() throws {
    var world = try canary()
    try world.when(reported: .available(2))
    #expect(try text(world) == "Healthy ")
    #expect(try status(world)[.progressing]?.reason == "NewReplicaSetAvailable")
    #expect(try status(world)[.healthy]?.isTrue == true)
  }

  @Test(
    "a pod too many, of whatever revision, is not healthy",
    arguments: [
      PodCounts(desired: .init(requested: 4, created: 5, ready: 4, available: 4)),
      PodCounts(
        desired: .init(4), others: .init(requested: 1, created: 1, ready: 0, available: 0)),
      PodCounts(
        desired: .init(4), stable: .init(requested: 1, created: 1, ready: 0, available: 0)),
    ])
  func tooMany(counts: PodCounts) throws {
    var world = try canary()
    try world.when(pods: 4, 0)
    #expect(world.state.stable == 2)
    try world.when(reported: .podsObserved(2, counts))
    #expect(try status(world)[.healthy]?.isTrue == false)
  }

  @Test("blue-green that is paused is not healthy, although everything is where it belongs")
  func pausedBlueGreen() throws {
    var world = try attempting(.blueGreen(BlueGreen(postPromotion: .errorRate)), replicas: 4)
    try world.when(pods: 4, 4)
    try world.when(active: 2)
    #expect(try status(world)[.healthy]?.isTrue == true)
    #expect(try status(world)[.available]?.isTrue == true)
    try world.decide(.pause)
    #expect(try status(world)[.healthy]?.isTrue == false)
  }

  @Test("blue-green is available by the pods of the desired revision once it is the active one")
  func availableAfterSwitch() throws {
    var world = try attempting(.blueGreen(BlueGreen(postPromotion: .errorRate)), replicas: 4)
    try world.when(pods: 4, 0)
    try world.when(active: 2)
    #expect(try status(world)[.available]?.isTrue == true)
  }

  @Test("blue-green at rest with no service seen waits for none")
  func unseenServices() throws {
    var world = try World(Strategy(replicas: 2, kind: .blueGreen(BlueGreen())), revisions: 1)
    try world.decide(.adopt(Adoption(stable: 1)))
    #expect(try text(world) == "Healthy ")
  }

  @Test("where no strategy is known what is stable is complete, and nothing else is")
  func noStrategy() throws {
    var world = try World(revisions: 2)
    try world.decide(.adopt(Adoption(stable: 1)))
    var application = ApplicationState()
    for registered in world.application.revisions {
      ApplicationDecider.evolve(
        &application, .revisionRegistered(registered.revision, by: .ann, now: world.now),
        at: registered.position)
    }
    let context = RolloutContext(
      application: application, cluster: world.cluster, registration: world.registration)
    #expect(RolloutStatus(world.state, in: context)?.message == "")
  }

  @Test("a cause is told with the controller's words and ours, whichever there are")
  func causes() {
    func cause(_ type: RunType, _ message: String) -> String {
      AbortCause.analysis(RunKey(type: type, stepIndex: 0), message: message).argoMessage
    }
    #expect(cause(.plugin, "denied") == "denied")
    #expect(cause(.step, "") == "Step-based analysis phase error/failed")
    #expect(cause(.step, "errors 0.2") == "Step-based analysis phase error/failed: errors 0.2")
  }
}
