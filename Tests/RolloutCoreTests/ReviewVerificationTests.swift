import RolloutCore
import RolloutTestKit
import Testing

@Suite("Verifications that do not get lost")
struct ReviewVerificationTests {
  /// Revision 1 owes, went away for 5, and a second emergency goes back to it.
  private func owedTwice() throws -> World {
    var world = try owed()
    try world.when(reported: .changeObserved(5, nil), under: nil)
    try world.decide(.promoteFull)
    try world.when(reported: .available(5))
    try world.decide(emergency(1))
    return world
  }

  @Test("a second emergency that is aborted leaves the debt of the first")
  func abortedSecond() throws {
    var world = try owedTwice()
    try world.decide(.abort)
    #expect(world.state.debts.map(\.revision) == [1])
    #expect(world.state.debts.map(\.attempt) == [AttemptNumber(5)])
    #expect(world.replayed == world.state)
  }

  @Test("a second emergency that becomes stable takes the debt over, and it is verified once")
  func promotedSecond() throws {
    var world = try owedTwice()
    let brief = try world.when(reported: .available(1))
    #expect(brief.count { $0.contains("verification scheduled") } == 1)
    #expect(world.state.debts.map(\.attempt) == [AttemptNumber(world.state.attempts)])
    #expect(world.directive.runs.count == 1)
    #expect(world.replayed == world.state)
  }

  @Test("a cancelled verification is scheduled at rest again, also when its end was reported")
  func stoppedIsScheduledAgain() throws {
    var world = try owed()
    try world.when(reported: .runCreated(.verification("check")), under: nil)
    try world.when(reported: .changeObserved(5, nil), under: nil)
    try world.when(
      .report(.init(attempt: nil, .runFinished(.verification("check"), .unmeasured))), by: .agent)
    #expect(try world.when(.abort).contains("verification round 2 scheduled"))
  }

  @Test("a verification that never appeared is run again on demand")
  func missed() throws {
    var world = try owed()
    #expect(try world.when(.verify) == [], "it may still appear")
    #expect(try world.when(.tick, after: .seconds(301)).contains("verification missing"))
    #expect(
      try world.when(.verify)
        == ["verification cancelled (repeated)", "verification round 2 scheduled"])
    #expect(world.directive.runs.map(\.key.round) == [2])
  }

  @Test("a verification whose object is gone is run again on demand")
  func gone() throws {
    var world = try owed()
    try world.when(reported: .runCreated(.verification("check")), under: nil)
    #expect(
      try world.when(.verify)
        == ["verification cancelled (repeated)", "verification round 2 scheduled"])
    try world.when(reported: .runFinished(.verification("check"), .success), under: nil)
    #expect(!world.state.debts.isEmpty, "what was cancelled pays nothing")
    try world.when(reported: .runFinished(.verification("check.1"), .success), under: nil)
    #expect(world.state.debts.isEmpty)
  }

  @Test("while the emergency itself runs, a forward attempt is told to wait or to abort it")
  func whileItRuns() throws {
    var world = try owing()
    try world.decide(emergency(1))
    #expect(try world.when(.start(5)) == ["refused: verification-owed"])
    let message = try refusal(&world, .start(5))
    #expect(message.contains("`windlass abort shop/checkout`") && message.contains("wait"))
    #expect(!message.contains("windlass run-verification"))
  }

  @Test("an attempt's analysis is not repeated without end")
  func endless() throws {
    var world = try World(background: .init(plan: .errorRate))
    try world.promote(1)
    try world.decide(.start(2))
    world.given([.paused(AttemptNumber(2), .person, by: .ann, now: world.now)])
    world.given(
      (2...1_000).map {
        .runScheduled(AttemptNumber(2), RunKey(type: .background, round: $0), now: world.now)
      })
    world.given(
      (1...1_000).map {
        .runFinished(
          AttemptNumber(2), RunKey(type: .background, round: $0), .unclear, .inconclusive,
          now: world.now)
      })
    world.given([.paused(AttemptNumber(2), .inconclusiveAnalysis, by: nil, now: world.now)])
    #expect(try world.when(.resume) == ["resumed (person)"], "a person's pause can be lifted")
    for command in [RolloutCommand.resume, .promote] {
      #expect(try world.when(command) == ["refused: limit-reached"])
      #expect(try refusal(&world, command).contains("windlass abort shop/checkout"))
    }
    #expect(try world.when(.promoteFull).contains("full promotion requested"))
  }
}
