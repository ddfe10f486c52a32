import ArgoRules
import Testing

@Suite("Whatever a canary's analysis finds")
struct AnalysisPropertyTests {
  private struct Scene {
    var schedule: AnalysisSchedule
    var facts: AnalysisGuard.Facts
    var runs: [ArgoAnalysisRun]
    var sets: [ArgoReplicaSet]

    func result() -> AnalysisResult? {
      try? AnalysisReconciliation.run(
        schedule, guarded: facts,
        in: .init(now: ArgoSample.now, sets: sets, allRuns: runs, stableHash: "old"))
    }
  }

  private func scene(_ random: inout SeededNumbers) -> Scene {
    let block = random.chance(90) ? ArgoSample.block : AnalysisBlock([])
    let steps: [CanaryStep] = [
      .setWeight(10), .analysis(block), .pause(nil), .analysis(ArgoSample.block),
    ]
    let names = [
      "guestbook-new-2", "guestbook-new-2-1", "guestbook-new-2-3", "guestbook-new-2.1", "stray",
    ]
    let runs = names.filter { _ in random.chance(60) }.map { name in
      ArgoSample.run(
        name, random.pick([.step, .background]), random.pick(AnalysisPhase.allCases),
        hash: random.pick(["new", "new", "old", "gone", ""]), step: random.pick([1, 3]),
        age: Int.random(in: 0..<100, using: &random), terminate: random.chance(20),
        owner: random.chance(90) ? "uid" : "else")
    }
    let reasons = PauseReason.allCases.filter { _ in random.chance(15) }
    let rollout = ArgoSample.canary(
      CanaryStrategy(
        steps: steps,
        analysis: random.chance(80)
          ? BackgroundAnalysis(block, startingStep: random.pick([nil, 2])) : nil),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: random.pick(["old", "old", "new"]),
        stepIndex: Int.random(in: 0...5, using: &random),
        pauseConditions: reasons.map { PauseCondition($0, start: ArgoSample.now) },
        controllerPause: random.chance(30), abort: random.chance(10),
        abortedAt: random.chance(20) ? ArgoSample.now : nil,
        canary: .init(
          stepRun: random.chance(50) ? CurrentRun("guestbook-new-2-1") : nil,
          backgroundRun: random.chance(50) ? CurrentRun("guestbook-new-2") : nil)))
    return Scene(
      schedule: AnalysisSchedule(
        ControllerBehaviour(random.pick(ArgoSample.versions)), rollout: rollout,
        desired: ArgoSample.set("new", replicas: 1), runs: RolloutRuns(runs, of: rollout)),
      facts: AnalysisGuard.Facts(
        fullyPromoted: rollout.isFullyPromoted, aborted: rollout.status.abort,
        insideWindow: random.chance(20), fastRollback: random.chance(20)),
      runs: runs, sets: [ArgoSample.set("new"), ArgoSample.set("old")])
  }

  @Test("its promises hold", arguments: UInt64(0)..<3_000)
  func promises(seed: UInt64) throws {
    var random = SeededNumbers(seed: seed)
    let scene = scene(&random)
    let result = try #require(scene.result())
    let existing = Set(scene.runs.map(\.name))

    #expect(Set(result.creations.map(\.type)).count == result.creations.count)
    for made in result.creations {
      #expect(!existing.contains(made.name))
      #expect(result.decisions[made.type]?.action == .create)
      #expect(result.current(made.type)?.name == made.name)
    }
    #expect(Set(result.stops).count == result.stops.count)
    for name in result.stops {
      #expect(
        scene.runs.contains {
          $0.name == name && $0.canBeStopped && $0.ownerUID == "uid"
            || $0.name == name && $0.canBeStopped && isNamed(name, scene)
        })
    }
    let current = result.runs.current.map(\.name)
    for name in result.deletions {
      #expect(!current.contains(name))
      let run = scene.runs.first { $0.name == name }
      let lives = run.map { gone in scene.sets.contains { $0.hash == gone.hash } } ?? false
      #expect(run?.phase.isCompleted == true || !lives)
    }
    if !result.silence.isEmpty {
      #expect(result.creations.isEmpty && result.decisions.isEmpty)
      #expect(!result.pauses && result.abortMessage == nil)
      let stopped = Set(result.stops)
      for run in scene.schedule.runs.current + scene.schedule.runs.others where run.canBeStopped {
        #expect(stopped.contains(run.name))
      }
    } else {
      #expect(result.decisions.count == 2)
      for run in result.runs.others where run.canBeStopped {
        #expect(result.stops.contains(run.name))
      }
    }
    if scene.facts.insideWindow, scene.schedule.behaviour.windowGuardsAnalysis,
      !scene.schedule.behaviour.unifiedFastRollback
    {
      #expect(result.creations.isEmpty)
    }
  }

  private func isNamed(_ name: String, _ scene: Scene) -> Bool {
    let canary = scene.schedule.rollout.status.canary
    return canary.stepRun?.name == name || canary.backgroundRun?.name == name
  }

  @Test("once a pass took effect, the next creates nothing unless a retry is asked for")
  func settles() throws {
    for seed in UInt64(0)..<3_000 {
      var random = SeededNumbers(seed: seed)
      var scene = scene(&random)
      scene.schedule.rollout.status.abortedAt = nil
      for _ in 0..<3 { scene = try after(scene) }
      let result = try #require(scene.result())
      #expect(result.creations.isEmpty && result.stops.isEmpty)
    }
  }

  /// The scene after its pass: runs made and stopped, current runs recorded.
  private func after(_ scene: Scene) throws -> Scene {
    let result = try #require(scene.result())
    var next = scene
    for index in next.runs.indices where result.stops.contains(next.runs[index].name) {
      next.runs[index].terminate = true
    }
    next.runs += result.creations.map { $0.object(ownerUID: "uid", now: ArgoSample.now) }
    next.runs.removeAll { result.deletions.contains($0.name) }
    next.schedule.rollout.status.canary.stepRun = result.current(.step)
    next.schedule.rollout.status.canary.backgroundRun = result.current(.background)
    next.schedule.runs = RolloutRuns(next.runs, of: next.schedule.rollout)
    return next
  }

  @Test(
    "of old revisions no more are kept with a deadline than the limit", arguments: UInt64(0)..<500)
  func revisionLimit(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let limit = Int.random(in: 0...3, using: &random)
    let rollout = ArgoSample.blueGreen(
      BlueGreenStrategy(activeService: "active", scaleDownDelayRevisionLimit: limit),
      status: ArgoRolloutStatus(currentHash: "new", stableHash: "new"))
    let sets = (0..<6).map { (index: Int) in
      ArgoSample.set(
        "h\(index)", replicas: Int.random(in: 0...3, using: &random),
        revision: random.chance(80) ? index : nil,
        deadline: random.pick(
          [nil, .unreadable, .at(ArgoSample.now.adding(seconds: 9)), .at(ArgoSample.now)]
            as [ArgoReplicaSet.ScaleDownDeadline?]))
    }
    let result = OldRevisions.blueGreen(
      sets,
      schedule: AnalysisSchedule(
        ControllerBehaviour(.main), rollout: rollout, desired: nil,
        runs: RolloutRuns([], of: rollout)), services: [], now: ArgoSample.now)
    var kept = sets
    for action in result.actions {
      for index in kept.indices where kept[index].name == action.name {
        kept[index] = action.applied(to: kept[index], replicas: 3)
      }
    }
    #expect(kept.count { $0.isActive } <= limit)
    for set in kept where set.isActive { #expect(set.scaleDownDeadline != nil) }
  }
}
