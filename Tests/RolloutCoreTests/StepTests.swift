import RolloutCore
import RolloutTestKit
import Testing

@Suite("Steps")
struct StepTests {
  static let steps: [Strategy.Step] = [
    .setWeight(20), .pause(.seconds(30)), .analysis(.errorRate), .setWeight(60), .pause(nil),
  ]

  /// Revision 1 is stable, revision 2 is attempted.
  func attempting(
    _ steps: [Strategy.Step], background: Strategy.BackgroundAnalysis? = nil
  ) throws -> World {
    var world = try World(revisions: 4, steps: steps, background: background)
    try world.promote(1)
    try world.decide(.start(2))
    return world
  }

  @Test("the whole way: weight, timed pause, analysis, weight, pause, available, promoted")
  func wholeWay() throws {
    var world = try attempting(Self.steps, background: .init(plan: .errorRate, startingStep: 1))
    #expect(world.directive.weight == 20)
    #expect(
      try world.when(reported: .weightApplied(2, weight: 20, verified: nil)) == [
        "weight 20", "step 1 (weight-applied)", "background scheduled", "paused (step)",
      ])
    #expect(
      try world.when(.tick, after: .seconds(31)) == ["step 2 (pause-elapsed)", "step 2 scheduled"])
    #expect(
      try world.when(reported: .runCreated(.step(2, "run-a"))) == ["step 2 created as run-a"])
    #expect(
      try world.when(reported: .runFinished(.step(2, "run-a"), .success)) == [
        "step 2 finished successful, verified", "step 3 (analysis-successful)",
      ])
    #expect(world.directive.weight == 60)
    #expect(
      try world.when(reported: .weightApplied(2, weight: 60, verified: nil))
        == ["weight 60", "step 4 (weight-applied)", "paused (step)"])
    #expect(try world.when(reported: .available(2)) == [])
    #expect(try world.when(.resume) == ["resumed (step)", "step 5 (resumed)"])
    #expect(world.directive.fullScale)
    #expect(world.directive.weight == 100)
    #expect(
      try world.when(reported: .available(2)) == [
        "revision 2 available", "background cancelled (attempt-ended)", "attempt 2 promoted",
      ])
    #expect(world.state.stable == 2)
    #expect(world.state.phase == .healthy)
  }

  @Test(
    "a timed pause ends strictly after its time, and the timer is due one microsecond later",
    arguments: [(-1, []), (0, []), (1, ["step 1 (pause-elapsed)", "step 1 scheduled"])]
      as [(Int64, [String])])
  func timedPause(microsecondsPast: Int64, then expected: [String]) throws {
    var world = try attempting([.pause(.seconds(30)), .analysis(.errorRate)])
    let entered = world.now
    #expect(world.nextDue == entered + .seconds(30) + Interval(microseconds: 1))
    #expect(
      try world.when(.tick, after: Interval(microseconds: 30_000_000 + microsecondsPast))
        == expected)
  }

  @Test("a pause without a time never ends by itself")
  func endlessPause() throws {
    var world = try attempting([.pause(nil)])
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(1_000_000_000)) == [])
  }

  @Test("a pause longer than time itself never ends, and nothing overflows")
  func longestPause() throws {
    var world = try attempting([.pause(Interval(microseconds: .max))])
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: Interval(microseconds: .max)) == [])
  }

  @Test(
    "a weight counts for the running attempt, its revision and the step that asks for it",
    arguments: [
      (2, 2, 20, ["weight 20", "step 1 (weight-applied)", "step 1 scheduled"]),
      (2, 2, 19, ["weight 19"]), (1, 2, 20, []), (nil, 2, 20, []), (2, 1, 20, []), (3, 2, 20, []),
      (2, 2, -1, []), (2, 2, 101, []),
    ] as [(UInt32?, RevisionNumber, Int, [String])])
  func weights(
    attempt: UInt32?, revision: RevisionNumber, weight: Int, then expected: [String]
  ) throws {
    var world = try attempting([.setWeight(20), .analysis(.errorRate)])
    #expect(
      try world.when(
        reported: .weightApplied(revision, weight: weight, verified: nil), under: attempt)
        == expected
    )
  }

  @Test("a weight asked for twice in a row is confirmed once")
  func sameWeightTwice() throws {
    var world = try attempting([.setWeight(20), .setWeight(20), .setWeight(30)])
    #expect(
      try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
        == ["weight 20", "step 1 (weight-applied)", "step 2 (weight-applied)"])
  }

  @Test("a weight that comes back has to be confirmed again")
  func weightComesBack() throws {
    var world = try attempting([.setWeight(20), .setWeight(50), .setWeight(20)])
    try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
    #expect(
      try world.when(.promote) == ["step 2 (promoted)"], "20 was applied before 50 was asked for")
    #expect(
      try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
        == ["weight 20", "step 3 (weight-applied)"])
  }

  @Test(
    "background analysis is scheduled when its starting step is reached, once",
    arguments: [(0, 0), (1, 1), (2, 2)])
  func background(startingStep: Int, afterSteps: Int) throws {
    var world = try attempting(
      [.setWeight(10), .setWeight(20)],
      background: .init(plan: .errorRate, startingStep: startingStep))
    try world.when(reported: .weightApplied(2, weight: 10, verified: nil))
    try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
    var step = 0
    var scheduledAt: [Int] = []
    for entry in world.log {
      if case .stepReached(_, let index, _, now: _) = entry.event { step = index }
      if case .runScheduled = entry.event { scheduledAt.append(step) }
    }
    #expect(scheduledAt == [afterSteps])
  }

  @Test(
    "a failed analysis of any kind aborts, and cancels every other run",
    arguments: [(RunResult.failure, "failed"), (.error, "error")])
  func failure(result: RunResult, phase: String) throws {
    var world = try attempting([.analysis(.errorRate)], background: .init(plan: .errorRate))
    #expect(
      try world.when(reported: .runFinished(.background("bg"), result)) == [
        "background created as bg", "background finished \(phase), failed",
        "step 0 cancelled (attempt-ended)", "attempt 2 aborted by background",
      ])
    #expect(world.state.phase == .degraded)
    #expect(world.state.desired == 2)
    #expect(world.state.stable == 1)
    #expect(world.directive.weight == 0)
    #expect(world.directive.aborted)
    #expect(world.state.phaseMessage.contains(result.message))
  }

  @Test("success without a measurement is never called verified")
  func unmeasured() throws {
    var world = try attempting([.analysis(.errorRate), .pause(nil)])
    #expect(
      try world.when(reported: .runFinished(.step(0, "run-a"), .unmeasured)) == [
        "step 0 created as run-a", "step 0 finished successful, skipped",
        "step 1 (analysis-successful)", "paused (step)",
      ])
  }

  @Test("an inconclusive analysis pauses; resume repeats it, promote goes past it")
  func inconclusive() throws {
    var world = try attempting([.analysis(.errorRate), .pause(nil)])
    #expect(
      try world.when(reported: .runFinished(.step(0, "run-a"), .unclear)) == [
        "step 0 created as run-a", "step 0 finished inconclusive, inconclusive",
        "paused (inconclusive-analysis)",
      ])
    #expect(
      try world.when(.resume)
        == ["resumed (inconclusive-analysis)", "step 0 round 2 scheduled"])
    try world.when(reported: .runFinished(.step(0, "run-b"), .unclear))
    #expect(
      try world.when(.promote)
        == ["resumed (inconclusive-analysis)", "step 1 (promoted)", "paused (step)"])
  }

  @Test("an inconclusive background analysis pauses; promote lifts that, which repeats it")
  func inconclusiveBackground() throws {
    var world = try attempting([.setWeight(20), .pause(nil)], background: .init(plan: .errorRate))
    try world.when(reported: .runFinished(.background("bg"), .unclear))
    #expect(try world.when(reported: .weightApplied(2, weight: 20, verified: nil)) == ["weight 20"])
    #expect(
      try world.when(.promote) == [
        "resumed (inconclusive-analysis)", "background round 2 scheduled",
        "step 1 (weight-applied)", "paused (step)",
      ])
  }

  @Test("an inconclusive background analysis is repeated on resume, once for each")
  func repeatedBackground() throws {
    var world = try attempting([.setWeight(20)], background: .init(plan: .errorRate))
    for round in 2...4 {
      try world.when(reported: .runFinished(.background("bg-\(round)"), .unclear))
      #expect(
        try world.when(.resume)
          == ["resumed (inconclusive-analysis)", "background round \(round) scheduled"])
    }
  }

  @Test("a timer does not fire while an inconclusive analysis waits for a person")
  func inconclusiveHalts() throws {
    var world = try attempting([.pause(.seconds(10))], background: .init(plan: .errorRate))
    try world.when(reported: .runFinished(.background("bg"), .unclear))
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(60)) == [])
    #expect(
      try world.when(.resume) == [
        "resumed (inconclusive-analysis)", "background round 2 scheduled",
        "step 1 (pause-elapsed)",
      ])
  }

  @Test(
    "available counts only for the running attempt and revision, at full scale",
    arguments: [
      (2, 2, ["revision 2 available", "attempt 2 promoted"]), (1, 2, []), (nil, 2, []),
      (2, 1, []), (3, 2, []),
    ] as [(UInt32?, RevisionNumber, [String])])
  func available(attempt: UInt32?, revision: RevisionNumber, then expected: [String]) throws {
    var world = try attempting([.setWeight(20)])
    #expect(try world.when(reported: .available(2)) == [], "not asked for yet")
    try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
    #expect(try world.when(reported: .available(revision), under: attempt) == expected)
  }

  @Test("a repeated report changes nothing")
  func repeats() throws {
    var world = try attempting(Self.steps, background: .init(plan: .errorRate))
    let reports: [Outcome] = [
      .revisionObserved(2, LocalRevision(podHash: "abc")),
      .weightApplied(2, weight: 20, verified: nil),
      .runCreated(.background("bg", "abc")), .runFinished(.background("bg", "abc"), .success),
    ]
    for report in reports {
      #expect(try world.when(reported: report).isEmpty == false)
      #expect(try world.when(reported: report) == [])
    }
    try world.decide(.promoteFull)
    #expect(try world.when(reported: .available(2)).count == 2)
    #expect(try world.when(reported: .available(2), under: 2) == [])
  }

  @Test("one object stands for one run, and one run for one object")
  func objects() throws {
    var world = try attempting([.analysis(.errorRate)], background: .init(plan: .errorRate))
    try world.when(reported: .revisionObserved(2, .init(podHash: "abc")))
    #expect(try world.when(reported: .runCreated(.step(1, "other", "abc"))) == [])
    #expect(try world.when(reported: .runCreated(.step(0, "alien", "xyz"))) == [])
    #expect(try world.when(reported: .runCreated(.step(0, "a", "abc"))) == ["step 0 created as a"])
    #expect(try world.when(reported: .runCreated(.step(0, "b", "abc"))) == [])
    #expect(
      try world.when(reported: .runCreated(.background("c", "abc"))) == ["background created as c"])
  }

  @Test("a run cancelled by us that ends later is read as stopped")
  func stopped() throws {
    var world = try attempting([.analysis(.errorRate), .pause(nil)])
    try world.when(reported: .runCreated(.step(0, "a")))
    #expect(
      try world.when(.promote)
        == ["step 0 cancelled (step-skipped)", "step 1 (promoted)", "paused (step)"])
    #expect(
      try world.when(reported: .runFinished(.step(0, "a"), .failure))
        == ["step 0 finished failed, stopped"])
    #expect(try world.when(reported: .runFinished(.step(0, "a"), .failure)) == [])
  }

  @Test("a run cancelled by the end of its attempt is read as stopped as well")
  func stoppedAfterwards() throws {
    var world = try attempting([.analysis(.errorRate)])
    try world.when(reported: .runCreated(.step(0, "a")))
    try world.decide(.abort)
    #expect(
      try world.when(reported: .runFinished(.step(0, "a"), .unmeasured), under: 2)
        == ["step 0 finished successful, stopped"])
    #expect(try world.when(reported: .runFinished(.step(0, "a"), .unmeasured), under: 2) == [])
  }
}
