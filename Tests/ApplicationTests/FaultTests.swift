import Application
import EventLog
import RolloutCore
import Testing
import WindlassWire

@Suite("What the log cannot do now", .timeLimit(.minutes(5)))
struct FaultTests {
  @Test("an absent log answers unavailable, and commands are decided again when it is back")
  func unavailable() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      harness.log.inject(.unavailable)
      let start = Submission.Action.start(try harness.rollout(), .number(RevisionNumber(1)))
      let lost = await harness.submit(start, key: "k")
      guard case .unavailable = lost.result else {
        Issue.record("unexpected \(lost.result)")
        return
      }
      #expect(await settled(harness, start, key: "k").result == .allowed)
    }
  }

  @Test("commands are refused at once until the log has taken a write again, not only a read")
  func unwritable() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      // One for the command, the others for looking whether the log takes writes again.
      for _ in 0..<5 { harness.log.inject(.unavailable) }
      let start = Submission.Action.start(try harness.rollout(), .number(RevisionNumber(1)))
      let lost = await harness.submit(start, key: "k")
      guard case .unavailable = lost.result else {
        Issue.record("unexpected \(lost.result)")
        return
      }
      while true {
        let before = harness.log.faultCount
        let status = harness.service.currentStatus
        let after = harness.log.faultCount
        if after == 0 { break }
        // Once it has looked and been refused it is not ready before the last refusal.
        if before < 4 { #expect(status != .ready) }
        await Task.yield()
      }
      #expect(await settled(harness, start, key: "k").result == .allowed)
      #expect(harness.log.faultCount == 0)
    }
  }

  @Test("an append without answer is unknown, and its key finds out whether it happened")
  func unknown() async throws {
    for fault in [InMemoryEventLog.Fault.loseReply, .loseRequest] {
      try await Harness().running { harness in
        _ = try await harness.prepare(revisions: 1)
        harness.log.inject(fault)
        let rollout = try harness.rollout()
        let start = Submission.Action.start(rollout, .number(RevisionNumber(1)))
        let lost = await harness.submit(start, key: "k")
        guard case .unknown = lost.result else {
          Issue.record("unexpected \(lost.result)")
          return
        }
        let answer = await settled(harness, start, key: "k")
        #expect(answer.result == .allowed)
        #expect(harness.service.read { $0.rollouts[rollout]?.attempts } == 1)
      }
    }
  }

  @Test("a commit that the log will not take leaves nobody beside it without an answer")
  func invalidBesideOthers() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 1)
      for number in 0..<20 { _ = try await harness.claim("agent", on: "c\(number)") }
      let app = try harness.app()
      for fault in [nil, InMemoryEventLog.Fault.unavailable] {
        let answers = await withTaskGroup(of: Answer.self) { group in
          let key = fault == nil ? "calm" : "fault"
          for number in 0..<20 {
            group.addTask {
              guard let cluster = try? ClusterName(validating: "c\(number)") else {
                return await harness.submit(.hold(app, .number(RevisionNumber(1))), key: "never")
              }
              return await harness.service.submit { completion in
                Submission(
                  id: .derived(from: Array("\(key)/\(number)".utf8)),
                  digest: Array(repeating: 1, count: number == 7 ? 1 : 32),
                  requester: Requester(principal: "ci"),
                  action: .start(RolloutName(app, on: cluster), .number(RevisionNumber(1))),
                  completion: completion)
              }
            }
          }
          if let fault { harness.log.inject(fault) }
          return await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(answers.count == 20)
        if fault == nil {
          let invalid = answers.count { if case .invalid = $0.result { true } else { false } }
          #expect(invalid == 1)
          #expect(answers.count { $0.result == .allowed } == 19)
        }
      }
    }
  }

  @Test("a log that lost its tail is folded again from the start")
  func lostTail() async throws {
    try await Harness().running { harness in
      _ = try await harness.prepare(revisions: 2)
      let rollout = try harness.rollout()
      let kept = harness.service.read { $0.head.next }
      _ = await harness.submit(.start(rollout, .number(RevisionNumber(1))), key: "lost")
      harness.log.rewind(to: kept)
      let answer = await settled(
        harness, .start(rollout, .number(RevisionNumber(2))), key: "after")
      #expect(answer.result == .allowed)
      let state = harness.service.read { $0.rollouts[rollout] }
      #expect(state?.attempts == 1)
      #expect(state?.attempt?.revision == RevisionNumber(2))
    }
  }

  /// Repeats under the same key until the log answers, as a client does.
  private func settled(
    _ harness: Harness, _ action: Submission.Action, key: String
  ) async -> Answer {
    while true {
      let answer = await harness.submit(action, key: key)
      switch answer.result {
      case .unavailable, .unknown: await Task.yield()
      default: return answer
      }
    }
  }
}
