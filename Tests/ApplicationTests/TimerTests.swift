import EventLog
import RolloutCore
import Testing
import WindlassWire

@testable import Application

@Suite("Timers", .timeLimit(.minutes(5)))
struct TimerTests {
  /// Any command wakes the loop, which finds what is due by recorded time.
  private func wake(_ harness: Harness, _ key: String) async throws {
    for turn in 0..<3 {
      _ = await harness.submit(
        .release(try harness.app(), .number(RevisionNumber(1))), key: "\(key)-\(turn)")
    }
  }

  private func types(_ harness: Harness) async throws -> [String] {
    try await harness.log.readStream(
      StreamAddress.rollout(try harness.rollout()).stream, from: StreamVersion(1), limit: 1_000
    ).map(\.type)
  }

  private func start(_ harness: Harness, _ number: UInt32, _ epoch: UInt64) async throws {
    _ = await harness.submit(
      .start(try harness.rollout(), .number(RevisionNumber(number))), key: "start-\(number)")
    _ = try await harness.report(
      .available(RevisionNumber(number)), attempt: number, epoch: epoch,
      id: "available-\(number)")
  }

  private let plan = AnalysisPlan(
    templates: [
      AnalysisTemplate(
        name: "errors",
        metrics: [
          .init(
            name: "rate", interval: .seconds(10), successCondition: "result < 1",
            provider: "web")
        ])
    ])

  @Test("a deadline that passes without progress is told, and aborts where the strategy says so")
  func deadline() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(
        revisions: 2,
        strategy: Strategy(
          replicas: 3, kind: .canary(Canary(steps: [.setWeight(20)])),
          progress: .init(deadline: .seconds(600), aborts: true)))
      try await start(harness, 1, epoch)
      let rollout = try harness.rollout()
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(2))), key: "start-2")
      harness.time.advance(seconds: 600)
      try await wake(harness, "early")
      #expect(harness.service.read { $0.rollouts[rollout]?.attempt } != nil)
      harness.time.advance(seconds: 1)
      try await wake(harness, "late")
      let ended = harness.service.read { $0.rollouts[rollout]?.lastEnded }
      guard case .aborted(.deadline)? = ended?.verdict else {
        Issue.record("not aborted by its deadline: \(String(describing: ended?.verdict))")
        return
      }
      #expect(try await types(harness).count { $0 == "deadline-exceeded.v1" } == 1)
    }
  }

  @Test("analysis of which nothing is seen in time is told once")
  func missing() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(
        revisions: 2, strategy: Strategy(replicas: 3, steps: [.analysis(plan)]))
      try await start(harness, 1, epoch)
      _ = await harness.submit(
        .start(try harness.rollout(), .number(RevisionNumber(2))), key: "start-2")
      harness.time.advance(seconds: 301)
      try await wake(harness, "late")
      harness.time.advance(seconds: 301)
      try await wake(harness, "later")
      #expect(try await types(harness).count { $0 == "run-missing.v1" } == 1)
    }
  }

  @Test("a policy moves timers that run already")
  func policyMovesTimers() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(
        revisions: 2, strategy: Strategy(replicas: 3, steps: [.analysis(plan)]))
      try await start(harness, 1, epoch)
      let rollout = try harness.rollout()
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(2))), key: "start-2")
      let before = harness.service.read { $0.nextDue(rollout) }
      let policy = RolloutPolicy(name: "fast", evidence: EvidenceRule(appearance: .seconds(30)))
      _ = await harness.submit(
        .application(
          try harness.app(), .register(Registration(revision: nil, policies: [policy]))),
        key: "policy")
      let after = harness.service.read { $0.nextDue(rollout) }
      #expect(before?.since(after ?? .init(microseconds: 0)) == .seconds(270))
      harness.time.advance(seconds: 31)
      try await wake(harness, "late")
      #expect(try await types(harness).contains("run-missing.v1"))
    }
  }

  @Test("a watch over a promotion ends when its time is over")
  func watch() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(
        revisions: 2,
        strategy: Strategy(replicas: 3, steps: [], background: .init(plan: plan)),
        policies: [RolloutPolicy(name: "watch", watch: WatchRule(duration: .seconds(900)))])
      try await start(harness, 1, epoch)
      try await start(harness, 2, epoch)
      let rollout = try harness.rollout()
      #expect(harness.service.read { $0.rollouts[rollout]?.watch } != nil)
      harness.time.advance(seconds: 901)
      try await wake(harness, "late")
      #expect(harness.service.read { $0.rollouts[rollout]?.watch } == nil)
      #expect(try await types(harness).contains("watch-ended.v1"))
    }
  }

  @Test("timers hold one entry for a rollout however often it changes")
  func bounded() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(
        revisions: 1, strategy: Strategy(replicas: 3, steps: [.setWeight(20)]))
      let rollout = try harness.rollout()
      for turn in 0..<200 {
        _ = await harness.submit(.start(rollout, .number(RevisionNumber(1))), key: "s\(turn)")
        _ = await harness.submit(.rollout(rollout, .abort), key: "a\(turn)")
        harness.time.advance(seconds: 1)
      }
      #expect(harness.service.read { $0.timerCount } <= 2)
    }
  }

  @Test("folded from the log, timers are as they were")
  func folded() async throws {
    let first = Harness()
    try await first.running { harness in
      let epoch = try await harness.prepare(
        revisions: 2, strategy: Strategy(replicas: 3, steps: [.pause(.seconds(60))]))
      try await start(harness, 1, epoch)
      _ = await harness.submit(
        .start(try harness.rollout(), .number(RevisionNumber(2))), key: "start-2")
    }
    let rollout = try first.rollout()
    let due = first.service.read { $0.nextDue(rollout) }
    #expect(due != nil)
    try await Harness(sharing: first).running { harness in
      #expect(harness.service.read { $0.nextDue(rollout) } == due)
      harness.time.advance(seconds: 61)
      try await wake(harness, "late")
      #expect(harness.service.read { $0.rollouts[rollout]?.attempt?.stepIndex } == 1)
    }
  }
}
