import RolloutCore
import RolloutTestKit
import Testing

/// Four stable revisions, a window of one, and a policy that lets emergencies go outside it.
func owing(
  deadline: Interval = .seconds(3_600), background: AnalysisPlan? = .errorRate,
  mode: ClusterRegistration.Mode = .enforce
) throws -> World {
  var world = try World(
    background: background.map { Strategy.BackgroundAnalysis(plan: $0) },
    policies: [
      RolloutPolicy(
        name: "calm", window: RollbackWindow(revisions: 1),
        emergency: EmergencyRule(allowedOutsideWindow: true, verificationDeadline: deadline))
    ])
  world.registration.mode = mode
  try world.promote(1, 2, 3, 4)
  return world
}

/// The emergency is over and stable; its verification is scheduled.
func owed(background: AnalysisPlan? = .errorRate) throws -> World {
  var world = try owing(background: background)
  try world.decide(emergency(1))
  try world.when(reported: .available(1))
  return world
}

extension RunObject {
  static func verification(_ name: String, _ podHash: String = "") -> RunObject {
    RunObject(name: name, type: .verification, podHash: podHash)
  }
}

@Suite("Emergencies outside the window")
struct EmergencyTests {
  @Test("without a policy that allows it, an emergency outside the window is refused")
  func refused() throws {
    var world = try World(
      policies: [RolloutPolicy(name: "calm", window: RollbackWindow(revisions: 1))])
    try world.promote(1, 2, 3, 4)
    #expect(try world.when(emergency(1)) == ["refused: emergency-outside-window"])
    try world.ask(
      .register(
        Registration(policies: [
          RolloutPolicy(name: "no", emergency: EmergencyRule(allowedOutsideWindow: false))
        ])))
    #expect(try world.when(emergency(1)) == ["refused: emergency-outside-window"])
  }

  @Test("where policy allows it, it goes fast and owes a verification until the deadline")
  func allowed() throws {
    var world = try owing(deadline: .seconds(600))
    let events = try world.decide(emergency(1))
    let attempt = try #require(world.state.attempt)
    #expect(attempt.track == .fast)
    #expect(attempt.contract != nil)
    #expect(attempt.classification.rules.last == .emergencyOwesVerification)
    #expect(attempt.classification.facts.contains { $0.kind == .emergencyPolicy })
    #expect(
      events.contains(
        .verificationOwed(attempt.number, 1, due: world.now + .seconds(600), now: world.now)))
    #expect(world.state.debts.map(\.revision) == [1])
    #expect(!events.contains { if case .runScheduled = $0 { true } else { false } })
  }

  @Test("inside the window an emergency owes nothing")
  func inside() throws {
    var world = try owing()
    try world.decide(emergency(3))
    #expect(world.state.debts.isEmpty)
    #expect(world.state.attempt?.classification.rules.last == .emergencyInsideWindow)
  }

  @Test("a reason is needed outside the window too")
  func reason() throws {
    var world = try owing()
    #expect(try world.when(emergency(1), by: .silent) == ["refused: emergency-needs-reason"])
  }

  @Test("a regular rollback outside the window that is escalated owes the same")
  func escalated() throws {
    var world = try owing()
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == .full)
    try world.decide(.escalate)
    #expect(world.state.attempt?.track == .fast)
    #expect(world.state.debts.map(\.revision) == [1])
  }

  @Test("an emergency that does not become stable owes nothing any more")
  func aborted() throws {
    var world = try owing()
    try world.decide(emergency(1))
    try world.decide(.abort)
    #expect(world.state.debts.isEmpty)
    #expect(world.replayed == world.state)
  }

  @Test("one that is made to run its analysis after all owes nothing any more")
  func required() throws {
    var world = try owing()
    try world.decide(emergency(1))
    try world.decide(.requireAnalysis)
    #expect(world.state.debts.isEmpty)
    #expect(world.state.attempt?.track == .full)
  }

  @Test(
    "the verification is scheduled as soon as the emergency is stable, and asked of the cluster")
  func scheduled() throws {
    var world = try owing()
    try world.decide(emergency(1))
    let brief = try world.when(reported: .available(1))
    #expect(brief.contains("verification scheduled"))
    #expect(world.directive.runs.map(\.key) == [RunKey(type: .verification)])
    #expect(world.directive.runs.map(\.work) == [.analysis(.errorRate)])
  }

  @Test("only a run that ends verified pays", arguments: RunReading.allCases)
  func pays(reading: RunReading) throws {
    let result: RunResult? =
      switch reading {
      case .verified: .success
      case .failed: .failure
      case .inconclusive: .unclear
      case .skipped: .unmeasured
      case .vacuous: RunResult(phase: .successful, measurements: 3, evidence: .vacuous)
      case .noData: RunResult(phase: .successful, measurements: 3, evidence: .noData)
      case .stopped: nil
      }
    guard let result else { return }
    var world = try owed()
    let brief = try world.when(reported: .runFinished(.verification("check"), result))
    #expect(brief.contains { $0.contains(reading.rawValue) })
    #expect(world.state.debts.isEmpty == (reading == .verified))
    #expect(world.state.phase == .healthy)
  }

  @Test("forward attempts wait until it is paid; the refusal names both ways out")
  func blocks() throws {
    var world = try owed()
    #expect(try world.when(.start(5)) == ["refused: verification-owed"])
    let refusal = #expect(throws: Refusal.self) { try world.decide(.start(5)) }
    #expect(refusal?.message.contains("windlass run-verification") == true)
    #expect(refusal?.message.contains("windlass waive-verification") == true)
    try world.when(reported: .runFinished(.verification("check"), .success))
    try world.decide(.start(5))
    #expect(world.state.attempt?.revision == 5)
  }

  @Test("a retry of a forward attempt waits too")
  func retryWaits() throws {
    var world = try owed()
    try world.when(reported: .changeObserved(5, nil), under: nil)
    try world.decide(.abort)
    #expect(try world.when(.retry) == ["refused: verification-owed"])
  }

  @Test("going back is never held up by what is owed")
  func goingBack() throws {
    var world = try World(
      policies: [
        RolloutPolicy(
          name: "calm", window: RollbackWindow(revisions: 1),
          emergency: EmergencyRule(allowedOutsideWindow: true))
      ])
    try world.promote(1, 2, 3, 4, 5)
    try world.decide(emergency(3))
    try world.when(reported: .available(3))
    try world.decide(rollback(2))
    #expect(world.state.attempt?.revision == 2)
    try world.decide(.rollback(RollbackRequest(target: 3)))
    #expect(world.state.attempt?.classification.kind == .returnToStable)
    try world.when(reported: .available(3))
    try world.decide(emergency(1))
    #expect(world.state.debts.map(\.revision) == [3, 1])
  }

  @Test("what happens outside Windlass is adopted although something is owed")
  func observed() throws {
    var world = try owed()
    try world.when(reported: .changeObserved(5, nil), under: nil)
    #expect(world.state.attempt?.revision == 5)
    #expect(world.state.debts.map(\.revision) == [1])
  }

  @Test("a failed verification is not repeated by itself; `verify` runs it again")
  func repeated() throws {
    var world = try owed()
    try world.when(reported: .runFinished(.verification("check"), .failure))
    #expect(world.state.debts.first?.openRun == nil)
    #expect(try world.when(.tick) == [])
    #expect(try world.when(.verify) == ["verification round 2 scheduled"])
    #expect(try world.when(.verify) == [])
    try world.when(reported: .runFinished(.verification("check-2"), .success))
    #expect(world.state.debts.isEmpty)
    #expect(try world.when(.verify) == ["refused: nothing-owed"])
  }

  @Test("another attempt cancels a running verification, and rest schedules it again")
  func replaced() throws {
    var world = try owed()
    try world.when(reported: .runCreated(.verification("check")))
    let brief = try world.when(.report(.init(attempt: nil, .changeObserved(5, nil))))
    #expect(brief.contains("verification cancelled (attempt-ended)"))
    #expect(try world.when(.verify) == ["refused: attempt-running"])
    let after = try world.when(.abort)
    #expect(after.contains("verification round 2 scheduled"))
    // The cancelled one tells how it stopped, and pays nothing.
    try world.when(reported: .runFinished(.verification("check"), .success), under: nil)
    #expect(world.state.debts.first?.runs.count == 2)
    #expect(!world.state.debts.isEmpty)
  }

  @Test("rest after another attempt does not repeat one that was tried to its end")
  func tried() throws {
    var world = try owed()
    try world.when(reported: .runFinished(.verification("check"), .failure))
    try world.when(reported: .changeObserved(5, nil), under: nil)
    #expect(try world.when(.abort).filter { $0.contains("verification") } == [])
    #expect(try world.when(.verify) == ["verification round 2 scheduled"])
  }

  @Test("with no analysis to run it stays owed, and `verify` says so")
  func nothingToRun() throws {
    var world = try owed(background: nil)
    #expect(world.directive.runs.isEmpty)
    let refusal = #expect(throws: Refusal.self) { try world.decide(.verify) }
    #expect(refusal?.rule == .verificationOwed)
    #expect(refusal?.message.contains("no analysis to run") == true)
  }

  @Test("a revision that is not stable any more cannot be measured; it stays owed")
  func gone() throws {
    var world = try owed()
    try world.when(reported: .changeObserved(5, nil), under: nil)
    try world.decide(.promoteFull)
    try world.when(reported: .available(5))
    let refusal = #expect(throws: Refusal.self) { try world.decide(.verify) }
    #expect(refusal?.rule == .verificationOwed)
    #expect(try world.when(.start(6)) == ["refused: verification-owed"])
  }

  @Test("a cluster that is only observed runs no verification")
  func onlyObserved() throws {
    var world = try owing(mode: .observe)
    try world.decide(emergency(1))
    let brief = try world.when(reported: .available(1))
    #expect(!brief.contains("verification scheduled"))
    #expect(try world.when(.verify) == ["refused: verification-owed"])
  }

  @Test("waiving needs a reason, forgives everything and stops what runs")
  func waived() throws {
    var world = try owed()
    #expect(
      try world.when(.waiveVerification, by: .silent) == ["refused: waiver-needs-reason"])
    let events = try world.decide(.waiveVerification)
    #expect(
      events.contains(.verificationWaived(AttemptNumber(5), by: .ann, now: world.now)))
    #expect(
      events.contains { if case .runCancelled = $0 { true } else { false } })
    #expect(world.state.debts.isEmpty)
    #expect(world.directive.runs.isEmpty)
    #expect(try world.when(.waiveVerification) == ["refused: nothing-owed"])
    try world.decide(.start(5))
  }

  @Test(
    "it is overdue once, after the deadline and not at it",
    arguments: [(0, false), (1, true)] as [(Int64, Bool)])
  func overdue(late: Int64, told: Bool) throws {
    var world = try owed()
    let debt = try #require(world.state.debts.first)
    world.now = debt.due + Interval(microseconds: late)
    let events = try world.decide(.tick, after: .seconds(0))
    #expect(events.contains(.verificationOverdue(debt.attempt, now: world.now)) == told)
    #expect(try world.when(.tick).contains { $0.contains("overdue") } == !told)
    #expect(!world.state.debts.isEmpty)
  }

  @Test("the timer is set for the first moment after the deadline, and not again once told")
  func timer() throws {
    var world = try owed(background: nil)
    let debt = try #require(world.state.debts.first)
    #expect(world.nextDue == debt.due + Interval(microseconds: 1))
    world.now = try #require(world.nextDue)
    try world.decide(.tick, after: .seconds(0))
    #expect(world.nextDue == nil)
  }

  @Test("paid too late it is overdue first, even if no timer fired")
  func late() throws {
    var world = try owed()
    let debt = try #require(world.state.debts.first)
    world.now = debt.due
    let events = try world.decide(
      .report(.init(attempt: nil, .runFinished(.verification("check"), .success))), by: .agent)
    #expect(events.contains(.verificationOverdue(debt.attempt, now: world.now)))
    #expect(world.state.debts.isEmpty)
  }

  @Test("a revision owes once: a second emergency to it keeps the earlier deadline")
  func twice() throws {
    var world = try owed()
    let due = try #require(world.state.debts.first?.due)
    try world.when(reported: .changeObserved(5, nil), under: nil)
    try world.decide(.promoteFull)
    try world.when(reported: .available(5))
    try world.decide(emergency(1))
    try world.when(reported: .available(1))
    #expect(world.state.debts.map(\.due) == [due])
    #expect(world.state.debts.map(\.attempt) == [AttemptNumber(world.state.attempts)])
  }

  @Test("no more revisions may owe than the bound; the refusal names the waiver")
  func bounded() throws {
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
    #expect(world.state.debts.count == 16)
    #expect(try world.when(emergency(3)) == ["refused: limit-reached"])
    #expect(try world.when(rollback(3)).first?.contains("full") == true)
  }

  @Test("what is owed is all analysis of the strategy, each template once, experiments left out")
  func plan() {
    func template(_ name: String) -> AnalysisTemplate {
      AnalysisTemplate(name: name, metrics: [.init(name: name, provider: "web")])
    }
    func plan(_ names: String..., arguments: [AnalysisPlan.Argument] = []) -> AnalysisPlan {
      AnalysisPlan(templates: names.map(template), arguments: arguments)
    }
    let canary = Strategy(
      replicas: 1,
      steps: [
        .analysis(plan("a", "b", arguments: [.init(name: "x", value: "2")])),
        .experiment(
          .init(templates: [], analyses: [.init(name: "e", plan: plan("e"))])),
        .analysis(plan("c")),
      ],
      background: .init(plan: plan("b", "d", arguments: [.init(name: "x", value: "1")])))
    let whole = AnalysisPlan.verification(of: canary)
    #expect(whole?.templates.map(\.name) == ["b", "d", "a", "c"])
    #expect(whole?.arguments == [.init(name: "x", value: "1")])
    let blueGreen = Strategy(
      replicas: 1,
      kind: .blueGreen(BlueGreen(prePromotion: plan("pre"), postPromotion: plan("post"))))
    #expect(
      AnalysisPlan.verification(of: blueGreen)?.templates.map(\.name) == ["pre", "post"])
    #expect(AnalysisPlan.verification(of: Strategy(replicas: 1, steps: [])) == nil)
  }
}
