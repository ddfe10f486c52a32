/// An AnalysisRun of a rollout.
public struct ArgoAnalysisRun: Equatable, Sendable {
  public var name: String
  public var uid: String
  /// UID of the owning rollout or experiment.
  public var ownerUID: String
  /// Labels: pod hash, `rollout-type`, `step-index`.
  public var hash: String
  public var type: AnalysisType?
  @OptionalCount public var stepIndex: Int?
  public var created: ArgoTime
  /// Asked to stop.
  public var terminate: Bool
  public var phase: AnalysisPhase
  public var message: String
  public var completed: ArgoTime?
  public var isBeingDeleted: Bool
  /// Identity of what the run measures: metrics, dry-run and retention rules and arguments. Two
  /// runs with the same digest do the same work.
  public var workDigest: String

  public init(
    name: String, uid: String = "", ownerUID: String = "", hash: String,
    type: AnalysisType? = nil, stepIndex: Int? = nil, created: ArgoTime,
    terminate: Bool = false, phase: AnalysisPhase = .none, message: String = "",
    completed: ArgoTime? = nil, isBeingDeleted: Bool = false, workDigest: String = ""
  ) {
    self.name = name
    self.uid = uid
    self.ownerUID = ownerUID
    self.hash = hash
    self.type = type
    _stepIndex = OptionalCount(wrappedValue: stepIndex)
    self.created = created
    self.terminate = terminate
    self.phase = phase
    self.message = message
    self.completed = completed
    self.isBeingDeleted = isBeingDeleted
    self.workDigest = workDigest
  }
}
