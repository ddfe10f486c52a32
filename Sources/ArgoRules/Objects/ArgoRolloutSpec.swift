/// `spec` of a Rollout, as far as decisions depend on it.
public struct ArgoRolloutSpec: Equatable, Sendable {
  /// `spec.analysis`: how many finished runs are kept.
  public struct AnalysisHistory: Equatable, Sendable {
    @OptionalCount public var successful: Int?
    @OptionalCount public var unsuccessful: Int?

    public init(successful: Int? = nil, unsuccessful: Int? = nil) {
      _successful = OptionalCount(wrappedValue: successful)
      _unsuccessful = OptionalCount(wrappedValue: unsuccessful)
    }
  }

  /// Absent: 1.
  @OptionalCount public var replicas: Int?
  /// Hash of the pod template, as the controller computes it. Comes from outside: hashing pod
  /// templates is not part of these rules.
  public var templateHash: String
  public var strategy: ArgoStrategy
  /// Labels every object of the rollout carries (`spec.selector.matchLabels`).
  public var selectorLabels: [String: String]
  @Count public var minReadySeconds: Int
  /// Set by a person; nothing completes while it is.
  public var paused: Bool
  public var restartAt: ArgoTime?
  @OptionalCount public var revisionHistoryLimit: Int?
  /// `rollbackWindow.revisions`; `nil` when there is no window.
  @OptionalCount public var rollbackWindowRevisions: Int?
  @OptionalCount public var progressDeadlineSeconds: Int?
  public var progressDeadlineAbort: Bool
  public var analysisHistory: AnalysisHistory
  /// The template stands in another object (`workloadRef`).
  public var hasWorkloadReference: Bool

  public init(
    replicas: Int? = nil, templateHash: String, strategy: ArgoStrategy,
    selectorLabels: [String: String] = [:], minReadySeconds: Int = 0, paused: Bool = false,
    restartAt: ArgoTime? = nil, revisionHistoryLimit: Int? = nil,
    rollbackWindowRevisions: Int? = nil, progressDeadlineSeconds: Int? = nil,
    progressDeadlineAbort: Bool = false, analysisHistory: AnalysisHistory = AnalysisHistory(),
    hasWorkloadReference: Bool = false
  ) {
    _replicas = OptionalCount(wrappedValue: replicas)
    self.templateHash = templateHash
    self.strategy = strategy
    self.selectorLabels = selectorLabels
    _minReadySeconds = Count(wrappedValue: minReadySeconds)
    self.paused = paused
    self.restartAt = restartAt
    _revisionHistoryLimit = OptionalCount(wrappedValue: revisionHistoryLimit)
    _rollbackWindowRevisions = OptionalCount(wrappedValue: rollbackWindowRevisions)
    _progressDeadlineSeconds = OptionalCount(wrappedValue: progressDeadlineSeconds)
    self.progressDeadlineAbort = progressDeadlineAbort
    self.analysisHistory = analysisHistory
    self.hasWorkloadReference = hasWorkloadReference
  }

  /// Wanted pods, with the default applied.
  public var replicaCount: Int { replicas ?? 1 }
}
