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
  /// Percent of traffic for `desired`, 0...100.
  public var weight: Int
  /// `desired` should have its full number of pods, and the agent reports when it has.
  public var fullScale: Bool
  public var paused: Bool
  public var aborted: Bool
  /// Runs that may and should exist now.
  public var runs: [DirectedRun]
  /// The skip contract while one is open.
  public var forbidden: SkipContract?

  public struct DirectedRun: Equatable, Sendable {
    public var key: RunKey
    public var plan: AnalysisPlan

    public init(key: RunKey, plan: AnalysisPlan) {
      self.key = key
      self.plan = plan
    }
  }

  public init(
    attempt: AttemptNumber? = nil, enforced: Bool, stable: RevisionNumber? = nil,
    desired: RevisionNumber? = nil, track: Track? = nil, weight: Int = 0, fullScale: Bool = false,
    paused: Bool = false, aborted: Bool = false, runs: [DirectedRun] = [],
    forbidden: SkipContract? = nil
  ) {
    self.attempt = attempt
    self.enforced = enforced
    self.stable = stable
    self.desired = desired
    self.track = track
    self.weight = weight
    self.fullScale = fullScale
    self.paused = paused
    self.aborted = aborted
    self.runs = runs
    self.forbidden = forbidden
  }
}

/// What a fast attempt promises: no run of these types for this target.
public struct SkipContract: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var revision: RevisionNumber
  /// The target's pod hash here; `nil` while unknown: then any run created since counts.
  public var podHash: String?
  public var types: [RunType]

  public init(
    attempt: AttemptNumber, revision: RevisionNumber, podHash: String?,
    types: [RunType] = RunType.allCases
  ) {
    self.attempt = attempt
    self.revision = revision
    self.podHash = podHash
    self.types = types
  }
}
