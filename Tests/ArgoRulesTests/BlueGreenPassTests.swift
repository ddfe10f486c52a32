import ArgoRules
import Testing

/// A blue-green rollout whose passes are carried out by a well-behaved cluster.
struct BlueGreenCluster {
  var version: ControllerVersion
  var now = ArgoSample.now
  var rollout: ArgoRollout
  var sets: [ArgoReplicaSet] = []
  var runs: [ArgoAnalysisRun] = []
  var services = [ArgoService("active"), ArgoService("preview")]
  var passes: [PassResult] = []

  init(
    _ version: ControllerVersion, _ strategy: BlueGreenStrategy, window: Int? = nil,
    historyLimit: Int? = nil
  ) {
    self.version = version
    rollout = ArgoSample.blueGreen(
      strategy, desired: "a", window: window, status: ArgoRolloutStatus())
    rollout.revision = 0
    rollout.spec.revisionHistoryLimit = historyLimit
  }

  var active: String { services[0].selectedHash }
  var stable: String { rollout.status.stableHash }

  mutating func deploy(_ hash: String) {
    rollout.spec.templateHash = hash
    rollout.generation += 1
  }

  /// One pass; what it did takes effect, and unless told otherwise all pods come up at once.
  @discardableResult
  mutating func pass(podsFollow: Bool = true) -> PassResult {
    now = now.adding(seconds: 1)
    let result = RolloutPass.run(
      PassInput(
        version, now: now, rollout: rollout, replicaSets: sets, runs: runs, services: services))
    for action in result.actions { carryOut(action) }
    rollout.status = result.status
    if podsFollow {
      for index in sets.indices {
        sets[index].actual = sets[index].requested
        sets[index].ready = sets[index].requested
        sets[index].available = sets[index].requested
      }
    }
    passes.append(result)
    return result
  }

  /// Passes until nothing changes any more, at most 20.
  mutating func settle() {
    for _ in 0..<20 {
      let before = (rollout, sets, runs, services)
      pass()
      if before.0 == rollout, before.1 == sets, before.2 == runs, before.3 == services { return }
    }
  }

  mutating func finish(_ phase: AnalysisPhase, _ type: AnalysisType) {
    for index in runs.indices where runs[index].type == type && !runs[index].phase.isCompleted {
      runs[index].phase = phase
      runs[index].completed = now
    }
  }

  private mutating func carryOut(_ action: PassAction) {
    switch action {
    case .createReplicaSet(let name, let hash, let revision):
      sets.append(
        ArgoReplicaSet(
          name: name, hash: hash, created: now.storedSecond, revision: revision,
          desiredReplicas: rollout.spec.replicaCount))
    case .deleteReplicaSet(let name): sets.removeAll { $0.name == name }
    case .setRevision(let name, let number):
      for index in sets.indices where sets[index].name == name { sets[index].revision = number }
    case .setRolloutRevision(let number): rollout.revision = number
    case .revise(let change):
      for index in sets.indices where sets[index].name == change.name {
        sets[index] = change.applied(to: sets[index], replicas: rollout.spec.replicaCount)
      }
    case .switchService(let change):
      for index in services.indices where services[index].name == change.service {
        services[index].selectedHash = change.to
        services[index].managedBy = rollout.name
      }
    case .createRun(let request): runs.append(request.object(ownerUID: rollout.uid, now: now))
    case .stopRun(let name):
      for index in runs.indices where runs[index].name == name { runs[index].terminate = true }
    case .deleteRun(let name): runs.removeAll { $0.name == name }
    default: break
    }
  }
}

@Suite("Whole blue-green passes")
struct BlueGreenPassTests {
  private func strategy(
    enabled: Bool? = nil, seconds: Int = 0, preview: Int? = nil, pre: Bool = false,
    post: Bool = false, delay: Int? = nil
  ) -> BlueGreenStrategy {
    BlueGreenStrategy(
      activeService: "active", previewService: "preview", previewReplicaCount: preview,
      autoPromotionEnabled: enabled, autoPromotionSeconds: seconds, scaleDownDelaySeconds: delay,
      prePromotionAnalysis: pre ? ArgoSample.block : nil,
      postPromotionAnalysis: post ? ArgoSample.block : nil)
  }

  @Test("a first deployment becomes stable at once and active when its pods are up")
  func firstDeployment() {
    var cluster = BlueGreenCluster(.main, strategy(enabled: false, pre: true, post: true))
    cluster.pass()
    #expect(cluster.stable == "a")
    cluster.settle()
    #expect(cluster.active == "a")
    #expect(cluster.runs.isEmpty)
    #expect(cluster.rollout.status.phase == .healthy)
  }

  @Test("the preview switches before the change is processed, and nothing else happens")
  func templateChange() {
    var cluster = BlueGreenCluster(.main, strategy())
    cluster.settle()
    cluster.deploy("b")
    let result = cluster.pass()
    #expect(result.outcome == .reset)
    #expect(cluster.services[1].selectedHash == "b")
    #expect(cluster.active == "a")
    #expect(cluster.rollout.status.currentHash == "b")
  }

  @Test("pre-promotion, pause, switch, post-promotion, stable: in this order")
  func story() {
    var cluster = BlueGreenCluster(.main, strategy(enabled: false, pre: true, post: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.runs.map(\.name) == ["guestbook-b-2-pre"])
    #expect(cluster.rollout.status.pauseConditions.isEmpty)
    cluster.finish(.successful, .prePromotion)
    cluster.settle()
    #expect(cluster.rollout.status.pauseConditions.map(\.reason) == [.blueGreenPause])
    #expect(cluster.active == "a")
    cluster.rollout.status.pauseConditions = []
    cluster.settle()
    #expect(cluster.active == "b")
    #expect(cluster.stable == "a")
    #expect(cluster.runs.last?.name == "guestbook-b-2-post")
    #expect(cluster.sets.first { $0.hash == "a" }?.requested == 3)
    cluster.finish(.successful, .postPromotion)
    cluster.settle()
    #expect(cluster.stable == "b")
    #expect(
      cluster.passes.flatMap(\.events).contains {
        $0.reason == "RolloutCompleted" && $0.message.hasSuffix("Completed blue-green update")
      })
  }

  @Test("the deadline of the old revision is recorded in a later pass than the promotion")
  func laterDeadline() throws {
    var cluster = BlueGreenCluster(.main, strategy())
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    func first(_ matches: (PassResult) -> Bool) -> Int? {
      cluster.passes.firstIndex(where: matches)
    }
    let promoted = try #require(first { $0.status.stableHash == "b" })
    let recorded = try #require(
      first {
        $0.actions.contains {
          if case .revise(.setDeadline("guestbook-a", _)) = $0 { true } else { false }
        }
      })
    #expect(recorded > promoted)
    cluster.now = cluster.now.adding(seconds: 60)
    cluster.settle()
    #expect(cluster.sets.first { $0.hash == "a" }?.requested == 0)
  }

  @Test("a failed pre-promotion run aborts; the active service never moved")
  func failedPrePromotion() {
    var cluster = BlueGreenCluster(.main, strategy(pre: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.finish(.failed, .prePromotion)
    cluster.settle()
    #expect(cluster.active == "a")
    #expect(cluster.rollout.status.abort)
    #expect(cluster.rollout.status.phase == .degraded)
    #expect(cluster.rollout.status.currentHash == "b")
    #expect(
      cluster.rollout.status.message
        == "RolloutAborted: Rollout aborted update to revision 2: "
        + "Blue/green pre-promotion analysis phase error/failed")
  }

  @Test("a failed post-promotion run leads the active service back to stable")
  func failedPostPromotion() {
    var cluster = BlueGreenCluster(.main, strategy(post: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.active == "b")
    cluster.finish(.error, .postPromotion)
    cluster.settle()
    #expect(cluster.active == "a")
    #expect(cluster.stable == "a")
  }

  @Test("an inconclusive run pauses until a person resumes, and is then repeated")
  func inconclusive() {
    var cluster = BlueGreenCluster(.main, strategy(pre: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.finish(.inconclusive, .prePromotion)
    cluster.settle()
    #expect(cluster.rollout.status.pauseConditions.map(\.reason) == [.inconclusiveAnalysis])
    #expect(cluster.active == "a")
    cluster.rollout.status.pauseConditions = []
    cluster.settle()
    #expect(cluster.runs.last?.name == "guestbook-b-2-pre.1")
    cluster.finish(.successful, .prePromotion)
    cluster.settle()
    #expect(cluster.stable == "b")
  }

  @Test(
    "inside the window a manual promotion hangs up to 1.9 and goes through since 1.10",
    arguments: [(ControllerVersion.v172, false), (.v191, false), (.v110, true), (.main, true)])
  func window(version: ControllerVersion, switches: Bool) {
    var cluster = BlueGreenCluster(version, strategy(enabled: false, pre: true), window: 3)
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.rollout.status.promoteFull = true
    cluster.settle()
    #expect(cluster.stable == "b")
    cluster.now = cluster.now.adding(seconds: 100)
    cluster.settle()
    let before = cluster.runs.count
    cluster.deploy("a")
    for _ in 0..<20 { cluster.pass() }
    #expect(cluster.runs.count == before)
    #expect((cluster.stable == "a") == switches)
    if !switches {
      #expect(cluster.rollout.status.pauseConditions.isEmpty)
      #expect(cluster.active == "b")
    }
  }

  @Test(
    "inside the window a pre-promotion run leaks up to 1.7.1",
    arguments: [(ControllerVersion.v171, true), (.v172, false), (.v110, false)])
  func leak(version: ControllerVersion, leaks: Bool) {
    var cluster = BlueGreenCluster(version, strategy(pre: true), window: 3)
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.finish(.successful, .prePromotion)
    cluster.settle()
    cluster.now = cluster.now.adding(seconds: 100)
    cluster.settle()
    #expect(cluster.stable == "b")
    let before = cluster.runs.count
    cluster.deploy("a")
    for _ in 0..<10 { cluster.pass() }
    #expect((cluster.runs.count > before) == leaks)
    #expect(cluster.passes.contains { $0.log.contains("Rollback within the window: 0 (3)") })
  }

  @Test("going back before the deadline passed is fast, and the deadline goes")
  func liveDeadline() {
    var cluster = BlueGreenCluster(
      .main, strategy(enabled: false, pre: true, post: true, delay: 600))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.rollout.status.promoteFull = true
    cluster.settle()
    #expect(cluster.sets.first { $0.hash == "a" }?.scaleDownDeadline != nil)
    let before = cluster.runs.count
    cluster.deploy("a")
    cluster.settle()
    #expect(cluster.stable == "a" && cluster.active == "a")
    #expect(cluster.runs.count == before)
    #expect(cluster.sets.first { $0.hash == "a" }?.scaleDownDeadline == nil)
  }

  @Test("promote-full passes pause, preview count and analysis by")
  func promoteFull() {
    var cluster = BlueGreenCluster(
      .main, strategy(enabled: false, preview: 1, pre: true, post: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.sets.last?.requested == 1)
    cluster.rollout.status.promoteFull = true
    cluster.settle()
    #expect(cluster.stable == "b" && cluster.active == "b")
    #expect(!cluster.rollout.status.promoteFull)
    #expect(!cluster.runs.contains { $0.type == .postPromotion })
  }

  @Test("with a preview count the full size comes after the pause, through the checkpoint")
  func previewCount() {
    var cluster = BlueGreenCluster(.main, strategy(enabled: false, preview: 1))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.sets.last?.requested == 1)
    cluster.rollout.status.pauseConditions = []
    cluster.settle()
    #expect(cluster.passes.contains { $0.status.blueGreen.scaleUpPreviewCheckpoint })
    #expect(cluster.active == "b")
    #expect(!cluster.rollout.status.blueGreen.scaleUpPreviewCheckpoint)
  }

  @Test("the checkpoint survives a change of template")
  func checkpointLeak() {
    var cluster = BlueGreenCluster(.main, strategy(enabled: false, preview: 1, pre: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.rollout.status.blueGreen.scaleUpPreviewCheckpoint = true
    cluster.deploy("c")
    cluster.pass()
    #expect(cluster.rollout.status.blueGreen.scaleUpPreviewCheckpoint)
  }

  @Test("a change of the replica count is followed before anything else")
  func scalingEvent() {
    var cluster = BlueGreenCluster(.main, strategy())
    cluster.settle()
    cluster.deploy("b")
    cluster.pass()
    cluster.pass()
    cluster.rollout.spec.replicas = 5
    let result = cluster.pass()
    #expect(result.outcome == .replicasSynced)
    cluster.settle()
    #expect(cluster.stable == "b")
    #expect(cluster.rollout.status.availableReplicas == 5)
  }

  @Test("retry after an abort repeats pre-promotion analysis under the next number")
  func retry() {
    var cluster = BlueGreenCluster(.main, strategy(pre: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.finish(.failed, .prePromotion)
    cluster.pass()
    #expect(cluster.rollout.status.abort)
    cluster.rollout.status.abort = false
    cluster.settle()
    #expect(cluster.runs.last?.name == "guestbook-b-2-pre.1")
    cluster.finish(.successful, .prePromotion)
    cluster.settle()
    #expect(cluster.stable == "b")
  }

  @Test("inside the window a preview count with manual promotion waits for ever, in 1.10 too")
  func checkpointNeverSet() {
    var cluster = BlueGreenCluster(.main, strategy(enabled: false, preview: 1), window: 3)
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.rollout.status.promoteFull = true
    cluster.settle()
    cluster.now = cluster.now.adding(seconds: 100)
    cluster.settle()
    #expect(cluster.stable == "b")
    cluster.deploy("a")
    for _ in 0..<20 { cluster.pass() }
    #expect(cluster.stable == "b")
    #expect(cluster.sets.first { $0.hash == "a" }?.requested == 1)
  }

  @Test("an abort inside the window is dropped by the next status")
  func abortDropped() {
    var cluster = BlueGreenCluster(.main, strategy(), window: 3)
    cluster.settle()
    cluster.deploy("b")
    cluster.settle()
    cluster.now = cluster.now.adding(seconds: 100)
    cluster.settle()
    cluster.deploy("a")
    cluster.pass(podsFollow: false)
    cluster.rollout.status.abort = true
    cluster.pass(podsFollow: false)
    #expect(!cluster.rollout.status.abort)
  }

  @Test("an abort of a promoted rollout has no effect")
  func abortPromoted() {
    var cluster = BlueGreenCluster(.main, strategy())
    cluster.settle()
    cluster.rollout.status.abort = true
    cluster.settle()
    #expect(!cluster.rollout.status.abort)
    #expect(cluster.active == "a")
    #expect(cluster.rollout.status.phase == .healthy)
  }

  @Test("a pause by a person stops both switches; sizes are still followed")
  func halted() {
    var cluster = BlueGreenCluster(.main, strategy())
    cluster.settle()
    cluster.rollout.spec.paused = true
    cluster.deploy("b")
    cluster.settle()
    #expect(cluster.services.map(\.selectedHash) == ["a", "a"])
    #expect(cluster.sets.last?.requested == 3)
    #expect(cluster.rollout.status.phase == .paused)
    cluster.rollout.spec.paused = false
    cluster.settle()
    #expect(cluster.stable == "b")
  }

  @Test("a missing template fails the pass: nothing of the status is written")
  func failedPass() {
    var cluster = BlueGreenCluster(.main, strategy(pre: true))
    cluster.settle()
    cluster.deploy("b")
    cluster.pass()
    cluster.pass()
    let result = RolloutPass.run(
      PassInput(
        .main, now: cluster.now, rollout: cluster.rollout, replicaSets: cluster.sets,
        services: cluster.services, templates: []))
    #expect(
      result.outcome
        == .failed(.analysis, "analysistemplate.argoproj.io \"success-rate\" not found"))
    #expect(result.status == cluster.rollout.status)
  }

  @Test("a run repeated in this pass no longer counts as passed for the checkpoint")
  func repeatedRun() {
    let rollout = ArgoSample.blueGreen(
      strategy(preview: 1, pre: true),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: "old", abortedAt: ArgoSample.now,
        blueGreen: .init(
          activeSelector: "old", previewSelector: "new", prePromotionRun: CurrentRun("r"))))
    func thrown(retried: Bool) -> Bool {
      var rollout = rollout
      if !retried { rollout.status.abortedAt = nil }
      return RolloutPass.run(
        PassInput(
          .main, now: ArgoSample.now, rollout: rollout,
          replicaSets: [
            ArgoSample.set("new", replicas: 1), ArgoSample.set("old", age: 9, replicas: 3),
          ], runs: [ArgoSample.run("r", .prePromotion, .successful)],
          services: [
            ArgoService("active", selectedHash: "old", managedBy: "guestbook"),
            ArgoService("preview", selectedHash: "new", managedBy: "guestbook"),
          ])
      ).status.blueGreen.scaleUpPreviewCheckpoint
    }
    #expect(thrown(retried: false))
    #expect(!thrown(retried: true))
  }
}
