/// What is asked of one rollout. Time and requester arrive beside it.
public enum RolloutCommand: Equatable, Sendable {
  case start(RevisionNumber)
  case rollback(RollbackRequest)
  case promote
  case promoteFull
  case pause
  case resume
  case abort
  case retry
  /// Turns a running fast attempt into one with steps and analysis.
  case requireAnalysis
  /// Declares a running regular rollback an emergency.
  case escalate
  /// Takes what a cluster already runs as stable, without an attempt.
  case adopt(Adoption)
  /// A cluster reports.
  case report(OutcomeReport)
  /// Time has passed: whatever is due at `now` happens.
  case tick
}

public struct RollbackRequest: Equatable, Sendable {
  /// `nil`: stable if an attempt is running, else the previous stable.
  public var target: RevisionNumber?
  public var rollbackClass: RollbackClass
  public var insistsOnAnalysis: Bool

  public init(
    target: RevisionNumber? = nil, rollbackClass: RollbackClass = .regular,
    insistsOnAnalysis: Bool = false
  ) {
    self.target = target
    self.rollbackClass = rollbackClass
    self.insistsOnAnalysis = insistsOnAnalysis
  }
}

public struct Adoption: Equatable, Sendable {
  public var stable: RevisionNumber
  /// Earlier revisions that the cluster's own history shows, ascending, at most 100.
  public var history: [RevisionNumber]

  public init(stable: RevisionNumber, history: [RevisionNumber] = []) {
    self.stable = stable
    self.history = history
  }
}

/// One outcome as a cluster reports it.
public struct OutcomeReport: Equatable, Sendable {
  /// The attempt whose directive the cluster was following; `nil` for what it saw unasked.
  public var attempt: AttemptNumber?
  public var outcome: Outcome

  public init(attempt: AttemptNumber?, _ outcome: Outcome) {
    self.attempt = attempt
    self.outcome = outcome
  }
}

public enum Outcome: Equatable, Sendable {
  /// Which local objects stand for a revision here.
  case revisionObserved(RevisionNumber, LocalRevision)
  /// The attempt's revision has its full number of pods available.
  case available(RevisionNumber)
  case weightApplied(RevisionNumber, weight: Int)
  case runCreated(RunObject)
  case runFinished(RunObject, RunResult)
  /// Somebody changed the desired revision without Windlass; the change is registered already.
  case changeObserved(RevisionNumber, LocalRevision?)
}

/// What a cluster calls a revision.
public struct LocalRevision: Equatable, Sendable {
  /// Pod-template hash label, 1...63 bytes.
  public var podHash: String
  /// Argo's own revision number; it changes when a revision comes back.
  public var argoRevision: Int?

  public init(podHash: String, argoRevision: Int? = nil) {
    self.podHash = podHash
    self.argoRevision = argoRevision
  }
}

/// An AnalysisRun object as a cluster shows it.
public struct RunObject: Equatable, Sendable {
  /// Object name, 1...253 bytes.
  public var name: String
  public var type: RunType
  /// Pod-template hash it was made for; empty when it has none.
  public var podHash: String
  /// For step runs the index it was made for.
  public var stepIndex: Int?

  public init(name: String, type: RunType, podHash: String, stepIndex: Int? = nil) {
    self.name = name
    self.type = type
    self.podHash = podHash
    self.stepIndex = stepIndex
  }
}

public enum RunType: String, Equatable, Hashable, Sendable, CaseIterable {
  case background
  case step
  case prePromotion = "pre-promotion"
  case postPromotion = "post-promotion"
}

/// How a run ended, as the cluster's controller says.
public struct RunResult: Equatable, Sendable {
  public var phase: Phase
  /// Measurements taken; a run without any proves nothing.
  public var measurements: Int
  /// The controller's message, at most 2 KiB.
  public var message: String

  public init(phase: Phase, measurements: Int, message: String = "") {
    self.phase = phase
    self.measurements = measurements
    self.message = message
  }

  public enum Phase: String, Equatable, Sendable, CaseIterable {
    case successful, failed, error, inconclusive
  }
}
