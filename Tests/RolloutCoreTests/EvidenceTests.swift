import RolloutCore
import RolloutTestKit
import Testing

@Suite("Evidence")
struct EvidenceTests {
  /// A full attempt whose background analysis is scheduled.
  func scheduled(
    _ rule: EvidenceRule? = EvidenceRule(appearance: .seconds(60), objectsMax: 3),
    mode: ClusterRegistration.Mode = .enforce
  ) throws -> World {
    var world = try World(
      steps: [.pause(nil)], background: .init(plan: .errorRate),
      policies: rule.map { [RolloutPolicy(name: "evidence", evidence: $0)] } ?? [])
    world.registration.mode = mode
    try world.promote(1)
    try world.decide(.start(2))
    return world
  }

  @Test(
    "analysis that does not appear in time is missing: told once, after the deadline and not at it",
    arguments: ClusterRegistration.Mode.allCases, [0, 1] as [Int64])
  func missing(mode: ClusterRegistration.Mode, late: Int64) throws {
    var world = try scheduled(mode: mode)
    let since = world.now
    #expect(world.nextDue == since + .seconds(60) + Interval(microseconds: 1))
    world.now = since + .seconds(60) + Interval(microseconds: late)
    #expect(
      try world.when(.tick, after: .seconds(0)) == (late == 0 ? [] : ["background missing"]))
    world.now = since + .seconds(61)
    #expect(try world.when(.tick).isEmpty == (late != 0))
    #expect(world.nextDue == nil)
    #expect(world.replayed == world.state)
  }

  @Test("missing analysis is recorded and changes nothing else; it may still come")
  func late() throws {
    var world = try scheduled()
    world.now = try #require(world.nextDue)
    try world.decide(.tick, after: .seconds(0))
    #expect(world.state.attempt?.runs.map(\.missed) == [true])
    #expect(world.state.phase == .paused)
    #expect(
      try world.when(reported: .runCreated(.background("late")))
        == ["background created as late"])
    #expect(
      try world.when(reported: .runFinished(.background("late"), .success))
        == ["background finished successful, verified"])
  }

  @Test("what was reported or cancelled in time is not missing")
  func seen() throws {
    var world = try scheduled()
    try world.when(reported: .runCreated(.background("there")))
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(600)) == [])
    try world.decide(.start(3))
    try world.decide(.promoteFull)
    #expect(try world.when(.tick, after: .seconds(600)) == [])
  }

  @Test("without a policy five minutes are enough to appear")
  func standard() throws {
    let world = try scheduled(nil)
    #expect(world.nextDue == world.now + .seconds(300) + Interval(microseconds: 1))
  }

  @Test("a verification that does not appear is missing too")
  func verification() throws {
    var world = try owed()
    world.now = try #require(world.nextDue)
    #expect(try world.when(.tick, after: .seconds(0)) == ["verification missing"])
    #expect(world.state.debts.first?.runs.map(\.missed) == [true])
  }

  @Test("a step plugin has no object, so none is missed")
  func plugin() throws {
    var world = try World(steps: [.plugin(.init(name: "acme/check"))])
    try world.promote(1)
    try world.decide(.start(2))
    #expect(world.state.attempt?.runs.map(\.key.type) == [.plugin])
    #expect(try world.when(.tick, after: .seconds(301)).filter { $0.contains("missing") } == [])
  }

  @Test("objects made again and again are found by the counter in their names, once for each type")
  func runaway() throws {
    var world = try scheduled()
    try world.when(reported: .runCreated(.background("checkout-7d5-4")))
    for copy in 1...2 {
      #expect(try world.when(reported: .runCreated(.background("checkout-7d5-4.\(copy)"))) == [])
    }
    #expect(
      try world.when(reported: .runCreated(.background("checkout-7d5-4.3")))
        == ["runaway: 4 objects of type background"])
    #expect(try world.when(reported: .runCreated(.background("checkout-7d5-4.4"))) == [])
    #expect(
      try world.when(reported: .runCreated(.step(0, "checkout-7d5-4-0.9")))
        == ["runaway: 10 objects of type step"])
    #expect(world.state.runaways.types == [.background, .step])
    #expect(world.replayed == world.state)
  }

  @Test(
    "only a counter at the end of a name counts, and of an experiment only behind its step",
    arguments: [
      (.background("checkout-7d5-99"), false),
      (.background("checkout.99-7"), false),
      (.background("checkout-7d5-4.x9"), false),
      (.background("99"), false),
      (.background(""), false),
      (.background("a.99999999999999999999999999"), false),
      (.background("a.99"), true),
      (RunObject(name: "checkout-7d5-4-2-9", type: .experiment, podHash: "", stepIndex: 2), true),
      (RunObject(name: "checkout-7d5-4-12", type: .experiment, podHash: "", stepIndex: 12), false),
      (RunObject(name: "checkout-7d5-4-12", type: .experiment, podHash: ""), false),
    ] as [(RunObject, Bool)])
  func names(object: RunObject, runsAway: Bool) throws {
    var world = try scheduled()
    try world.when(reported: .runCreated(.background("asked-for")))
    let brief = try world.when(reported: .runCreated(object))
    #expect(brief.contains { $0.hasPrefix("runaway") } == runsAway, "\(brief)")
  }

  @Test("runs of another revision say nothing about this attempt")
  func otherRevision() throws {
    var world = try scheduled()
    try world.when(
      reported: .revisionObserved(2, LocalRevision(podHash: "aaa")))
    #expect(try world.when(reported: .runCreated(.background("x-bbb-1.50", "bbb"))) == [])
    #expect(try world.when(reported: .runCreated(.background("x-aaa-1.50", "aaa"))) != [])
  }

  @Test("on the fast track the violations count, whatever their names are")
  func violations() throws {
    var world = try World(policies: [
      RolloutPolicy(
        name: "evidence", window: RollbackWindow(revisions: 2),
        evidence: EvidenceRule(objectsMax: 2))
    ])
    try world.promote(1, 2)
    try world.decide(rollback(1))
    var found: [String] = []
    for name in ["one", "two", "two", "three", "four"] {
      found += try world.when(reported: .runCreated(.background(name)))
    }
    #expect(found.filter { $0.hasPrefix("runaway") } == ["runaway: 3 objects of type background"])
    #expect(world.state.attempt?.violations.count == 4)
  }

  @Test("each attempt is told of anew")
  func anew() throws {
    var world = try scheduled()
    try world.when(reported: .runCreated(.background("a")))
    #expect(try world.when(reported: .runCreated(.background("a.9"))).count == 1)
    try world.decide(.start(3))
    try world.when(reported: .runCreated(.background("b")))
    #expect(try world.when(reported: .runCreated(.background("b.9"))).count == 1)
    #expect(world.state.runaways.attempt == AttemptNumber(3))
  }
}
