import Application
import EventLog
import RolloutCore
import WindlassWire

/// Turns events into rows, in log order. It has no rules of its own: what an event changed is asked
/// of the folded state, as everybody else asks it.
///
/// It holds the states of streams met lately. Others are folded again from their own stream when
/// they are needed, so neither a start nor a large fleet needs everything in memory.
struct Fold {
  /// The most states kept between pages.
  static let statesMax = 20_000

  struct Kept<State> {
    var state: State
    var usedAt: UInt64
  }

  var applications: [ApplicationName: Kept<ApplicationState>] = [:]
  var rollouts: [RolloutName: Kept<RolloutState>] = [:]
  /// Streams with an event that cannot be read. What follows it would fold to a state that never
  /// was.
  private(set) var quarantined: Set<StreamName>
  private var addresses: [StreamName: StreamAddress?] = [:]
  private(set) var page: UInt64 = 0

  /// - Parameter quarantined: as the table has it for everything folded before.
  init(quarantined: Set<StreamName> = []) { self.quarantined = quarantined }

  // MARK: States that are not here

  /// A stream whose state is needed for a page, and the version up to which.
  struct Missing: Equatable {
    var stream: StreamName
    var through: StreamVersion
  }

  /// What has to be restored before these events are applied.
  mutating func missing(for events: [RecordedEvent]) -> [Missing] {
    var missing: [Missing] = []
    var seen: Set<StreamName> = []
    for event in events where !quarantined.contains(event.stream) {
      guard seen.insert(event.stream).inserted, event.version.index > 1 else { continue }
      let isHere: Bool
      switch address(of: event.stream) {
      case .application(let name): isHere = applications[name] != nil
      case .rollout(let name): isHere = rollouts[name] != nil
      case .cluster, .lease, .refusals, nil: isHere = true
      }
      if !isHere {
        missing.append(
          Missing(stream: event.stream, through: StreamVersion(event.version.index - 1)))
      }
    }
    return missing
  }

  /// Folds the events of one stream from its first on; their rows are in the tables already.
  mutating func restore(_ events: [RecordedEvent]) {
    for event in events where !quarantined.contains(event.stream) {
      guard let address = address(of: event.stream) else { continue }
      let position = LogPosition(event.position.index)
      switch (decode(event), address) {
      case (.success(.application(let change)), .application(let name)):
        evolve(name, change, at: position)
      case (.success(.rollout(let change)), .rollout(let name)):
        evolve(name, change, at: position)
      default: quarantined.insert(event.stream)
      }
    }
  }

  // MARK: Applying

  /// Folds a page and says what it changes. The states it rests on must be here: ``missing(for:)``.
  mutating func apply(_ events: [RecordedEvent]) -> Rows {
    page &+= 1
    var rows = Rows()
    var touched: [RolloutName: Touched] = [:]
    for event in events where !quarantined.contains(event.stream) {
      guard let address = address(of: event.stream) else { continue }
      let position = LogPosition(event.position.index)
      switch (decode(event), address) {
      case (.success(.application(let change)), .application(let name)):
        apply(change, to: name, at: position, &rows)
      case (.success(.rollout(let change)), .rollout(let name)):
        let revisions = apply(change, to: name, at: position, &rows)
        touched[name, default: Touched()].note(
          revisions, version: event.version.index, position: position, at: change.now)
      case (.success(.cluster(let change)), .cluster(let name)):
        apply(change, to: name, at: position, &rows)
      case (.success(.lease(let change)), .lease(let name)):
        apply(change, epoch: event.version.index, to: name, &rows)
      case (.success(.refusal(let refusal)), .refusals(let name)):
        rows.decisions.append(DecisionRow(refusal, of: name, at: position))
      case (.success, _):
        quarantine(event, "does not belong to this stream", &rows)
      case (.failure(let error), _):
        quarantine(event, "(\(event.type)) cannot be read: \(error)", &rows)
      }
    }
    for (name, touched) in touched { write(name, touched, &rows) }
    forget()
    return rows
  }

  /// What a page did to one rollout, whose rows are made from its state at the end of it.
  private struct Touched {
    var revisions: Set<RevisionNumber> = []
    var version: UInt64 = 0
    var position = LogPosition(0)
    var at = Timestamp(microseconds: 0)

    mutating func note(
      _ more: [RevisionNumber], version: UInt64, position: LogPosition, at: Timestamp
    ) {
      revisions.formUnion(more)
      self.version = version
      self.position = position
      self.at = at
    }
  }

  private func write(_ name: RolloutName, _ touched: Touched, _ rows: inout Rows) {
    guard let state = rollouts[name]?.state else { return }
    rows.rollouts[name] = RolloutRow(
      state, version: touched.version, position: touched.position, at: touched.at)
    for revision in touched.revisions {
      let history = state.history[revision]
      let local = state.local[revision]
      guard history != nil || local != nil else { continue }
      rows.rolloutRevisions[RolloutRevisionKey(rollout: name, revision: revision)] =
        RolloutRevisionRow(history: history, local: local)
    }
  }

  private mutating func quarantine(_ event: RecordedEvent, _ why: String, _ rows: inout Rows) {
    quarantined.insert(event.stream)
    rows.quarantined.append(
      QuarantineRow(
        stream: event.stream.text, position: LogPosition(event.position.index),
        reason: "the event at position \(event.position) \(why)"))
  }

  private func decode(_ event: RecordedEvent) -> Result<LogEvent, WireError> {
    do { return .success(try EventCodec.decode(type: event.type, payload: event.payload)) } catch {
      return .failure(error)
    }
  }

  private mutating func address(of stream: StreamName) -> StreamAddress? {
    if let known = addresses[stream] { return known }
    if addresses.count >= 4 * Self.statesMax { addresses.removeAll(keepingCapacity: true) }
    let address = StreamAddress(stream)
    addresses[stream] = .some(address)
    return address
  }

  // MARK: States

  mutating func evolve(
    _ name: ApplicationName, _ event: ApplicationEvent, at position: LogPosition
  ) {
    applications[name, default: Kept(state: ApplicationState(), usedAt: page)].usedAt = page
    ApplicationDecider.evolve(
      &applications[name, default: Kept(state: ApplicationState(), usedAt: page)].state, event,
      at: position)
  }

  mutating func evolve(_ name: RolloutName, _ event: RolloutEvent, at position: LogPosition) {
    rollouts[name, default: Kept(state: RolloutState(), usedAt: page)].usedAt = page
    RolloutDecider.evolve(
      &rollouts[name, default: Kept(state: RolloutState(), usedAt: page)].state, event,
      at: position)
  }

  /// Once there are too many, those not used for longest go, half of them at once.
  private mutating func forget() {
    if rollouts.count > Self.statesMax {
      let middle = Self.middle(rollouts.values.map(\.usedAt))
      rollouts = rollouts.filter { $0.value.usedAt > middle }
    }
    if applications.count > Self.statesMax {
      let middle = Self.middle(applications.values.map(\.usedAt))
      applications = applications.filter { $0.value.usedAt > middle }
    }
  }

  private static func middle(_ pages: [UInt64]) -> UInt64 {
    let sorted = pages.sorted()
    return sorted[sorted.count / 2]
  }
}
