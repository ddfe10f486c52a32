import RolloutCore
import RolloutTestKit
import Testing

/// Revisions 1 and 2 promoted with all steps, 2 with its background analysis running on.
func watched(
  _ reaction: WatchRule.Reaction, window: RollbackWindow? = RollbackWindow(revisions: 2),
  steps: [Strategy.Step] = [], mode: ClusterRegistration.Mode = .enforce
) throws -> World {
  var world = try World(
    steps: steps, background: .init(plan: .errorRate), window: window,
    policies: [
      RolloutPolicy(
        name: "watchful", watch: WatchRule(duration: .seconds(600), onFailure: reaction))
    ])
  world.registration.mode = mode
  try world.promote(1)
  try world.decide(.start(2))
  try world.when(reported: .runCreated(.background("two")))
  try world.when(reported: .available(2))
  return world
}

/// What a watch that failed says.
private func failure(_ events: [RolloutEvent]) -> String? {
  for case .watchEnded(_, .failed(_, let message), now: _) in events { return message }
  return nil
}

/// The background analysis of a watch fails.
private func failing(_ name: String, under attempt: UInt32) -> RolloutCommand {
  .report(.init(attempt: AttemptNumber(attempt), .runFinished(.background(name), .failure)))
}

@Suite("Watch after promotion")
struct WatchTests {
  @Test("background analysis goes on after promotion until the watch ends")
  func goesOn() throws {
    let world = try watched(.record)
    let watch = try #require(world.state.watch)
    #expect(watch.revision == 2)
    #expect(watch.previous == 1)
    #expect(watch.until == world.now + .seconds(600))
    #expect(world.state.phase == .healthy)
    #expect(world.directive.runs.map(\.key) == [RunKey(type: .background)])
    #expect(world.nextDue == watch.until)
    #expect(world.replayed == world.state)
  }

  @Test("without a policy it ends with the promotion, as in Argo")
  func none() throws {
    var world = try World(background: .init(plan: .errorRate))
    try world.promote(1)
    try world.decide(.start(2))
    let brief = try world.when(reported: .available(2))
    #expect(brief.contains("background cancelled (attempt-ended)"))
    #expect(world.state.watch == nil)
  }

  @Test("a cluster that is only observed is not watched: there Argo stops the analysis")
  func onlyObserved() throws {
    #expect(try watched(.rollback, mode: .observe).state.watch == nil)
  }

  @Test("a full promotion skips the analysis, so there is nothing to watch")
  func fullPromotion() throws {
    var world = try watched(.rollback)
    try world.promote(3)
    #expect(world.state.watch == nil)
  }

  @Test(
    "it passes at its end and not before",
    arguments: [(-1, false), (0, true)] as [(Int64, Bool)])
  func passes(late: Int64, ended: Bool) throws {
    var world = try watched(.rollback)
    let watch = try #require(world.state.watch)
    world.now = watch.until + Interval(microseconds: late)
    let events = try world.decide(.tick, after: .seconds(0))
    #expect(events.contains(.watchEnded(watch.attempt, .passed, now: world.now)) == ended)
    #expect(
      events.contains(
        .runCancelled(watch.attempt, RunKey(type: .background), .watchEnded, now: world.now))
        == ended)
    #expect((world.state.watch == nil) == ended)
  }

  @Test("a run stopped by the end of its watch is read as stopped")
  func stopped() throws {
    var world = try watched(.rollback)
    world.now = try #require(world.state.watch).until
    try world.decide(.tick, after: .seconds(0))
    let brief = try world.when(reported: .runFinished(.background("two"), .success), under: 2)
    #expect(brief == ["background finished successful, stopped"])
  }

  @Test("a failure reported after the end comes too late, whether or not the timer fired")
  func tooLate() throws {
    var world = try watched(.rollback)
    world.now = try #require(world.state.watch).until
    let brief = try world.when(reported: .runFinished(.background("two"), .failure), under: 2)
    #expect(world.state.attempt == nil)
    #expect(brief.contains("background finished failed, stopped"))
  }

  @Test(
    "a failure is recorded, and nothing more, where policy says so",
    arguments: [
      RunResult.failure, .error,
    ])
  func recorded(result: RunResult) throws {
    var world = try watched(.record)
    let watch = try #require(world.state.watch)
    let events = try world.decide(
      .report(.init(attempt: watch.attempt, .runFinished(.background("two"), result))), by: .agent)
    #expect(
      events.contains(
        .watchEnded(
          watch.attempt, .failed(RunKey(type: .background), message: result.message),
          now: world.now)))
    #expect(world.state.attempt == nil)
    #expect(world.state.stable == 2)
    #expect(world.state.watch == nil)
  }

  @Test("neither success nor doubt ends the watch", arguments: [RunResult.success, .unclear])
  func goesOnAfter(result: RunResult) throws {
    var world = try watched(.rollback)
    try world.when(reported: .runFinished(.background("two"), result), under: 2)
    #expect(world.state.watch != nil)
    #expect(world.state.phase == .healthy)
    // Told again, or told otherwise, it changes nothing: a run ends once.
    for again in [result, .failure] {
      #expect(try world.when(reported: .runFinished(.background("two"), again), under: 2) == [])
    }
  }

  @Test("where policy says so a failure goes back in the same decision, inside the window fast")
  func automaticInside() throws {
    var world = try watched(.rollback)
    let events = try world.decide(
      .report(.init(attempt: AttemptNumber(2), .runFinished(.background("two"), .failure))),
      by: .agent)
    let attempt = try #require(world.state.attempt)
    #expect(attempt.revision == 1)
    #expect(attempt.track == .fast)
    #expect(attempt.classification.rollback?.rollbackClass == .automatic)
    #expect(attempt.classification.rollback?.answer.verdict == .inside)
    #expect(attempt.classification.rules.contains(.automaticAfterWatch))
    #expect(attempt.classification.rules.last == .insideMeansFast)
    #expect(attempt.by.principal == "windlass")
    #expect(attempt.by.reason.contains("errors 0.2"))
    #expect(events.count { if case .attemptClassified = $0 { true } else { false } } == 1)
    #expect(world.replayed == world.state)
  }

  @Test("outside the window it goes back the full way")
  func automaticOutside() throws {
    var world = try watched(.rollback, window: nil)
    try world.when(reported: .runFinished(.background("two"), .failure), under: 2)
    #expect(world.state.attempt?.revision == 1)
    #expect(world.state.attempt?.track == .full)
    #expect(world.state.attempt?.classification.rules.last == .outsideMeansFull)
  }

  @Test("it goes back once: an automatic rollback that fails its own watch stays where it is")
  func once() throws {
    var world = try watched(.rollback, window: nil)
    try world.when(reported: .runFinished(.background("two"), .failure), under: 2)
    try world.when(reported: .available(1))
    let watch = try #require(world.state.watch)
    #expect(watch.revision == 1)
    let message = failure(try world.decide(failing("one", under: 3), by: .agent))
    #expect(world.state.attempt == nil)
    #expect(message?.contains("no automatic rollback") == true)
    // The same failure told again changes nothing.
    #expect(try world.decide(failing("one", under: 3), by: .agent) == [])
  }

  @Test("never to a held revision: the failure is recorded and says why")
  func held() throws {
    var world = try watched(.rollback)
    try world.ask(.hold(1))
    let message = try #require(failure(try world.decide(failing("two", under: 2), by: .agent)))
    #expect(world.state.attempt == nil)
    #expect(message.contains("no automatic rollback"))
    #expect(message.contains("held by ann"))
    #expect(message.contains("errors 0.2"))
  }

  @Test("nothing lower was stable before: the failure is recorded and says so")
  func nothingBefore() throws {
    var world = try watched(.rollback)
    // Back to 1 the full way, whose previous stable is 2.
    try world.decide(insisting(1))
    try world.when(reported: .available(1))
    #expect(world.state.watch?.revision == 1)
    let message = failure(try world.decide(failing("one", under: 3), by: .agent))
    #expect(message?.contains("is not below revision 1") == true)
    #expect(world.state.attempt == nil)
  }

  @Test("another attempt ends the watch and stops its analysis")
  func replaced() throws {
    var world = try watched(.rollback)
    let brief = try world.when(.start(3))
    #expect(brief.first == "background cancelled (watch-ended)")
    #expect(brief.dropFirst().first?.contains("watch") == true)
    #expect(world.state.watch == nil)
    #expect(world.replayed == world.state)
  }

  @Test("adopting another stable revision ends the watch over the one before")
  func adopted() throws {
    var world = try watched(.rollback)
    var same = world
    let brief = try world.when(.adopt(Adoption(stable: 3)))
    #expect(brief.first == "background cancelled (watch-ended)")
    #expect(world.state.watch == nil)
    #expect(world.state.stable == 3)
    try same.decide(.adopt(Adoption(stable: 2, history: [1])))
    #expect(same.state.watch != nil)
    #expect(world.replayed == world.state)
  }

  @Test("a refused start leaves the watch alone")
  func refusedStart() throws {
    var world = try watched(.rollback)
    try world.ask(.hold(3))
    #expect(try world.when(.start(3)) == ["refused: held-revision"])
    #expect(world.state.watch != nil)
  }

  @Test("a message that is too long is cut at a character, never inside one")
  func bounded() throws {
    var world = try watched(.rollback)
    try world.ask(.hold(1))
    let long = RunResult(
      phase: .failed, measurements: 1, message: String(repeating: "ü", count: 1_024))
    let events = try world.decide(
      .report(.init(attempt: AttemptNumber(2), .runFinished(.background("two"), long))), by: .agent)
    let message = try #require(failure(events))
    #expect(message.utf8.count <= 2_048)
    #expect(message.hasSuffix("ü"))
  }
}
