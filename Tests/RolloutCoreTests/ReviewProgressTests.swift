import RolloutCore
import RolloutTestKit
import Testing

@Suite("Progress that is progress")
struct ReviewProgressTests {
  private func routed(_ steps: [Strategy.Step], own: Canary.ProgressThreshold? = nil) throws
    -> World
  {
    var world = try World(
      Strategy(
        replicas: 10,
        kind: .canary(Canary(steps: steps, traffic: .init(), progressThreshold: own)),
        window: RollbackWindow(revisions: 3)), revisions: 4)
    try world.promote(1, 2)
    return world
  }

  @Test("a step's threshold does not count on the fast track")
  func thresholdOnFastTrack() throws {
    var world = try routed([.progressThreshold(.pods(1)), .setWeight(20)])
    try world.decide(rollback(1))
    try world.when(pods: .init(requested: 10, created: 10, ready: 1, available: 1), .init(10))
    #expect(world.state.attempt != nil)
    #expect(world.directive.weight == 0)
    try world.when(pods: 10, 10)
    #expect(world.state.stable == 1)
  }

  @Test("a step's threshold does not count at a full promotion")
  func thresholdAtFullPromotion() throws {
    var world = try routed([.progressThreshold(.pods(1)), .pause(nil)])
    try world.decide(.start(3))
    try world.decide(.promoteFull)
    try world.when(pods: .init(requested: 10, created: 10, ready: 1, available: 1), .init(10))
    #expect(world.state.attempt != nil)
  }

  @Test("the strategy's own threshold counts on the fast track")
  func ownThreshold() throws {
    var world = try routed([.setWeight(20)], own: .pods(5))
    try world.decide(rollback(1))
    try world.when(pods: .init(requested: 10, created: 10, ready: 5, available: 5), .init(10))
    #expect(world.state.stable == 1)
  }

  @Test(
    "a threshold of nothing promotes nothing that has no pod",
    arguments: [Canary.ProgressThreshold.pods(0), .percent(0)])
  func thresholdOfNothing(threshold: Canary.ProgressThreshold) throws {
    var world = try routed([.setWeight(20)], own: threshold)
    try world.decide(rollback(1))
    try world.when(pods: .init(requested: 10, created: 10, ready: 0, available: 0), .init(10))
    #expect(world.state.attempt != nil)
    try world.when(pods: .init(requested: 10, created: 10, ready: 1, available: 1), .init(10))
    #expect(world.state.stable == 1)
  }

  @Test("a timed pause that is over while the preview lacks pods hides no other timer")
  func overduePause() throws {
    var world = try attempting(
      .blueGreen(BlueGreen(autoPromotionDelay: .seconds(30))),
      progress: .init(deadline: .seconds(100)))
    try world.when(pods: 10, 10)
    #expect(world.state.attempt?.pauses[.blueGreen] != nil)
    try world.when(.tick, after: .seconds(10))
    try world.when(pods: .init(requested: 10, created: 10, ready: 9, available: 9), .init(10))
    let lost = world.now
    let due = try #require(world.nextDue)
    #expect(due == lost + .seconds(100) + Interval(microseconds: 1))
    #expect(try world.when(.tick, after: due.since(world.now)) == ["deadline exceeded"])
    #expect(try world.when(pods: 10, 10).last == "switch decided")
  }

  @Test("a preview that is whole again in its pause is late no more")
  func wholeAgain() throws {
    var world = try attempting(
      .blueGreen(BlueGreen(autoPromotion: false)), progress: .init(deadline: .seconds(100)))
    try world.when(pods: 10, 10)
    try world.when(pods: .init(requested: 10, created: 10, ready: 9, available: 9), .init(10))
    #expect(try world.when(.tick, after: .seconds(101)) == ["deadline exceeded"])
    #expect(world.state.attempt?.isLate == true)
    try world.when(pods: 10, 10)
    #expect(world.state.attempt?.isLate == false)
    #expect(world.nextDue == nil)
  }

  @Test("the pause before a switch suspends the deadline while the preview has its pods")
  func wholePause() throws {
    var world = try attempting(
      .blueGreen(BlueGreen(autoPromotion: false)), progress: .init(deadline: .seconds(100)))
    try world.when(pods: 10, 10)
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(1_000)) == [])
  }

  @Test("pods that are made again and again keep no deadline away")
  func recreated() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(50), .pause(nil)], traffic: .init())),
      progress: .init(deadline: .seconds(100)))
    let up = PodCounts.Pods(requested: 5, created: 5, ready: 0, available: 0)
    let down = PodCounts.Pods(requested: 5, created: 4, ready: 0, available: 0)
    try world.when(pods: up, .init(10))
    try world.when(pods: down, .init(10))
    let counted = world.now
    for _ in 0..<5 {
      try world.when(pods: up, .init(10))
      try world.when(pods: down, .init(9))
      try world.when(pods: down, .init(10))
    }
    // Stable lost one for the first time: once that may have been on the way.
    let progress = try #require(world.state.attempt?.progressAt)
    #expect(progress == counted + .seconds(2))
  }

  @Test("pods that go for good are progress")
  func shrinking() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(50), .pause(nil)], traffic: .init())),
      progress: .init(deadline: .seconds(100)))
    for count in [9, 8, 7] {
      try world.when(
        pods: .init(requested: 5, created: count, ready: 0, available: 0), .init(10))
      #expect(world.state.attempt?.progressAt == world.now)
    }
  }
}
