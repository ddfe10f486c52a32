/// What is asked of one rollout. Time and requester arrive beside it.
public enum RolloutCommand: Equatable, Sendable {
  case start(RevisionNumber)
  case rollback(RollbackRequest)
  /// Back to the revision desired before the present one, judged as a `start` to it.
  case undo
  case promote
  case promoteFull
  /// Past the current step, whatever it is.
  case skipStep
  case pause
  case resume
  case abort
  case retry
  /// New pods of the same revisions.
  case restart
  /// Turns a running fast attempt into one with steps and analysis.
  case requireAnalysis
  /// Declares a running regular rollback an emergency.
  case escalate
  /// Runs the verification that is owed (again).
  case verify
  /// Forgives the verification that is owed; needs a reason.
  case waiveVerification
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
  /// The attempt whose directive the cluster was following; `nil` where it followed none. A change
  /// that names none is not believed while an attempt runs that somebody asked for.
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
  /// How many pods there are while the named revision is the desired one.
  case podsObserved(RevisionNumber, PodCounts)
  /// `verified`: whether the router confirmed it; `nil` where it cannot tell.
  case weightApplied(RevisionNumber, weight: Int, verified: Bool?)
  /// Where the services of a blue-green rollout point.
  case servicesObserved(ServicesSeen)
  /// Every pod was made after the restart that was asked for at that moment.
  case restarted(Timestamp)
  case runCreated(RunObject)
  case runFinished(RunObject, RunResult)
  /// Somebody changed the desired revision without Windlass; the change is registered already.
  case changeObserved(RevisionNumber, LocalRevision?)
}

/// What a cluster calls a revision.
public struct LocalRevision: Equatable, Codable, Sendable {
  /// Pod-template hash label, 1...63 bytes.
  public var podHash: String
  /// Argo's own revision number; it changes when a revision comes back.
  public var argoRevision: Int?

  public init(podHash: String, argoRevision: Int? = nil) {
    self.podHash = podHash
    self.argoRevision = argoRevision
  }
}

/// Pods by the revision they belong to.
public struct PodCounts: Equatable, Codable, Sendable {
  /// Of the desired revision.
  public var desired: Pods
  /// Of stable, while that is another one.
  public var stable: Pods
  /// Of all other revisions together, experiments' pods left out.
  public var others: Pods

  public init(desired: Pods, stable: Pods = .none, others: Pods = .none) {
    self.desired = desired
    self.stable = stable
    self.others = others
  }

  public struct Pods: Equatable, Codable, Sendable {
    /// What its ReplicaSet asks for.
    public var requested: Int
    public var created: Int
    public var ready: Int
    public var available: Int

    public init(requested: Int, created: Int, ready: Int, available: Int) {
      self.requested = requested
      self.created = created
      self.ready = ready
      self.available = available
    }

    /// All of them there and available.
    public init(_ count: Int) {
      self.init(requested: count, created: count, ready: count, available: count)
    }

    public static let none = Pods(0)
  }
}

/// Where the active and the preview service point; `nil`: nowhere that is known.
public struct ServicesSeen: Equatable, Codable, Sendable {
  public var active: RevisionNumber?
  public var preview: RevisionNumber?

  public init(active: RevisionNumber?, preview: RevisionNumber? = nil) {
    self.active = active
    self.preview = preview
  }
}

/// An AnalysisRun or Experiment object as a cluster shows it.
public struct RunObject: Equatable, Codable, Sendable {
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

public enum RunType: String, Equatable, Hashable, Codable, Sendable, CaseIterable {
  case background
  case step
  case prePromotion = "pre-promotion"
  case postPromotion = "post-promotion"
  /// An Experiment of a step, its analysis included.
  case experiment
  /// A step plugin's call; it has no object.
  case plugin
  /// Owed by an emergency rollback outside its window, run after it.
  case verification

  /// What a skip contract forbids.
  public static let forbiddenOnFastTrack = allCases.filter { $0 != .verification }
}

/// How a run ended, as the cluster's controller says.
public struct RunResult: Equatable, Codable, Sendable {
  public var phase: Phase
  /// Measurements taken; a run without any proves nothing.
  public var measurements: Int
  /// The controller's message, at most 2 KiB.
  public var message: String
  /// What the measurements are worth, as far as the cluster can tell.
  public var evidence: Evidence

  public init(
    phase: Phase, measurements: Int, message: String = "", evidence: Evidence = .measured
  ) {
    self.phase = phase
    self.measurements = measurements
    self.message = message
    self.evidence = evidence
  }

  public enum Evidence: String, Equatable, Codable, Sendable, CaseIterable {
    case measured
    /// No measurement had a value to judge.
    case noData = "no-data"
    /// By its limits and conditions it could not have failed.
    case vacuous
  }

  public enum Phase: String, Equatable, Codable, Sendable, CaseIterable {
    case successful, failed, error, inconclusive
  }
}
