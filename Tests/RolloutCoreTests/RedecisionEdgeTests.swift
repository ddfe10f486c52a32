import RolloutCore
import RolloutTestKit
import Testing

/// A world whose commits are decided once more as they happen.
private struct Recorded {
  private(set) var world: World
  private(set) var fold: Redecision
  private let name: RolloutName

  init(_ world: World, _ fold: Redecision = Redecision()) {
    self.world = world
    self.fold = fold
    name = RolloutName(world.name, on: world.cluster)
    let (application, now) = (world.application, world.now)
    for registered in application.revisions {
      self.fold.apply(
        .revisionRegistered(registered.revision, by: .ann, now: now), of: world.name,
        at: registered.position)
    }
    for (index, strategy) in application.strategies.enumerated() {
      self.fold.apply(
        .strategyRegistered(StrategyVersion(UInt32(index + 1)), strategy, by: .ann, now: now),
        of: world.name, at: application.strategyPosition ?? LogPosition(0))
    }
    for applied in application.policies {
      self.fold.apply(
        .policyApplied(applied.policy, by: .ann, now: now), of: world.name, at: applied.position)
    }
    self.fold.apply(.registered(world.registration, by: .ann, now: now), of: world.cluster)
  }

  /// One commit, as it was or with an event that no decision added.
  mutating func commit(changed: Bool = false, _ body: (inout World) throws -> Void) rethrows {
    let before = world.log.count
    try body(&world)
    var commit = Array(world.log.dropFirst(before))
    if changed { commit.append((.restarted(now: world.now), LogPosition(.max))) }
    fold.apply(commit, of: name)
  }

  mutating func promote(_ revision: RevisionNumber, fully: Bool = true) throws {
    try commit { try $0.decide(.start(revision)) }
    if fully { try commit { try $0.decide(.promoteFull) } }
    try commit { try $0.when(reported: .available(revision)) }
  }

  /// A commit that was not seen.
  mutating func foreign(_ event: RolloutEvent) {
    fold.apply([(event, LogPosition(.max))], of: name)
  }

  /// What the latest changed commit should have been, in words.
  var decided: [String] {
    guard case .events(let events) = fold.deviations.last?.decided else { return [] }
    return events.map(\.brief)
  }
}

@Suite("What was asked, derived from what followed")
struct RedecisionEdgeTests {
  @Test("an automatic rollback is decided again from the report that led to it")
  func automatic() throws {
    for changed in [false, true] {
      var recorded = Recorded(
        try World(
          background: .init(plan: .errorRate), window: RollbackWindow(revisions: 2),
          policies: [
            RolloutPolicy(
              name: "watchful", watch: WatchRule(duration: .seconds(600), onFailure: .rollback))
          ]))
      try recorded.promote(1)
      try recorded.commit { try $0.decide(.start(2)) }
      try recorded.commit { try $0.when(reported: .runCreated(.background("two"))) }
      try recorded.commit { try $0.when(reported: .available(2)) }
      try recorded.commit(changed: changed) {
        try $0.when(reported: .runFinished(.background("two"), .failure), under: 2)
      }
      #expect(recorded.world.state.attempt?.revision == 1)
      #expect(recorded.fold.deviations.count == (changed ? 1 : 0))
      #expect(
        recorded.decided.first == (changed ? "background finished failed, failed" : nil))
    }
  }

  @Test("of two verifications under one key each is known by who owes it")
  func verifications() throws {
    var recorded = Recorded(
      try World(
        background: .init(plan: .errorRate),
        policies: [
          RolloutPolicy(
            name: "calm", window: RollbackWindow(revisions: 1),
            emergency: EmergencyRule(allowedOutsideWindow: true))
        ]))
    for revision in [1, 2, 3, 4] as [RevisionNumber] { try recorded.promote(revision) }
    for (target, name) in [(1, "one"), (2, "two")] as [(RevisionNumber, String)] {
      try recorded.commit { try $0.decide(emergency(target)) }
      try recorded.commit { try $0.when(reported: .available(target)) }
      try recorded.commit { try $0.when(reported: .runCreated(.verification(name))) }
      let result = target == 1 ? RunResult.failure : .success
      try recorded.commit {
        try $0.when(reported: .runFinished(.verification(name), result), under: nil)
      }
      if target == 1 { try recorded.commit { try $0.decide(.adopt(Adoption(stable: 4))) } }
    }
    #expect(recorded.world.state.debts.map(\.revision) == [1])
    #expect(recorded.fold.deviations.isEmpty)
  }

  @Test("an end that no person asked for is not taken for a person's")
  func deadline() throws {
    var recorded = Recorded(
      try World(
        Strategy(
          replicas: 4, kind: .canary(Canary(steps: [.setWeight(50)])),
          progress: .init(deadline: .seconds(100), aborts: true))))
    try recorded.promote(1)
    try recorded.commit { try $0.decide(.start(2)) }
    try recorded.commit(changed: true) { try $0.when(.tick, after: .seconds(101)) }
    #expect(recorded.decided.first == "deadline exceeded")
  }

  @Test("a runaway is derived from an object that has its count")
  func runaway() throws {
    for changed in [false, true] {
      var recorded = Recorded(
        try World(
          steps: [.pause(nil)], background: .init(plan: .errorRate),
          policies: [RolloutPolicy(name: "evidence", evidence: EvidenceRule(objectsMax: 3))]))
      try recorded.promote(1)
      try recorded.commit { try $0.decide(.start(2)) }
      try recorded.commit { try $0.when(reported: .runCreated(.background("asked-for"))) }
      try recorded.commit(changed: changed) {
        try $0.when(reported: .runCreated(.background("more.3")))
      }
      #expect(recorded.fold.deviations.count == (changed ? 1 : 0))
      #expect(
        recorded.decided.first == (changed ? "runaway: 4 objects of type background" : nil))
    }
  }

  @Test("a check counts the commits that hold an answer")
  func answers() throws {
    var recorded = Recorded(try World())
    try recorded.promote(1)
    try recorded.promote(2)
    #expect(recorded.fold.commits == 5)
    #expect(recorded.fold.answers == 2)
  }

  @Test("analysis that nothing scheduled is not taken for a verification that somebody asked for")
  func foreignSchedule() throws {
    var recorded = Recorded(try World())
    try recorded.promote(1)
    recorded.foreign(
      .runScheduled(AttemptNumber(1), RunKey(type: .background), now: recorded.world.now))
    #expect(recorded.fold.deviations.map(\.decided) == [.events([])])
  }

  @Test("deviations are listed up to their bound")
  func deviations() throws {
    var recorded = Recorded(try World())
    for _ in 0...Redecision.deviationsMax {
      recorded.foreign(.restarted(now: recorded.world.now))
    }
    #expect(recorded.fold.deviations.count == Redecision.deviationsMax)
  }

  @Test("flips are listed up to their bound", arguments: [1, 2, 3])
  func flips(bound: Int) throws {
    var recorded = Recorded(
      try World(window: RollbackWindow(revisions: 3)),
      Redecision(
        under: [RolloutPolicy(name: "none", window: RollbackWindow(duration: .seconds(1)))],
        flipsMax: bound))
    for revision in [1, 2, 3] as [RevisionNumber] { try recorded.promote(revision) }
    for target in [1, 2] as [RevisionNumber] {
      try recorded.commit { try $0.decide(rollback(target), after: .seconds(60)) }
      try recorded.commit { try $0.decide(.abort) }
    }
    #expect(recorded.fold.flips.count == min(bound, 2))
  }
}
