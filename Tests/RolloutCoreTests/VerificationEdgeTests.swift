import RolloutCore
import RolloutTestKit
import Testing

@Suite("Verifications at their edges")
struct VerificationEdgeTests {
  private let blank = Requester(principal: "ann", reason: "  ")

  /// A blue-green rollout whose revision 1 is kept for a long while, where policy lets emergencies
  /// go outside the window.
  private func kept() throws -> World {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .blueGreen(
          BlueGreen(prePromotion: .errorRate, scaleDownDelay: .seconds(10_000)))), revisions: 3,
      policies: [
        RolloutPolicy(
          name: "calm", emergency: EmergencyRule(allowedOutsideWindow: true))
      ])
    try world.promote(1, 2)
    return world
  }

  @Test("an emergency to what is still held owes nothing: it skips no window")
  func heldEmergency() throws {
    var world = try kept()
    try world.decide(emergency(1))
    #expect(world.state.attempt?.track == .fast)
    #expect(world.state.debts.isEmpty)
  }

  @Test("a rollback to what is still held can become an emergency, and owes nothing either")
  func heldEscalated() throws {
    var world = try kept()
    try world.decide(rollback(1))
    #expect(try world.when(.escalate) == ["attempt 3 now fast, emergency"])
    #expect(world.state.debts.isEmpty)
    for event in world.log.suffix(1).map(\.event) {
      guard case .attemptReclassified(let change) = event else {
        Issue.record("\(event.brief)")
        continue
      }
      #expect(change.rule == .stillHeldByScaleDownDelay)
    }
  }

  @Test("what is asked of the cluster ends where it is only observed from now on")
  func observedLater() throws {
    var world = try owed()
    #expect(world.directive.runs.count == 1)
    world.registration.mode = .observe
    #expect(world.directive.runs.isEmpty)
  }

  @Test("a forward attempt beside another attempt is told to verify, not to wait for that one")
  func owedBesideAnother() throws {
    var world = try owed()
    try world.decide(.adopt(Adoption(stable: 4)))
    try world.decide(rollback(2))
    #expect(try refusal(&world, .start(5)).contains("windlass waive-verification"))
  }

  @Test("a reason of spaces is none")
  func blankReason() throws {
    var world = try owed()
    #expect(try world.when(.waiveVerification, by: blank) == ["refused: waiver-needs-reason"])
    var calm = try threeStable()
    #expect(try calm.when(emergency(2), by: blank) == ["refused: emergency-needs-reason"])
  }

  @Test("waiving what is late tells that it was late")
  func waivedLate() throws {
    var world = try owed()
    let debt = try #require(world.state.debts.first)
    world.now = debt.due + .seconds(1)
    let events = try world.decide(.waiveVerification)
    #expect(events.first == .verificationOverdue(debt.attempt, now: world.now))
  }

  @Test("only the latest verifications of a debt are kept, and their rounds go on")
  func manyRounds() throws {
    var world = try owed()
    for round in 1...12 {
      try world.when(
        reported: .runFinished(.verification("check-\(round)"), .failure), under: nil)
      #expect(try world.when(.verify) == ["verification round \(round + 1) scheduled"])
    }
    let debt = try #require(world.state.debts.first)
    #expect(debt.runs.map(\.key.round) == Array(4...13))
    #expect(debt.round == 13)
  }

  @Test("no other object stands for a verification, by its type or by its hash")
  func otherObjects() throws {
    var world = try owed()
    try world.when(reported: .revisionObserved(1, LocalRevision(podHash: "aaa")), under: nil)
    for other in [RunObject.background("a", "aaa"), .verification("b", "bbb")] {
      try world.when(reported: .runCreated(other), under: 9)
      #expect(world.state.debts.first?.runs.map(\.object) == [nil])
    }
    #expect(
      try world.when(reported: .runCreated(.verification("c", "aaa")), under: 9)
        == ["verification created as c"])
  }

  @Test("at the bound of debts an emergency to what owes already owes beside it until it is stable")
  func oneMoreDebt() throws {
    var world = try World(
      revisions: 40,
      policies: [
        RolloutPolicy(
          name: "calm", window: RollbackWindow(revisions: 1),
          emergency: EmergencyRule(allowedOutsideWindow: true))
      ])
    for number in 1...39 { try world.promote(number) }
    for step in 1...16 {
      let target = RevisionNumber(UInt32(39 - 2 * step))
      try world.decide(emergency(target))
      try world.when(reported: .available(target))
    }
    try world.decide(.adopt(Adoption(stable: 40)))
    try world.decide(emergency(7))
    #expect(world.state.debts.count == 17)
    let now = world.now
    var more = world
    more.given([
      .verificationOwed(AttemptNumber(world.state.attempts), 8, due: now, now: now)
    ])
    #expect(more.state.debts.count == 17, "an attempt owes once")
    try world.when(reported: .available(7))
    #expect(world.state.debts.count == 16)
  }

  @Test("a debt that is due at the end of time sets no timer")
  func dueNever() throws {
    var world = try owing(deadline: Interval(microseconds: .max))
    try world.decide(emergency(1))
    try world.when(reported: .available(1))
    try world.when(reported: .runCreated(.verification("check")), under: nil)
    #expect(world.state.debts.first?.due.microseconds == .max)
    #expect(world.nextDue == nil)
  }
}
