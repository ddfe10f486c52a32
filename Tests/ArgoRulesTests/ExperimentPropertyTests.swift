import ArgoRules
import Testing

@Suite("Whatever happens to an experiment")
struct ExperimentPropertyTests {
  private struct World {
    var pass: ExperimentPass
    var runs: [ArgoAnalysisRun] = []

    mutating func carryOut(_ action: ExperimentPass.Action) {
      switch action {
      case .createReplicaSet(let template):
        pass.sets[template] = ArgoSample.set(template, desiredReplicas: nil)
      case .scale(let template, let count): pass.sets[template]?.requested = count
      case .setScaleDownDeadline(let template, let time):
        pass.sets[template]?.scaleDownDeadline = .at(time)
      case .clearScaleDownDeadline(let template):
        pass.sets[template]?.scaleDownDeadline = nil
      case .createService(let template, _): pass.services.insert(template)
      case .deleteService(let template): pass.services.remove(template)
      case .createRun(_, let name, _):
        pass.runs.append(ArgoSample.run(name, nil, .none, owner: "uid"))
      case .adoptRun: break
      case .stopRun(_, let name):
        for index in pass.runs.indices where pass.runs[index].name == name {
          pass.runs[index].terminate = true
        }
      }
    }
  }

  @Test("the promises of an experiment hold", arguments: UInt64(0)..<400)
  func promises(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let analyses = (0..<Int.random(in: 0...3, using: &random)).map { (index: Int) in
      ExperimentPlan.Analysis(
        "a\(index)", template: .init("t"), requiredForCompletion: random.chance(40))
    }
    var world = World(
      pass: ExperimentPass(
        .main, name: "exp", uid: "uid",
        plan: ExperimentPlan(
          templates: [
            .init(.init("one", .stable, replicas: 2)),
            .init(.init("two", .canary, service: random.chance(50) ? "" : nil)),
          ], analyses: analyses, duration: random.pick(["", "30s", "5m"]),
          progressDeadlineSeconds: random.pick([nil, 20])),
        scaleDownDelaySeconds: random.pick([nil, 0, 5]), now: ArgoSample.now))
    for _ in 0..<60 {
      disturb(&world, &random)
      let before = world.pass
      let result = before.result()
      check(before, result)
      for action in result.actions { world.carryOut(action) }
      world.pass.state = result.state
    }
  }

  private func disturb(_ world: inout World, _ random: inout SeededNumbers) {
    world.pass.now = world.pass.now.adding(seconds: random.pick([1, 5, 15]))
    if random.chance(2) { world.pass.terminate = true }
    for name in ["one", "two"] where random.chance(70) {
      guard let count = world.pass.sets[name]?.requested else { continue }
      world.pass.sets[name]?.actual = count
      world.pass.sets[name]?.ready = count
      world.pass.sets[name]?.available = random.chance(95) ? count : 0
    }
    for index in world.pass.runs.indices
    where !world.pass.runs[index].phase.isCompleted && random.chance(10) {
      world.pass.runs[index].phase = random.pick(
        [.running, .successful, .successful, .failed, .inconclusive])
    }
  }

  private func check(_ before: ExperimentPass, _ result: ExperimentPass.Result) {
    if before.state.phase.isCompleted {
      #expect(result.state.phase == before.state.phase, "a finished experiment stays as it is")
    }
    if let since = before.state.availableAt { #expect(result.state.availableAt == since) }
    for action in result.actions {
      switch action {
      case .createRun(_, let name, _):
        #expect(before.state.availableAt != nil, "no analysis before all pods are there")
        #expect(!before.isTerminating, "no analysis once it ends")
        #expect(!before.runs.contains { $0.name == name })
      case .scale(let template, 0):
        #expect(
          before.isTerminating || before.state.template(template)?.phase.isCompleted == true)
      case .stopRun(_, let name):
        #expect(before.isTerminating)
        #expect(before.runs.contains { $0.name == name && $0.canBeStopped })
      default: break
      }
    }
    for status in before.state.templates where status.phase.isCompleted {
      #expect(result.state.template(status.name)?.phase == status.phase)
    }
    for status in before.state.analyses where status.phase.isCompleted && !status.run.isEmpty {
      #expect(result.state.analysis(status.name) == status)
    }
  }
}
