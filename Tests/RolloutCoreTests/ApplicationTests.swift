import RolloutCore
import RolloutTestKit
import Testing

@Suite("Application")
struct ApplicationTests {
  func registration(
    _ release: String, _ digest: String, _ strategy: Strategy? = nil,
    _ policies: [RolloutPolicy] = []
  ) throws -> ApplicationCommand {
    let content = RevisionContent(
      release: try ReleaseID(validating: release), digest: digest, images: ["a:1"])
    return .register(Registration(revision: content, strategy: strategy, policies: policies))
  }

  @Test("a new release gets the next number, a known one nothing, changed content is refused")
  func revisions() throws {
    var world = try World(revisions: 2)
    let events = try world.ask(registration("v3", "d3"))
    guard case .revisionRegistered(let revision, by: .ann, now: world.now) = events.first else {
      Issue.record("not registered")
      return
    }
    #expect(revision.number == 3)
    #expect(try world.ask(registration("v3", "d3")) == [])
    #expect(throws: Refusal.self) { try world.ask(registration("v3", "other")) }
    #expect(world.application.revisions.count == 3)
  }

  @Test("a strategy is a new version when it differs from the latest")
  func strategies() throws {
    var world = try World(revisions: 1)
    let other = Strategy(replicas: 9, steps: [.setWeight(1)])
    #expect(try world.ask(.register(Registration(strategy: other))).count == 1)
    #expect(try world.ask(.register(Registration(strategy: other))) == [])
    #expect(world.application.latestStrategy == StrategyVersion(2))
    #expect(world.application.strategy(StrategyVersion(2)) == other)
    #expect(world.application.strategy(StrategyVersion(0)) == nil)
  }

  @Test("a policy replaces the one of its name, and the list stays sorted")
  func policies() throws {
    var world = try World()
    for name in ["m", "z", "a"] {
      try world.ask(.register(Registration(policies: [RolloutPolicy(name: name)])))
    }
    let wider = RolloutPolicy(name: "m", window: RollbackWindow(revisions: 5))
    #expect(try world.ask(.register(Registration(policies: [wider, wider]))).count == 1)
    #expect(world.application.policies.map(\.policy.name) == ["a", "m", "z"])
    #expect(world.application.policies[1].policy == wider)
  }

  @Test("hold and release")
  func holds() throws {
    var world = try World()
    #expect(throws: Refusal.self) { try world.ask(.release(1)) }
    #expect(throws: Refusal.self) { try world.ask(.hold(99)) }
    #expect(throws: Refusal.self) { try world.ask(.release(99)) }
    #expect(try world.ask(.hold(1)).count == 1)
    #expect(try world.ask(.hold(1)) == [])
    #expect(try world.ask(.release(1)).count == 1)
    #expect(world.application.holds.isEmpty)
  }

  @Test("policies of one application are bounded")
  func limits() throws {
    var world = try World()
    let many = (0..<1001).map { RolloutPolicy(name: "p\($0)") }
    do {
      try world.ask(.register(Registration(policies: many)))
      Issue.record("accepted")
    } catch let refusal as Refusal {
      #expect(refusal.rule == .limitReached)
    }
  }
}
