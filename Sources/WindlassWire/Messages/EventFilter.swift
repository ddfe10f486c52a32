internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// Which events of the log. All conditions that are given must hold.
public struct EventFilter: WireMessage {
  /// The most kinds one filter names.
  public static let kindsMax = 64

  /// Exactly this stream: 1 to 255 printable ASCII characters.
  public var stream: String?
  /// Any of these: `attempt-classified` for every version of a kind, `attempt-classified.v1` for
  /// one. Only kinds that exist; empty for all.
  public var kinds: [String]
  public var application: ApplicationName?
  public var cluster: ClusterName?
  /// Who asked, as authenticated.
  public var principal: String?
  /// Who asked, as claimed.
  public var claimedActor: String?
  public var rule: Rule?
  public var attempt: AttemptNumber?
  /// Recorded `now` at or after this.
  public var since: Timestamp?
  /// Recorded `now` before this.
  public var until: Timestamp?

  public init(
    stream: String? = nil, kinds: [String] = [], application: ApplicationName? = nil,
    cluster: ClusterName? = nil, principal: String? = nil, claimedActor: String? = nil,
    rule: Rule? = nil, attempt: AttemptNumber? = nil, since: Timestamp? = nil,
    until: Timestamp? = nil
  ) {
    self.stream = stream
    self.kinds = kinds
    self.application = application
    self.cluster = cluster
    self.principal = principal
    self.claimedActor = claimedActor
    self.rule = rule
    self.attempt = attempt
    self.since = since
    self.until = until
  }

  /// The types that the kinds stand for; `nil` for all types.
  public var types: Set<String>? {
    kinds.isEmpty ? nil : Set(kinds.flatMap { Self.types(of: $0) })
  }

  /// The types of one kind: of all its versions that are known, or of the version it names.
  static func types(of kind: String) -> [String] {
    if let type = EventType.named(kind) { return [type.rawValue] }
    return EventType.allCases.filter { $0.kind == kind }.map(\.rawValue)
  }

  /// Whether a text names a kind of event, with or without a version.
  public static func isKind(_ text: String) -> Bool { !types(of: text).isEmpty }
}

extension EventType {
  /// The name without its version: `attempt-classified`.
  public var kind: String {
    guard let dot = rawValue.lastIndex(of: ".") else { return rawValue }
    return String(rawValue[..<dot])
  }
}

extension EventFilter: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__event_filter__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__EventFilter) throws(WireError) {
    unsafe self.init(
      stream: optionalString(m.stream), kinds: strings(m.n_kinds, m.kinds),
      application: try ApplicationName.optional(string(m.application), "application"),
      cluster: try ClusterName.optional(string(m.cluster), "cluster"),
      principal: optionalString(m.principal), claimedActor: optionalString(m.claimed_actor),
      attempt: AttemptNumber(optional: m.attempt), since: optionalMoment(m.since_microseconds),
      until: optionalMoment(m.until_microseconds))
    for (index, kind) in kinds.enumerated() where !Self.isKind(kind) {
      throw WireError(field: "kinds[\(index)]", reason: "is not a kind of event this version knows")
    }
    if let text = unsafe optionalString(m.rule) { rule = try word(text, "rule") }
    for (field, moment) in [("since_microseconds", since), ("until_microseconds", until)] {
      if let moment, moment.microseconds < 0 {
        throw WireError(field: field, reason: "must not be negative")
      }
    }
    if let since, let until, since >= until {
      throw WireError(field: "until_microseconds", reason: "must be after since_microseconds")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__EventFilter {
    unsafe Windlass__V1__EventFilter(
      base: Self.wireType.base, stream: arena.string(stream ?? ""), n_kinds: kinds.count,
      kinds: arena.strings(kinds), application: arena.string(application.wire),
      cluster: arena.string(cluster.wire), principal: arena.string(principal ?? ""),
      claimed_actor: arena.string(claimedActor ?? ""), rule: arena.string(rule?.rawValue ?? ""),
      attempt: attempt.wire, since_microseconds: since?.microseconds ?? 0,
      until_microseconds: until?.microseconds ?? 0)
  }
}
