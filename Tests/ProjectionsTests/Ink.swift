import Application
import EventLog
import RolloutCore
import RolloutTestKit
import WindlassWire

/// Writes a log for tests: events of many streams, in any order, with versions and positions as the
/// log would give them.
struct Ink {
  static let now = Timestamp(microseconds: 1_795_399_511_123_456)
  static let ann = Requester(principal: "ann", claimedActor: "job 7", reason: "checkout is slow")

  let log: InMemoryEventLog
  private var versions: [StreamName: UInt64] = [:]
  private var commits: UInt64 = 0
  private(set) var events: [RecordedEvent] = []

  init() { log = InMemoryEventLog { Self.now.microseconds } }

  /// One event, as a page of the log would have it; ``append(_:)`` puts it there.
  mutating func record(_ event: LogEvent, to address: StreamAddress) -> RecordedEvent {
    let (type, payload) = EventCodec.encode(event)
    return record(type, payload, to: address.stream)
  }

  mutating func record(_ type: String, _ payload: [UInt8], to stream: StreamName) -> RecordedEvent {
    versions[stream, default: 0] += 1
    let recorded = RecordedEvent(
      position: GlobalPosition(UInt64(events.count)), stream: stream,
      version: StreamVersion(versions[stream, default: 0]), type: type, payload: payload,
      commandID: CommandID(high: 0, low: 0), recordedAt: Self.now.microseconds)
    events.append(recorded)
    return recorded
  }

  /// Puts events into the log, each a commit of its own, some to a batch.
  mutating func append(_ events: [RecordedEvent], batch: Int = 7) async throws {
    var rest = events[...]
    while !rest.isEmpty {
      var batches: [Commit] = []
      for event in rest.prefix(batch) {
        commits += 1
        batches.append(
          Commit(
            id: CommandID(high: 1, low: commits),
            digest: [UInt8](repeating: 1, count: Commit.digestBytes),
            slices: [
              Slice(
                stream: event.stream, expected: StreamVersion(event.version.index - 1),
                events: [NewEvent(type: event.type, payload: event.payload)])
            ], now: Self.now.microseconds))
      }
      rest = rest.dropFirst(batch)
      let reply = try await log.append(batches, onto: try await log.head().head)
      for outcome in reply.outcomes {
        guard case .appended = outcome else { throw Unexpected(text: "\(outcome)") }
      }
    }
  }

  struct Unexpected: Error {
    var text: String
  }
}

/// Histories of several rollouts, as the decision core makes them, shuffled into one log.
struct Histories {
  private(set) var ink = Ink()
  private var random: SeededGenerator
  private var queues: [(address: StreamAddress, events: [LogEvent])] = []

  init(seed: UInt64, applications: Int = 3, clusters: Int = 3, steps: Int = 60) throws {
    random = SeededGenerator(seed: seed)
    for a in 0..<applications {
      let application = try ApplicationName(validating: "shop/app-\(a)")
      var about: [LogEvent] = []
      for c in 0..<clusters {
        let cluster = try ClusterName(validating: "eu-\(c)")
        var simulation = try Simulation(seed: random.next())
        for _ in 0..<steps { try simulation.step() }
        if about.isEmpty {
          about = Self.registrations(simulation.world.application) + holds()
        }
        queues.append(
          (
            .rollout(RolloutName(application, on: cluster)),
            simulation.world.log.map { .rollout($0.event) }
          ))
      }
      queues.append((.application(application), about))
      queues.append((.refusals(application), try refusals()))
    }
    for c in 0..<clusters {
      let cluster = try ClusterName(validating: "eu-\(c)")
      queues.append((.cluster(cluster), registrations()))
      queues.append((.lease(cluster), leases()))
    }
    queues.append((.rollout(try Self.name("shop/app-0", "told")), Self.told))
    // What cannot be read, and what does not belong where it is.
    queues.append(
      (
        .rollout(try Self.name("shop/app-0", "odd")),
        [
          .rollout(.stableAdopted(Adoption(stable: 1), by: Ink.ann, now: Ink.now)),
          .lease(.released(holder: "x", by: Ink.ann, now: Ink.now)),
          .rollout(.stableAdopted(Adoption(stable: 2), by: Ink.ann, now: Ink.now)),
        ]
      ))
  }

  private static func name(_ application: String, _ cluster: String) throws -> RolloutName {
    RolloutName(
      try ApplicationName(validating: application), on: try ClusterName(validating: cluster))
  }

  /// What chance brings about too seldom: an emergency with its debt, and a watch.
  private static var told: [LogEvent] {
    let attempt = AttemptNumber(1)
    let run = RunKey(type: .verification)
    let emergency = AttemptClassified(
      attempt: attempt, revision: 1, stable: 2, strategy: StrategyVersion(1),
      classification: Classification(
        kind: .rollback, origin: .commanded, track: .fast,
        rollback: .init(
          rollbackClass: .emergency, insistsOnAnalysis: false,
          answer: WindowAnswer(
            verdict: .outsideByBoth,
            window: RollbackWindow(revisions: 1, duration: .seconds(90)), source: .manifest,
            stable: 2, target: 1, between: [3], stoppedBeingStableAt: Ink.now,
            restsOnImport: false)),
        rules: [.emergencyOutsideWindow], facts: []),
      by: Ink.ann, now: Ink.now)
    let events: [RolloutEvent] = [
      .stableAdopted(Adoption(stable: 2, history: [1]), by: Ink.ann, now: Ink.now),
      .attemptClassified(emergency),
      .verificationOwed(attempt, 1, due: Ink.now + .seconds(60), now: Ink.now),
      .attemptEnded(
        AttemptEnded(attempt: attempt, verdict: .promoted, by: nil, now: Ink.now)),
      .watchStarted(attempt, 1, until: Ink.now + .seconds(60), .record, now: Ink.now),
      .runScheduled(attempt, run, now: Ink.now),
      .runMissing(attempt, run, now: Ink.now),
      .runCreated(attempt, run, .background("web-1"), now: Ink.now),
      .watchEnded(attempt, .failed(RunKey(type: .background), message: "errors"), now: Ink.now),
      .verificationOverdue(attempt, now: Ink.now),
      .runFinished(attempt, run, .success, .verified, now: Ink.now),
      .verificationPaid(attempt, run, now: Ink.now),
    ]
    return events.map { .rollout($0) }
  }

  private static func registrations(_ state: ApplicationState) -> [LogEvent] {
    state.revisions.map {
      .application(.revisionRegistered($0.revision, by: Ink.ann, now: Ink.now))
    }
      + state.strategies.enumerated().map {
        .application(
          .strategyRegistered(
            StrategyVersion(UInt32($0.offset + 1)), $0.element, by: Ink.ann, now: Ink.now))
      }
      + state.policies.map { .application(.policyApplied($0.policy, by: Ink.ann, now: Ink.now)) }
  }

  private mutating func holds() -> [LogEvent] {
    (0..<8).map { _ in
      let revision = RevisionNumber(UInt32.random(in: 1...3, using: &random))
      return .application(
        random.chance(60)
          ? .revisionHeld(revision, by: Ink.ann, now: Ink.now)
          : .revisionReleased(revision, by: Ink.ann, now: Ink.now))
    }
  }

  private mutating func refusals() throws -> [LogEvent] {
    try (0..<4).map { index in
      .refusal(
        RefusalRecorded(
          command: "start", cluster: index == 0 ? nil : try ClusterName(validating: "eu-1"),
          refusal: Refusal(.heldRevision, "revision \(index) is held"), by: Ink.ann, now: Ink.now))
    }
  }

  private mutating func registrations() -> [LogEvent] {
    (0..<3).map { _ in
      .cluster(
        .registered(
          ClusterRegistration(
            mode: random.chance(50) ? .observe : .enforce,
            labels: random.chance(70) ? [.init("region", "eu")] : [],
            controllerVersion: random.chance(50) ? "1.7.2" : ""),
          by: Ink.ann, now: Ink.now))
    }
  }

  private mutating func leases() -> [LogEvent] {
    (0..<4).map { index in
      .lease(
        random.chance(60)
          ? .claimed(holder: "agent-\(index)", stolen: false, by: Ink.ann, now: Ink.now)
          : .released(holder: "agent-\(index)", by: Ink.ann, now: Ink.now))
    }
  }

  /// The next events of the log, at most `count`, from streams in random order.
  mutating func next(_ count: Int) -> [RecordedEvent] {
    var page: [RecordedEvent] = []
    while page.count < count, let index = queues.indices.randomElement(using: &random) {
      guard !queues[index].events.isEmpty else {
        queues.remove(at: index)
        continue
      }
      let address = queues[index].address
      page.append(ink.record(queues[index].events.removeFirst(), to: address))
    }
    return page
  }

  mutating func append(_ count: Int) async throws -> Bool {
    let page = next(count)
    try await ink.append(page, batch: Int.random(in: 1...20, using: &random))
    return !page.isEmpty
  }
}
