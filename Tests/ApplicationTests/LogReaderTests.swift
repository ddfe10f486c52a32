import Application
import EventLog
import RolloutCore
import Testing
import WindlassWire

@Suite("Reading the log through a filter", .timeLimit(.minutes(5)))
struct LogReaderTests {
  /// Three revisions made stable one minute after the other, a refusal, and a second cluster.
  private func played(_ harness: Harness) async throws {
    let epoch = try await harness.prepare(revisions: 3)
    _ = try await harness.claim("agent-2", on: "us-east")
    let rollout = try harness.rollout()
    for number in UInt32(1)...3 {
      harness.time.advance(seconds: 60)
      _ = await harness.submit(
        .start(rollout, .number(RevisionNumber(number))), key: "start-\(number)",
        reason: "number \(number)")
      _ = try await harness.report(
        .available(RevisionNumber(number)), attempt: number, epoch: epoch, id: "up-\(number)")
    }
    harness.time.advance(seconds: 60)
    let refused = await harness.submit(
      .start(rollout, .number(RevisionNumber(9))), key: "no such revision")
    guard case .refused = refused.result else { throw Harness.Unexpected(result: refused.result) }
    let elsewhere = RolloutName(try harness.app(), on: try ClusterName(validating: "us-east"))
    _ = await harness.submit(.start(elsewhere, .number(RevisionNumber(2))), key: "elsewhere")
  }

  private func read(
    _ harness: Harness, _ filter: EventFilter, _ direction: ReadDirection = .forwards,
    limit: Int = 1_000, knowing: Bool = true
  ) async throws -> [SeenEvent] {
    let matcher = try EventMatcher(filter)
    let (selection, end) = harness.service.read { world in
      (matcher.selection(knowing: knowing ? world : nil), world.head.next)
    }
    var rest = GlobalPosition.zero..<end
    var events: [SeenEvent] = []
    while !rest.isEmpty {
      let page = try await LogReader(harness.log).page(
        matcher, selection, in: rest, direction, limit: limit, bytesMax: 1 << 20)
      #expect(page.events.count <= limit)
      events += page.events
      rest = page.rest
    }
    return events
  }

  @Test("each filter lets through what a recount of the whole log finds, in both directions")
  func recount() async throws {
    try await Harness().running { harness in
      try await played(harness)
      let (app, west) = (try harness.app(), try ClusterName(validating: "eu-west"))
      let all = try await read(harness, EventFilter())
      #expect(all.count == Int(harness.service.read { $0.head.next.index }))
      let middle = try #require(all[all.count / 2].event).now
      let filters: [(EventFilter, (SeenEvent, EventFacts) -> Bool)] = [
        (
          EventFilter(stream: "rollout-\(app)@\(west)"),
          { seen, _ in
            seen.recorded.stream.text == "rollout-\(app)@\(west)"
          }
        ),
        (
          EventFilter(kinds: ["attempt-classified", "lease-claimed.v1"]),
          { seen, _ in
            ["attempt-classified.v1", "lease-claimed.v1"].contains(seen.recorded.type)
          }
        ),
        (EventFilter(application: app), { _, facts in facts.subjects.application == app.text }),
        (EventFilter(cluster: west), { _, facts in facts.subjects.cluster == west.text }),
        (
          EventFilter(application: app, cluster: west),
          { _, facts in
            facts.subjects.application == app.text && facts.subjects.cluster == west.text
          }
        ),
        (EventFilter(principal: "ci"), { _, facts in facts.by?.principal == "ci" }),
        (EventFilter(principal: "nobody"), { _, _ in false }),
        (
          EventFilter(rule: .forwardByNumber),
          { _, facts in
            facts.rules.contains(.forwardByNumber)
          }
        ),
        (
          EventFilter(attempt: AttemptNumber(2)),
          { _, facts in
            facts.attempt == AttemptNumber(2)
          }
        ),
        (EventFilter(since: middle), { _, facts in facts.now >= middle }),
        (EventFilter(until: middle), { _, facts in facts.now < middle }),
      ]
      for (filter, expected) in filters {
        let wanted = all.filter { seen in
          seen.event.map { expected(seen, EventFacts($0, in: seen.recorded.stream.text)) } ?? false
        }
        for knowing in [true, false] {
          for limit in [1, 7, 1_000] {
            #expect(
              try await read(harness, filter, limit: limit, knowing: knowing) == wanted,
              "\(filter)")
            #expect(
              try await read(harness, filter, .backwards, limit: limit, knowing: knowing)
                == wanted.reversed(), "\(filter) backwards")
          }
        }
      }
    }
  }

  @Test("an instant is after the last event decided at or before it")
  func instants() async throws {
    try await Harness().running { harness in
      try await played(harness)
      let all = try await read(harness, EventFilter())
      let reader = LogReader(harness.log)
      let end = harness.service.read { $0.head.next }
      for moment in Set(all.compactMap { $0.event?.now }) {
        for shift in [Int64(-1), 0, 1] {
          let instant = Timestamp(microseconds: moment.microseconds + shift)
          let expected = all.prefix { ($0.event?.now ?? instant) <= instant }.count
          #expect(
            try await reader.position(asOf: instant, before: end).index == UInt64(expected))
        }
      }
    }
  }

  @Test("state as of every position is what folding that much of the log gives")
  func past() async throws {
    try await Harness().running { harness in
      try await played(harness)
      let rollout = try harness.rollout()
      let streams: [StreamAddress] = [
        .application(rollout.application), .cluster(rollout.cluster), .lease(rollout.cluster),
        .rollout(rollout),
      ]
      let end = harness.service.read { $0.head.next.index }
      var attempts: [UInt32] = []
      for position in 0...end {
        let world = try await PastWorld.folded(
          streams, of: harness.log, before: GlobalPosition(position))
        #expect(world.head.next.index == position)
        attempts.append(world.rollouts[rollout]?.attempts ?? 0)
      }
      #expect(attempts == attempts.sorted())
      #expect(Set(attempts) == [0, 1, 2, 3])
      let last = try await PastWorld.folded(
        streams, of: harness.log, before: GlobalPosition(end))
      harness.service.read { world in
        #expect(last.rollouts[rollout] == world.rollouts[rollout])
        #expect(last.applications[rollout.application] == world.applications[rollout.application])
        #expect(last.clusters[rollout.cluster] == world.clusters[rollout.cluster])
      }
    }
  }

  @Test("what cannot be read passes only filters that need no reading")
  func unreadable() throws {
    let recorded = RecordedEvent(
      position: .zero, stream: try StreamName(validating: "rollout-shop/cart@eu-1"),
      version: StreamVersion(1), type: "unheard-of.v9", payload: [1],
      commandID: .init(high: 1, low: 1),
      recordedAt: 50)
    let seen = SeenEvent(recorded)
    #expect(seen.event == nil)
    func passes(_ filter: EventFilter) throws -> Bool { try EventMatcher(filter).passes(seen) }
    #expect(try passes(EventFilter()))
    #expect(try passes(EventFilter(cluster: try ClusterName(validating: "eu-1"))))
    #expect(try !passes(EventFilter(cluster: try ClusterName(validating: "eu-2"))))
    #expect(try passes(EventFilter(since: Timestamp(microseconds: 50))))
    #expect(try !passes(EventFilter(until: Timestamp(microseconds: 50))))
    #expect(try !passes(EventFilter(principal: "ci")))
    #expect(try !passes(EventFilter(attempt: AttemptNumber(1))))
    #expect(try !passes(EventFilter(kinds: ["paused"])))
  }
}
