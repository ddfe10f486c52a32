import RolloutCore
import RolloutTestKit
import Testing

@Suite("Nothing waits for what will not come")
struct RecoveryTests {
  @Test("a first weight of 0 is what the cluster has already, once it has said so")
  func zeroWeight() throws {
    var world = try World(revisions: 3, steps: [.pause(.seconds(1)), .setWeight(0), .pause(nil)])
    try world.promote(1)
    try world.decide(.start(2))
    try world.when(reported: .weightApplied(2, weight: 0, verified: nil))
    #expect(
      try world.when(.tick, after: .seconds(2)) == [
        "step 1 (pause-elapsed)", "step 2 (weight-applied)", "paused (step)",
      ])
  }

  @Test("a retry keeps the analysis that a person required")
  func retryKeepsRequiredAnalysis() throws {
    var world = try World(
      revisions: 3, steps: [.analysis(.errorRate)], window: RollbackWindow(revisions: 3))
    try world.promote(1)
    try world.decide(.start(2))
    try world.decide(.promoteFull)
    try world.when(reported: .available(2))
    try world.decide(.rollback(RollbackRequest(target: 1)))
    #expect(world.state.attempt?.track == .fast)
    try world.decide(.requireAnalysis)
    try world.when(reported: .runFinished(.step(0, "r"), .failure))
    #expect(world.state.phase == .degraded)
    try world.decide(.retry)
    #expect(world.state.attempt?.track == .full)
    #expect(world.state.attempt?.classification.rollback?.insistsOnAnalysis == true)
  }

  @Test("adopting the stable revision ends a degraded rollout")
  func adoptStable() throws {
    var world = try World(revisions: 2, steps: [.pause(nil)])
    try world.promote(1)
    try world.decide(.start(2))
    try world.decide(.abort)
    #expect(world.state.phase == .degraded)
    try world.decide(.adopt(Adoption(stable: 1)))
    #expect(world.state.phase == .healthy)
    #expect(try world.when(.adopt(Adoption(stable: 1))) == [])
  }

  @Test("escalating a paused rollback keeps that its target is available")
  func escalateAvailable() throws {
    var world = try World(revisions: 2, window: RollbackWindow(revisions: 3))
    try world.promote(1)
    try world.promote(2)
    try world.decide(.rollback(RollbackRequest(target: 1, insistsOnAnalysis: true)))
    try world.decide(.pause)
    try world.when(reported: .available(1))
    try world.decide(.escalate)
    try world.decide(.resume)
    #expect(world.state.phase == .healthy)
    #expect(world.state.stable == 1)
  }
}
