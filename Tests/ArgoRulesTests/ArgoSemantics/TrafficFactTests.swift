import ArgoRules
import Testing

@Suite("Traffic, as a whole cluster shows it")
struct TrafficFactTests {
  func routed(_ steps: [CanaryStep]) -> CanaryStrategy {
    CanaryStrategy(
      steps: steps, trafficRouting: TrafficRouting(), canaryService: "canary",
      stableService: "stable")
  }

  func updating(_ version: ControllerVersion, _ steps: [CanaryStep]) -> SimulatedCluster {
    var cluster = CanarySample.cluster(version, routed(steps))
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    return cluster
  }

  @Test("a weight that the router denies is asked for again after ten seconds")
  func askedAgain() {
    var cluster = updating(.main, [.setWeight(20), .pause(nil)])
    cluster.weightVerified = false
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 0)
    let result = cluster.pass()
    #expect(result.nextLook == cluster.now.adding(seconds: 10))
    #expect(result.log.contains { $0.hasSuffix("not yet verified") })
  }

  @Test(
    "a canary that lost all its pods loses its weight before the router learns its hash, since 1.10",
    arguments: [ControllerVersion(1, 9, 1), .main])
  func resetBeforeHash(version: ControllerVersion) throws {
    var cluster = updating(version, [.setWeight(20), .pause(nil)])
    cluster.settle()
    #expect(cluster.rollout.status.canary.weights?.canary.weight == 20)
    for index in cluster.replicaSets.indices where cluster.replicaSets[index].hash == "r2" {
      cluster.replicaSets[index].available = 0
    }
    let actions = cluster.pass().actions
    let hashes = try #require(
      actions.firstIndex { if case .setHashes = $0 { true } else { false } })
    let reset = actions.firstIndex(of: .setWeight(0, additional: []))
    #expect((reset.map { $0 < hashes } == true) == (version >= ControllerVersion(1, 10, 0)))
  }

  @Test("without traffic routing a canary's scale is not heeded")
  func scaleWithoutRouting() {
    var cluster = CanarySample.cluster(
      .main, CanaryStrategy(steps: [.setCanaryScale(.init(replicas: 2)), .pause(nil)]))
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.replicaSet("r2")?.requested == 0)
  }

  @Test("a threshold of more pods than a step wants is never met")
  func thresholdOutOfReach() {
    var strategy = routed([.setWeight(0), .pause(nil)])
    strategy.progressThreshold = ProgressThreshold(.pods, 1)
    var cluster = CanarySample.cluster(.main, strategy)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 0)
  }

  @Test("what has more pods than needed at the end is promoted without its last weight")
  func promotedWithoutWeight() {
    var cluster = updating(.main, [.setCanaryScale(.init(replicas: 6))])
    cluster.weightVerified = false
    let passes = cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(!passes.contains { $0.actions.contains(.setWeight(100, additional: [])) })
  }

  @Test("inside the window a denied last weight holds the rollback up")
  func deniedInsideWindow() {
    var cluster = CanarySample.cluster(.main, routed([.setWeight(20)]), window: 2)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.weightVerified = false
    cluster.setTemplate("r1")
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r2")
    cluster.weightVerified = true
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
  }
}
