import RolloutCore
import RolloutTestKit
import Testing

@Suite("Decided once more")
struct RedecisionTests {
  private func fed(_ redecision: Redecision, _ history: RandomHistory) -> Redecision {
    var fold = redecision
    let name = RolloutName(history.world.name, on: history.world.cluster)
    fold.apply(
      .registered(history.world.registration, by: .agent, now: history.world.now),
      of: history.world.cluster)
    for entry in history.entries {
      switch entry {
      case .application(let event, let position):
        fold.apply(event, of: history.world.name, at: position)
      case .rollout(let commit): fold.apply(commit, of: name)
      }
    }
    return fold
  }

  @Test(
    "same in, same out: the same commands lead to the same events", arguments: RandomHistory.seeds)
  func check(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed)
    let fold = fed(Redecision(), history)
    for deviation in fold.deviations.prefix(3) {
      let asked = history.asked.first { $0.at == deviation.position && $0.changed }
      Issue.record(
        "\(deviation.position): \(asked.map { "\($0.command)" } ?? "") \(asked?.brief ?? [])")
    }
    #expect(fold.flips.isEmpty)
    #expect(fold.commits > 0)
  }

  @Test("a log that somebody changed is noticed at the place", arguments: UInt64(0)..<20)
  func changed(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed)
    var fold = Redecision()
    let name = RolloutName(history.world.name, on: history.world.cluster)
    fold.apply(
      .registered(history.world.registration, by: .agent, now: history.world.now),
      of: history.world.cluster)
    var broken: LogPosition?
    for entry in history.entries {
      switch entry {
      case .application(let event, let position):
        fold.apply(event, of: history.world.name, at: position)
      case .rollout(var commit):
        if broken == nil, let index = commit.firstIndex(where: { $0.event.isForward }),
          case .attemptClassified(var event) = commit[index].event
        {
          event.classification.track = .fast
          commit[index].event = .attemptClassified(event)
          broken = commit[0].position
        }
        fold.apply(commit, of: name)
      }
    }
    #expect(fold.deviations.first?.position == broken)
  }

  @Test("under their own policies no answer flips", arguments: RandomHistory.seeds)
  func unchanged(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed)
    var policies: [String: RolloutPolicy] = [:]
    for case .application(.policyApplied(let policy, by: _, now: _), _) in history.entries {
      // Policies that changed, or came later, were not in force all the time.
      guard policies.updateValue(policy, forKey: policy.name) == nil else { return }
    }
    let begun = history.entries.firstIndex { if case .rollout = $0 { true } else { false } }
    for entry in history.entries.dropFirst(begun ?? 0) {
      if case .application(.policyApplied, _) = entry { return }
    }
    let fold = fed(Redecision(under: Array(policies.values)), history)
    #expect(fold.flips.isEmpty, "\(fold.flips.first.map { "\($0)" } ?? "")")
  }

  @Test("a narrower window flips exactly the answers that rested on the wider one")
  func narrower() throws {
    var world = try World(window: nil)
    var fold = Redecision(under: [
      RolloutPolicy(name: "narrow", window: RollbackWindow(revisions: 1))
    ])
    let name = RolloutName(world.name, on: world.cluster)
    // The world of this test registers before anything is fed: told again here.
    var position: UInt64 = 0
    func tell(_ events: [ApplicationEvent]) {
      for event in events {
        fold.apply(event, of: world.name, at: LogPosition(position))
        position += 1
      }
    }
    fold.apply(.registered(world.registration, by: .agent, now: world.now), of: world.cluster)
    for number in 1...6 {
      let release = try ReleaseID(validating: "v\(number)")
      tell([
        .revisionRegistered(
          Revision(
            number: RevisionNumber(UInt32(number)), release: release, digest: "sha256:v\(number)",
            images: []), by: .ann, now: world.now)
      ])
    }
    tell([
      .strategyRegistered(
        StrategyVersion(1), Strategy(replicas: 4, steps: []), by: .ann, now: world.now)
    ])
    tell(
      try world.ask(
        .register(
          Registration(policies: [
            RolloutPolicy(
              name: "wide", window: RollbackWindow(revisions: 3),
              emergency: EmergencyRule(allowedOutsideWindow: true))
          ]))))
    func commit(_ command: RolloutCommand) throws {
      let events = try world.decide(command)
      fold.apply(
        Array(world.log.suffix(events.count).map { ($0.event, $0.position) }), of: name)
    }
    for number: UInt32 in 1...4 {
      try commit(.start(RevisionNumber(number)))
      try commit(
        .report(
          .init(attempt: AttemptNumber(number), .available(RevisionNumber(number)))))
    }
    try commit(rollback(3))
    try commit(rollback(2))
    try commit(.escalate)
    try commit(rollback(4))
    #expect(fold.flips.map(\.attempt) == [AttemptNumber(6)])
    let flip = try #require(fold.flips.first)
    #expect(flip.before.outcome == .attempt(.rollback, .fast, verdict: .inside))
    #expect(flip.after.outcome == .attempt(.rollback, .full, verdict: .outsideByRevisions))
    #expect(flip.rollout == name)
    #expect(flip.origin == .commanded)
    #expect(fold.answers == 8)
  }

  @Test("an emergency that a stricter policy would have refused is told as refused")
  func refused() throws {
    var world = try World(policies: [])
    let policy = RolloutPolicy(
      name: "calm", window: RollbackWindow(revisions: 1),
      emergency: EmergencyRule(allowedOutsideWindow: true))
    try world.ask(.register(Registration(policies: [policy])))
    try world.promote(1, 2, 3, 4)
    let before = world
    let events = try world.decide(emergency(1))
    var strict = policy
    strict.emergency = nil
    var fold = Redecision(under: [strict])
    // A fold that starts in the middle of a log is fed what led there.
    fold.apply(.registered(world.registration, by: .agent, now: world.now), of: world.cluster)
    for (index, registered) in before.application.revisions.enumerated() {
      fold.apply(
        .revisionRegistered(registered.revision, by: .ann, now: world.now), of: world.name,
        at: LogPosition(UInt64(index)))
    }
    fold.apply(
      .strategyRegistered(
        StrategyVersion(1), try #require(before.application.strategies.first), by: .ann,
        now: world.now), of: world.name, at: LogPosition(20))
    let name = RolloutName(world.name, on: world.cluster)
    for entry in before.log { fold.apply([(entry.event, entry.position)], of: name) }
    #expect(fold.flips.isEmpty)
    fold.apply(
      Array(world.log.suffix(events.count).map { ($0.event, $0.position) }), of: name)
    #expect(
      fold.flips.map(\.after) == [
        DecidedAnswer(outcome: .refused, rules: [.emergencyOutsideWindow])
      ])
  }
}

extension RolloutEvent {
  fileprivate var isForward: Bool {
    if case .attemptClassified(let event) = self {
      return event.classification.kind == .forward
    }
    return false
  }
}
