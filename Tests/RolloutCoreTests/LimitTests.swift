import RolloutCore
import RolloutTestKit
import Testing

@Suite("What one application may hold")
struct LimitTests {
  private func registration(_ number: Int) throws -> ApplicationCommand {
    .register(
      Registration(
        revision: RevisionContent(
          release: try ReleaseID(validating: "v\(number)"), digest: "sha256:\(number)", images: []
        )))
  }

  private func strategy(_ number: Int) -> Strategy { Strategy(replicas: number, steps: []) }

  @Test("a hundred thousand revisions can be registered, and no more")
  func revisions() throws {
    let now = Timestamp(microseconds: 0)
    var state = ApplicationState()
    for number in 1..<100_000 {
      let revision = Revision(
        number: RevisionNumber(UInt32(number)), release: try ReleaseID(validating: "v\(number)"),
        digest: "", images: [])
      ApplicationDecider.evolve(
        &state, .revisionRegistered(revision, by: .ann, now: now), at: LogPosition(0))
    }
    for event in try ApplicationDecider.decide(registration(100_000), state, by: .ann, now: now) {
      ApplicationDecider.evolve(&state, event, at: LogPosition(0))
    }
    #expect(state.revisions.count == 100_000)
    let refusal = #expect(throws: Refusal.self) {
      try ApplicationDecider.decide(registration(100_001), state, by: .ann, now: now)
    }
    #expect(refusal?.rule == .limitReached)
  }

  @Test("a hundred thousand strategy versions can be registered, and no more")
  func strategies() throws {
    let now = Timestamp(microseconds: 0)
    var state = ApplicationState()
    func register(_ number: Int) throws -> [ApplicationEvent] {
      try ApplicationDecider.decide(
        .register(Registration(strategy: strategy(number))), state, by: .ann, now: now)
    }
    for number in 1..<100_000 {
      let version = StrategyVersion(UInt32(number))
      ApplicationDecider.evolve(
        &state, .strategyRegistered(version, strategy(number), by: .ann, now: now),
        at: LogPosition(0))
    }
    for event in try register(100_000) {
      ApplicationDecider.evolve(&state, event, at: LogPosition(0))
    }
    #expect(state.strategies.count == 100_000)
    let refusal = #expect(throws: Refusal.self) { try register(100_001) }
    #expect(refusal?.rule == .limitReached)
  }

  @Test("what is not registered cannot be released: that it is not held would say too little")
  func unknownRelease() throws {
    var world = try World(revisions: 2)
    let refusal = #expect(throws: Refusal.self) { try world.ask(.release(9)) }
    #expect(refusal?.rule == .unknownRevision)
  }
}
