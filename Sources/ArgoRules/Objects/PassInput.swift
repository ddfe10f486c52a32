/// Everything one reconcile pass reads, as values.
public struct PassInput: Equatable, Sendable {
  public var behaviour: ControllerBehaviour
  public var now: ArgoTime
  public var rollout: ArgoRollout
  /// All ReplicaSets the rollout owns, those of its experiments included.
  public var replicaSets: [ArgoReplicaSet]
  public var runs: [ArgoAnalysisRun]
  public var experiments: [ArgoExperiment]
  public var services: [ArgoService]
  /// What the traffic router answers when asked whether the weights are in place; absent when it
  /// cannot tell.
  public var weightVerified: Bool?
  /// Whether the load balancer's targets belong to the active service; absent: nothing to verify.
  public var targetsVerified: Bool?
  /// Hash of the step list, where the caller knows it better than ``StepHash`` can compute it from
  /// these values.
  public var stepHash: String?
  /// Why the spec is invalid, as validation words it; absent: it is valid.
  public var specProblem: String?
  /// What step plugins answer when called in this pass, by operation.
  public var pluginAnswers: [StepPluginStatus]
  /// Analysis templates in reach. `nil` when not known: runs are then made without looking at what
  /// they would measure.
  public var templates: [AnalysisTemplate]?
  /// The rollout object as JSON, for arguments that name one of its fields.
  public var object: TreeValue

  public init(
    _ version: ControllerVersion, now: ArgoTime, rollout: ArgoRollout,
    replicaSets: [ArgoReplicaSet], runs: [ArgoAnalysisRun] = [],
    experiments: [ArgoExperiment] = [], services: [ArgoService] = [],
    weightVerified: Bool? = nil, targetsVerified: Bool? = nil,
    stepHash: String? = nil, specProblem: String? = nil, pluginAnswers: [StepPluginStatus] = [],
    templates: [AnalysisTemplate]? = nil, object: TreeValue = .map([:])
  ) {
    behaviour = ControllerBehaviour(version)
    self.now = now
    self.rollout = rollout
    self.replicaSets = replicaSets
    self.runs = runs
    self.experiments = experiments
    self.services = services
    self.weightVerified = weightVerified
    self.targetsVerified = targetsVerified
    self.stepHash = stepHash
    self.specProblem = specProblem
    self.pluginAnswers = pluginAnswers
    self.templates = templates
    self.object = object
  }
}
