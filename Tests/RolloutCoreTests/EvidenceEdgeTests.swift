import RolloutCore
import RolloutTestKit
import Testing

@Suite("Whose objects are whose")
struct EvidenceEdgeTests {
  /// A full attempt whose background analysis is scheduled; three objects are enough.
  private func scheduled() throws -> World {
    var world = try World(
      steps: [.pause(nil)], background: .init(plan: .errorRate),
      policies: [RolloutPolicy(name: "evidence", evidence: EvidenceRule(objectsMax: 3))])
    try world.promote(1)
    try world.decide(.start(2))
    return world
  }

  private func rollingBack() throws -> World {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect(world.state.attempt?.track == .fast)
    return world
  }

  // MARK: Runaways

  @Test("a step plugin has no objects that could run away")
  func plugin() throws {
    var world = try scheduled()
    let object = RunObject(name: "call.99", type: .plugin, podHash: "")
    #expect(try world.when(reported: .runCreated(object)) == [])
  }

  @Test("objects of an attempt that is over run away no more")
  func earlierAttempt() throws {
    var world = try scheduled()
    try world.decide(.start(3))
    #expect(try world.when(reported: .runCreated(.step(0, "old.99")), under: 2) == [])
    #expect(try world.when(reported: .runCreated(.step(0, "new.99")), under: 3).count == 1)
  }

  @Test("an object without a hash, or with the revision's own, counts; one with another does not")
  func hashes() throws {
    for (hash, counts) in [("", true), ("aaa", true), ("bbb", false)] {
      var world = try scheduled()
      try world.when(reported: .revisionObserved(2, LocalRevision(podHash: "aaa")))
      try world.when(reported: .runCreated(.background("asked-for", "aaa")))
      let brief = try world.when(reported: .runCreated(.background("more.99", hash)))
      #expect(brief == (counts ? ["runaway: 100 objects of type background"] : []), "\(hash)")
    }
  }

  @Test("a counter has nine digits at most, and an experiment's stands behind a dash")
  func counters() throws {
    for (object, count) in [
      (RunObject.background("a.123456789"), 123_456_790), (.background("a.1234567890"), nil),
      (RunObject(name: "a-b-4-2.9", type: .experiment, podHash: "", stepIndex: 2), nil),
      (RunObject(name: "a-b-4-2-9", type: .experiment, podHash: "", stepIndex: 2), 10),
    ] as [(RunObject, Int?)] {
      var world = try scheduled()
      try world.when(reported: .runCreated(.background("asked-for")))
      let expected = count.map { ["runaway: \($0) objects of type \(object.type.rawValue)"] }
      #expect(try world.when(reported: .runCreated(object)) == expected ?? [], "\(object.name)")
    }
  }

  // MARK: Expected objects

  @Test("a report of an earlier attempt is no report of the running one's analysis")
  func earlierReport() throws {
    var world = try scheduled()
    try world.decide(.start(3))
    try world.when(reported: .runCreated(.background("late")), under: 2)
    #expect(world.state.attempt?.runs.map(\.object) == [nil])
    #expect(world.state.lastEnded?.runs.map(\.object?.name) == ["late"])
  }

  @Test("an object that is known from an earlier attempt stands for no later analysis")
  func knownObject() throws {
    var world = try scheduled()
    try world.when(reported: .runCreated(.background("two")))
    try world.decide(.start(3))
    #expect(try world.when(reported: .runCreated(.background("two")), under: 3) == [])
    try world.decide(.start(4))
    try world.decide(.abort)
    #expect(try world.when(reported: .runCreated(.background("two")), under: 4) == [])
    #expect(
      try world.when(reported: .runCreated(.background("four")), under: 4)
        == ["background created as four"])
    #expect(world.state.lastEnded?.runs.map(\.object?.name) == ["four"])
  }

  // MARK: Contracts

  @Test("beyond their bound violations are told no more, in the attempt and after it")
  func violations() throws {
    func told(_ world: inout World, _ name: String) throws -> Bool {
      try world.when(reported: .runCreated(.background(name)), under: 4)
        .contains { $0.hasPrefix("contract") }
    }
    var world = try rollingBack()
    for number in 1..<RolloutState.violationsMax {
      #expect(try told(&world, "leak-x\(number)x"))
    }
    var ended = world
    #expect(try told(&world, "last"))
    #expect(try !told(&world, "more"))
    try ended.decide(.abort)
    #expect(try told(&ended, "last"))
    #expect(try !told(&ended, "more"))
    #expect(ended.state.lastEnded?.violations.count == RolloutState.violationsMax)
    #expect(ended.replayed == ended.state)
  }

  @Test("a verification breaks no contract: it is not forbidden")
  func verification() throws {
    var world = try rollingBack()
    #expect(try world.when(reported: .runCreated(.verification("check"))) == [])
  }
}
