/// `status` of a Rollout. Hashes are empty while unknown.
public struct ArgoRolloutStatus: Equatable, Sendable {
  public struct BlueGreen: Equatable, Sendable {
    /// Hash the active service selects.
    public var activeSelector: String
    public var previewSelector: String
    public var scaleUpPreviewCheckpoint: Bool
    public var prePromotionRun: CurrentRun?
    public var postPromotionRun: CurrentRun?

    public init(
      activeSelector: String = "", previewSelector: String = "",
      scaleUpPreviewCheckpoint: Bool = false, prePromotionRun: CurrentRun? = nil,
      postPromotionRun: CurrentRun? = nil
    ) {
      self.activeSelector = activeSelector
      self.previewSelector = previewSelector
      self.scaleUpPreviewCheckpoint = scaleUpPreviewCheckpoint
      self.prePromotionRun = prePromotionRun
      self.postPromotionRun = postPromotionRun
    }
  }

  public struct Canary: Equatable, Sendable {
    public var stepRun: CurrentRun?
    public var backgroundRun: CurrentRun?
    /// Name of the current experiment; empty for none.
    public var experiment: String
    public var weights: TrafficWeights?
    public var plugins: [StepPluginStatus]
    /// The service now used for stable traffic, `ping` or `pong`; empty without ping-pong.
    public var stablePingPong: String

    public init(
      stepRun: CurrentRun? = nil, backgroundRun: CurrentRun? = nil, experiment: String = "",
      weights: TrafficWeights? = nil, plugins: [StepPluginStatus] = [],
      stablePingPong: String = ""
    ) {
      self.stepRun = stepRun
      self.backgroundRun = backgroundRun
      self.experiment = experiment
      self.weights = weights
      self.plugins = plugins
      self.stablePingPong = stablePingPong
    }
  }

  /// Desired hash as the last pass recorded it.
  public var currentHash: String
  /// Hash promoted last; empty: nothing ever was.
  public var stableHash: String
  /// Completed steps; absent when there are no steps.
  @OptionalCount public var stepIndex: Int?
  public var stepHash: String
  public var pauseConditions: [PauseCondition]
  /// The controller paused and nobody acknowledged the end of it yet.
  public var controllerPause: Bool
  public var abort: Bool
  public var abortedAt: ArgoTime?
  public var promoteFull: Bool
  public var restartedAt: ArgoTime?
  /// All pods of the rollout.
  @Count public var replicas: Int
  /// Pods of the desired revision.
  @Count public var updatedReplicas: Int
  @Count public var readyReplicas: Int
  @Count public var availableReplicas: Int
  public var blueGreen: BlueGreen
  public var canary: Canary
  public var conditions: [RolloutCondition]
  /// The generation the last pass had seen.
  public var observedGeneration: Int64
  /// Generation of the referenced workload the last pass had seen.
  public var workloadObservedGeneration: Int64?
  @OptionalCount public var collisionCount: Int?
  public var phase: RolloutPhase?
  public var message: String
  public var duration: DurationRecord?

  public init(
    currentHash: String = "", stableHash: String = "", stepIndex: Int? = nil,
    stepHash: String = "", pauseConditions: [PauseCondition] = [], controllerPause: Bool = false,
    abort: Bool = false, abortedAt: ArgoTime? = nil, promoteFull: Bool = false,
    restartedAt: ArgoTime? = nil, replicas: Int = 0, updatedReplicas: Int = 0,
    readyReplicas: Int = 0, availableReplicas: Int = 0, blueGreen: BlueGreen = BlueGreen(),
    canary: Canary = Canary(), conditions: [RolloutCondition] = [],
    observedGeneration: Int64 = 0, workloadObservedGeneration: Int64? = nil,
    collisionCount: Int? = nil, phase: RolloutPhase? = nil, message: String = "",
    duration: DurationRecord? = nil
  ) {
    self.currentHash = currentHash
    self.stableHash = stableHash
    _stepIndex = OptionalCount(wrappedValue: stepIndex)
    self.stepHash = stepHash
    self.pauseConditions = pauseConditions
    self.controllerPause = controllerPause
    self.abort = abort
    self.abortedAt = abortedAt
    self.promoteFull = promoteFull
    self.restartedAt = restartedAt
    _replicas = Count(wrappedValue: replicas)
    _updatedReplicas = Count(wrappedValue: updatedReplicas)
    _readyReplicas = Count(wrappedValue: readyReplicas)
    _availableReplicas = Count(wrappedValue: availableReplicas)
    self.blueGreen = blueGreen
    self.canary = canary
    self.conditions = conditions
    self.observedGeneration = observedGeneration
    self.workloadObservedGeneration = workloadObservedGeneration
    _collisionCount = OptionalCount(wrappedValue: collisionCount)
    self.phase = phase
    self.message = message
    self.duration = duration
  }

  /// The condition of a kind, if recorded.
  public func condition(_ kind: RolloutCondition.Kind) -> RolloutCondition? {
    conditions.first { $0.kind == kind }
  }

  /// The pause condition of a reason, if recorded.
  public func pauseCondition(_ reason: PauseReason) -> PauseCondition? {
    pauseConditions.first { $0.reason == reason }
  }
}
