import RolloutCore
import RolloutTestKit
import Testing

@Suite("Counterfactual")
struct CounterfactualTests {
  /// A rollout with a random past, always with something below stable.
  func past(_ random: inout SeededGenerator) throws -> World {
    let window = RollbackWindow(
      revisions: random.chance(60) ? Int.random(in: 1...4, using: &random) : nil,
      duration: random.chance(60) ? .seconds(Int64.random(in: 1...40, using: &random)) : nil,
      counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
      match: random.chance(50) ? .all : .any, requireStable: random.chance(70))
    var world = try World(revisions: 7, window: random.chance(90) ? window : nil)
    if random.chance(30) { try world.decide(.adopt(Adoption(stable: 3, history: [1, 2]))) }
    for number in 1...6 where random.chance(70) {
      let revision = RevisionNumber(UInt32(number))
      guard revision != world.state.stable else { continue }
      if random.chance(60) { try world.promote(number) } else { try world.abort(number) }
    }
    try world.promote(7)
    world.now = world.now + .seconds(Int64.random(in: 0...30, using: &random))
    return world
  }

  /// Asks again after the change.
  func apply(_ change: Counterfactual.Change, to world: World, _ target: Int) throws -> WindowAnswer
  {
    switch change {
    case .window(let window):
      let revision = RevisionNumber(UInt32(target))
      var application = world.application
      ApplicationDecider.evolve(
        &application,
        .strategyRegistered(
          StrategyVersion(2), Strategy(replicas: 1, steps: [], window: window), by: .ann,
          now: world.now),
        at: LogPosition(1_000))
      let context = RolloutContext(
        application: application, cluster: world.cluster, registration: world.registration)
      return WindowRule.answer(target: revision, world.state, in: context, now: world.now).0
    case .rollbackClass, .insistence, .emergencyRule, .reason, .nothingOwed, .released,
      .startInstead:
      throw Refusal(.limitReached, "no change of a window's answer")
    case .now(let moment):
      var changed = world
      changed.now = moment
      return changed.answer(target)
    case .onceStable(let revision):
      // The target becomes stable, and stops being it for the present stable, right now.
      var changed = world
      let stable = try #require(world.state.stable)
      let before = world.now
      changed.given([
        .stableAdopted(Adoption(stable: revision), by: .ann, now: before),
        .stableAdopted(Adoption(stable: stable), by: .ann, now: before),
      ])
      return changed.answer(target)
    }
  }

  @Test("the change it names flips the answer, for every verdict there is")
  func flips() throws {
    var random = SeededGenerator(seed: 7)
    var seen: [WindowAnswer.Verdict: Int] = [:]
    var changes: [String: Int] = [:]
    for _ in 0..<1_500 {
      let world = try past(&random)
      let target = Int.random(in: 1...6, using: &random)
      let answer = world.answer(target)
      seen[answer.verdict, default: 0] += 1
      let counterfactual = try #require(
        Explainer.counterfactual(of: answer, now: world.now), "\(answer)")
      let flipped = try apply(counterfactual.change, to: world, target)
      #expect(
        flipped.isInside != answer.isInside,
        "\(answer.verdict), now \(flipped.verdict): \(counterfactual) of \(answer)")
      #expect(counterfactual.text.hasSuffix("."))
      switch counterfactual.change {
      case .window: changes["window", default: 0] += 1
      case .now: changes["now", default: 0] += 1
      case .onceStable: changes["once stable", default: 0] += 1
      case .rollbackClass, .insistence, .emergencyRule, .reason, .nothingOwed, .released,
        .startInstead:
        Issue.record("\(counterfactual) is no change of a window's answer")
      }
    }
    #expect(Set(seen.keys) == Set(WindowAnswer.Verdict.allCases))
    #expect(changes.count == 3)
  }

  @Test(
    "it names the nearest change",
    arguments: [
      (
        RollbackWindow(revisions: 2), 1, Counterfactual.Change.window(RollbackWindow(revisions: 3))
      ),
      (RollbackWindow(revisions: 3), 1, .window(RollbackWindow(revisions: 2))),
      (RollbackWindow(revisions: 3), 3, .window(nil)),
    ])
  func nearest(
    window: RollbackWindow, target: Int, change: Counterfactual.Change
  ) throws {
    var world = try World(window: window)
    try world.promote(1, 2, 3, 4)
    let found = Explainer.counterfactual(of: world.answer(target), now: world.now)
    #expect(found?.change == change)
  }

  @Test("a range names the last moment at which it held, exactly")
  func moment() throws {
    var world = try World(window: RollbackWindow(duration: .seconds(60)))
    try world.promote(1, 2)
    let stopped = try #require(world.answer(1).stoppedBeingStableAt)
    world.now = stopped + .seconds(100)
    #expect(
      Explainer.counterfactual(of: world.answer(1), now: world.now)?.change
        == .now(stopped + .seconds(60)))
    world.now = stopped + .seconds(60)
    #expect(
      Explainer.counterfactual(of: world.answer(1), now: world.now)?.change
        == .now(stopped + .seconds(60) + Interval(microseconds: 1)))
  }
}
