public import EventLog
public import RolloutCore
internal import WindlassWire

/// Decides an application's past once more, as if other policies had been in force from its
/// beginning, and tells which answers would have been others.
///
/// It reads the log and nothing else: neither folded state nor decisions under way are touched.
public struct PolicyReview {
  public private(set) var redecision: Redecision
  /// Streams with an event that cannot be read, and why; they are reviewed up to there.
  public private(set) var unreadable: [String: String] = [:]
  /// Rollouts with at least one event.
  public var rolloutCount: Int { seen.count }
  private var seen: Set<RolloutName> = []
  private var merge: LogMerge
  private var pending: [(event: RolloutEvent, position: LogPosition)] = []
  private var pendingOf: (name: RolloutName, command: CommandID)?

  /// - Parameters:
  ///   - policies: in force instead of all that were applied.
  ///   - clusters: whose rollouts are reviewed.
  ///   - end: the first position that is not read any more.
  public init(
    of application: ApplicationName, on clusters: [ClusterName], under policies: [RolloutPolicy],
    log: any EventLog, before end: GlobalPosition
  ) {
    redecision = Redecision(under: policies)
    merge = LogMerge(
      [.application(application)]
        + clusters.flatMap {
          [.cluster($0), .rollout(RolloutName(application, on: $0))] as [StreamAddress]
        },
      of: log, before: end)
  }

  /// Reviews up to `count` events.
  ///
  /// - Returns: whether there are more.
  public mutating func advance(by count: Int) async throws(ReadError) -> Bool {
    for _ in 0..<count {
      guard let event = try await merge.next() else {
        flush()
        return false
      }
      take(event)
    }
    return true
  }

  private mutating func take(_ recorded: RecordedEvent) {
    let stream = recorded.stream.text
    guard unreadable[stream] == nil, let address = StreamAddress(recorded.stream) else { return }
    let event: LogEvent
    do {
      event = try EventCodec.decode(type: recorded.type, payload: recorded.payload)
    } catch {
      unreadable[stream] = "position \(recorded.position) (\(recorded.type)): \(error)"
      return
    }
    let position = LogPosition(recorded.position.index)
    if case (.rollout(let event), .rollout(let name)) = (event, address) {
      if let current = pendingOf, current.name != name || current.command != recorded.commandID {
        flush()
      }
      seen.insert(name)
      pendingOf = (name, recorded.commandID)
      pending.append((event, position))
      return
    }
    // What was decided before rests on what was known before.
    flush()
    switch (event, address) {
    case (.application(let event), .application(let name)):
      redecision.apply(event, of: name, at: position)
    case (.cluster(let event), .cluster(let name)): redecision.apply(event, of: name)
    default: unreadable[stream] = "position \(position) belongs to another stream"
    }
  }

  /// Hands over the events of the commit that is complete.
  private mutating func flush() {
    guard let current = pendingOf else { return }
    redecision.apply(pending, of: current.name)
    pending = []
    pendingOf = nil
  }
}
