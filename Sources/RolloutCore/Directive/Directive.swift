/// What a cluster should have now for one application: a pure function of rollout state, so it can
/// be asked for again at any time.
public struct Directive: Equatable, Sendable {
  /// `nil` when no attempt was ever made.
  public var attempt: AttemptNumber?
  /// False in observe mode: the agent only watches.
  public var enforced: Bool
  public var stable: RevisionNumber?
  /// The revision whose pods should run beside or instead of stable's.
  public var desired: RevisionNumber?
  public var track: Track?
  /// Traffic for `desired`, 0...`maxWeight`.
  public var weight: Int
  /// What "all traffic" is: 100 unless the strategy says otherwise.
  public var maxWeight: Int
  /// How many pods each should have; `nil` while nothing is asked of the cluster.
  public var pods: PodTargets?
  /// Where the services of a blue-green rollout should point.
  public var services: ServicesSeen?
  /// Managed routes in force, in order.
  public var routes: [Route]
  /// Revisions whose pods stay for a while, with the moment when that ends.
  public var kept: [KeptRevision]
  /// Pods made before this moment should be replaced.
  public var restartAt: Timestamp?
  /// `desired` should have its full number of pods, and the agent reports when it has.
  public var fullScale: Bool
  public var paused: Bool
  public var aborted: Bool
  /// Runs that may and should exist now.
  public var runs: [DirectedRun]
  /// The skip contract while one is open.
  public var forbidden: SkipContract?

  public struct PodTargets: Equatable, Sendable {
    public var desired: Int
    public var stable: Int

    public init(desired: Int, stable: Int) {
      self.desired = desired
      self.stable = stable
    }
  }

  public enum Route: Equatable, Sendable {
    case header(Strategy.HeaderRoute)
    case mirror(Strategy.MirrorRoute)
  }

  public struct KeptRevision: Equatable, Sendable {
    public var revision: RevisionNumber
    /// The largest moment there is: for ever.
    public var until: Timestamp

    public init(revision: RevisionNumber, until: Timestamp) {
      self.revision = revision
      self.until = until
    }
  }

  /// What should run under a key.
  public struct DirectedRun: Equatable, Sendable {
    public var key: RunKey
    public var work: Work

    public init(key: RunKey, work: Work) {
      self.key = key
      self.work = work
    }

    public init(key: RunKey, plan: AnalysisPlan) {
      self.init(key: key, work: .analysis(plan))
    }

    public enum Work: Equatable, Sendable {
      case analysis(AnalysisPlan)
      case experiment(Strategy.ExperimentPlan)
      case plugin(Strategy.PluginCall)
    }
  }

  public init(
    attempt: AttemptNumber? = nil, enforced: Bool, stable: RevisionNumber? = nil,
    desired: RevisionNumber? = nil, track: Track? = nil, weight: Int = 0, maxWeight: Int = 100,
    pods: PodTargets? = nil, services: ServicesSeen? = nil, routes: [Route] = [],
    kept: [KeptRevision] = [], restartAt: Timestamp? = nil, fullScale: Bool = false,
    paused: Bool = false, aborted: Bool = false, runs: [DirectedRun] = [],
    forbidden: SkipContract? = nil
  ) {
    self.attempt = attempt
    self.enforced = enforced
    self.stable = stable
    self.desired = desired
    self.track = track
    self.weight = weight
    self.maxWeight = maxWeight
    self.pods = pods
    self.services = services
    self.routes = routes
    self.kept = kept
    self.restartAt = restartAt
    self.fullScale = fullScale
    self.paused = paused
    self.aborted = aborted
    self.runs = runs
    self.forbidden = forbidden
  }
}

/// What a fast attempt promises: no run of these types for this target.
public struct SkipContract: Equatable, Codable, Sendable {
  public var attempt: AttemptNumber
  public var revision: RevisionNumber
  /// The target's pod hash here; `nil` while unknown: then any run created since counts.
  public var podHash: String?
  public var types: [RunType]

  public init(
    attempt: AttemptNumber, revision: RevisionNumber, podHash: String?,
    types: [RunType] = RunType.forbiddenOnFastTrack
  ) {
    self.attempt = attempt
    self.revision = revision
    self.podHash = podHash
    self.types = types
  }
}
