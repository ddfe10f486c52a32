import RolloutCore
import RolloutTestKit
import Testing

@Suite("Watches at their edges")
struct WatchEdgeTests {
  /// Revision 2 is promoted and watched; nothing was seen of its background analysis.
  private func unseen(duration: Interval = .seconds(600)) throws -> World {
    var world = try World(
      background: .init(plan: .errorRate), window: RollbackWindow(revisions: 2),
      policies: [
        RolloutPolicy(name: "watchful", watch: WatchRule(duration: duration, onFailure: .rollback))
      ])
    try world.promote(1)
    try world.decide(.start(2))
    try world.when(reported: .available(2))
    return world
  }

  private func message(_ brief: [String]) -> String {
    brief.first { $0.hasPrefix("watch after") } ?? ""
  }

  @Test("a watch of no time is none")
  func noTime() throws {
    let world = try unseen(duration: .seconds(0))
    #expect(world.state.watch == nil)
    #expect(world.log.last?.event.brief != "watch of 2 after attempt 2 started (rollback)")
  }

  @Test("what is reported at the very end of a watch comes too late")
  func veryEnd() throws {
    var world = try watched(.rollback)
    world.now = try #require(world.state.watch?.until)
    let late = OutcomeReport(
      attempt: AttemptNumber(2), .runFinished(.background("two"), .failure))
    #expect(
      try world.when(.report(late), after: .seconds(0)).contains("watch after attempt 2 passed"))
    #expect(world.state.attempt == nil)
  }

  @Test("analysis that ended well in its watch is asked for no more")
  func endedWell() throws {
    var world = try watched(.rollback)
    #expect(world.directive.runs.count == 1)
    try world.when(reported: .runFinished(.background("two"), .success), under: 2)
    #expect(world.directive.runs.isEmpty)
  }

  @Test("no other object stands for watched analysis: by type, by hash, or known from before")
  func otherObjects() throws {
    var world = try unseen()
    try world.when(reported: .revisionObserved(2, LocalRevision(podHash: "aaa")), under: nil)
    #expect(try world.when(reported: .runCreated(.step(0, "a", "aaa")), under: nil) == [])
    #expect(try world.when(reported: .runCreated(.background("b", "bbb")), under: nil) == [])
    #expect(
      try world.when(reported: .runCreated(.background("c", "aaa")), under: nil)
        == ["background created as c"])

    var known = try watched(.rollback)
    try known.decide(.start(3))
    try known.when(reported: .available(3))
    #expect(known.state.watch?.revision == 3)
    #expect(try known.when(reported: .runCreated(.background("two")), under: nil) == [])
  }

  @Test("what was stable before and after a way back to it is nothing to go back to")
  func nothingBelow() throws {
    var world = try unseen()
    try world.decide(.start(3))
    try world.decide(insisting(2))
    try world.when(reported: .available(2))
    #expect(world.state.watch?.previous == 2)
    let brief = try world.when(reported: .runFinished(.background("b"), .failure), under: nil)
    #expect(
      message(brief).contains("no automatic rollback: revision 2, stable before, is not below"))
  }

  @Test("a message that fills its bound is kept whole")
  func exactMessage() throws {
    func failed(_ length: Int) throws -> String {
      var world = try watched(.rollback)
      try world.ask(.hold(1))
      let result = RunResult(
        phase: .failed, measurements: 1, message: String(repeating: "x", count: length))
      let events = try world.decide(
        .report(.init(attempt: AttemptNumber(2), .runFinished(.background("two"), result))))
      for case .watchEnded(_, .failed(_, let message), now: _) in events { return message }
      return ""
    }
    let why = try failed(0).utf8.count
    let whole = try failed(2_048 - why - 2)
    #expect(whole.utf8.count == 2_048)
    #expect(try failed(2_048 - why - 1).utf8.count == 2_048)
  }

  @Test("adopting what is stable, with history that was not known, leaves the watch alone")
  func adoptedHistory() throws {
    var world = try unseen()
    #expect(
      try world.when(.adopt(Adoption(stable: 2, history: [1, 3]))) == ["adopted 2, history 1 3"])
    #expect(world.state.watch != nil)
  }

  @Test("of many revisions that were stable the one that stopped last comes first")
  func previousStable() throws {
    var world = try World(revisions: 60)
    for number in 1...60 { try world.promote(number) }
    try world.decide(rollback(nil))
    #expect(world.state.attempt?.revision == 59)
  }
}
