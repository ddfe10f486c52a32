import RolloutCore
import RolloutTestKit
import Testing

@Suite("Progress deadline")
struct ProgressTests {
  static let routed = Canary.TrafficRouting()

  func canary(
    _ steps: [Strategy.Step], deadline: Int64 = 60, aborts: Bool = false
  ) throws -> World {
    try attempting(
      .canary(Canary(steps: steps)), replicas: 4,
      progress: .init(deadline: .seconds(deadline), aborts: aborts))
  }

  @Test(
    "it is missed strictly after the deadline, told once, and stops nothing",
    arguments: [(0, []), (1, ["deadline exceeded"])] as [(Int64, [String])])
  func exceeded(past: Int64, then expected: [String]) throws {
    var world = try canary([.setWeight(50)])
    #expect(world.nextDue == world.now + .seconds(60) + Interval(microseconds: 1))
    #expect(try world.when(.tick, after: Interval(microseconds: 60_000_000 + past)) == expected)
    guard !expected.isEmpty else { return }
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(60)) == [])
    #expect(world.state.phase == .progressing)
    #expect(RolloutStatus(world.state, in: world.context)?.phase == .degraded)
    #expect(try world.when(pods: 2, 2).last == "step 1 (scaled)")
    #expect(RolloutStatus(world.state, in: world.context)?.phase == .progressing)
  }

  @Test("where the strategy says so a missed deadline aborts; desired stays")
  func aborts() throws {
    var world = try canary([.setWeight(50)], aborts: true)
    #expect(
      try world.when(.tick, after: .seconds(61))
        == ["deadline exceeded", "attempt 2 aborted by the deadline"])
    #expect(world.state.desired == 2)
    #expect(world.state.stable == 1)
    #expect(world.state.phaseMessage.contains("no progress for 60 s"))
    #expect(try world.when(.retry).first == "attempt 3: forward to 2, full")
  }

  @Test(
    "it is suspended at a pause, an analysis and an experiment",
    arguments: [
      Strategy.Step.pause(nil), .pause(.seconds(10_000)), .analysis(.errorRate),
      .experiment(.init(templates: [])),
    ])
  func suspended(step: Strategy.Step) throws {
    var world = try canary([step], aborts: true)
    _ = try world.when(.tick, after: .seconds(5_000))
    #expect(!world.log.contains { $0.event.brief == "deadline exceeded" })
    #expect(world.state.attempt != nil)
  }

  @Test(
    "it runs at every other step, plugins too",
    arguments: [
      Strategy.Step.setWeight(50), .setCanaryScale(.replicas(1)), .plugin(.init(name: "gate")),
    ])
  func running(step: Strategy.Step) throws {
    var world = try canary([step])
    #expect(try world.when(.tick, after: .seconds(61)).last == "deadline exceeded")
  }

  @Test("it is suspended while a person or something inconclusive holds the rollout")
  func suspendedWhilePaused() throws {
    var world = try canary([.setWeight(50)])
    try world.decide(.pause)
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(61)) == [])
    try world.decide(.resume)
    #expect(
      world.nextDue == world.now + .seconds(60) + Interval(microseconds: 1), "from the resume")
  }

  @Test("progress starts the clock again: more ready, more available, fewer old, a step, a switch")
  func progress() throws {
    var world = try canary([.setWeight(50)])
    func pods(_ created: Int, _ ready: Int, _ available: Int) -> PodCounts.Pods {
      PodCounts.Pods(requested: 4, created: created, ready: ready, available: available)
    }
    let reports: [(PodCounts.Pods, PodCounts.Pods)] = [
      (pods(1, 0, 0), .init(4)), (pods(1, 1, 0), .init(4)), (pods(1, 1, 1), .init(4)),
      (pods(1, 1, 1), .init(3)),
    ]
    for (desired, stable) in reports {
      world.now = world.now + .seconds(50)
      try world.when(pods: desired, stable)
      #expect(world.nextDue == world.now + .seconds(60) + Interval(microseconds: 1))
    }
    #expect(try world.when(.tick, after: .seconds(61)) == ["deadline exceeded"])
  }

  @Test("pods that come and go are no progress: only more than ever since the step began counts")
  func oscillating() throws {
    var world = try canary([.setWeight(50)])
    func pods(_ ready: Int) -> PodCounts.Pods {
      PodCounts.Pods(requested: 4, created: 4, ready: ready, available: 0)
    }
    try world.when(pods: pods(2), .init(4))
    let due = world.nextDue
    for ready in [1, 2, 0, 2, 1] { try world.when(pods: pods(ready), .init(4)) }
    #expect(world.nextDue == due, "Argo would begin anew each time")
    try world.when(pods: pods(3), .init(4))
    #expect(world.nextDue != due)
  }

  @Test("a standstill after progress is told again")
  func again() throws {
    var world = try canary([.setWeight(50)])
    #expect(try world.when(.tick, after: .seconds(61)) == ["deadline exceeded"])
    try world.when(pods: 1, 4)
    #expect(try world.when(.tick, after: .seconds(61)) == ["deadline exceeded"])
  }

  @Test("it waits for pods of another revision that stay for a while, and for no others")
  func scaleDownDelay() throws {
    let kind = Strategy.Kind.canary(
      Canary(steps: [.setWeight(50)], traffic: Self.routed, scaleDownDelay: .seconds(500)))
    var world = try attempting(
      kind, replicas: 4, progress: .init(deadline: .seconds(60), aborts: false))
    try world.promote(2)
    let until = world.now + .seconds(500)
    try world.decide(.start(3))
    #expect(world.nextDue == until + Interval(microseconds: 1))
    world.now = until
    #expect(try world.when(.tick, after: Interval(microseconds: 0)) == [])
    #expect(
      try world.when(.tick, after: Interval(microseconds: 1)) == ["deadline exceeded"])
  }

  @Test("a rollback on the fast track has a deadline as well, and it may abort it")
  func fast() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .canary(Canary(steps: [.pause(nil)])),
        progress: .init(deadline: .seconds(60), aborts: true),
        window: RollbackWindow(revisions: 2)), revisions: 3)
    try world.promote(1, 2)
    try world.decide(rollback(1))
    #expect(
      try world.when(.tick, after: .seconds(61)) == [
        "deadline exceeded", "attempt 3 aborted by the deadline", "contract 3 kept",
      ])
  }

  @Test("a deadline longer than time itself is never missed")
  func longest() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(50)])),
      progress: .init(deadline: Interval(microseconds: .max)))
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: Interval(microseconds: .max)) == [])
  }
}
