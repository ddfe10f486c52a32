import RolloutCore
import RolloutTestKit
import Testing

@Suite("Status as Argo users read it")
struct StatusTests {
  func status(_ world: World) -> RolloutStatus? { RolloutStatus(world.state, in: world.context) }

  func text(_ world: World) -> String {
    status(world).map { "\($0.phase.rawValue) \($0.message)" } ?? "nothing"
  }

  @Test("nothing asked, nothing to tell")
  func empty() throws {
    #expect(try status(World()) == nil)
  }

  @Test("a canary without a router, from its first pod to its last")
  func canary() throws {
    var world = try attempting(.canary(Canary(steps: [.setWeight(50)])), replicas: 4)
    #expect(text(world) == "Progressing more replicas need to be updated")
    try world.when(pods: 2, 2)
    #expect(text(world) == "Progressing more replicas need to be updated")
    let starting = PodCounts.Pods(requested: 4, created: 4, ready: 3, available: 3)
    try world.when(pods: starting, .init(0))
    #expect(text(world) == "Progressing updated replicas are still becoming available")
    try world.when(pods: starting, .init(1))
    #expect(
      text(world) == "Progressing old replicas are pending termination",
      "every available pod counts")
    try world.when(pods: 4, 1)
    #expect(text(world) == "Progressing old replicas are pending termination")
    #expect(world.state.stable == 2, "promoted all the same")
    try world.when(reported: .podsObserved(2, .init(desired: .init(4))))
    #expect(text(world) == "Healthy ")
  }

  @Test("a canary whose pods are all there waits for its steps")
  func steps() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(100), .setWeight(50)], traffic: .init())), replicas: 4)
    try world.when(pods: 4, 4)
    #expect(text(world) == "Progressing waiting for all steps to complete")
  }

  @Test("a person's pause comes before the pause of a step")
  func paused() throws {
    var world = try attempting(.canary(Canary(steps: [.pause(nil)])))
    #expect(text(world) == "Paused CanaryPauseStep")
    try world.decide(.pause)
    #expect(text(world) == "Paused manually paused")
    #expect(status(world)?[.paused]?.isTrue == true)
    #expect(status(world)?[.progressing]?.reason == "RolloutPaused")
  }

  @Test("what is inconclusive is named")
  func inconclusive() throws {
    var world = try attempting(.canary(Canary(steps: [.analysis(.errorRate)])))
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    #expect(text(world) == "Paused InconclusiveAnalysisRun")
    world = try attempting(.canary(Canary(steps: [.experiment(.init(templates: []))])))
    let object = RunObject(name: "e", type: .experiment, podHash: "", stepIndex: 0)
    try world.when(reported: .runFinished(object, .unclear))
    #expect(text(world) == "Paused InconclusiveExperiment")
  }

  @Test(
    "an abort is degraded, with the cause in Argo's words",
    arguments: [
      (RunType.background, "Background analysis phase error/failed: errors 0.2"),
      (.step, "Step-based analysis phase error/failed: errors 0.2"),
    ])
  func aborted(type: RunType, cause: String) throws {
    var world = try attempting(
      .canary(
        Canary(steps: [.analysis(.errorRate)], background: .init(plan: .errorRate))))
    let object = type == .step ? RunObject.step(0, "a") : .background("a")
    try world.when(reported: .runFinished(object, .failure))
    #expect(
      text(world) == "Degraded RolloutAborted: Rollout aborted update to revision 2: \(cause)")
    #expect(status(world)?[.progressing]?.isTrue == false)
    #expect(status(world)?[.completed]?.isTrue == false)
    #expect(status(world)?[.healthy]?.isTrue == false)
  }

  @Test("a person's abort has no cause")
  func abortedByPerson() throws {
    var world = try attempting(.canary(Canary(steps: [.pause(nil)])))
    try world.decide(.abort)
    #expect(text(world) == "Degraded RolloutAborted: Rollout aborted update to revision 2")
    try world.decide(.retry)
    #expect(text(world) == "Paused CanaryPauseStep")
  }

  @Test("a missed deadline is degraded until there is progress")
  func late() throws {
    var world = try attempting(.canary(Canary(steps: [.setWeight(50)])))
    try world.when(.tick, after: .seconds(601))
    #expect(text(world).hasPrefix("Degraded ProgressDeadlineExceeded: "))
  }

  @Test("a blue-green rollout, from the preview to its promotion")
  func blueGreen() throws {
    var world = try attempting(
      .blueGreen(
        BlueGreen(
          hasPreviewService: true, autoPromotion: false, postPromotion: .errorRate)), replicas: 4)
    #expect(text(world) == "Progressing more replicas need to be updated")
    try world.when(pods: 4, 4)
    #expect(text(world) == "Paused BlueGreenPause")
    try world.decide(.resume)
    #expect(text(world) == "Progressing active service cutover pending")
    try world.when(reported: .servicesObserved(.init(active: 2, preview: 2)))
    #expect(text(world) == "Progressing waiting for analysis to complete")
    let object = RunObject(name: "post", type: .postPromotion, podHash: "")
    try world.when(reported: .runFinished(object, .success))
    #expect(text(world) == "Healthy ")
    #expect(status(world)?[.completed]?.isTrue == true)
    #expect(status(world)?[.healthy]?.isTrue == true)
    #expect(
      try world.when(reported: .servicesObserved(.init(active: 1, preview: 2))).count == 1)
    #expect(text(world) == "Progressing active service cutover pending", "moved by somebody else")
  }

  @Test("available means as many pods as the rollout has, whatever their revision")
  func available() throws {
    var world = try attempting(.canary(Canary(steps: [.setWeight(50)])), replicas: 4)
    try world.when(pods: 1, 3)
    #expect(status(world)?[.available]?.isTrue == true)
    try world.when(pods: 1, 2)
    #expect(status(world)?[.available]?.isTrue == false)
  }

  @Test("blue-green is available when what is active has all its pods")
  func availableBlueGreen() throws {
    var world = try attempting(.blueGreen(BlueGreen(autoPromotion: false)), replicas: 4)
    try world.when(active: 1)
    try world.when(pods: 2, 4)
    #expect(status(world)?[.available]?.isTrue == true)
    try world.when(pods: 4, 3)
    #expect(status(world)?[.available]?.isTrue == false)
  }

  @Test("a promoted rollout that loses pods is progressing again, and not healthy")
  func unhealthy() throws {
    var world = try attempting(.canary(Canary(steps: [])), replicas: 4)
    try world.when(pods: 4, 0)
    #expect(status(world)?[.healthy]?.isTrue == true)
    let lost = PodCounts(desired: .init(requested: 4, created: 4, ready: 3, available: 3))
    try world.when(reported: .podsObserved(2, lost))
    #expect(text(world) == "Progressing updated replicas are still becoming available")
    #expect(status(world)?[.progressing]?.reason == "ReplicaSetNotAvailable")
    #expect(status(world)?[.completed]?.isTrue == true)
  }
}
