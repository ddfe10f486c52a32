import RolloutCore
import RolloutTestKit
import Testing

@Suite("Sizes and traffic where Argo and pods disagree")
struct SizeFactTests {
  @Test("a threshold says nothing before the cluster was asked for all pods of the step")
  func notAsked() throws {
    var world = try attempting(
      .canary(
        Canary(
          steps: [.setWeight(80), .pause(nil)], maxSurge: .pods(0), progressThreshold: .pods(2))),
      replicas: 4)
    try world.when(pods: 2, 1)
    #expect(world.state.attempt?.stepIndex == 0)
    #expect(world.directive.pods == .init(desired: 3, stable: 1))
    try world.when(pods: .init(requested: 3, created: 3, ready: 2, available: 2), .init(1))
    #expect(world.state.attempt?.stepIndex == 1)
  }

  @Test("pods that are about to go meet no threshold")
  func leaving() throws {
    var world = try attempting(
      .canary(
        Canary(
          steps: [.setWeight(80), .setWeight(20), .pause(nil)], traffic: .init(),
          progressThreshold: .percent(50))), replicas: 10)
    try world.when(pods: 8, 10)
    try world.when(weight: 80)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: .init(requested: 2, created: 8, ready: 0, available: 0), .init(10))
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: .init(requested: 2, created: 2, ready: 1, available: 1), .init(10))
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 2)
  }

  @Test("a threshold of more pods than a step wants is met by all of them")
  func outOfReach() throws {
    var world = try attempting(
      .canary(
        Canary(
          steps: [.setWeight(0), .setWeight(20), .pause(nil)], traffic: .init(),
          progressThreshold: .pods(5))), replicas: 10)
    try world.when(pods: 0, 10)
    try world.when(weight: 0)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: .init(requested: 2, created: 2, ready: 1, available: 1), .init(10))
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: 2, 10)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 2)
  }

  @Test("with dynamic scaling a lower weight takes at once what stable can carry, and then waits")
  func lowerWeight() throws {
    var world = try attempting(
      .canary(
        Canary(
          steps: [.setWeight(80), .setWeight(20), .pause(nil)], traffic: .init(),
          dynamicStableScale: true)), replicas: 4)
    try world.when(pods: 4, 4)
    try world.when(weight: 80)
    let short = PodCounts.Pods(requested: 4, created: 4, ready: 2, available: 2)
    try world.when(pods: .init(4), short)
    #expect(world.directive.weight == 50, "half of the pods carry half of the traffic")
    #expect(world.directive.pods?.desired == 2)
    try world.when(pods: .init(2), short)
    try world.when(weight: 50)
    #expect(world.state.attempt?.stepIndex == 1)
    #expect(world.directive.weight == 50)
    try world.when(pods: 2, 4)
    #expect(world.directive.weight == 20)
    #expect(world.directive.pods?.desired == 1)
    try world.when(weight: 20)
    try world.when(pods: 1, 4)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 2)
  }

  @Test(
    "an abort delay that was asked for keeps a canary's size while stable comes back, dynamic or not",
    arguments: [Interval.seconds(20), .seconds(0)])
  func heldCanary(delay: Interval) throws {
    var world = try attempting(
      .canary(
        Canary(
          steps: [.setWeight(50), .pause(nil)], traffic: .init(), dynamicStableScale: true,
          abortScaleDownDelay: delay)))
    try world.when(pods: 5, 10)
    try world.when(weight: 50)
    try world.when(pods: 5, 5)
    try world.decide(.abort)
    func seen(_ stable: Int) throws {
      try world.when(
        reported: .podsObserved(2, .init(desired: .init(5), stable: .init(stable))), under: 2)
    }
    try seen(7)
    #expect(world.directive.weight == 30)
    #expect(world.directive.pods == .init(desired: 5, stable: 10))
    try seen(10)
    #expect(world.directive.weight == 0)
    #expect(world.directive.kept.map(\.revision) == [2])
  }

  @Test("a person's pause takes no pods from a verified preview that grows")
  func growingPreview() throws {
    var world = try attempting(.blueGreen(BlueGreen(previewReplicas: 1)), replicas: 3)
    try world.when(active: 1)
    try world.when(pods: 1, 3)
    #expect(world.directive.pods?.desired == 3)
    try world.decide(.pause)
    #expect(world.directive.pods?.desired == 3)
  }

  @Test("an experiment that ended while a person paused counts at resume and is made once")
  func endedExperiment() throws {
    let plan = Strategy.ExperimentPlan(templates: [.init(name: "canary", source: .canary)])
    var world = try attempting(.canary(Canary(steps: [.experiment(plan)])))
    let object = RunObject(name: "e", type: .experiment, podHash: "", stepIndex: 0)
    try world.when(reported: .runCreated(object))
    try world.decide(.pause)
    try world.when(reported: .runFinished(object, .success))
    #expect(world.directive.runs.isEmpty)
    #expect(try world.when(.tick) == [])
    let events = try world.when(.resume)
    #expect(events.contains("step 1 (experiment-successful)"))
    #expect(!events.contains { $0.contains("scheduled") })
  }

  @Test("a fast rollback is promoted with its pods although the router denies its weight")
  func deniedRollback() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .canary(Canary(steps: [.setWeight(20)], traffic: .init())),
        window: RollbackWindow(revisions: 2)))
    try world.promote(1, 2)
    try world.decide(.start(1))
    try world.when(weight: 0, verified: false)
    try world.when(pods: 4, 4)
    #expect(world.state.stable == 1)
  }

  @Test("a canary with more pods than it needs waits for its last weight all the same")
  func lastWeight() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setCanaryScale(.replicas(6))], traffic: .init())), replicas: 4)
    try world.when(weight: 0)
    try world.when(pods: 6, 4)
    try world.when(weight: 100, verified: false)
    #expect(world.state.stable == 1)
    try world.when(pods: 4, 4)
    #expect(world.state.stable == 1)
    try world.when(weight: 100, verified: true)
    #expect(world.state.stable == 2)
  }

  @Test("a failed analysis aborts although another is inconclusive")
  func failureInDoubt() throws {
    var world = try attempting(
      .canary(Canary(steps: [.analysis(.errorRate)], background: .init(plan: .errorRate))))
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    let events = try world.when(reported: .runFinished(.background("b"), .failure))
    #expect(events.contains("attempt 2 aborted by background"))
  }
}
