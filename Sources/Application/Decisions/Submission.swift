public import EventLog
public import RolloutCore
public import WindlassWire

/// One command on its way to a decision.
public struct Submission: Sendable {
  public var id: CommandID
  /// SHA-256 of the canonical command; tells a repeat from another command under the same key.
  public var digest: [UInt8]
  public var requester: Requester
  public var action: Action
  /// The rollout's stream must be at this version; `nil`: any.
  public var expectedVersion: UInt64?
  /// Decide, record nothing.
  public var dryRun: Bool
  /// Called exactly once, on the deciding task: must not block.
  public var completion: @Sendable (Answer) -> Void
  /// What it takes of the queue's memory, in bytes.
  public var bytes = 256
  /// Whether nobody waits for it any more: then it is not decided.
  public var isAbandoned: @Sendable () -> Bool = { false }
  /// How often another writer was first.
  var moved = 0
  /// It was decided after looking at the log's end; an answer that writes nothing may be given.
  var isCurrent = false

  public enum Action: Sendable {
    case application(ApplicationName, ApplicationCommand)
    case hold(ApplicationName, RevisionRef)
    case release(ApplicationName, RevisionRef)
    case start(RolloutName, RevisionRef)
    case rollback(RolloutName, RevisionRef?, RollbackClass, insistsOnAnalysis: Bool)
    case rollout(RolloutName, RolloutCommand)
    case report(ClusterName, epoch: UInt64, ReportedOutcome)
    case claim(
      ClusterName, holder: String, stolen: Bool, ClusterRegistration, after: UInt64)
    case releaseLease(ClusterName, holder: String, epoch: UInt64)
    case tick(RolloutName)
  }

  public init(
    id: CommandID, digest: [UInt8], requester: Requester, action: Action,
    expectedVersion: UInt64? = nil, dryRun: Bool = false,
    completion: @escaping @Sendable (Answer) -> Void
  ) {
    self.id = id
    self.digest = digest
    self.requester = requester
    self.action = action
    self.expectedVersion = expectedVersion
    self.dryRun = dryRun
    self.completion = completion
  }
}

/// What came of a submission.
public struct Answer: Sendable {
  public var result: Result
  /// The events of its commit in order; those that would be written, for a dry run.
  public var events: [LogEvent]
  /// Position of the first event; where it would have gone when there is none.
  public var first: GlobalPosition
  /// Version of the primary stream after its events; 0 when there are none.
  public var version: UInt64

  public enum Result: Equatable, Sendable {
    /// Recorded, or for a dry run: would be.
    case allowed
    /// Nothing to do.
    case alreadySatisfied
    case refused(Refusal)
    /// The agent's epoch is over.
    case fenced
    case notFound(String)
    /// The stream cannot be served until it is repaired.
    case quarantined(String)
    /// The key was used for another command.
    case conflict
    /// May or may not be recorded: repeat with the same key.
    case unknown(String)
    /// Not recorded: repeat later.
    case unavailable(String)
    /// The log refuses the command for good: too large, for example.
    case invalid(String)
  }

  init(
    _ result: Result, events: [LogEvent] = [], first: GlobalPosition = .zero, version: UInt64 = 0
  ) {
    self.result = result
    self.events = events
    self.first = first
    self.version = version
  }

  /// The answer that a commit's events stand for; the same for the first caller and for every
  /// repeat, because both are made from the log's events alone.
  init(recorded events: [LogEvent], first: GlobalPosition, version: UInt64) {
    self.init(.allowed, events: events, first: first, version: version)
    if events.isEmpty { result = .alreadySatisfied }
    if case .refusal(let refusal)? = events.first { result = .refused(refusal.refusal) }
  }
}

extension Submission {
  var isTick: Bool {
    if case .tick = action { return true }
    return false
  }
}

extension Answer.Result {
  /// For metrics: a fixed, small set.
  public var label: String {
    switch self {
    case .allowed: "allowed"
    case .alreadySatisfied: "already_satisfied"
    case .refused: "refused"
    case .fenced: "fenced"
    case .notFound: "not_found"
    case .quarantined: "quarantined"
    case .conflict: "conflict"
    case .unknown: "unknown"
    case .unavailable: "unavailable"
    case .invalid: "invalid"
    }
  }
}
