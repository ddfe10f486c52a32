import RolloutCore
import RolloutTestKit
import Testing

@Suite("Promote, skip, undo, restart")
struct PromotionCommandTests {
  func canary(
    _ steps: [Strategy.Step], background: Strategy.BackgroundAnalysis? = nil
  ) throws -> World {
    try attempting(.canary(Canary(steps: steps, background: background)))
  }

  @Test("promote goes past a step whose analysis is inconclusive, and lifts every pause")
  func promoteInconclusive() throws {
    var world = try canary([.analysis(.errorRate), .setWeight(10)])
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    #expect(
      try world.when(.promote) == ["resumed (inconclusive-analysis)", "step 1 (promoted)"])
  }

  @Test("promote lifts every pause, and does no more: what was inconclusive beside it is repeated")
  func promotePaused() throws {
    var world = try canary([.pause(nil), .setWeight(10)], background: .init(plan: .errorRate))
    try world.when(reported: .runFinished(.background("b"), .unclear))
    #expect(
      try world.when(.promote) == [
        "resumed (step)", "resumed (inconclusive-analysis)", "step 1 (promoted)",
        "background round 2 scheduled",
      ])
  }

  @Test("promote with nothing paused goes past the current step")
  func promoteStep() throws {
    var world = try canary([.setWeight(10), .setWeight(20)])
    #expect(try world.when(.promote) == ["step 1 (promoted)"])
    #expect(try world.when(.promote) == ["step 2 (promoted)"])
    #expect(try world.when(.promote) == ["refused: nothing-to-promote"])
  }

  @Test(
    "skip-step lifts every pause, a person's too, and goes past the current step, whatever it is")
  func skipStep() throws {
    var world = try canary([.pause(nil), .analysis(.errorRate), .setWeight(10)])
    try world.decide(.pause)
    #expect(
      try world.when(.skipStep) == [
        "resumed (person)", "resumed (step)", "step 1 (skipped)", "step 1 scheduled",
      ])
    #expect(try world.when(.skipStep) == ["step 1 cancelled (step-skipped)", "step 2 (skipped)"])
    #expect(try world.when(.skipStep) == ["step 3 (skipped)"])
    #expect(try world.when(.skipStep) == ["refused: nothing-to-promote"])
  }

  @Test("skip-step is refused where there are no steps, and on the fast track")
  func skipStepRefused() throws {
    var world = try canary([])
    #expect(try world.when(.skipStep) == ["refused: no-steps"])
    world = try canary([.pause(nil)])
    try world.decide(.start(1))
    #expect(try world.when(.skipStep) == ["refused: nothing-to-promote"])
    try world.when(reported: .available(1))
    #expect(try world.when(.skipStep) == ["refused: not-progressing"])
  }

  @Test("undo goes to what was desired before, judged like any start")
  func undo() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .canary(Canary(steps: [.pause(nil)])),
        window: RollbackWindow(revisions: 2)), revisions: 4)
    #expect(try world.when(.undo) == ["refused: nothing-to-undo"])
    try world.promote(1)
    #expect(try world.when(.undo) == ["refused: nothing-to-undo"])
    try world.promote(2)
    #expect(try world.when(.undo) == ["attempt 3: rollback to 1, fast"])
    #expect(
      world.state.attempt?.classification.rules.contains(.startBelowStableIsRollback) == true)
    try world.when(reported: .available(1))
    #expect(try world.when(.undo).first == "attempt 4: forward to 2, full", "undo of a rollback")
    #expect(
      try world.when(.undo).suffix(1) == ["attempt 5: return-to-stable to 1, fast"])
  }

  @Test("undo after an abort goes back to what was desired before it")
  func undoAbort() throws {
    var world = try canary([.pause(nil)])
    try world.decide(.abort)
    try world.decide(.retry)
    try world.decide(.abort)
    #expect(try world.when(.undo).first == "attempt 4: return-to-stable to 1, fast")
  }

  @Test("undo after an adoption goes to the latest of the adopted history")
  func undoAdopted() throws {
    var world = try World()
    try world.decide(.adopt(Adoption(stable: 3, history: [1, 2])))
    #expect(try world.when(.undo).first == "attempt 1: rollback to 2, full")
  }

  @Test("undo to a held revision is refused like any start")
  func undoHeld() throws {
    var world = try World()
    try world.promote(1, 2)
    try world.ask(.hold(1))
    #expect(try world.when(.undo) == ["refused: held-revision"])
  }

  @Test("restart asks for new pods until the cluster says that all are")
  func restart() throws {
    var world = try World()
    #expect(try world.when(.restart) == ["refused: nothing-to-restart"])
    try world.promote(1)
    #expect(try world.when(.restart) == ["restart requested"])
    let asked = world.now
    #expect(world.directive.restartAt == asked)
    #expect(
      RolloutStatus(world.state, in: world.context)?.message == "rollout is restarting")
    let earlier = Timestamp(microseconds: asked.microseconds - 1)
    #expect(try world.when(reported: .restarted(earlier), under: nil) == [])
    #expect(try world.when(reported: .restarted(asked), under: nil) == ["restarted"])
    #expect(world.directive.restartAt == nil)
    #expect(try world.when(reported: .restarted(asked), under: nil) == [])
  }

  @Test("restart asked again is a new one; a new revision needs none")
  func restartAgain() throws {
    var world = try World()
    try world.promote(1)
    try world.decide(.restart)
    let first = world.now
    try world.decide(.restart)
    #expect(try world.when(reported: .restarted(first), under: nil) == [])
    try world.decide(.start(2))
    #expect(world.directive.restartAt == nil)
  }

  @Test("each refusal of a command names one that works")
  func refusalsHelp() throws {
    var world = try canary([])
    for (command, help) in [
      (RolloutCommand.skipStep, "windlass promote --full"), (.undo, ""), (.resume, ""),
    ] {
      do {
        try world.decide(command)
      } catch {
        let refusal = try #require(error as? Refusal)
        #expect(refusal.message.contains(help))
        #expect(!refusal.message.isEmpty)
      }
    }
  }
}
