import RolloutCore
import RolloutTestKit
import Testing

/// The sentence of a refusal; empty where nothing was refused.
func refusal(_ world: inout World, _ command: RolloutCommand) throws -> String {
  do {
    try world.decide(command)
    return ""
  } catch {
    guard let refusal = error as? Refusal else { throw error }
    return refusal.message
  }
}

@Suite("Tracks that are what was decided")
struct ReviewTrackTests {
  private func blueGreen() throws -> World {
    var world = try World(
      Strategy(
        replicas: 4, kind: .blueGreen(BlueGreen(scaleDownDelay: .seconds(10_000))),
        window: RollbackWindow(revisions: 1)), revisions: 6)
    try world.promote(1, 2, 3)
    return world
  }

  // MARK: Held by a scale-down delay

  @Test("pods that are kept because an attempt was aborted make its retry no mere switch")
  func abortedIsNotHeld() throws {
    var world = try blueGreen()
    // Below stable, never stable here, and its pods stay after the abort.
    try world.promote(5)
    try world.decide(.start(4))
    #expect(world.state.attempt?.track == .full)
    try world.decide(.abort)
    #expect(world.state.keptUntil(4) != nil)
    try world.decide(.retry)
    #expect(world.state.attempt?.track == .full)
    #expect(
      world.state.attempt?.classification.rules.contains(.stillHeldByScaleDownDelay) == false)
  }

  @Test("pods of a preview that was given up make a rollback to it no mere switch")
  func supersededIsNotHeld() throws {
    var world = try blueGreen()
    try world.decide(.start(4))
    try world.decide(.start(5))
    try world.decide(.promoteFull)
    try world.when(reported: .available(5))
    try world.when(active: 5)
    #expect(world.state.stable == 5)
    #expect((world.state.keptUntil(4) ?? world.now) > world.now)
    try world.decide(rollback(4))
    #expect(world.state.attempt?.track == .full)
  }

  @Test("pods that are kept because something else became stable make going back a mere switch")
  func wasStableIsHeld() throws {
    var world = try blueGreen()
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == .fast)
    #expect(
      world.state.attempt?.classification.rules.contains(.stillHeldByScaleDownDelay) == true)
  }

  // MARK: Emergencies

  @Test("an emergency that was made to run analysis can be escalated again, and goes fast")
  func escalatedAgain() throws {
    var world = try owing()
    try world.decide(emergency(1))
    try world.decide(.requireAnalysis)
    #expect(world.state.attempt?.track == .full)
    #expect(try refusal(&world, emergency(1)).contains("`windlass escalate shop/checkout`"))
    try world.decide(.escalate)
    #expect(world.state.attempt?.track == .fast)
    #expect(world.state.debts.map(\.revision) == [1])
    #expect(try world.when(emergency(1)) == [])
    #expect(world.replayed == world.state)
  }

  @Test("an emergency to stable, while a way there runs with analysis, is refused with the way out")
  func emergencyToStable() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    try world.decide(insisting(3))
    #expect(world.state.attempt?.track == .full)
    #expect(try world.when(emergency(3)) == ["refused: attempt-running"])
    #expect(
      try refusal(&world, emergency(3)).contains("`windlass promote --full shop/checkout`"))
    try world.decide(.promoteFull)
    #expect(try world.when(emergency(3)) == [], "nothing is left to skip")
  }

  @Test("an emergency that insists on analysis contradicts itself")
  func emergencyInsisting() throws {
    var world = try threeStable()
    let both = RolloutCommand.rollback(
      RollbackRequest(target: 2, rollbackClass: .emergency, insistsOnAnalysis: true))
    #expect(try world.when(both) == ["refused: emergency-with-analysis"])
    #expect(world.state.attempt == nil)
  }

  @Test("an aborted emergency is declared again, not retried as something else")
  func emergencyRetried() throws {
    var world = try owing()
    try world.decide(emergency(1))
    try world.decide(.abort)
    #expect(try world.when(.retry) == ["refused: emergency-not-retried"])
    #expect(
      try refusal(&world, .retry)
        .contains("`windlass rollback shop/checkout --to 1 --emergency --reason ...`"))
    try world.decide(emergency(1))
    #expect(world.state.attempt?.track == .fast)
  }

  @Test("an emergency that had been made to run its analysis is retried with it")
  func requiredEmergencyRetried() throws {
    var world = try owing()
    try world.decide(emergency(1))
    try world.decide(.requireAnalysis)
    try world.decide(.abort)
    try world.decide(.retry)
    #expect(world.state.attempt?.track == .full)
  }

  // MARK: Where a rollback without a name goes

  @Test("after a rollback, a rollback that names nothing goes further down, not back up")
  func furtherDown() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.when(reported: .available(2))
    try world.decide(rollback(nil))
    #expect(world.state.attempt?.revision == 1)
    try world.when(reported: .available(1))
    #expect(try world.when(rollback(nil)) == ["refused: no-previous-stable"])
    #expect(
      try refusal(&world, rollback(nil)).contains("`windlass rollback shop/checkout --to N`"))
  }

  // MARK: Later commands

  @Test("require-analysis after a full promotion says that skipping cannot be taken back")
  func requireAfterPromotion() throws {
    var world = try threeStable()
    try world.decide(insisting(2))
    try world.decide(.promoteFull)
    #expect(try world.when(.requireAnalysis) == ["refused: not-fast"])
    let message = try refusal(&world, .requireAnalysis)
    #expect(message.contains("cannot be taken back") && message.contains("windlass abort"))
  }

  @Test("an escalated blue-green rollback that has switched stays switched")
  func switchedStays() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .blueGreen(BlueGreen(postPromotion: .errorRate))), revisions: 4,
      policies: [
        RolloutPolicy(name: "calm", emergency: EmergencyRule(allowedOutsideWindow: true))
      ])
    try world.promote(1, 2)
    world.now = world.now + .seconds(100)
    try world.decide(rollback(1))
    try world.when(pods: 4, 4)
    try world.when(active: 1)
    #expect(world.state.attempt?.activeSeen == 1)
    let brief = try world.when(.escalate)
    #expect(brief.contains("attempt 3 promoted"))
    #expect(!brief.contains("switch decided"))
    #expect(world.replayed == world.state)
  }
}
