import RolloutCore
import RolloutTestKit
import Testing

@Suite("Window at its edges")
struct WindowEdgeTests {
  @Test("a window that says nothing is none, whatever the target was here")
  func saysNothing() throws {
    var world = try World(window: RollbackWindow())
    try world.promote(1, 3)
    for target in [1, 2] {
      #expect(world.answer(target).verdict == .noWindow)
    }
    try world.decide(rollback(1))
    let rules = try #require(world.state.attempt?.classification.rules)
    #expect(rules.contains(.noWindow))
    #expect(!rules.contains(.windowFromManifest))
  }

  @Test("a single registered revision between uses the window up where registered ones count")
  func oneRegistered() throws {
    var world = try World(window: RollbackWindow(revisions: 1, counting: .registered))
    try world.promote(1, 3)
    #expect(world.answer(1).between == [2])
    #expect(world.answer(1).isInside == false)
  }
}
