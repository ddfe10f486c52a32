import RolloutCore
import RolloutTestKit
import Testing

@Suite("Scale-down delays")
struct ScaleDownTests {
  static let routed = Canary.TrafficRouting()

  func canary(
    traffic: Canary.TrafficRouting? = routed, dynamic: Bool = false, delay: Interval? = nil,
    abortDelay: Interval? = nil
  ) -> Strategy.Kind {
    .canary(
      Canary(
        steps: [.setWeight(50), .pause(nil)], traffic: traffic, dynamicStableScale: dynamic,
        scaleDownDelay: delay, abortScaleDownDelay: abortDelay))
  }

  @Test(
    "after a promotion old pods stay: 30 s where nothing else is said, and only behind a router")
  func promotion() throws {
    for (kind, expected) in [
      (canary(), "revision 1 kept for 30 s"),
      (canary(delay: .seconds(5)), "revision 1 kept for 5 s"),
      (canary(delay: .seconds(0)), "attempt 2 promoted"),
      (canary(traffic: nil), "attempt 2 promoted"),
      (canary(dynamic: true), "attempt 2 promoted"),
      (.blueGreen(BlueGreen(scaleDownDelay: .seconds(7))), "revision 1 kept for 7 s"),
    ] {
      var world = try attempting(kind)
      try world.promote(2)
      #expect(world.log.last?.event.brief == expected)
      #expect(world.directive.kept.isEmpty == !expected.contains("kept"))
    }
  }

  @Test(
    "after an abort the revision's pods stay as the strategy says; zero means for ever",
    arguments: [
      (nil, false, "revision 2 kept for 30 s"), (.seconds(5), false, "revision 2 kept for 5 s"),
      (.seconds(0), false, "revision 2 kept for ever"),
      (nil, true, "attempt 2 aborted by a person"),
      (.seconds(5), true, "revision 2 kept for 5 s"),
    ] as [(Interval?, Bool, String)])
  func abort(delay: Interval?, dynamic: Bool, then expected: String) throws {
    var world = try attempting(canary(dynamic: dynamic, abortDelay: delay))
    #expect(try world.when(.abort).last == expected)
  }

  @Test("without a router an aborted canary's pods go at once")
  func abortBasic() throws {
    var world = try attempting(canary(traffic: nil))
    #expect(try world.when(.abort) == ["attempt 2 aborted by a person"])
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
  }

  @Test("the delay after an abort is counted from when stable has all its pods")
  func abortWaitsForStable() throws {
    var world = try attempting(canary())
    try world.when(pods: 5, 9)
    #expect(try world.when(.abort) == ["attempt 2 aborted by a person"])
    #expect(
      try world.when(
        reported: .podsObserved(2, .init(desired: .init(5), stable: .init(10))), under: 2)
        == ["pods 5 10 0", "revision 2 kept for 30 s"])
    #expect(
      try world.when(
        reported: .podsObserved(2, .init(desired: .init(4), stable: .init(10))), under: 2)
        == ["pods 4 10 0"], "counted once")
  }

  @Test("with dynamic scaling traffic goes back no faster than stable can carry it")
  func walkBack() throws {
    var world = try attempting(canary(dynamic: true))
    try world.when(pods: 5, 10)
    try world.when(weight: 50)
    try world.when(pods: 5, 5)
    try world.decide(.abort)
    func seen(_ desired: Int, _ stable: Int) throws {
      try world.when(
        reported: .podsObserved(2, .init(desired: .init(desired), stable: .init(stable))), under: 2)
    }
    #expect(world.directive.weight == 50)
    #expect(world.directive.pods == .init(desired: 5, stable: 10))
    try seen(5, 7)
    #expect(world.directive.weight == 30)
    #expect(world.directive.pods == .init(desired: 3, stable: 10))
    try seen(5, 3)
    #expect(world.directive.weight == 50, "never more than it had")
    try seen(5, 10)
    #expect(world.directive.weight == 0)
    #expect(world.directive.pods == .init(desired: 0, stable: 10))
  }

  @Test("without dynamic scaling an abort takes all traffic back at once")
  func abortWeight() throws {
    var world = try attempting(canary())
    try world.when(pods: 5, 10)
    try world.when(weight: 50)
    try world.decide(.abort)
    #expect(world.directive.weight == 0)
  }

  @Test("a preview that is given up stays as any old revision does; a canary's pods go")
  func superseded() throws {
    var blueGreen = try attempting(.blueGreen(BlueGreen()))
    #expect(
      try blueGreen.when(.start(3)) == [
        "attempt 2 superseded", "revision 2 kept for 30 s", "attempt 3: forward to 3, full",
      ])
    #expect(blueGreen.directive.kept.map(\.revision) == [2])
    var routed = try attempting(canary())
    #expect(!(try routed.when(.start(3))).contains { $0.contains("kept") })
  }

  @Test("kept for ever ends when something else is wanted")
  func forEver() throws {
    for kind in [
      canary(abortDelay: .seconds(0)), .blueGreen(BlueGreen(abortScaleDownDelay: .seconds(0))),
    ] {
      var world = try attempting(kind)
      try world.decide(.abort)
      #expect(world.directive.kept.map(\.until) == [Timestamp(microseconds: .max)])
      try world.decide(.start(3))
      #expect(world.directive.kept.contains { $0.until.microseconds == .max } == false)
    }
  }

  @Test("what is wanted again is not among the kept")
  func wantedAgain() throws {
    var world = try attempting(.blueGreen(BlueGreen()))
    try world.decide(.abort)
    #expect(world.directive.kept.map(\.revision) == [2])
    try world.decide(.retry)
    #expect(world.directive.kept.isEmpty)
  }

  @Test("beyond the limit of kept revisions the oldest numbers go at once")
  func limit() throws {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .blueGreen(
          BlueGreen(scaleDownDelay: .seconds(10_000), scaleDownDelayRevisionLimit: 2))),
      revisions: 5)
    try world.promote(1, 2, 3, 4)
    #expect(world.directive.kept.map(\.revision) == [3, 2])
  }
}
