import Application
import EventLog
import RolloutCore
import WindlassWire

/// Writes the log of a busy fleet with the real deciders: attempts with steps and analysis, runs
/// that fail now and then, rollbacks inside their window.
struct LogWriter {
  /// One decision, to be taken again with a watch in hand.
  struct Command {
    var rollout: Int
    var command: RolloutCommand
    var now: Timestamp
  }

  private struct Rollout {
    var name: RolloutName
    var application: Int
    var stream: StreamName
    var state = RolloutState()
    var version: UInt64 = 0
  }

  private struct Application {
    var name: ApplicationName
    var stream: StreamName
    var state = ApplicationState()
    var version: UInt64 = 0
  }

  private(set) var commits: [Commit] = []
  private(set) var events = 0
  private(set) var commands: [Command] = []
  private let eventsMax: Int
  private let clusters: Int
  private var applications: [Application]
  private var rollouts: [Rollout] = []
  private var now = Timestamp(microseconds: 1_767_225_600_000_000)
  private let requester = Requester(
    principal: "anonymous", claimedActor: "deploy-bot", reason: "release train")

  /// - Parameters:
  ///   - events: the log ends soon after so many.
  ///   - rollouts: how many; every 100 share an application.
  init(events: Int, rollouts count: Int) throws {
    eventsMax = events
    clusters = min(count, 100)
    let fleet = try Fleet(applications: max(count / 100, 1), clusters: clusters)
    applications = fleet.applications.map {
      Application(name: $0, stream: StreamAddress.application($0).stream)
    }
    for (index, name) in fleet.rollouts.enumerated() {
      rollouts.append(
        Rollout(
          name: name, application: index / clusters, stream: StreamAddress.rollout(name).stream))
    }
    for cluster in fleet.clusters {
      commit(
        StreamAddress.cluster(cluster).stream, version: 0,
        [.cluster(.registered(Fleet.registration, by: requester, now: now))], guards: [])
    }
    var generation = 1
    while self.events < eventsMax {
      for application in applications.indices where self.events < eventsMax {
        try release(generation, of: application)
      }
      generation += 1
    }
  }

  /// Rolls a new revision out to every cluster, some of which then go back.
  private mutating func release(_ generation: Int, of application: Int) throws {
    let content = try Fleet.revision(generation, of: applications[application].name)
    let events = try ApplicationDecider.decide(
      .register(Registration(revision: content, strategy: Fleet.strategy)),
      applications[application].state, by: requester, now: now)
    commit(
      applications[application].stream, version: applications[application].version,
      events.map { .application($0) }, guards: [])
    for event in events {
      ApplicationDecider.evolve(&applications[application].state, event, at: LogPosition(0))
    }
    applications[application].version += UInt64(events.count)

    let members = Array(application * clusters..<(application + 1) * clusters)
    let revision = RevisionNumber(UInt32(generation))
    for index in members {
      try decide(.start(revision), index)
      let local = LocalRevision(podHash: "6d8f9c\(generation)", argoRevision: generation)
      try decide(.report(.init(attempt: nil, .revisionObserved(revision, local))), index)
    }
    try finish(members)
    let leaving = members.filter { ($0 + generation) % 7 == 0 && canGoBack(rollouts[$0].state) }
    for index in leaving { try decide(.rollback(RollbackRequest()), index) }
    try finish(leaving)
  }

  private func canGoBack(_ state: RolloutState) -> Bool {
    state.attempt == nil
      && state.history.contains { $0.key != state.stable && $0.value.stoppedBeingStableAt != nil }
  }

  /// Reports in turn what every rollout waits for, until nothing runs.
  private mutating func finish(_ members: [Int]) throws {
    for _ in 0..<100 {
      var isBusy = false
      for index in members {
        guard let command = next(rollouts[index], index) else { continue }
        isBusy = true
        try decide(command, index)
      }
      guard isBusy else { return }
      now = now + .seconds(301)
    }
    throw BenchError("an attempt does not end")
  }

  /// What the cluster, or time, has to say to a rollout; `nil` once it rests.
  private func next(_ rollout: Rollout, _ index: Int) -> RolloutCommand? {
    guard let attempt = rollout.state.attempt else {
      guard let ended = rollout.state.lastEnded else { return nil }
      // What was cancelled still says how it stopped.
      let objects = ended.runs.compactMap { run in
        if case .cancelled(let object?) = run.state { object } else { nil }
      }
      guard let object = objects.first else { return nil }
      let result = RunResult(phase: .successful, measurements: 4)
      return .report(.init(attempt: ended.number, .runFinished(object, result)))
    }
    func report(_ outcome: Outcome) -> RolloutCommand {
      .report(.init(attempt: attempt.number, outcome))
    }
    let hash = rollout.state.local[attempt.revision]?.podHash ?? ""
    if let run = attempt.runs.first(where: { $0.isOpen && $0.object == nil }) {
      let name = "app-\(rollout.application)-\(hash)-\(attempt.number)-\(run.key.stepIndex ?? -1)"
      return report(
        .runCreated(
          RunObject(
            name: name, type: run.key.type, podHash: hash, stepIndex: run.key.stepIndex)))
    }
    let steps = Fleet.strategy.steps
    guard attempt.track == .full, !attempt.fullPromotion, attempt.stepIndex < steps.count else {
      return report(.available(attempt.revision))
    }
    switch steps[attempt.stepIndex] {
    case .setWeight:
      let directive = RolloutDecider.directive(rollout.state, in: context(of: index))
      guard let pods = directive.pods else { return .tick }
      return report(
        .podsObserved(
          attempt.revision, PodCounts(desired: .init(pods.desired), stable: .init(pods.stable))))
    case .pause, .setCanaryScale, .experiment, .setHeaderRoute, .setMirrorRoute, .plugin,
      .progressThreshold:
      return .tick
    case .analysis:
      guard
        let run = attempt.runs.first(where: {
          $0.isOpen && $0.key.stepIndex == attempt.stepIndex
        }), let object = run.object
      else { return .tick }
      let fails = attempt.stepIndex == 4 && (index + Int(attempt.number.value)) % 13 == 0
      let result = RunResult(
        phase: fails ? .failed : .successful, measurements: 5,
        message: fails
          ? "metric \"errors\" assessed Failed due to failed (2) > failureLimit (1)" : "")
      return report(.runFinished(object, result))
    }
  }

  private mutating func decide(_ command: RolloutCommand, _ index: Int) throws {
    now = now + Interval(microseconds: 1_000)
    commands.append(Command(rollout: index, command: command, now: now))
    let application = applications[rollouts[index].application]
    let events = try RolloutDecider.decide(
      command, rollouts[index].state, in: context(of: index), by: requester, now: now)
    guard !events.isEmpty else { return }
    commit(
      rollouts[index].stream, version: rollouts[index].version, events.map { .rollout($0) },
      guards: [Guard(stream: application.stream, expected: StreamVersion(application.version))])
    for event in events {
      RolloutDecider.evolve(&rollouts[index].state, event, at: LogPosition(UInt64(self.events)))
    }
    rollouts[index].version += UInt64(events.count)
  }

  private mutating func commit(
    _ stream: StreamName, version: UInt64, _ events: [LogEvent], guards: [Guard]
  ) {
    commits.append(
      Commit(
        id: CommandID(high: 0x77, low: UInt64(commits.count)),
        digest: [UInt8](repeating: 3, count: 32),
        slices: [
          Slice(
            stream: stream, expected: StreamVersion(version),
            events: events.map { event in
              let (type, payload) = EventCodec.encode(event)
              return NewEvent(type: type, payload: payload)
            })
        ], guards: guards, now: 0))
    self.events += events.count
  }

  private func context(of index: Int) -> RolloutContext {
    let application = applications[rollouts[index].application]
    return RolloutContext(
      application: application.state, cluster: rollouts[index].name.cluster,
      registration: Fleet.registration, name: application.name)
  }

  // MARK: What is done with it

  /// Takes the same decisions once more and folds them; nothing else is done in this time.
  ///
  /// - Returns: time and number of events of the commands looked at.
  func decideAgain() throws -> (elapsed: Duration, commands: Int, events: Int) {
    let contexts = applications.indices.map { index in
      RolloutContext(
        application: applications[index].state, cluster: rollouts[index * clusters].name.cluster,
        registration: Fleet.registration, name: applications[index].name)
    }
    var states = rollouts.map { _ in RolloutState() }
    var count = 0
    let start = ContinuousClock.now
    for command in commands {
      let index = command.rollout
      let events = try RolloutDecider.decide(
        command.command, states[index], in: contexts[index / clusters], by: requester,
        now: command.now)
      for event in events {
        RolloutDecider.evolve(&states[index], event, at: LogPosition(UInt64(count)))
        count += 1
      }
    }
    return (start.duration(to: .now), commands.count, count)
  }

  /// Appends everything, in batches as large as a busy service makes them.
  func write(to log: any EventLog, now: () -> Int64) async throws {
    var head = LogHead.empty
    var batch: [Commit] = []
    var size = 0
    for (index, commit) in commits.enumerated() {
      batch.append(commit)
      size += commit.eventCount
      guard size >= 200 || index == commits.count - 1 else { continue }
      let moment = now()
      for place in batch.indices { batch[place].now = moment }
      let reply = try await log.append(batch, onto: head)
      for outcome in reply.outcomes {
        guard case .appended = outcome else { throw BenchError("append answered \(outcome)") }
      }
      head = reply.head
      batch.removeAll(keepingCapacity: true)
      size = 0
    }
  }
}
