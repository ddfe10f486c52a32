import RolloutCore
import RolloutTestKit
import Testing

@Suite("When analysis is due")
struct AnalysisNeedTests {
  func need(_ type: RunType, _ world: World) -> AnalysisNeed {
    RolloutDecider.analysisNeed(type, world.state, in: world.context)
  }

  static let background = Strategy.BackgroundAnalysis(plan: .errorRate)

  func canary(
    _ steps: [Strategy.Step], _ background: Strategy.BackgroundAnalysis? = background
  ) throws -> World {
    try attempting(
      .canary(Canary(steps: steps, background: background)), window: RollbackWindow(revisions: 3))
  }

  @Test("nothing is due while nothing is in progress", arguments: RunType.allCases)
  func atRest(type: RunType) throws {
    var world = try canary([.analysis(.errorRate)])
    #expect(need(type, try World()) == .notDue(.noAttempt))
    try world.decide(.abort)
    #expect(need(type, world) == .notDue(.noAttempt))
  }

  @Test(
    "nothing is due in a rollback inside its window, whatever the type", arguments: RunType.allCases
  )
  func fast(type: RunType) throws {
    var world = try canary([.analysis(.errorRate)])
    try world.promote(2)
    try world.decide(rollback(1))
    #expect(need(type, world) == .notDue(.fastTrack))
  }

  @Test(
    "nothing is due in a first deployment and in a return to stable", arguments: RunType.allCases)
  func firstAndReturn(type: RunType) throws {
    var world = try canary([.analysis(.errorRate)])
    try world.decide(.start(1))
    #expect(need(type, world) == .notDue(.fastTrack))
    var fresh = try World(
      Strategy(
        replicas: 1,
        kind: .canary(Canary(steps: [.analysis(.errorRate)], background: Self.background))))
    try fresh.decide(.start(1))
    #expect(need(type, fresh) == .notDue(.fastTrack))
  }

  @Test("nothing is due after promote-full", arguments: RunType.allCases)
  func fullPromotion(type: RunType) throws {
    var world = try canary([.analysis(.errorRate)])
    try world.decide(.promoteFull)
    #expect(need(type, world) == .notDue(.fullPromotion))
  }

  @Test("each type is its strategy's: none of blue-green's for a canary, none of a canary's there")
  func strategies() throws {
    let canary = try canary([.pause(nil)], nil)
    for type in [RunType.background, .prePromotion, .postPromotion] {
      #expect(need(type, canary) == .notDue(.notConfigured))
    }
    let blueGreen = try attempting(.blueGreen(BlueGreen()))
    for type in [RunType.background, .prePromotion, .postPromotion] {
      #expect(need(type, blueGreen) == .notDue(.notConfigured))
    }
    for type in [RunType.step, .experiment, .plugin] {
      #expect(need(type, canary) == .notDue(.notAtStep))
      #expect(need(type, blueGreen) == .notDue(.notAtStep))
    }
  }

  @Test("an empty list of templates is nothing to run")
  func empty() throws {
    let none = AnalysisPlan(templates: [])
    let world = try canary([.analysis(none)], .init(plan: none))
    #expect(need(.background, world) == .notDue(.noTemplates))
    #expect(need(.step, world) == .notDue(.noTemplates))
    let blueGreen = try attempting(
      .blueGreen(BlueGreen(prePromotion: none, postPromotion: none)))
    #expect(need(.prePromotion, blueGreen) == .notDue(.noTemplates))
    #expect(need(.postPromotion, blueGreen) == .notDue(.noTemplates))
  }

  @Test("background analysis waits for its starting step and then runs until the end, once")
  func startingStep() throws {
    var world = try canary(
      [.pause(nil), .pause(nil)], .init(plan: .errorRate, startingStep: 1))
    #expect(need(.background, world) == .notDue(.beforeStartingStep))
    try world.decide(.resume)
    #expect(need(.background, world) == .running(RunKey(type: .background)))
    try world.when(reported: .runFinished(.background("b"), .success))
    #expect(need(.background, world) == .done(RunKey(type: .background)), "ended early: not again")
    try world.decide(.resume)
    #expect(need(.background, world) == .done(RunKey(type: .background)))
  }

  @Test("a starting step equal to the number of steps begins when all are done")
  func startingAtTheEnd() throws {
    var world = try canary([.pause(nil)], .init(plan: .errorRate, startingStep: 1))
    #expect(try world.when(.resume).last == "background scheduled")
  }

  @Test("without steps background analysis is due at once")
  func withoutSteps() throws {
    #expect(need(.background, try canary([])) == .running(RunKey(type: .background)))
  }

  @Test("a step's analysis belongs to the step that is current")
  func step() throws {
    var world = try canary([.analysis(.errorRate), .analysis(.errorRate)], nil)
    #expect(need(.step, world) == .running(RunKey(type: .step, stepIndex: 0)))
    #expect(
      try world.when(.promote) == [
        "step 0 cancelled (step-skipped)", "step 1 (promoted)", "step 1 scheduled",
      ])
    #expect(need(.step, world) == .running(RunKey(type: .step, stepIndex: 1)))
  }

  @Test("while something inconclusive waits everything is frozen; resumed, it is due again")
  func frozen() throws {
    var world = try canary([.analysis(.errorRate)])
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    #expect(need(.step, world) == .frozen(.inconclusiveAnalysis))
    #expect(need(.background, world) == .running(RunKey(type: .background)), "goes on")
    try world.decide(.resume)
    #expect(need(.step, world) == .running(RunKey(type: .step, stepIndex: 0, round: 2)))
  }

  @Test("nothing begins while a person holds the rollout, and nothing is stopped")
  func held() throws {
    var world = try canary([.pause(.seconds(10)), .analysis(.errorRate)])
    try world.decide(.pause)
    #expect(need(.background, world) == .running(RunKey(type: .background)))
    #expect(try world.when(.tick, after: .seconds(100)) == [])
    #expect(need(.step, world) == .notDue(.notAtStep))
  }

  @Test("a retry runs everything that is due again, from the first step")
  func retry() throws {
    var world = try canary([.analysis(.errorRate)])
    try world.when(reported: .runFinished(.step(0, "a"), .success))
    try world.when(reported: .runFinished(.background("b"), .failure))
    #expect(
      try world.when(.retry) == [
        "attempt 3: forward to 2, full", "background scheduled", "step 0 scheduled",
      ])
  }

  @Test(
    "a run proves only what it measured",
    arguments: [
      (RunResult(phase: .successful, measurements: 3), RunReading.verified),
      (RunResult(phase: .successful, measurements: 0), .skipped),
      (RunResult(phase: .successful, measurements: 3, evidence: .noData), .noData),
      (RunResult(phase: .successful, measurements: 3, evidence: .vacuous), .vacuous),
      (RunResult(phase: .failed, measurements: 3, evidence: .vacuous), .failed),
      (RunResult(phase: .error, measurements: 0), .failed),
      (RunResult(phase: .inconclusive, measurements: 1), .inconclusive),
    ])
  func readings(result: RunResult, reading: RunReading) throws {
    var world = try canary([.analysis(.errorRate)], nil)
    try world.when(reported: .runFinished(.step(0, "a"), result))
    let readings = world.log.compactMap { entry in
      if case .runFinished(_, _, _, let reading, now: _) = entry.event { reading } else { nil }
    }
    #expect(readings == [reading])
  }

  @Test("failed and error have the same effect: an abort", arguments: [RunResult.failure, .error])
  func aborts(result: RunResult) throws {
    var world = try canary([.analysis(.errorRate)])
    try world.when(reported: .runFinished(.step(0, "a"), result))
    guard case .aborted(.analysis(let key, _)) = world.state.lastEnded?.verdict else {
      Issue.record("not aborted")
      return
    }
    #expect(key == RunKey(type: .step, stepIndex: 0))
  }

  @Test("successful background analysis changes nothing")
  func backgroundSuccess() throws {
    var world = try canary([.pause(nil)])
    #expect(
      try world.when(reported: .runFinished(.background("b"), .success)) == [
        "background created as b", "background finished successful, verified",
      ])
  }
}
