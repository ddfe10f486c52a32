public import EventLog
internal import HeapModule
public import RolloutCore
internal import WindlassWire

/// Everything that decides, folded from the log and held in memory at a known position.
///
/// One writer applies events in log order; readers copy what they need under the same lock, which
/// is cheap because the values share their storage until changed.
public struct World: Sendable {
  /// The batch boundary up to which everything is folded.
  public internal(set) var head = LogHead.empty
  public internal(set) var applications: [ApplicationName: ApplicationState] = [:]
  public internal(set) var rollouts: [RolloutName: RolloutState] = [:]
  public internal(set) var clusters: [ClusterName: ClusterRegistration] = [:]
  public internal(set) var leases: [ClusterName: Lease] = [:]
  /// Streams with an event that cannot be read, and why. Only they stop.
  public internal(set) var quarantined: [StreamAddress: String] = [:]
  /// The largest `now` of what is folded.
  var foldedNow: Int64 = 0
  /// The largest `now` that the log told of beside its events.
  private var heardNow: Int64 = 0
  /// Events folded by type, for the metrics.
  public internal(set) var eventCounts: [String: UInt64] = [:]
  var versions: [StreamAddress: UInt64] = [:]
  /// What stream names mean, as far as they were met in the log: reading a name costs more than
  /// folding an event. `nil` for streams that are none of ours.
  private var addresses: [StreamName: StreamAddress?] = [:]
  private var due = Heap<Due>()
  /// The earliest entry of each rollout in `due`; others of it are of the past and mean nothing.
  private var scheduled: [RolloutName: Timestamp] = [:]
  /// Where each application has a rollout, and what is rolled out on each cluster: a policy or a
  /// registration can move their timers.
  private var clustersOf: [ApplicationName: Set<ClusterName>] = [:]
  private var applicationsOn: [ClusterName: Set<ApplicationName>] = [:]

  public struct Lease: Equatable, Codable, Sendable {
    public var epoch: UInt64
    public var holder: String
    public var claimedAt: Timestamp
    public var released: Bool
  }

  public init() {}

  /// Version of the last event of a stream; 0 when it has none.
  public func version(_ address: StreamAddress) -> UInt64 { versions[address] ?? 0 }

  public func context(of name: RolloutName) -> RolloutContext? {
    guard let application = applications[name.application],
      let registration = clusters[name.cluster]
    else { return nil }
    return RolloutContext(
      application: application, cluster: name.cluster, registration: registration,
      name: name.application)
  }

  /// Folds one event and sets its timer.
  mutating func apply(
    _ event: LogEvent, type: String, to address: StreamAddress, version: UInt64,
    at position: GlobalPosition
  ) {
    fold(event, type: type, to: address, version: version, at: position)
    for name in timed(by: address) { schedule(name) }
  }

  private mutating func fold(
    _ event: LogEvent, type: String, to address: StreamAddress, version: UInt64,
    at position: GlobalPosition
  ) {
    versions[address] = version
    eventCounts[type, default: 0] &+= 1
    // What follows an event that cannot be read would fold to a state that never was.
    guard quarantined[address] == nil else { return }
    let place = LogPosition(position.index)
    switch (event, address) {
    case (.application(let event), .application(let name)):
      ApplicationDecider.evolve(&applications[name, default: ApplicationState()], event, at: place)
      recorded(event.now)
    case (.rollout(let event), .rollout(let name)):
      if rollouts[name] == nil { noteRollout(name) }
      RolloutDecider.evolve(&rollouts[name, default: RolloutState()], event, at: place)
      recorded(event.now)
    case (.cluster(.registered(let registration, _, let now)), .cluster(let name)):
      clusters[name] = registration
      recorded(now)
    case (.lease(.claimed(let holder, _, _, let now)), .lease(let name)):
      leases[name] = Lease(epoch: version, holder: holder, claimedAt: now, released: false)
      recorded(now)
    case (.lease(.released(_, _, let now)), .lease(let name)):
      leases[name]?.released = true
      recorded(now)
    case (.refusal(let refusal), .refusals):
      recorded(refusal.now)
    default:
      quarantined[address] = "the event at position \(position) does not belong to this stream"
    }
  }

  private mutating func noteRollout(_ name: RolloutName) {
    clustersOf[name.application, default: []].insert(name.cluster)
    applicationsOn[name.cluster, default: []].insert(name.application)
  }

  /// Folds events as the log gives them, and then sets each rollout's timer once.
  ///
  /// - Returns: the streams they were for, as far as they are ours.
  mutating func apply(_ events: [RecordedEvent]) -> Set<StreamAddress> {
    var touched: Set<StreamAddress> = []
    for event in events {
      if let address = fold(event) { touched.insert(address) }
    }
    var names: Set<RolloutName> = []
    for address in touched { names.formUnion(timed(by: address)) }
    for name in names { schedule(name) }
    return touched
  }

  /// Folds an event as the log gives it; one that cannot be read quarantines its stream. Its
  /// timer is left to the caller.
  private mutating func fold(_ recorded: RecordedEvent) -> StreamAddress? {
    guard let address = address(of: recorded.stream) else { return nil }
    do {
      let event = try EventCodec.decode(type: recorded.type, payload: recorded.payload)
      fold(
        event, type: recorded.type, to: address, version: recorded.version.index,
        at: recorded.position)
    } catch {
      versions[address] = recorded.version.index
      quarantined[address] =
        "the event at position \(recorded.position) (\(recorded.type)) cannot be read: \(error)"
    }
    return address
  }

  private mutating func address(of stream: StreamName) -> StreamAddress? {
    if let known = addresses[stream] { return known }
    let address = StreamAddress(stream)
    addresses[stream] = .some(address)
    return address
  }

  private mutating func recorded(_ now: Timestamp) { foldedNow = max(foldedNow, now.microseconds) }

  /// The largest recorded `now`; decisions never go behind it.
  public var lastNow: Int64 { max(foldedNow, heardNow) }

  /// The log has a later `now` than any event that is folded.
  mutating func heard(now: Int64) { heardNow = max(heardNow, now) }

  // MARK: Timers

  private struct Due: Comparable, Sendable {
    var at: Timestamp
    var rollout: RolloutName
    static func < (a: Self, b: Self) -> Bool { (a.at, a.rollout) < (b.at, b.rollout) }
  }

  /// When `tick` would next do something for this rollout: a pause, a deadline, a watch, evidence or
  /// a verification that is awaited. Never while a stream it rests on cannot be served.
  public func nextDue(_ name: RolloutName) -> Timestamp? {
    guard quarantined.isEmpty || !isQuarantined(name), let state = rollouts[name],
      let context = context(of: name)
    else { return nil }
    return RolloutDecider.nextDue(state, in: context)
  }

  private func isQuarantined(_ name: RolloutName) -> Bool {
    quarantined[.rollout(name)] != nil || quarantined[.application(name.application)] != nil
      || quarantined[.cluster(name.cluster)] != nil
  }

  /// Rollouts whose timers may move with an event of that stream.
  private func timed(by address: StreamAddress) -> [RolloutName] {
    switch address {
    case .rollout(let name): [name]
    case .application(let application):
      (clustersOf[application] ?? []).map { RolloutName(application, on: $0) }
    case .cluster(let cluster):
      (applicationsOn[cluster] ?? []).map { RolloutName($0, on: cluster) }
    case .lease, .refusals: []
    }
  }

  /// Notes when a rollout is due. A moment that moved away is found when the old one comes: that
  /// costs one look then, where an entry for each event would cost memory for as long as deadlines
  /// last.
  private mutating func schedule(_ name: RolloutName) {
    guard let at = nextDue(name) else { return }
    if let earlier = scheduled[name], earlier <= at { return }
    scheduled[name] = at
    due.insert(Due(at: at, rollout: name))
  }

  /// The rollouts whose time has come at `now`, and when to look again.
  mutating func takeDue(at now: Timestamp, atMost limit: Int) -> (
    rollouts: [RolloutName], next: Timestamp?
  ) {
    var names: [RolloutName] = []
    while let first = due.min, first.at <= now, names.count < limit {
      due.removeMin()
      guard scheduled[first.rollout] == first.at else { continue }
      scheduled[first.rollout] = nil
      guard let at = nextDue(first.rollout) else { continue }
      if at <= now {
        names.append(first.rollout)
      } else {
        schedule(first.rollout)
      }
    }
    return (names, due.min?.at)
  }

  /// What follows from the folded state and is not part of it: who is where, and every timer.
  mutating func derive() {
    for name in rollouts.keys { noteRollout(name) }
    for name in rollouts.keys { schedule(name) }
  }

  /// Entries of timers held, for tests of their bound.
  var timerCount: Int { due.count }

  /// Puts a rollout back whose tick could not be recorded.
  mutating func reschedule(_ name: RolloutName) { schedule(name) }
}

extension ApplicationEvent {
  /// The `now` its decision was given.
  var now: Timestamp {
    switch self {
    case .revisionRegistered(_, _, let now), .strategyRegistered(_, _, _, let now),
      .policyApplied(_, _, let now), .revisionHeld(_, _, let now),
      .revisionReleased(_, _, let now):
      now
    }
  }
}

extension RolloutEvent {
  /// The `now` its decision was given.
  public var now: Timestamp {
    switch self {
    case .attemptClassified(let event): event.now
    case .attemptReclassified(let event): event.now
    case .attemptEnded(let event): event.now
    case .stepReached(_, _, _, let now), .paused(_, _, _, let now), .resumed(_, _, _, let now),
      .fullPromotionRequested(_, _, let now), .runScheduled(_, _, let now),
      .runCreated(_, _, _, let now), .runCancelled(_, _, _, let now),
      .runFinished(_, _, _, _, let now), .weightApplied(_, _, _, let now),
      .revisionAvailable(_, _, let now), .revisionObserved(_, _, let now),
      .contractKept(_, let now), .contractViolated(_, _, let now), .stableAdopted(_, _, let now),
      .runMissing(_, _, let now), .runawayDetected(_, _, _, let now),
      .podsObserved(_, _, let now), .servicesObserved(_, let now), .checkpointReached(_, let now),
      .switchDecided(_, let now), .scaleDownDelayed(_, _, let now), .deadlineExceeded(_, let now),
      .restartRequested(_, let now), .restarted(let now), .verificationOwed(_, _, _, let now),
      .verificationPaid(_, _, let now), .verificationWaived(_, _, let now),
      .verificationOverdue(_, let now), .watchStarted(_, _, _, _, let now),
      .watchEnded(_, _, let now):
      now
    }
  }

  /// The attempt it speaks of; `nil` for events outside any.
  public var attempt: AttemptNumber? {
    switch self {
    case .attemptClassified(let event): event.attempt
    case .attemptReclassified(let event): event.attempt
    case .attemptEnded(let event): event.attempt
    case .stepReached(let attempt, _, _, _), .paused(let attempt, _, _, _),
      .resumed(let attempt, _, _, _), .fullPromotionRequested(let attempt, _, _),
      .runScheduled(let attempt, _, _), .runCreated(let attempt, _, _, _),
      .runCancelled(let attempt, _, _, _), .runFinished(let attempt, _, _, _, _),
      .weightApplied(let attempt, _, _, _), .revisionAvailable(let attempt, _, _),
      .contractKept(let attempt, _), .contractViolated(let attempt, _, _),
      .runMissing(let attempt, _, _), .runawayDetected(let attempt, _, _, _),
      .checkpointReached(let attempt, _), .switchDecided(let attempt, _),
      .deadlineExceeded(let attempt, _), .verificationOwed(let attempt, _, _, _),
      .verificationPaid(let attempt, _, _), .verificationWaived(let attempt, _, _),
      .verificationOverdue(let attempt, _), .watchStarted(let attempt, _, _, _, _),
      .watchEnded(let attempt, _, _):
      attempt
    case .revisionObserved, .stableAdopted, .podsObserved, .servicesObserved, .scaleDownDelayed,
      .restartRequested, .restarted:
      nil
    }
  }
}
