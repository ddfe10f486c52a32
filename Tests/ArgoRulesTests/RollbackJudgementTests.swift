import ArgoRules
import Testing

@Suite("What a controller will make of a rollback, said beforehand")
struct RollbackJudgementTests {
  static let versions = CanaryPassTests.versions

  static let canary = CanaryStrategy(
    steps: [.setWeight(25), .pause(nil)], maxSurge: .count(1),
    analysis: BackgroundAnalysis(ArgoSample.block))

  func blueGreen(
    _ version: ControllerVersion, manual: Bool, analysis: Bool = false, window: Int? = 3
  ) -> SimulatedCluster {
    let strategy = BlueGreenStrategy(
      activeService: "active", previewService: "preview",
      autoPromotionEnabled: manual ? false : nil,
      prePromotionAnalysis: analysis ? ArgoSample.block : nil)
    var cluster = SimulatedCluster(
      version, now: CanarySample.now,
      rollout: ArgoRollout(
        name: "web", uid: "uid",
        spec: ArgoRolloutSpec(
          replicas: 3, templateHash: "r1", strategy: .blueGreen(strategy),
          rollbackWindowRevisions: window)),
      services: [ArgoService("active"), ArgoService("preview")])
    cluster.settle()
    return cluster
  }

  @Test("blue-green: a first deployment and an update with a person's promotion")
  func blueGreenLife() throws {
    for version in Self.versions {
      var cluster = blueGreen(version, manual: true)
      #expect(cluster.rollout.status.phase == .healthy)
      #expect(cluster.rollout.status.blueGreen.activeSelector == "r1")
      cluster.advance(seconds: 60)
      cluster.setTemplate("r2")
      cluster.settle()
      #expect(cluster.rollout.status.message == "BlueGreenPause")
      #expect(cluster.services.map(\.selectedHash) == ["r1", "r2"])
      try cluster.command(.promote)
      let events = cluster.settle().flatMap(\.events)
      #expect(cluster.rollout.status.stableHash == "r2")
      #expect(cluster.services.map(\.selectedHash) == ["r2", "r2"])
      #expect(cluster.rollout.status.phase == .healthy)
      #expect(
        events.contains {
          $0.message
            == "Rollout completed update to revision 2 (r2): Completed blue-green update"
        })
      cluster.advance(seconds: 31)
      cluster.settle()
      #expect(cluster.replicaSet("r1")?.requested == 0)
    }
  }

  @Test("blue-green inside the window with manual promotion hangs up to 1.9", arguments: versions)
  func hangs(version: ControllerVersion) {
    var cluster = blueGreen(version, manual: true)
    cluster.release("r2")
    cluster.advance(seconds: 600)
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.requested == 0)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    let judgement = RollbackJudgement(cluster.input)
    for _ in 0..<40 {
      cluster.settlePods()
      cluster.pass()
    }
    let hangs = cluster.rollout.status.stableHash != "r1"
    #expect(hangs == (version < ControllerVersion(1, 10, 0)))
    #expect(judgement.warnings.contains(.blueGreenHangs) == hangs)
    #expect((judgement.track == .fast) == !hangs)
  }

  @Test("blue-green within the scale-down delay switches at once", arguments: versions)
  func withinDelay(version: ControllerVersion) {
    var cluster = blueGreen(version, manual: true, analysis: true, window: nil)
    cluster.release("r2")
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.scaleDownDeadline != nil)
    let runs = cluster.runs.count
    cluster.advance(seconds: 5)
    cluster.setTemplate("r1")
    let judgement = RollbackJudgement(cluster.input)
    #expect(judgement.track == .fast && !judgement.startsAnalysis)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
    #expect(cluster.runs.count == runs)
  }

  @Test("whether analysis will start is what then happens", arguments: UInt64(0)..<200)
  func foretellsAnalysis(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let version = random.pick(Self.versions)
    let window = random.chance(70) ? Int.random(in: 1...3, using: &random) : nil
    var cluster: SimulatedCluster
    if random.chance(35) {
      cluster = blueGreen(version, manual: false, analysis: true, window: window)
    } else {
      var strategy = Self.canary
      if random.chance(50) {
        strategy.trafficRouting = TrafficRouting()
        strategy.canaryService = "canary"
        strategy.stableService = "stable"
      }
      cluster = CanarySample.cluster(version, strategy, window: window)
    }
    let count = Int.random(in: 1...4, using: &random)
    for number in 2...count + 1 { cluster.release("r\(number)") }
    cluster.advance(seconds: random.chance(50) ? 600 : 5)
    cluster.settle()
    cluster.advance(seconds: 5)
    if random.chance(30) {
      cluster.setTemplate("r9")
      cluster.settle()
      cluster.advance(seconds: 5)
    }
    let target = "r\(Int.random(in: 1...count + 1, using: &random))"
    guard target != cluster.rollout.spec.templateHash else { return }
    cluster.setTemplate(target)
    let judgement = RollbackJudgement(cluster.input)
    let before = Set(cluster.runs.map(\.name))
    var inside = false
    for _ in 0..<25 {
      cluster.settlePods()
      let result = cluster.pass()
      inside = inside || result.classification.window.isInside
      if cluster.rollout.status.stableHash == target { break }
    }
    let started = cluster.runs.contains { !before.contains($0.name) && $0.hash == target }
    #expect(judgement.startsAnalysis == started)
    #expect(judgement.window.isInside == inside)
    if judgement.track == .fast { #expect(cluster.rollout.status.stableHash == target) }
    if judgement.warnings.contains(.blueGreenHangs) {
      #expect(cluster.rollout.status.stableHash != target)
    }
  }

  func judgement(
    _ steps: [CanaryStep], routed: Bool = false, active: Bool = false,
    version: ControllerVersion = .main
  ) -> RollbackJudgement {
    let strategy = CanaryStrategy(
      steps: steps, trafficRouting: routed ? TrafficRouting() : nil,
      analysis: BackgroundAnalysis(ArgoSample.block))
    let rollout = CanarySample.rollout(
      strategy, template: "a", stable: "b", current: "b", index: 0, window: 2)
    return RollbackJudgement(
      PassInput(
        version, now: CanarySample.now, rollout: rollout,
        replicaSets: [
          CanarySample.set("a", created: 1, requested: active ? 3 : 0),
          CanarySample.set("b", created: 2, requested: 10),
        ]))
  }

  @Test("it warns of the defect that starts analysis inside the window")
  func defect() {
    let bad = judgement([.setWeight(10)], version: ControllerVersion(1, 7, 1))
    #expect(bad.startsAnalysis && bad.warnings.contains(.analysisRunsInsideWindow))
    let good = judgement([.setWeight(10)], version: ControllerVersion(1, 7, 2))
    #expect(!good.startsAnalysis && !good.warnings.contains(.analysisRunsInsideWindow))
    #expect(good.warnings.contains(.abortIsDropped))
  }

  @Test("it warns of traffic on the first pod and of a first step that leaks")
  func leaks() {
    let steps: [CanaryStep] = [.setWeight(10), .pause(nil), .setWeight(100)]
    #expect(judgement(steps, routed: true).warnings.contains(.trafficOnFirstPod(weight: 100)))
    #expect(!judgement(steps).warnings.contains(.trafficOnFirstPod(weight: 100)))
    #expect(judgement([.plugin(PluginStep("p"))]).warnings.contains(.firstStepLeaks))
    #expect(judgement([.experiment(ExperimentStep([]))]).warnings.contains(.firstStepLeaks))
    #expect(judgement([.setWeight(0)]).warnings.contains(.indexOverruns))
    #expect(!judgement([.plugin(PluginStep("p"))], active: true).warnings.contains(.firstStepLeaks))
    #expect(judgement(steps, active: true).jumpsToEnd)
    #expect(!judgement(steps, active: true, version: ControllerVersion(1, 5, 0)).jumpsToEnd)
  }

  @Test("a target that is gone goes forward")
  func gone() {
    let rollout = CanarySample.rollout(
      Self.canary, template: "gone", stable: "b", current: "b", index: 0, window: 2)
    let judgement = RollbackJudgement(
      PassInput(
        .main, now: CanarySample.now, rollout: rollout,
        replicaSets: [CanarySample.set("b", created: 2, requested: 10)]))
    #expect(judgement.warnings.contains(.goesForward))
    #expect(judgement.track == .full && judgement.startsAnalysis)
    #expect(judgement.window == .notComparable)
  }

  // MARK: Passes besides

  @Test("an invalid spec is all that a pass writes, again when the problem changes")
  func invalidSpec() {
    let cluster = CanarySample.cluster(.main, Self.canary)
    var input = cluster.input
    input.specProblem = "spec.replicas: no"
    let first = RolloutPass.run(input)
    #expect(first.outcome == .invalidSpec)
    #expect(first.status.phase == .degraded)
    #expect(
      first.status.message == "InvalidSpec: The Rollout \"web\" is invalid: spec.replicas: no")
    input.rollout.status = first.status
    input.specProblem = "other"
    #expect(RolloutPass.run(input).status.message.hasSuffix("other"))
    input.specProblem = nil
    #expect(RolloutPass.run(input).status.condition(.invalidSpec) == nil)
  }

  @Test("the next look is the end of a timed pause, a scale-down, or the progress deadline")
  func nextLook() {
    let strategy = CanaryStrategy(steps: [.setWeight(25), .pause(.seconds(40))])
    var cluster = CanarySample.cluster(.main, strategy)
    #expect(cluster.pass().nextLook == nil)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    let start = cluster.now
    let passes = cluster.settle()
    #expect(passes[0].nextLook == start.adding(seconds: 601))
    #expect(passes.last?.nextLook == start.adding(seconds: 40))
  }

  @Test("a failure of a ReplicaSet is shown, and goes when it goes")
  func replicaFailure() {
    var cluster = CanarySample.cluster(.main, Self.canary)
    cluster.replicaSets[0].failure = RolloutCondition(
      .replicaFailure, .yes, reason: "FailedCreate", message: "quota",
      lastUpdate: CanarySample.now)
    cluster.pass()
    #expect(cluster.rollout.status.condition(.replicaFailure)?.message == "quota")
    cluster.replicaSets[0].failure = nil
    cluster.pass()
    #expect(cluster.rollout.status.condition(.replicaFailure) == nil)
  }

  @Test("a restart is owed strictly after its time and until it is done")
  func restart() {
    var spec = ArgoRolloutSpec(
      replicas: 10, templateHash: "a", strategy: .canary(CanaryStrategy()))
    var status = ArgoRolloutStatus()
    let time = ArgoTime(seconds: 100)
    #expect(!RestartRules.isDue(spec, status, now: time))
    spec.restartAt = time
    #expect(!RestartRules.isDue(spec, status, now: time))
    #expect(RestartRules.isDue(spec, status, now: time.adding(seconds: 1)))
    status.restartedAt = time
    #expect(!RestartRules.isDue(spec, status, now: time.adding(seconds: 1)))
    #expect(RestartRules.evictable(spec, available: 10, requested: 10) == 2)
    #expect(RestartRules.evictable(spec, available: 7, requested: 10) == 0)
  }
}
