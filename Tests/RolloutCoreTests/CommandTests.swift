import RolloutCore
import RolloutTestKit
import Testing

@Suite("Commands")
struct CommandTests {
  static let all: [RolloutCommand] = [
    .promote, .promoteFull, .pause, .resume, .abort, .requireAnalysis, .escalate,
  ]

  @Test("with nothing in progress there is nothing to steer", arguments: all)
  func nothingInProgress(command: RolloutCommand) throws {
    var world = try threeStable()
    #expect(try world.when(command) == ["refused: not-progressing"])
    #expect(try world.when(.tick) == [])
  }

  @Test("promote goes past a pause, else past the current step, cancelling its run")
  func promote() throws {
    var world = try threeStable(
      steps: [.setWeight(20), .analysis(.errorRate), .pause(nil), .pause(.seconds(60))],
      background: nil)
    try world.decide(.start(4))
    #expect(try world.when(.promote) == ["step 1 (promoted)", "step 1 scheduled"])
    #expect(
      try world.when(.promote)
        == ["step 1 cancelled (step-skipped)", "step 2 (promoted)", "paused (step)"])
    #expect(try world.when(.promote) == ["resumed (step)", "step 3 (promoted)", "paused (step)"])
    #expect(try world.when(.promote) == ["resumed (step)", "step 4 (promoted)"])
    #expect(try world.when(.promote) == ["refused: nothing-to-promote"])
  }

  @Test("promote on the fast track is refused with what it waits for")
  func promoteFast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect {
      var copy = world
      try copy.decide(.promote)
    } throws: { error in
      guard let refusal = error as? Refusal else { return false }
      return refusal.rule == .nothingToPromote && refusal.message.contains("available")
    }
  }

  @Test("promote clears a person's pause as well, and that alone is enough")
  func promotePaused() throws {
    var world = try threeStable(steps: [.setWeight(20), .setWeight(40)], background: nil)
    try world.decide(.start(4))
    try world.decide(.pause)
    #expect(try world.when(.promote) == ["resumed (person)", "step 1 (promoted)"])
    try world.decide(rollback(2))
    try world.decide(.pause)
    #expect(try world.when(.promote) == ["resumed (person)"])
  }

  @Test("promote-full cancels what runs, lifts every pause and waits for available")
  func promoteFull() throws {
    var world = try threeStable(steps: [.pause(nil), .analysis(.errorRate)])
    try world.decide(.start(4))
    try world.decide(.pause)
    #expect(
      try world.when(.promoteFull) == [
        "resumed (step)", "resumed (person)", "background cancelled (full-promotion)",
        "full promotion requested",
      ])
    #expect(world.state.stable == 3)
    #expect(world.directive.fullScale)
    #expect(world.directive.weight == 100)
    #expect(try world.when(.promoteFull) == [])
    #expect(
      try world.when(reported: .available(4)) == ["revision 4 available", "attempt 4 promoted"])
  }

  @Test("while a person paused nothing goes on; what is reported counts at resume")
  func paused() throws {
    var world = try threeStable(
      steps: [.setWeight(20), .pause(.seconds(10)), .analysis(.errorRate)], background: nil)
    try world.decide(.start(4))
    #expect(try world.when(.pause) == ["paused (person)"])
    #expect(try world.when(.pause) == [])
    #expect(world.state.phase == .paused)
    #expect(world.directive.paused)
    #expect(try world.when(reported: .weightApplied(4, weight: 20, verified: nil)) == ["weight 20"])
    #expect(
      try world.when(.resume) == ["resumed (person)", "step 1 (weight-applied)", "paused (step)"])
    try world.decide(.pause)
    #expect(world.nextDue == nil)
    #expect(try world.when(.tick, after: .seconds(60)) == [])
    #expect(
      try world.when(.resume)
        == ["resumed (person)", "step 2 (pause-elapsed)", "step 2 scheduled"])
    try world.decide(.pause)
    #expect(
      try world.when(reported: .runFinished(.step(2, "a"), .success))
        == ["step 2 created as a", "step 2 finished successful, verified"])
    #expect(try world.when(.resume) == ["resumed (person)", "step 3 (analysis-successful)"])
    try world.decide(.pause)
    #expect(try world.when(reported: .available(4)) == ["revision 4 available"])
    #expect(world.state.stable == 3)
    #expect(try world.when(.resume) == ["resumed (person)", "attempt 4 promoted"])
  }

  @Test("a failed analysis aborts even while a person paused")
  func failsWhilePaused() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    try world.decide(.pause)
    #expect(
      try world.when(reported: .runFinished(.background("bg"), .failure)).last
        == "attempt 4 aborted by background")
  }

  @Test("a paused rollback inside its window is promoted at resume, not before")
  func pausedFast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.decide(.pause)
    #expect(try world.when(reported: .available(2)) == ["revision 2 available"])
    #expect(
      try world.when(.resume) == ["resumed (person)", "attempt 4 promoted", "contract 4 kept"])
  }

  @Test("resume with nothing paused is refused")
  func notPaused() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    #expect(try world.when(.resume) == ["refused: not-paused"])
  }

  @Test("abort always stops, on the fast track too")
  func abort() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    #expect(
      try world.when(.abort)
        == ["background cancelled (attempt-ended)", "attempt 4 aborted by a person"])
    #expect(world.state.desired == 4)
    #expect(world.directive.aborted)
    #expect(world.directive.weight == 0)
    try world.decide(rollback(2))
    #expect(try world.when(.abort) == ["attempt 5 aborted by a person", "contract 5 kept"])
    #expect(world.state.stable == 3)
    #expect(world.state.phaseMessage == "revision 2 was aborted by ann")
  }

  @Test("retry is a new attempt of the same revision, judged anew")
  func retry() throws {
    var world = try threeStable()
    #expect(try world.when(.retry) == ["refused: not-aborted"])
    try world.abort(4)
    #expect(try world.when(.retry) == ["attempt 5: forward to 4, full", "background scheduled"])
    #expect(try world.when(.retry) == ["refused: not-aborted"])
    try world.decide(rollback(2))
    try world.decide(.abort)
    #expect(try world.when(.retry) == ["attempt 7: rollback to 2, fast"])
    try world.decide(.abort)
    // The window is another one now.
    try world.register(
      "v9", strategy: Strategy(replicas: 1, steps: [.pause(nil)], window: nil))
    #expect(try world.when(.retry) == ["attempt 8: rollback to 2, full", "paused (step)"])
  }

  @Test("an insisted rollback stays insisted when it is tried again")
  func retryInsisted() throws {
    var world = try threeStable()
    try world.decide(insisting(2))
    try world.decide(.abort)
    #expect(try world.when(.retry).first == "attempt 5: rollback to 2, full")
  }

  @Test("require-analysis turns a fast rollback or return into one with steps, from the start")
  func requireAnalysis() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.when(reported: .weightApplied(2, weight: 20, verified: nil))
    #expect(
      try world.when(.requireAnalysis) == ["attempt 4 now full, regular", "background scheduled"])
    #expect(world.directive.forbidden == nil)
    #expect(world.directive.weight == 20)
    #expect(try world.when(.requireAnalysis) == ["refused: not-fast"])
    #expect(try world.when(reported: .available(2)) == [])
    #expect(
      try world.when(reported: .weightApplied(2, weight: 20, verified: nil)).first == "weight 20",
      "what was applied on the fast track does not complete a step")
    try world.decide(rollback(3))
    #expect(try world.when(.requireAnalysis).first == "attempt 5 now full, regular")
  }

  @Test("require-analysis is refused for a first deployment and for a forward attempt")
  func requireAnalysisRefused() throws {
    var world = try World()
    try world.decide(.start(1))
    #expect(try world.when(.requireAnalysis) == ["refused: not-fast"])
    try world.when(reported: .available(1))
    try world.decide(.start(2))
    #expect(try world.when(.requireAnalysis) == ["refused: not-fast"])
  }

  @Test("escalate makes a regular rollback inside its window fast, with a reason")
  func escalate() throws {
    var world = try threeStable()
    try world.decide(insisting(2))
    try world.when(reported: .runCreated(.background("bg")))
    #expect(try world.when(.escalate, by: .silent) == ["refused: emergency-needs-reason"])
    #expect(
      try world.when(.escalate)
        == ["background cancelled (fast-track)", "attempt 4 now fast, emergency"])
    #expect(world.directive.forbidden?.attempt == AttemptNumber(4))
    #expect(try world.when(.escalate, by: .silent) == [])
    #expect(
      try world.when(reported: .runFinished(.background("bg"), .unmeasured))
        == ["background finished successful, stopped"])
    #expect(
      try world.when(reported: .available(2))
        == ["revision 2 available", "attempt 4 promoted", "contract 4 kept"])
  }

  @Test("back on the full track every analysis is asked for anew")
  func escalateAndBack() throws {
    var world = try threeStable(steps: [.analysis(.errorRate)])
    try world.decide(insisting(2))
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    try world.decide(.escalate)
    #expect(
      try world.when(.requireAnalysis) == [
        "attempt 4 now full, emergency", "background round 2 scheduled",
        "step 0 round 2 scheduled",
      ])
    #expect(
      try world.when(reported: .runFinished(.step(0, "b"), .success)).last
        == "step 1 (analysis-successful)")
  }

  @Test("a step's pause does not outlive the change to the fast track")
  func escalatePaused() throws {
    var world = try threeStable(steps: [.pause(nil)], background: nil)
    try world.decide(insisting(2))
    #expect(world.directive.paused)
    try world.decide(.escalate)
    #expect(world.directive.paused == false)
    #expect(world.nextDue == world.now + .seconds(600) + Interval(microseconds: 1), "no progress")
  }

  @Test("escalate is refused outside the window and for anything but a rollback")
  func escalateRefused() throws {
    var world = try threeStable(window: RollbackWindow(revisions: 1))
    try world.decide(rollback(1))
    #expect(try world.when(.escalate) == ["refused: emergency-outside-window"])
    try world.decide(.start(4))
    #expect(try world.when(.escalate) == ["refused: not-a-rollback"])
  }

  @Test("adopt takes what runs as stable, without an attempt, and only at rest")
  func adopt() throws {
    var world = try World()
    #expect(
      try world.when(.adopt(Adoption(stable: 9))) == ["refused: unknown-revision"])
    #expect(
      try world.when(.adopt(Adoption(stable: 3, history: [9]))) == ["refused: unknown-revision"])
    let long = (0...100).map { _ in RevisionNumber(1) }
    #expect(
      try world.when(.adopt(Adoption(stable: 3, history: long))) == ["refused: limit-reached"])
    #expect(try world.when(.adopt(Adoption(stable: 3, history: [1, 2]))).count == 1)
    #expect(world.state.stable == 3)
    #expect(world.state.attempts == 0)
    #expect(world.state.phase == .healthy)
    #expect(try world.when(.adopt(Adoption(stable: 3, history: [2]))) == [])
    try world.decide(.start(4))
    #expect(try world.when(.adopt(Adoption(stable: 4))) == ["refused: attempt-running"])
    try world.decide(.abort)
    #expect(try world.when(.adopt(Adoption(stable: 3))).count == 1)
    #expect(world.state.phase == .healthy, "the cluster runs what is stable, so nothing is amiss")
  }

  @Test("a change seen in the cluster becomes an attempt of origin observed")
  func observed() throws {
    var world = try threeStable()
    #expect(
      try world.when(reported: .changeObserved(4, LocalRevision(podHash: "abc")), under: nil)
        == ["revision 4 is abc", "attempt 4: forward to 4, full", "background scheduled"])
    #expect(world.state.attempt?.classification.origin == .observed)
    #expect(world.state.attempt?.by.principal == "unknown")
    #expect(
      try world.when(reported: .changeObserved(4, LocalRevision(podHash: "abc")), under: nil) == [])
    #expect(
      try world.when(reported: .changeObserved(2, nil), under: 4).last
        == "attempt 5: rollback to 2, fast")
    #expect(try world.when(reported: .changeObserved(9, nil)) == ["refused: unknown-revision"])
  }

  @Test("what is stable or still desired is no change, and an old report is none either")
  func noChange() throws {
    var world = try threeStable()
    #expect(try world.when(reported: .changeObserved(3, nil), under: nil) == [])
    try world.abort(4)
    #expect(try world.when(reported: .changeObserved(4, nil), under: 4) == [])
    #expect(try world.when(reported: .changeObserved(2, nil), under: 3) == [])
    #expect(
      try world.when(reported: .changeObserved(3, nil), under: 4)
        == ["attempt 5: return-to-stable to 3, fast"])
  }

  @Test("a local name is stored when it is new or different")
  func revisionObserved() throws {
    var world = try threeStable()
    let first = Outcome.revisionObserved(2, LocalRevision(podHash: "abc", argoRevision: 2))
    let second = Outcome.revisionObserved(2, LocalRevision(podHash: "abc", argoRevision: 7))
    #expect(try world.when(reported: first) == ["revision 2 is abc"])
    #expect(try world.when(reported: first) == [])
    #expect(try world.when(reported: second) == ["revision 2 is abc"])
    #expect(
      try world.when(reported: .revisionObserved(9, LocalRevision(podHash: "abc")))
        == ["refused: unknown-revision"])
  }
}
