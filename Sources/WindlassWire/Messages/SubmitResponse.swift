internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// The answer to a ``SubmitRequest``: one decision for each rollout meant, or one without a cluster
/// for the application itself.
public struct SubmitResponse: WireMessage {
  public var decisions: [Decision]

  public init(decisions: [Decision]) { self.decisions = decisions }
}

/// What became of a command in one rollout.
public struct Decision: Equatable, Sendable {
  /// `nil` for the application itself.
  public var cluster: ClusterName?
  public var result: Result
  /// Why it was refused.
  public var rule: Rule?
  /// One sentence for a person.
  public var message: String
  /// The log's next position after the decision's events; 0 when nothing is known to be recorded.
  public var position: UInt64
  /// Version of the rollout's stream after it.
  public var version: UInt64
  /// The attempt begun or touched.
  public var attempt: AttemptNumber?
  /// That attempt's revision, or the one registered.
  public var revision: RevisionNumber?
  /// Present when an attempt began.
  public var classification: Classification?
  public var isDryRun: Bool
  /// Types of the events appended, in order.
  public var events: [String]

  public init(
    cluster: ClusterName? = nil, result: Result, rule: Rule? = nil, message: String = "",
    position: UInt64 = 0, version: UInt64 = 0, attempt: AttemptNumber? = nil,
    revision: RevisionNumber? = nil, classification: Classification? = nil, isDryRun: Bool = false,
    events: [String] = []
  ) {
    self.cluster = cluster
    self.result = result
    self.rule = rule
    self.message = message
    self.position = position
    self.version = version
    self.attempt = attempt
    self.revision = revision
    self.classification = classification
    self.isDryRun = isDryRun
    self.events = events
  }

  public enum Result: Equatable, Sendable, CaseIterable {
    /// Recorded.
    case allowed
    /// Nothing to do.
    case alreadySatisfied
    case refused
    /// The idempotency key was used for another command.
    case conflict
    /// May or may not be recorded: repeat with the same key.
    case unknown
    /// Not recorded: repeat later.
    case unavailable
  }
}

extension SubmitResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__submit_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__SubmitResponse) throws(WireError) {
    unsafe self.init(decisions: try Decision.list(m.n_decisions, m.decisions, "decisions"))
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitResponse {
    unsafe Windlass__V1__SubmitResponse(
      base: Self.wireType.base, n_decisions: decisions.count, decisions: arena.list(decisions))
  }
}

extension Decision: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__decision__init)

  init(wire m: Windlass__V1__Decision) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName.optional(string(m.cluster), "cluster"),
      result: try Result.required(m.result, "result"),
      rule: try Rule.optional(string(m.rule), "rule"), message: string(m.message),
      position: m.position,
      version: m.version, attempt: AttemptNumber(optional: m.attempt),
      revision: RevisionNumber(optional: m.revision),
      classification: try Classification.optional(m.classification, "classification"),
      isDryRun: m.dry_run != 0, events: strings(m.n_events, m.events))
  }

  func packed(in arena: Arena) -> Windlass__V1__Decision {
    unsafe Windlass__V1__Decision(
      base: Self.wireType.base, cluster: arena.string(cluster.wire), result: result.wire,
      rule: arena.string(rule?.rawValue ?? ""), message: arena.string(message), position: position,
      version: version, attempt: attempt.wire, revision: revision.wire,
      classification: arena.pointer(classification), dry_run: flag(isDryRun),
      n_events: events.count, events: arena.strings(events))
  }
}
