internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// Phase, message and conditions in the words of Argo Rollouts.
public struct ArgoStatusView: Equatable, Sendable {
  /// For example `Healthy`.
  public var phase: String
  public var message: String
  public var conditions: [Condition]

  public init(phase: String, message: String = "", conditions: [Condition] = []) {
    self.phase = phase
    self.message = message
    self.conditions = conditions
  }

  public struct Condition: Equatable, Sendable {
    /// For example `Progressing`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    public var reason: String
    public var message: String

    public init(type: String, status: String, reason: String = "", message: String = "") {
      self.type = type
      self.status = status
      self.reason = reason
      self.message = message
    }
  }
}

/// Analysis that an emergency skipped outside its window and that is owed.
public struct DebtView: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var revision: RevisionNumber
  /// The last moment at which it may be paid in time.
  public var due: Timestamp
  public var owedAt: Timestamp
  public var isOverdue: Bool
  public var runs: [RunView]

  public init(
    attempt: AttemptNumber, revision: RevisionNumber, due: Timestamp, owedAt: Timestamp,
    isOverdue: Bool = false, runs: [RunView] = []
  ) {
    self.attempt = attempt
    self.revision = revision
    self.due = due
    self.owedAt = owedAt
    self.isOverdue = isOverdue
    self.runs = runs
  }
}

/// Background analysis of a promoted attempt that goes on for a while.
public struct WatchView: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var revision: RevisionNumber
  /// Where an automatic rollback goes.
  public var previous: RevisionNumber?
  public var until: Timestamp
  public var onFailure: WatchRule.Reaction
  public var runs: [RunView]

  public init(
    attempt: AttemptNumber, revision: RevisionNumber, previous: RevisionNumber? = nil,
    until: Timestamp, onFailure: WatchRule.Reaction, runs: [RunView] = []
  ) {
    self.attempt = attempt
    self.revision = revision
    self.previous = previous
    self.until = until
    self.onFailure = onFailure
    self.runs = runs
  }
}

/// A revision kept, in a message of its own.
struct KeptView {
  var kept: Directive.KeptRevision
}

extension ArgoStatusView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__argo_status__init)

  init(wire m: Windlass__V1__ArgoStatus) throws(WireError) {
    unsafe self.init(
      phase: string(m.phase), message: string(m.message),
      conditions: try Condition.list(m.n_conditions, m.conditions, "conditions"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ArgoStatus {
    unsafe Windlass__V1__ArgoStatus(
      base: Self.wireType.base, phase: arena.string(phase), message: arena.string(message),
      n_conditions: conditions.count, conditions: arena.list(conditions))
  }
}

extension ArgoStatusView.Condition: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__argo_status__condition__init)

  init(wire m: Windlass__V1__ArgoStatus__Condition) throws(WireError) {
    unsafe self.init(
      type: string(m.type), status: string(m.status), reason: string(m.reason),
      message: string(m.message))
  }

  func packed(in arena: Arena) -> Windlass__V1__ArgoStatus__Condition {
    unsafe Windlass__V1__ArgoStatus__Condition(
      base: Self.wireType.base, type: arena.string(type), status: arena.string(status),
      reason: arena.string(reason), message: arena.string(message))
  }
}

extension DebtView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__verification_debt__init)

  init(wire m: Windlass__V1__VerificationDebt) throws(WireError) {
    unsafe self.init(
      attempt: try AttemptNumber(required: m.attempt, "attempt"),
      revision: try RevisionNumber(required: m.revision, "revision"),
      due: Timestamp(microseconds: m.due_microseconds),
      owedAt: Timestamp(microseconds: m.owed_microseconds), isOverdue: m.overdue != 0,
      runs: try RunView.list(m.n_runs, m.runs, "runs"))
  }

  func packed(in arena: Arena) -> Windlass__V1__VerificationDebt {
    unsafe Windlass__V1__VerificationDebt(
      base: Self.wireType.base, attempt: attempt.value, revision: revision.value,
      due_microseconds: due.microseconds, owed_microseconds: owedAt.microseconds,
      overdue: flag(isOverdue), n_runs: runs.count, runs: arena.list(runs))
  }
}

extension WatchView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__watch__init)

  init(wire m: Windlass__V1__Watch) throws(WireError) {
    unsafe self.init(
      attempt: try AttemptNumber(required: m.attempt, "attempt"),
      revision: try RevisionNumber(required: m.revision, "revision"),
      previous: RevisionNumber(optional: m.previous),
      until: Timestamp(microseconds: m.until_microseconds),
      onFailure: try WatchRule.Reaction.required(m.on_failure, "on_failure"),
      runs: try RunView.list(m.n_runs, m.runs, "runs"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Watch {
    unsafe Windlass__V1__Watch(
      base: Self.wireType.base, attempt: attempt.value, revision: revision.value,
      previous: previous.wire, until_microseconds: until.microseconds,
      on_failure: onFailure.wire, n_runs: runs.count, runs: arena.list(runs))
  }
}

extension KeptView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__kept_revision__init)

  init(wire m: Windlass__V1__KeptRevision) throws(WireError) {
    kept = unsafe Directive.KeptRevision(
      revision: try RevisionNumber(required: m.revision, "revision"),
      until: Timestamp(microseconds: m.until_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__KeptRevision {
    unsafe Windlass__V1__KeptRevision(
      base: Self.wireType.base, revision: kept.revision.value,
      until_microseconds: kept.until.microseconds)
  }
}
