import RolloutCore

/// What a page of events changes in the tables: at most one row for each key, as it is afterwards.
///
/// Rows whose columns are filled by several events hold what this page's events say; the rest stays
/// as it is in the table.
struct Rows: Equatable {
  var revisions: [RevisionKey: RevisionRow] = [:]
  var holds: [HoldKey: HoldRow] = [:]
  var clusters: [ClusterName: ClusterRow] = [:]
  var rollouts: [RolloutName: RolloutRow] = [:]
  var rolloutRevisions: [RolloutRevisionKey: RolloutRevisionRow] = [:]
  var attempts: [AttemptKey: AttemptRow] = [:]
  var runs: [AttemptRunKey: RunRow] = [:]
  var violations: [ViolationRow] = []
  var decisions: [DecisionRow] = []
  var verifications: [AttemptKey: VerificationRow] = [:]
  var watches: [AttemptKey: WatchRow] = [:]
  var quarantined: [QuarantineRow] = []

  var count: Int {
    revisions.count + holds.count + clusters.count + rollouts.count + rolloutRevisions.count
      + attempts.count + runs.count + violations.count + decisions.count + verifications.count
      + watches.count + quarantined.count
  }
}

struct RevisionKey: Hashable {
  var application: ApplicationName
  var revision: RevisionNumber
}

struct HoldKey: Hashable {
  var application: ApplicationName
  var revision: RevisionNumber
  /// Of the hold's own event: a revision can be held more than once.
  var position: LogPosition
}

struct RolloutRevisionKey: Hashable {
  var rollout: RolloutName
  var revision: RevisionNumber
}

struct AttemptKey: Hashable {
  var rollout: RolloutName
  var attempt: AttemptNumber
}

struct AttemptRunKey: Hashable {
  var rollout: RolloutName
  var attempt: AttemptNumber
  var run: RunKey
}

struct RevisionRow: Equatable {
  var revision: Revision
  var by: Requester
  var at: Timestamp
  var position: LogPosition
}

struct HoldRow: Equatable {
  var by: Requester?
  var at: Timestamp?
  var released: Release?

  struct Release: Equatable {
    var by: Requester
    var at: Timestamp
    var position: LogPosition
  }
}

struct ClusterRow: Equatable {
  var registration: ClusterRegistration?
  var by: String?
  var at: Timestamp?
  var position: LogPosition?
  var epoch: UInt64?
  var holder: String?
  var claimedAt: Timestamp?
  var releasedAt: Timestamp?
}

struct RolloutRow: Equatable {
  var phase: String
  var message: String
  var stable: RevisionNumber?
  var desired: RevisionNumber?
  var attempt: AttemptNumber?
  var attempts: UInt32
  var track: Track?
  var stepIndex: Int?
  var pauses: [PauseReason]
  var isAvailable: Bool?
  var isLate: Bool?
  var isSwitched: Bool?
  var weight: Int?
  var podsRevision: RevisionNumber?
  var podsRequested: Int?
  var podsAvailable: Int?
  var restart: Timestamp?
  var version: UInt64
  var position: LogPosition
  var at: Timestamp

  init(_ state: RolloutState, version: UInt64, position: LogPosition, at: Timestamp) {
    phase = state.phase.rawValue
    message = state.phaseMessage
    stable = state.stable
    desired = state.desired
    attempt = state.attempt?.number
    attempts = state.attempts
    track = state.attempt?.track
    // The fast track has no steps.
    stepIndex = state.attempt.flatMap { $0.track == .full ? $0.stepIndex : nil }
    pauses = PauseReason.allCases.filter { state.attempt?.pauses[$0] != nil }
    isAvailable = state.attempt?.available
    isLate = state.attempt?.isLate
    isSwitched = state.attempt?.switched
    weight = state.attempt?.weight
    podsRevision = state.pods?.revision
    podsRequested = state.pods?.counts.desired.requested
    podsAvailable = state.pods?.counts.desired.available
    restart = state.restart
    self.version = version
    self.position = position
    self.at = at
  }
}

struct RolloutRevisionRow: Equatable {
  var history: RevisionHistory?
  var local: LocalRevision?
}

struct AttemptRow: Equatable {
  var classified: AttemptClassified?
  var position: LogPosition?
  /// As they are now.
  var track: Track?
  var rollbackClass: RollbackClass?
  var insistsOnAnalysis: Bool?
  var reclassifiedAt: Timestamp?
  var reclassifiedBy: Requester?
  var ended: AttemptEnded?
  var endPosition: LogPosition?
}

struct RunRow: Equatable {
  /// `nil`: too old to have one any more; what the table has stays.
  var state: State?
  var object: RunObject?
  var result: RunResult?
  var reading: RunReading?
  var scheduledAt: Timestamp?
  var createdAt: Timestamp?
  var finishedAt: Timestamp?
  var cancelledAt: Timestamp?
  var cancelReason: CancelReason?
  var missingAt: Timestamp?
  /// Of the first event about it.
  var position: LogPosition

  enum State: String {
    case scheduled, created, finished, cancelled

    init(_ state: Attempt.Run.State) {
      self =
        switch state {
        case .scheduled: .scheduled
        case .created: .created
        case .finished: .finished
        case .cancelled: .cancelled
        }
    }
  }
}

struct ViolationRow: Equatable {
  var position: LogPosition
  var at: Timestamp
  var rollout: RolloutName
  var attempt: AttemptNumber
  var object: RunObject
}

struct DecisionRow: Equatable {
  var position: LogPosition
  var at: Timestamp
  var application: ApplicationName
  var cluster: ClusterName?
  var attempt: AttemptNumber?
  var revision: RevisionNumber?
  /// The event type without its version, or the command that was refused.
  var decision: String
  var answer: Answer
  /// What it is about besides: an analysis, a policy.
  var subject: String?
  var detail: String?
  var rules: [Rule] = []
  var facts: [Fact] = []
  var by: Requester?

  enum Answer: String {
    case allow, refuse, schedule, cancel, require, end
  }
}

struct VerificationRow: Equatable {
  var revision: RevisionNumber?
  var state: State
  var owedAt: Timestamp?
  var due: Timestamp?
  var overdueAt: Timestamp?
  var settledAt: Timestamp?
  var by: Requester?
  var position: LogPosition?

  enum State: String {
    case owed, overdue, paid, waived
    /// It ended with the attempt it was about, or another one took it over.
    case dropped
  }
}

struct WatchRow: Equatable {
  var revision: RevisionNumber?
  var reaction: WatchRule.Reaction?
  var startedAt: Timestamp?
  var until: Timestamp?
  var outcome: Outcome?
  var endedAt: Timestamp?
  var message: String?
  var position: LogPosition?

  enum Outcome: String {
    case passed, failed, replaced
  }
}

struct QuarantineRow: Equatable {
  var stream: String
  var position: LogPosition
  var reason: String
}
