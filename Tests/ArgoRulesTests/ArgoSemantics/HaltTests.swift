import ArgoRules
import Testing

@Suite("What a pause stops and what it does not")
struct HaltTests {
  func paused(_ steps: [CanaryStep]) -> SimulatedCluster {
    var cluster = CanarySample.cluster(
      .main,
      CanaryStrategy(
        steps: steps, maxSurge: .count(1), maxUnavailable: .count(0),
        analysis: BackgroundAnalysis(ArgoSample.block)))
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    return cluster
  }

  @Test("while an analysis is inconclusive a canary's sizes are left alone")
  func inconclusiveStopsScaling() {
    var cluster = paused([.setWeight(25), .pause(nil)])
    cluster.setRun("web-r2-2", .inconclusive)
    cluster.settle()
    for index in cluster.replicaSets.indices where cluster.replicaSets[index].hash == "r2" {
      cluster.replicaSets[index].requested = 0
    }
    cluster.settle()
    #expect(cluster.replicaSet("r2")?.requested == 0)
    cluster.rollout.status.pauseConditions.removeAll { $0.reason == .inconclusiveAnalysis }
    for run in cluster.runs { cluster.setRun(run.name, .running) }
    cluster.settle()
    #expect(cluster.replicaSet("r2")?.requested == 1)
  }

  @Test("while a person pauses no pause is added and a timed one that is over does not end")
  func personHoldsPauses() throws {
    var cluster = paused([.setWeight(25), .pause(.seconds(60)), .pause(nil)])
    #expect(cluster.rollout.status.stepIndex == 1)
    try cluster.command(.pause)
    cluster.advance(seconds: 61)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    try cluster.command(.resume)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 2)
    var other = CanarySample.cluster(.main, CanaryStrategy(steps: [.pause(nil)]))
    other.advance(seconds: 60)
    other.edit { $0.paused = true }
    other.setTemplate("r2")
    other.settle()
    #expect(other.rollout.status.pauseConditions.isEmpty)
  }

  @Test("a promotion that is due happens although a person pauses")
  func promotionUnderPause() {
    var cluster = BlueGreenCluster(
      .main,
      BlueGreenStrategy(
        activeService: "active", previewService: "preview", postPromotionAnalysis: ArgoSample.block)
    )
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.active == "b")
    #expect(cluster.stable == "a")
    cluster.rollout.spec.paused = true
    cluster.rollout.generation += 1
    cluster.finish(.successful, .postPromotion)
    cluster.settle()
    #expect(cluster.stable == "b")
  }

  @Test("leaving a pause by an abort is no resumption: there is no such event")
  func abortIsNoResume() throws {
    var cluster = paused([.setWeight(25), .pause(nil)])
    try cluster.command(.abort)
    let events = cluster.settle().flatMap(\.events)
    #expect(!events.contains { $0.reason == "RolloutResumed" })
    var other = paused([.setWeight(25), .pause(.seconds(60)), .setWeight(50), .pause(nil)])
    other.advance(seconds: 61)
    #expect(other.settle().flatMap(\.events).contains { $0.reason == "RolloutResumed" })
  }

  @Test("an experiment that ended while a person pauses is made again, one pass after the other")
  func experimentsUnderPause() throws {
    var cluster = CanarySample.cluster(
      .main, CanaryStrategy(steps: [.experiment(ExperimentStep([.init("canary", .canary)]))]))
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.pause)
    for _ in 0..<3 {
      for made in cluster.experiments { cluster.setExperiment(made.name, .successful) }
      cluster.settle()
    }
    #expect(cluster.experiments.count == 4)
    #expect(cluster.rollout.status.stepIndex == 0)
  }

  @Test("a person's pause shrinks a verified preview to its own number again")
  func pauseShrinksPreview() {
    var status = ArgoRolloutStatus(
      currentHash: "new", stableHash: "old", stepHash: "", observedGeneration: 1)
    status.blueGreen.activeSelector = "old"
    status.blueGreen.scaleUpPreviewCheckpoint = true
    let strategy = BlueGreenStrategy(
      activeService: "active", previewService: "preview", previewReplicaCount: 1)
    var rollout = ArgoSample.blueGreen(strategy, status: status)
    let sets = RevisionMatching.sets(
      of: rollout, among: [ArgoSample.set("old", age: 10, replicas: 3), ArgoSample.set("new")])
    #expect(BlueGreenSize.desired(rollout, strategy, sets) == 3)
    rollout.spec.paused = true
    #expect(BlueGreenSize.desired(rollout, strategy, sets) == 1)
  }
}
