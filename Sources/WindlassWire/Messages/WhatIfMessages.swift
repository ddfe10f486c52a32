internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.WhatIf`: an application's past decided once more under other policies.
public struct WhatIfRequest: WireMessage {
  public var application: ApplicationName
  /// `nil`: all.
  public var cluster: ClusterName?
  /// In force instead of all that were applied; at most 100.
  public var policies: [RolloutPolicy]
  /// Flips told, 1...10,000; all are counted. A request without one asks for 1,000.
  public var limit: Int

  public init(
    application: ApplicationName, cluster: ClusterName? = nil, policies: [RolloutPolicy],
    limit: Int = 1_000
  ) {
    self.application = application
    self.cluster = cluster
    self.policies = policies
    self.limit = limit
  }
}

/// One message of the answer: flips in the order of the log, then the sums.
public enum WhatIfUpdate: WireMessage {
  case flip(Flip)
  case summary(Summary)

  /// An answer that would have been another one.
  public struct Flip: Equatable, Sendable {
    /// Of the event that holds the answer.
    public var position: LogPosition
    public var cluster: ClusterName
    public var attempt: AttemptNumber
    public var origin: Classification.Origin
    public var before: DecidedAnswer
    public var after: DecidedAnswer

    public init(
      position: LogPosition, cluster: ClusterName, attempt: AttemptNumber,
      origin: Classification.Origin, before: DecidedAnswer, after: DecidedAnswer
    ) {
      self.position = position
      self.cluster = cluster
      self.attempt = attempt
      self.origin = origin
      self.before = before
      self.after = after
    }
  }

  public struct Summary: Equatable, Sendable {
    /// How many of the log's events the answer rests on.
    public var position: UInt64
    public var rollouts: Int
    /// Answers decided once more.
    public var answers: UInt64
    /// Those that would have been others.
    public var flips: UInt64
    public var toFast: UInt64
    public var toFull: UInt64
    public var toRefused: UInt64
    /// The same answers, by other rules; they are no flips.
    public var byOtherRules: UInt64
    /// Not every flip was told.
    public var hasMore: Bool
    /// Streams that were reviewed only up to an event that cannot be read.
    public var unreadable: [String]

    public init(
      position: UInt64, rollouts: Int, answers: UInt64, flips: UInt64 = 0, toFast: UInt64 = 0,
      toFull: UInt64 = 0, toRefused: UInt64 = 0, byOtherRules: UInt64 = 0, hasMore: Bool = false,
      unreadable: [String] = []
    ) {
      self.position = position
      self.rollouts = rollouts
      self.answers = answers
      self.flips = flips
      self.toFast = toFast
      self.toFull = toFull
      self.toRefused = toRefused
      self.byOtherRules = byOtherRules
      self.hasMore = hasMore
      self.unreadable = unreadable
    }
  }
}

extension WhatIfRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__what_if_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__WhatIfRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName.optional(string(m.cluster), "cluster"),
      policies: try RolloutPolicy.list(m.n_policies, m.policies, "policies"),
      limit: m.limit == 0 ? 1_000 : try number(m.limit, in: 1...10_000, "limit"))
  }

  func packed(in arena: Arena) -> Windlass__V1__WhatIfRequest {
    unsafe Windlass__V1__WhatIfRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.wire), n_policies: policies.count,
      policies: arena.list(policies), limit: UInt32(clamping: limit))
  }
}

extension WhatIfUpdate: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__what_if_update__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__WhatIfUpdate) throws(WireError) {
    if let summary = try unsafe Summary.optional(m.summary, "summary") {
      self = .summary(summary)
    } else {
      self = .flip(try unsafe Flip.required(m.flip, "flip"))
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__WhatIfUpdate {
    switch self {
    case .flip(let flip):
      unsafe Windlass__V1__WhatIfUpdate(
        base: Self.wireType.base, flip: arena.pointer(flip), summary: nil)
    case .summary(let summary):
      unsafe Windlass__V1__WhatIfUpdate(
        base: Self.wireType.base, flip: nil, summary: arena.pointer(summary))
    }
  }
}

extension WhatIfUpdate.Flip: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__what_if_update__flip__init)

  init(wire m: Windlass__V1__WhatIfUpdate__Flip) throws(WireError) {
    unsafe self.init(
      position: LogPosition(m.position),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      attempt: try AttemptNumber(required: m.attempt, "attempt"),
      origin: try Classification.Origin.required(m.origin, "origin"),
      before: try DecidedAnswer.required(m.before, "before"),
      after: try DecidedAnswer.required(m.after, "after"))
  }

  func packed(in arena: Arena) -> Windlass__V1__WhatIfUpdate__Flip {
    unsafe Windlass__V1__WhatIfUpdate__Flip(
      base: Self.wireType.base, position: position.index, cluster: arena.string(cluster.text),
      attempt: attempt.value, origin: origin.wire, before: arena.pointer(before),
      after: arena.pointer(after))
  }
}

extension WhatIfUpdate.Summary: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__what_if_update__summary__init)

  init(wire m: Windlass__V1__WhatIfUpdate__Summary) throws(WireError) {
    unsafe self.init(
      position: m.position, rollouts: Int(m.rollouts), answers: m.answers, flips: m.flips,
      toFast: m.to_fast, toFull: m.to_full, toRefused: m.to_refused, byOtherRules: m.other_rules,
      hasMore: m.more != 0,
      unreadable: strings(m.n_unreadable, m.unreadable))
  }

  func packed(in arena: Arena) -> Windlass__V1__WhatIfUpdate__Summary {
    unsafe Windlass__V1__WhatIfUpdate__Summary(
      base: Self.wireType.base, position: position, rollouts: UInt32(clamping: rollouts),
      answers: answers, flips: flips, to_fast: toFast, to_full: toFull, to_refused: toRefused,
      more: flag(hasMore),
      other_rules: byOtherRules, n_unreadable: unreadable.count,
      unreadable: arena.strings(unreadable))
  }
}

extension DecidedAnswer: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__what_if_update__answer__init)

  init(wire m: Windlass__V1__WhatIfUpdate__Answer) throws(WireError) {
    let outcome: Outcome
    switch unsafe m.kind {
    case WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__ATTEMPT:
      outcome = unsafe .attempt(
        try Classification.Kind.required(m.attempt, "attempt"),
        try Track.required(m.track, "track"),
        verdict: try WindowAnswer.Verdict.optional(m.verdict, "verdict"))
    case WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__RECLASSIFIED:
      outcome = unsafe .reclassified(
        try Track.required(m.track, "track"),
        try RollbackClass.required(m.rollback_class, "rollback_class"))
    case WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__REFUSED: outcome = .refused
    case WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__SATISFIED: outcome = .satisfied
    default: throw WireError(field: "kind", reason: "is not a kind this version knows")
    }
    unsafe self.init(outcome: outcome, rules: try Rule.list(m.n_rules, m.rules, "rules"))
  }

  func packed(in arena: Arena) -> Windlass__V1__WhatIfUpdate__Answer {
    let kind: Windlass__V1__WhatIfUpdate__Answer__Kind
    var attempt: Classification.Kind?
    var track: Track?
    var verdict: WindowAnswer.Verdict?
    var rollbackClass: RollbackClass?
    switch outcome {
    case .attempt(let of, let on, let window):
      kind = WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__ATTEMPT
      (attempt, track, verdict) = (of, on, window)
    case .reclassified(let to, let of):
      kind = WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__RECLASSIFIED
      (track, rollbackClass) = (to, of)
    case .refused: kind = WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__REFUSED
    case .satisfied: kind = WINDLASS__V1__WHAT_IF_UPDATE__ANSWER__KIND__SATISFIED
    }
    return unsafe Windlass__V1__WhatIfUpdate__Answer(
      base: Self.wireType.base, kind: kind,
      attempt: attempt.wire(none: WINDLASS__V1__CLASSIFICATION__KIND__KIND_UNSPECIFIED),
      track: track.wire(none: WINDLASS__V1__TRACK__TRACK_UNSPECIFIED),
      verdict: verdict.wire(none: WINDLASS__V1__WINDOW_ANSWER__VERDICT__VERDICT_UNSPECIFIED),
      rollback_class: rollbackClass.wire(
        none: WINDLASS__V1__ROLLBACK_CLASS__ROLLBACK_CLASS_UNSPECIFIED),
      n_rules: rules.count,
      rules: arena.array(rules) { rule in unsafe arena.string(rule.rawValue) })
  }
}
