import Application
import EventLog
import RolloutCore
import Testing
import WindlassWire

@Suite("Read, decide, append", .timeLimit(.minutes(5)))
struct DecisionServiceTests {
  @Test("a repeated key gets the first answer, and one commit is in the log")
  func repeated() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      let start = Submission.Action.start(try harness.rollout(), .number(RevisionNumber(1)))
      let first = await harness.submit(start, key: "k")
      let length = harness.service.read { $0.head.next }
      let second = await harness.submit(start, key: "k")
      #expect(first.result == .allowed)
      #expect(second.result == .allowed)
      #expect(first.events == second.events)
      #expect(first.first == second.first)
      #expect(first.version == second.version)
      #expect(harness.service.read { $0.head.next } == length)
    }
  }

  @Test("another command under a used key is a conflict")
  func conflict() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 2)
      let rollout = try harness.rollout()
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(1))), key: "k", digest: 1)
      let other = await harness.submit(
        .start(rollout, .number(RevisionNumber(2))), key: "k", digest: 2)
      #expect(other.result == .conflict)
    }
  }

  @Test("a refusal is recorded on its own stream, moves no rollout and repeats under its key")
  func refusal() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      let rollout = try harness.rollout()
      let first = await harness.submit(.rollout(rollout, .abort), key: "k")
      let second = await harness.submit(.rollout(rollout, .abort), key: "k")
      guard case .refused(let refusal) = first.result else {
        Issue.record("not refused: \(first.result)")
        return
      }
      #expect(refusal.rule == .notProgressing)
      #expect(second.result == first.result)
      #expect(second.first == first.first)
      let (refusals, moved) = harness.service.read { world in
        (world.version(.refusals(rollout.application)), world.version(.rollout(rollout)))
      }
      #expect(refusals == 1)
      #expect(moved == 0)
    }
  }

  @Test("a dry run answers like the command and writes nothing")
  func dryRun() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      let start = Submission.Action.start(try harness.rollout(), .number(RevisionNumber(1)))
      let length = harness.service.read { $0.head.next }
      let dry = await harness.submit(start, key: "dry", dryRun: true)
      #expect(harness.service.read { $0.head.next } == length)
      let real = await harness.submit(start, key: "real")
      #expect(dry.result == real.result)
      #expect(dry.events == real.events)
      #expect(dry.version == real.version)
    }
  }

  @Test("a command that expects another version is refused with both versions")
  func expectedVersion() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      let answer = await harness.submit(
        .start(try harness.rollout(), .number(RevisionNumber(1))), key: "k", expectedVersion: 7)
      guard case .refused(let refusal) = answer.result else {
        Issue.record("not refused: \(answer.result)")
        return
      }
      #expect(refusal.rule == .versionMoved)
      #expect(refusal.message.contains("at version 0"))
    }
  }

  @Test("an outcome under an older epoch is fenced and changes nothing")
  func fenced() async throws {
    try await Harness().running { harness in
      let old = try await harness.prepare(revisions: 1)
      _ = await harness.submit(
        .start(try harness.rollout(), .number(RevisionNumber(1))), key: "start")
      _ = try await harness.claim("agent-2")
      let answer = try await harness.report(
        .available(RevisionNumber(1)), attempt: 1, epoch: old, id: "a")
      #expect(answer.result == .fenced)
      let rollout = try harness.rollout()
      #expect(harness.service.read { $0.rollouts[rollout]?.stable } == nil)
    }
  }

  @Test("many commands at once are each answered once, on gapless positions")
  func manyAtOnce() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      for cluster in 1...40 { _ = try await harness.claim("agent", on: "c\(cluster)") }
      let app = try harness.app()
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for cluster in 1...40 {
          for key in ["a", "b", "a"] {
            group.addTask {
              let name = RolloutName(app, on: try ClusterName(validating: "c\(cluster)"))
              return await harness.submit(
                .start(name, .number(RevisionNumber(1))), key: "\(cluster)/\(key)")
            }
          }
        }
        var answers: [Answer] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      #expect(answers.count == 120)
      for answer in answers {
        #expect([.allowed, .alreadySatisfied].contains(answer.result))
      }
      let (head, rollouts) = harness.service.read { ($0.head.next, $0.rollouts.count) }
      let events = try await harness.log.read(from: .zero, limit: 10_000)
      #expect(events.map(\.position.index) == Array(0..<head.index))
      #expect(rollouts == 40)
      #expect(events.count { $0.type == "attempt-classified.v1" } == 40)
    }
  }

  @Test("two services on one log decide each command against the other's events")
  func twoServices() async throws {
    let one = Harness()
    let two = Harness(sharing: one)
    try await one.running { one in
      _ = try await one.prepare(revisions: 2)
      try await two.running { two in
        let rollout = try one.rollout()
        for round in 0..<10 {
          async let first = one.submit(
            .start(rollout, .number(RevisionNumber(UInt32(round % 2 + 1)))), key: "one-\(round)")
          async let second = two.submit(
            .start(rollout, .number(RevisionNumber(UInt32((round + 1) % 2 + 1)))),
            key: "two-\(round)")
          for answer in await [first, second] {
            if case .allowed = answer.result { continue }
            if case .alreadySatisfied = answer.result { continue }
            if case .refused = answer.result { continue }
            Issue.record("unexpected \(answer.result)")
          }
        }
        // Folded from the start by a third reader, both end at the same state.
        let three = Harness(sharing: one)
        try await three.running { three in
          while three.service.read({ $0.head.next }) != (try await one.log.head().head.next) {
            await Task.yield()
          }
          while one.service.read({ $0.head.next }) != three.service.read({ $0.head.next }) {
            await Task.yield()
          }
          let left = one.service.read { $0.rollouts[rollout] }
          let right = three.service.read { $0.rollouts[rollout] }
          #expect(left == right)
          #expect(left != nil)
        }
      }
    }
  }

  @Test("a timer fires when its time has passed, once, and not before")
  func timer() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(revisions: 2, steps: [.pause(.seconds(60))])
      let rollout = try harness.rollout()
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(1))), key: "start-1")
      _ = try await harness.report(
        .available(RevisionNumber(1)), attempt: 1, epoch: epoch, id: "available-1")
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(2))), key: "start-2")
      harness.time.advance(seconds: 60)
      _ = try await harness.report(
        .available(RevisionNumber(2)), attempt: 2, epoch: epoch, id: "early")
      #expect(harness.service.read { $0.rollouts[rollout]?.attempt?.stepIndex } == 0)
      harness.time.advance(seconds: 1)
      // Any command wakes the loop; the timer is found due by recorded time.
      for key in 0..<3 { _ = await harness.submit(.rollout(rollout, .pause), key: "p\(key)") }
      let events = try await harness.log.readStream(
        StreamAddress.rollout(rollout).stream, from: StreamVersion(1), limit: 100)
      #expect(events.count { $0.type == "step-reached.v1" } == 1)
      #expect(harness.service.read { $0.rollouts[rollout]?.attempt?.stepIndex } == 1)
    }
  }

  @Test("an event that cannot be read stops its own stream only")
  func quarantine() async throws {
    let harness = Harness()
    try await harness.running { harness in
      _ = try await harness.prepare(revisions: 1)
      _ = try await harness.claim("agent", on: "us-east")
    }
    let rollout = try harness.rollout()
    let head = try await harness.log.head().head
    let poison = Commit(
      id: CommandID(high: 9, low: 9), digest: Array(repeating: 0, count: 32),
      slices: [
        Slice(
          stream: StreamAddress.rollout(rollout).stream, expected: .none,
          events: [NewEvent(type: "attempt-classified.v9", payload: [255])])
      ], now: harness.time.microseconds)
    _ = try await harness.log.append([poison], onto: head)
    let reader = Harness(sharing: harness)
    try await reader.running { reader in
      let stopped = await reader.submit(
        .start(rollout, .number(RevisionNumber(1))), key: "poisoned")
      guard case .quarantined(let why) = stopped.result else {
        Issue.record("not quarantined: \(stopped.result)")
        return
      }
      #expect(why.contains("attempt-classified.v9"))
      let other = RolloutName(rollout.application, on: try ClusterName(validating: "us-east"))
      let served = await reader.submit(
        .start(other, .number(RevisionNumber(1))), key: "other")
      #expect(served.result == .allowed)
    }
  }

  @Test("a change seen outside registers its revision first, so that its fact has a place")
  func changeObserved() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(revisions: 1)
      let rollout = try harness.rollout()
      let content = RevisionContent(
        release: try ReleaseID(validating: "hotfix"), digest: "d9", images: ["web:hotfix"])
      let answer = await harness.submit(
        .report(
          rollout.cluster, epoch: epoch,
          ReportedOutcome(
            id: "seen", application: rollout.application,
            outcome: .changeObserved(content, LocalRevision(podHash: "abc")))),
        key: "seen")
      #expect(answer.result == .allowed)
      let classified = answer.events.compactMap { event -> AttemptClassified? in
        guard case .rollout(.attemptClassified(let classified)) = event else { return nil }
        return classified
      }
      #expect(classified.first?.classification.origin == .observed)
      #expect(classified.first?.revision == RevisionNumber(2))
      let registered = harness.service.read {
        $0.applications[rollout.application]?.revision(RevisionNumber(2))?.position
      }
      #expect(
        classified.first?.classification.facts.contains {
          $0.kind == .targetRegistered && $0.position == registered
        } == true)
    }
  }

  @Test("a batch never grows over what the log takes, however many events commands make")
  func manyEvents() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 2, steps: [.setWeight(20), .pause(nil)])
      let app = try harness.app()
      var epochs: [ClusterName: UInt64] = [:]
      for number in 0..<400 {
        let name = "c\(number)"
        epochs[try ClusterName(validating: name)] = try await harness.claim("a", on: name)
      }
      let clusters = epochs
      func everywhere(
        _ tag: String, _ action: @escaping @Sendable (RolloutName, UInt64) -> Submission.Action
      ) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
          for (cluster, epoch) in clusters {
            group.addTask {
              let answer = await harness.submit(
                action(RolloutName(app, on: cluster), epoch), key: "\(tag)/\(cluster)")
              return answer.result == .allowed
            }
          }
          return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
      }
      @Sendable func outcome(_ id: String, _ attempt: UInt32, _ outcome: Outcome) -> ReportedOutcome
      {
        ReportedOutcome(
          id: id, application: app, attempt: AttemptNumber(attempt), outcome: .core(outcome))
      }
      #expect(
        await everywhere("one") { name, _ in .start(name, .number(RevisionNumber(1))) } == 400)
      let available = Outcome.available(RevisionNumber(1))
      #expect(
        await everywhere("up") { name, epoch in
          .report(name.cluster, epoch: epoch, outcome("up", 1, available))
        } == 400)
      #expect(
        await everywhere("two") { name, _ in .start(name, .number(RevisionNumber(2))) } == 400)
      // Weight, step and pause: three events each, 1,200 in all.
      let weight = Outcome.weightApplied(RevisionNumber(2), weight: 20, verified: nil)
      #expect(
        await everywhere("weight") { name, epoch in
          .report(name.cluster, epoch: epoch, outcome("weight", 2, weight))
        } == 400)
    }
  }

  @Test("a refusal rests on the log as it is, whatever this replica has folded")
  func noStaleRefusal() async throws {
    let one = Harness()
    let two = Harness(sharing: one)
    try await one.running { one in
      _ = try await one.prepare(revisions: 1)
      try await two.running { two in
        let rollout = try one.rollout()
        for round in 0..<30 {
          let started = await one.submit(
            .start(rollout, .number(RevisionNumber(1))), key: "start-\(round)")
          #expect(started.result == .allowed)
          let aborted = await two.submit(.rollout(rollout, .abort), key: "abort-\(round)")
          #expect(aborted.result == .allowed)
        }
      }
    }
  }

  @Test("an agent whose epoch is over registers nothing, not even through another replica")
  func fencedRegistersNothing() async throws {
    let one = Harness()
    let two = Harness(sharing: one)
    try await one.running { one in
      let first = try await one.prepare(revisions: 1)
      try await two.running { two in
        var epoch = first
        let rollout = try one.rollout()
        for round in 0..<20 {
          let old = epoch
          epoch = try await one.claim("agent-\(round + 2)")
          let content = RevisionContent(
            release: try ReleaseID(validating: "hot-\(round)"), digest: "d\(round)", images: [])
          let answer = await two.submit(
            .report(
              rollout.cluster, epoch: old,
              ReportedOutcome(
                id: "seen-\(round)", application: rollout.application,
                outcome: .changeObserved(content, nil))),
            key: "seen-\(round)")
          #expect(answer.result == .fenced)
        }
        #expect(one.service.read { $0.applications[rollout.application]?.revisions.count } == 1)
      }
    }
  }

  @Test("nobody is fenced on the strength of a log that is not folded yet")
  func notFencedWhileStarting() async throws {
    let harness = Harness()
    let epoch = try await harness.running { try await $0.prepare(revisions: 1) }
    let restarted = Harness(sharing: harness)
    let leases = LeaseService(decisions: restarted.service, store: harness.log)
    let cluster = try ClusterName(validating: "eu-west")
    await #expect(throws: LeaseService.Failure.self) {
      try await leases.renew(cluster, holder: "agent-1", epoch: epoch)
    }
    do {
      _ = try await leases.renew(cluster, holder: "agent-1", epoch: epoch)
    } catch {
      #expect(error != .fenced)
    }
    try await restarted.running { _ in
      let lease = try await leases.renew(cluster, holder: "agent-1", epoch: epoch)
      #expect(lease.epoch == epoch)
    }
  }

  @Test("only its holder releases a lease, and releasing twice is releasing once")
  func release() async throws {
    try await Harness().running { harness in
      let epoch = try await harness.prepare(revisions: 1)
      let leases = LeaseService(decisions: harness.service, store: harness.log)
      let cluster = try ClusterName(validating: "eu-west")
      let anybody = Requester(principal: "anonymous")
      await #expect(throws: LeaseService.Failure.fenced) {
        try await leases.release(cluster, holder: "agent-9", epoch: epoch, requester: anybody)
      }
      #expect(leases.isCurrent(cluster, epoch: epoch))
      for _ in 0..<2 {
        try await leases.release(cluster, holder: "agent-1", epoch: epoch, requester: anybody)
      }
      #expect(!leases.isCurrent(cluster, epoch: epoch))
    }
  }

  @Test("a command that nobody waits for any more is not decided")
  func abandoned() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      let rollout = try harness.rollout()
      let answer = await harness.service.submit { completion in
        var submission = Submission(
          id: CommandID(high: 1, low: 1), digest: Array(repeating: 1, count: 32),
          requester: Requester(principal: "ci"),
          action: .start(rollout, .number(RevisionNumber(1))), completion: completion)
        submission.isAbandoned = { true }
        return submission
      }
      guard case .unavailable = answer.result else {
        Issue.record("decided: \(answer.result)")
        return
      }
      #expect(harness.service.read { $0.rollouts[rollout] } == nil)
    }
  }
}
