public import EventLog
internal import RolloutCore
public import WindlassWire

/// A filter made ready: what the log is asked for, and what is looked at here.
public struct EventMatcher: Sendable {
  public let filter: EventFilter
  /// The filter's stream; `nil` for any.
  public let stream: StreamName?
  let types: Set<String>?
  private let application: String?
  private let cluster: String?
  private let rules: Bool

  /// - Throws: ``InvalidStreamName`` for a stream that no log can have.
  public init(_ filter: EventFilter) throws(InvalidStreamName) {
    self.filter = filter
    stream = try filter.stream.map { (text) throws(InvalidStreamName) in
      try StreamName(validating: text)
    }
    types = filter.types
    application = filter.application?.text
    cluster = filter.cluster?.text
    rules =
      filter.principal != nil || filter.claimedActor != nil || filter.rule != nil
      || filter.attempt != nil
  }

  /// Whether the event passes. One that cannot be read passes only what needs no reading: its
  /// stream, its type, and by the time of its transaction.
  public func passes(_ seen: SeenEvent) -> Bool {
    let recorded = seen.recorded
    guard stream == nil || stream == recorded.stream,
      types?.contains(recorded.type) != false
    else { return false }
    guard let event = seen.event else {
      let subjects = StreamSubjects(of: recorded.stream.text)
      return !rules && (application == nil || application == subjects.application)
        && (cluster == nil || cluster == subjects.cluster) && isWithin(recorded.recordedAt)
    }
    let facts = EventFacts(event, in: recorded.stream.text)
    return isWithin(facts.now.microseconds)
      && (application == nil || application == facts.subjects.application)
      && (cluster == nil || cluster == facts.subjects.cluster)
      && (filter.attempt == nil || filter.attempt == facts.attempt)
      && (filter.principal == nil || filter.principal == facts.by?.principal)
      && (filter.claimedActor == nil || filter.claimedActor == facts.by?.claimedActor)
      && (filter.rule.map { facts.rules.contains($0) } ?? true)
  }

  private func isWithin(_ moment: Int64) -> Bool {
    (filter.since.map { moment >= $0.microseconds } ?? true)
      && (filter.until.map { moment < $0.microseconds } ?? true)
  }

  /// What to ask the log for, so that nothing that passes is missing.
  ///
  /// - Parameter world: folded at least as far as is read; `nil` when it is not, and then streams
  ///   are not picked by what it knows.
  public func selection(knowing world: borrowing World?) -> LogSelection {
    var selection = LogSelection(types: types.map { $0.sorted() })
    if let stream {
      selection.streams = [stream]
      return selection
    }
    guard let names = world?.streams(about: filter),
      names.count <= LogSelection.streamsMax
    else { return selection }
    selection.streams = names
    return selection
  }
}

extension World {
  /// Streams that can have an event about the filter's application and cluster; `nil` for any.
  fileprivate func streams(about filter: EventFilter) -> [StreamName]? {
    var addresses: Set<StreamAddress>
    switch (filter.application, filter.cluster) {
    case (nil, nil): return nil
    case (let application?, let cluster?):
      addresses = [.rollout(RolloutName(application, on: cluster)), .refusals(application)]
    case (let application?, nil):
      addresses = [.application(application), .refusals(application)]
      for name in rollouts.keys where name.application == application {
        addresses.insert(.rollout(name))
      }
      // A stream whose first event cannot be read has no state.
      for case .rollout(let name) in quarantined.keys where name.application == application {
        addresses.insert(.rollout(name))
      }
    case (nil, let cluster?):
      addresses = [.cluster(cluster), .lease(cluster)]
      for name in rollouts.keys where name.cluster == cluster { addresses.insert(.rollout(name)) }
      for case .rollout(let name) in quarantined.keys where name.cluster == cluster {
        addresses.insert(.rollout(name))
      }
      // Only a registered application can have a command refused on a cluster.
      for application in applications.keys { addresses.insert(.refusals(application)) }
    }
    guard addresses.count <= LogSelection.streamsMax else { return nil }
    return addresses.map(\.stream)
  }
}
