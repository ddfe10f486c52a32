import RolloutCore
import RolloutTestKit
import Testing

@Suite("How Argo would judge")
struct ArgoJudgementTests {
  typealias Answer = ArgoJudgement.Answer

  private func answers(_ world: World) throws -> [Answer] {
    try explained(world).argo.map(\.answer)
  }
  private func runs(_ world: World) throws -> [Bool] {
    try explained(world).argo.map(\.runsAnalysis)
  }
  private func differs(_ world: World) throws -> [Bool] { try explained(world).argo.map(\.differs) }

  @Test("up to 1.7.1 a rollback inside the window runs background analysis all the same")
  func seedBug() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect(try answers(world) == Array(repeating: .insideWindow, count: 4))
    #expect(try runs(world) == [true, false, false, false])
    #expect(try differs(world) == [true, false, false, false])
    let text = try #require(try explained(world).argoDiffers)
    #expect(text.contains("1.4 to 1.7.1"))
    #expect(text.contains("#3669"))
    #expect(!text.contains("1.7.2"))
  }

  @Test("where all agree nothing is said")
  func agree() throws {
    var world = try threeStable(background: nil)
    try world.decide(rollback(2))
    #expect(try differs(world) == [false, false, false, false])
    #expect(try explained(world).argoDiffers == nil)
    try world.decide(.start(4))
    #expect(try answers(world) == Array(repeating: .newVersion, count: 4))
    #expect(try explained(world).argoDiffers == nil)
    try world.decide(rollback(3))
    #expect(try answers(world) == Array(repeating: .returnToStable, count: 4))
    #expect(try explained(world).argoDiffers == nil)
  }

  @Test("undoing a rollback is a new version to both")
  func undo() throws {
    var world = try threeStable()
    try world.decide(rollback(1))
    try world.when(reported: .available(1))
    try world.decide(.undo)
    #expect(world.state.attempt?.revision == 3)
    #expect(world.state.attempt?.track == .full)
    #expect(try answers(world) == Array(repeating: .newVersion, count: 4))
    #expect(try explained(world).argoDiffers == nil)
  }

  @Test("an analysis as step 0 leaks up to 1.7.1, one further on does not")
  func stepZero() throws {
    var first = try threeStable(steps: [.analysis(.errorRate)], background: nil)
    try first.decide(rollback(2))
    #expect(try runs(first) == [true, false, false, false])
    var second = try threeStable(background: nil)
    try second.decide(rollback(2))
    #expect(try runs(second) == [false, false, false, false])
  }

  @Test("an experiment or a plugin as step 0 leaks in every version")
  func leaks() throws {
    for step: Strategy.Step in [
      .experiment(.init(templates: [])), .plugin(.init(name: "acme/check")),
    ] {
      var world = try threeStable(steps: [step], background: nil)
      try world.decide(rollback(2))
      #expect(try differs(world) == [true, true, true, true])
      #expect(try explained(world).argoDiffers?.contains("step 0") == true)
    }
  }

  @Test("a target never stable here is inside to Argo, which does not ask")
  func neverStable() throws {
    var world = try World(
      background: .init(plan: .errorRate), window: RollbackWindow(revisions: 3))
    try world.promote(1)
    try world.abort(2)
    try world.promote(3)
    try world.decide(rollback(2))
    #expect(world.state.attempt?.track == .full)
    #expect(try answers(world) == Array(repeating: .insideWindow, count: 4))
    #expect(try differs(world) == [true, true, true, true])
    #expect(try explained(world).argoDiffers?.contains("ever stable") == true)
  }

  @Test("a target that never ran has no ReplicaSet: to Argo it is a new version")
  func neverRan() throws {
    var world = try World(
      background: .init(plan: .errorRate),
      window: RollbackWindow(revisions: 5, requireStable: false))
    try world.promote(1, 3)
    try world.decide(rollback(2))
    #expect(world.state.attempt?.track == .fast)
    #expect(try answers(world) == Array(repeating: .newVersion, count: 4))
    #expect(try explained(world).argoDiffers?.contains("no ReplicaSet") == true)
  }

  @Test("beyond ten kept ReplicaSets the target is gone, and a new version to Argo")
  func collected() throws {
    var world = try World(
      revisions: 14, background: .init(plan: .errorRate), window: RollbackWindow(revisions: 20))
    for number in 1...12 { try world.promote(number) }
    var gone = world
    try gone.decide(rollback(1))
    #expect(gone.state.attempt?.track == .fast)
    #expect(try answers(gone) == Array(repeating: .newVersion, count: 4))
    #expect(try explained(gone).argoDiffers?.contains("history of 10") == true)
    try world.decide(rollback(2))
    #expect(try answers(world) == Array(repeating: .insideWindow, count: 4))
  }

  @Test("Argo goes by the age of objects, Windlass by numbers")
  func order() throws {
    var world = try World(
      background: .init(plan: .errorRate), window: RollbackWindow(revisions: 5))
    try world.promote(1, 3)
    // 2 came up here after 3.
    try world.decide(rollback(2))
    try world.decide(.promoteFull)
    try world.when(reported: .available(2))
    try world.promote(3)
    try world.decide(rollback(2))
    #expect(world.state.attempt?.track == .fast)
    #expect(try answers(world) == Array(repeating: .newVersion, count: 4))
    #expect(try explained(world).argoDiffers?.contains("creation time") == true)
  }

  @Test("two revisions made in one second have no order to Argo")
  func sameSecond() throws {
    var world = try World(
      background: .init(plan: .errorRate), window: RollbackWindow(revisions: 5))
    try world.promote(1)
    world.now = Timestamp(microseconds: world.now.microseconds / 1_000_000 * 1_000_000 + 1_000_000)
    try world.decide(.start(2), after: Interval(microseconds: 1))
    try world.decide(.start(3), after: Interval(microseconds: 1))
    try world.decide(.promoteFull)
    try world.when(reported: .available(3))
    try world.decide(rollback(2))
    #expect(try answers(world) == Array(repeating: .newVersion, count: 4))
  }

  @Test("a window in time or from a policy is none to Argo")
  func policies() throws {
    var world = try World(
      background: .init(plan: .errorRate),
      policies: [
        RolloutPolicy(
          name: "calm", window: RollbackWindow(revisions: 3, duration: .seconds(3_600)))
      ])
    try world.promote(1, 2)
    try world.decide(rollback(1))
    #expect(try answers(world) == Array(repeating: .noWindow, count: 4))
    let text = try #require(try explained(world).argoDiffers)
    #expect(text.contains("itself would have seen no window and would have run analysis"))
    #expect(text.contains("no time range"))
    #expect(text.contains("is not set"))
  }

  @Test("an aborted revision between uses up Argo's window, whatever the policy counts")
  func counting() throws {
    var world = try World(
      background: .init(plan: .errorRate),
      window: RollbackWindow(revisions: 1, counting: .promoted))
    try world.promote(1)
    try world.abort(2)
    try world.promote(3)
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == .fast)
    #expect(try answers(world) == Array(repeating: .outsideWindow, count: 4))
    #expect(try explained(world).argoDiffers?.contains("counts every revision") == true)
  }

  @Test("it cannot be asked for analysis, and knows no emergencies")
  func classes() throws {
    var asked = try threeStable()
    try asked.decide(insisting(2))
    #expect(try explained(asked).argoDiffers?.contains("#1748") == true)
    var emergent = try owing()
    try emergent.decide(emergency(1))
    #expect(try explained(emergent).argoDiffers?.contains("no emergencies") == true)
  }

  @Test("blue-green with a manual switch hangs inside the window before 1.10")
  func blueGreenHangs() throws {
    var world = try World(
      Strategy(
        replicas: 2, kind: .blueGreen(BlueGreen(autoPromotion: false, prePromotion: .errorRate)),
        window: RollbackWindow(revisions: 3)))
    try world.decide(.adopt(Adoption(stable: 2, history: [1])))
    try world.decide(rollback(1))
    let argo = try explained(world).argo
    #expect(argo.map(\.answer) == Array(repeating: .insideWindow, count: 4))
    #expect(argo.map(\.runsAnalysis) == [true, false, false, false])
    #expect(argo[0].why.contains { $0.contains("#3304") })
  }

  @Test("revisions imported together count as made one after another")
  func imported() throws {
    var world = try World(
      background: .init(plan: .errorRate), window: RollbackWindow(revisions: 2))
    try world.decide(.adopt(Adoption(stable: 4, history: [1, 2, 3])))
    var near = world
    try near.decide(rollback(3))
    #expect(try answers(near).last == .insideWindow)
    var far = world
    try far.decide(rollback(1))
    #expect(try answers(far).last == .outsideWindow)
  }

  @Test("a later state gives the same judgement as the state of the moment")
  func later() throws {
    var world = try threeStable()
    try world.decide(rollback(1))
    let event = try #require(classified(world))
    let then = Explainer.explain(
      event, on: world.cluster, application: world.application, rollout: world.state)
    try world.when(reported: .available(1))
    try world.promote(5, 6)
    let now = Explainer.explain(
      event, on: world.cluster, application: world.application, rollout: world.state)
    #expect(then.argo == now.argo)
  }
}
