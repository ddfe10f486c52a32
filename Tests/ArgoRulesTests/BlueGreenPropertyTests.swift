import ArgoRules
import Testing

@Suite("Whatever happens to a blue-green rollout")
struct BlueGreenPropertyTests {
  private func cluster(_ random: inout SeededNumbers) -> BlueGreenCluster {
    BlueGreenCluster(
      random.pick(ArgoSample.versions),
      BlueGreenStrategy(
        activeService: "active", previewService: random.chance(80) ? "preview" : "",
        previewReplicaCount: random.chance(30) ? 1 : nil,
        autoPromotionEnabled: random.pick([nil, true, false]),
        autoPromotionSeconds: random.pick([0, 0, 20]),
        scaleDownDelaySeconds: random.pick([nil, 5, 600]),
        scaleDownDelayRevisionLimit: random.pick([nil, 0, 1]),
        abortScaleDownDelaySeconds: random.pick([nil, 0, 5]),
        prePromotionAnalysis: random.chance(70) ? ArgoSample.block : nil,
        postPromotionAnalysis: random.chance(50) ? ArgoSample.block : nil),
      window: random.pick([nil, 1, 3]), historyLimit: random.pick([nil, 1, 2]))
  }

  /// Something a person, a metric or a node does.
  private func disturb(_ cluster: inout BlueGreenCluster, _ random: inout SeededNumbers) {
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1: cluster.deploy(random.pick(["a", "b", "c", "d", "e"]))
    case 2...6:
      let phase = random.pick(
        [AnalysisPhase.successful, .successful, .running, .failed, .error, .inconclusive])
      cluster.finish(phase, random.pick([.prePromotion, .postPromotion]))
    case 7, 8: cluster.rollout.status.pauseConditions = []
    case 9: cluster.rollout.status.abort = true
    case 10: cluster.rollout.status.abort = false
    case 11:
      cluster.rollout.status.promoteFull = cluster.stable != cluster.rollout.spec.templateHash
    case 12: cluster.rollout.spec.paused = random.chance(30)
    case 13: cluster.now = cluster.now.adding(seconds: random.pick([10, 60, 700]))
    case 14: cluster.rollout.spec.replicas = random.pick([1, 3, 3])
    default:
      if let index = cluster.sets.indices.randomElement(using: &random) {
        cluster.sets[index].available = min(1, cluster.sets[index].requested)
      }
    }
    // A run that was asked to stop ends, and counts as successful.
    for index in cluster.runs.indices
    where cluster.runs[index].terminate && !cluster.runs[index].phase.isCompleted {
      cluster.runs[index].phase = .successful
    }
  }

  @Test("the promises of the strategy hold", arguments: UInt64(0)..<150)
  func promises(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    var cluster = cluster(&random)
    for _ in 0..<250 {
      disturb(&cluster, &random)
      let before = cluster
      let result = cluster.pass(podsFollow: random.chance(80))
      check(before, result, cluster)
    }
  }

  private func check(
    _ before: BlueGreenCluster, _ result: PassResult, _ after: BlueGreenCluster
  ) {
    let recorded = before.rollout.status
    let behaviour = ControllerBehaviour(before.version)
    let strategy = before.rollout.spec.strategy.blueGreen
    let names = Dictionary(grouping: before.runs, by: \.name)

    for action in result.actions {
      switch action {
      case .switchService(let change):
        #expect(!before.rollout.spec.paused, "a pause by a person holds both services")
        guard change.service == "active", !change.from.isEmpty, change.from != change.to,
          change.to == before.rollout.spec.templateHash, change.to != recorded.stableHash
        else { continue }
        let passed =
          strategy?.prePromotionAnalysis == nil
          || recorded.blueGreen.prePromotionRun.map {
            names[$0.name]?.first?.phase == .successful
          } ?? false
        let fast =
          recorded.promoteFull
          || (behaviour.unifiedFastRollback
            ? result.classification.fast.isFast : result.classification.desiredHasDeadline)
        #expect(passed || fast, "active moves after pre-promotion unless fast-tracked")
        #expect(!recorded.abort, "an aborted update does not become active")
      case .createRun(let request):
        #expect(!recorded.abort && !recorded.promoteFull && !recorded.stableHash.isEmpty)
        if behaviour.windowGuardsAnalysis {
          #expect(!result.classification.window.isInside, "no analysis inside the window")
        }
        if behaviour.unifiedFastRollback {
          #expect(!result.classification.fast.isFast, "no analysis on a fast rollback")
        }
        #expect(request.hash == before.rollout.spec.templateHash)
        #expect(names[request.name] == nil, "names are never used twice")
      case .stopRun(let name):
        #expect(names[name]?.first?.canBeStopped == true, "asked to stop once, while unfinished")
      case .deleteRun(let name):
        let run = names[name]?.first
        let current = [
          result.status.blueGreen.prePromotionRun?.name,
          result.status.blueGreen.postPromotionRun?.name,
        ]
        #expect(!current.contains(name), "a current run is not deleted")
        if run?.phase.isCompleted == false {
          #expect(
            !after.sets.contains { $0.hash == run?.hash },
            "an unfinished run goes only with its revision")
        }
      case .deleteReplicaSet(let name):
        let set = before.sets.first { $0.name == name }
        #expect(set?.hash != before.rollout.spec.templateHash, "desired is kept")
        #expect(set?.hash != recorded.stableHash, "stable is kept")
        #expect(set?.requested == 0 && set?.actual == 0)
      default: break
      }
    }
    let stops = result.actions.compactMap { action -> String? in
      if case .stopRun(let name) = action { name } else { nil }
    }
    #expect(Set(stops).count == stops.count)
    for type in [AnalysisType.prePromotion, .postPromotion] {
      let going = after.runs.filter { $0.type == type && $0.canBeStopped }
      #expect(going.count <= 1, "one run per type at a time")
    }
    if result.status.stableHash != recorded.stableHash {
      #expect(result.status.stableHash == result.status.currentHash)
      #expect(result.status.currentHash == before.rollout.spec.templateHash)
    }
    if result.status.abort, result.outcome != .conditionsSynced {
      #expect(result.status.abortedAt != nil, "an abort has a time once a pass wrote it")
    }
    #expect(
      Set(result.status.pauseConditions.map(\.reason)).count
        == result.status.pauseConditions.count)
  }

  @Test("the same input gives the same pass", arguments: UInt64(0)..<20)
  func deterministic(seed: UInt64) {
    func play() -> [PassResult] {
      var random = SeededNumbers(seed: seed)
      var cluster = cluster(&random)
      for _ in 0..<60 {
        disturb(&cluster, &random)
        cluster.pass()
      }
      return cluster.passes
    }
    #expect(play() == play())
  }

  @Test("left alone, an update without analysis and pause always ends stable and active")
  func settles() {
    for version in ArgoSample.versions {
      for window in [nil, 1, 3] {
        var cluster = BlueGreenCluster(
          version, BlueGreenStrategy(activeService: "active", previewService: "preview"),
          window: window)
        for hash in ["a", "b", "c", "b", "a", "c"] {
          cluster.deploy(hash)
          cluster.settle()
          #expect(cluster.stable == hash && cluster.active == hash)
        }
      }
    }
  }
}
