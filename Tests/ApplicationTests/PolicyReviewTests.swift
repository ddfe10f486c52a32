import Application
import EventLog
import RolloutCore
import Testing
import WindlassWire

@Suite("The past under other policies", .timeLimit(.minutes(5)))
struct PolicyReviewTests {
  /// Revisions 1...4 made stable in turn, then back to 1: three lie between... two do.
  private func rolledBack(_ harness: Harness) async throws {
    let epoch = try await harness.prepare(
      revisions: 4,
      strategy: Strategy(replicas: 3, steps: [], window: RollbackWindow(revisions: 1)))
    let rollout = try harness.rollout()
    for number in UInt32(1)...4 {
      _ = await harness.submit(
        .start(rollout, .number(RevisionNumber(number))), key: "start-\(number)")
      _ = try await harness.report(
        .available(RevisionNumber(number)), attempt: number, epoch: epoch, id: "up-\(number)")
    }
    let back = await harness.submit(
      .rollback(rollout, .number(RevisionNumber(1)), .regular, insistsOnAnalysis: false),
      key: "back")
    guard case .allowed = back.result else { throw Harness.Unexpected(result: back.result) }
  }

  private func review(
    _ harness: Harness, _ policies: [RolloutPolicy], by count: Int = 1_000
  ) async throws -> PolicyReview {
    let rollout = try harness.rollout()
    var review = PolicyReview(
      of: rollout.application, on: [rollout.cluster], under: policies, log: harness.log,
      before: harness.service.read { $0.head.next })
    while try await review.advance(by: count) {}
    return review
  }

  @Test("a wider window turns a rollback outside into one inside, and nothing else flips")
  func wider() async throws {
    try await Harness().running { harness in
      try await rolledBack(harness)
      let wide = RolloutPolicy(name: "wide", window: RollbackWindow(revisions: 5))
      let past = try await review(harness, [wide])
      #expect(past.redecision.answers == 5)
      #expect(past.rolloutCount == 1)
      #expect(past.redecision.flips.count == 1)
      #expect(
        past.redecision.flips.first?.after.outcome
          == .attempt(.rollback, .fast, verdict: .inside))
      #expect(
        past.redecision.flips.first?.before.outcome
          == .attempt(.rollback, .full, verdict: .outsideByRevisions))
      #expect(past.unreadable.isEmpty)
    }
  }

  @Test("under the policies that were in force nothing flips, however it is cut into pieces")
  func same() async throws {
    try await Harness().running { harness in
      try await rolledBack(harness)
      for count in [1, 2, 3, 7, 1_000] {
        let past = try await review(harness, [], by: count)
        #expect(past.redecision.flips.isEmpty)
        #expect(past.redecision.answers == 5)
      }
    }
  }

  @Test("streams come back in the order of the log, each event once")
  func order() async throws {
    try await Harness().running { harness in
      try await rolledBack(harness)
      let rollout = try harness.rollout()
      let end = harness.service.read { $0.head.next }
      var merge = LogMerge(
        [.application(rollout.application), .rollout(rollout), .cluster(rollout.cluster)],
        of: harness.log, before: end)
      var positions: [UInt64] = []
      while let event = try await merge.next() { positions.append(event.position.index) }
      let all = try await harness.log.read(from: .zero, limit: 1_000)
      let expected = all.filter { event in
        switch StreamAddress(event.stream) {
        case .application, .rollout, .cluster: true
        case .lease, .refusals, nil: false
        }
      }.map(\.position.index)
      #expect(positions == expected)
    }
  }
}
