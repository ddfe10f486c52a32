/// An Experiment made by a rollout's step.
public struct ArgoExperiment: Equatable, Sendable {
  /// One template as far as traffic depends on it.
  public struct TemplateStatus: Equatable, Sendable {
    public var name: String
    /// Hash of the template's pods.
    public var hash: String
    public var service: String
    public var phase: String

    public init(_ name: String, hash: String = "", service: String = "", phase: String = "") {
      self.name = name
      self.hash = hash
      self.service = service
      self.phase = phase
    }
  }

  public var name: String
  public var uid: String
  public var ownerUID: String
  public var hash: String
  @OptionalCount public var stepIndex: Int?
  public var created: ArgoTime
  public var terminate: Bool
  public var phase: AnalysisPhase
  public var message: String
  public var isBeingDeleted: Bool
  public var templates: [TemplateStatus]
  /// Identity of the experiment's spec, see ``ArgoAnalysisRun/workDigest``.
  public var workDigest: String

  public init(
    name: String, uid: String = "", ownerUID: String = "", hash: String, stepIndex: Int? = nil,
    created: ArgoTime, terminate: Bool = false, phase: AnalysisPhase = .none,
    message: String = "", isBeingDeleted: Bool = false, templates: [TemplateStatus] = [],
    workDigest: String = ""
  ) {
    self.name = name
    self.uid = uid
    self.ownerUID = ownerUID
    self.hash = hash
    _stepIndex = OptionalCount(wrappedValue: stepIndex)
    self.created = created
    self.terminate = terminate
    self.phase = phase
    self.message = message
    self.isBeingDeleted = isBeingDeleted
    self.templates = templates
    self.workDigest = workDigest
  }
}
