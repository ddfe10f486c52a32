/// A ReplicaSet of a rollout: one revision and its pods.
public struct ArgoReplicaSet: Equatable, Sendable {
  /// A scale-down deadline as its annotation says it.
  public enum ScaleDownDeadline: Equatable, Sendable {
    case at(ArgoTime)
    /// The annotation is there but not an RFC 3339 time.
    case unreadable

    /// Whether the deadline lies ahead. Exactly now does not.
    public func isAhead(of now: ArgoTime) -> Bool {
      guard case .at(let time) = self else { return false }
      return now < time
    }
  }

  public var name: String
  /// The label `rollouts-pod-template-hash`.
  public var hash: String
  public var created: ArgoTime
  /// The revision annotation; `nil` when missing or not a number.
  @OptionalCount public var revision: Int?
  /// Earlier revision numbers, oldest first.
  public var revisionHistory: [Int]
  /// `spec.replicas`.
  @Count public var requested: Int
  /// `status.replicas`: pods that exist.
  @Count public var actual: Int
  @Count public var ready: Int
  @Count public var available: Int
  /// The annotation `rollout.argoproj.io/desired-replicas`; `nil` when missing or unreadable.
  @OptionalCount public var desiredReplicas: Int?
  public var scaleDownDeadline: ScaleDownDeadline?
  /// Name of the experiment that owns it; such a ReplicaSet is never a revision of the rollout.
  public var experiment: String?
  public var isBeingDeleted: Bool
  public var generation: Int64
  public var observedGeneration: Int64
  public var annotations: [String: String]
  /// Its ReplicaFailure condition, for example when a quota refuses pods.
  public var failure: RolloutCondition?

  public init(
    name: String, hash: String, created: ArgoTime, revision: Int? = nil,
    revisionHistory: [Int] = [], requested: Int = 0, actual: Int? = nil, ready: Int? = nil,
    available: Int? = nil, desiredReplicas: Int? = nil,
    scaleDownDeadline: ScaleDownDeadline? = nil, experiment: String? = nil,
    isBeingDeleted: Bool = false, generation: Int64 = 1, observedGeneration: Int64 = 1,
    annotations: [String: String] = [:], failure: RolloutCondition? = nil
  ) {
    self.name = name
    self.hash = hash
    self.created = created
    _revision = OptionalCount(wrappedValue: revision)
    self.revisionHistory = revisionHistory
    _requested = Count(wrappedValue: requested)
    _actual = Count(wrappedValue: actual ?? requested)
    _ready = Count(wrappedValue: ready ?? actual ?? requested)
    _available = Count(wrappedValue: available ?? ready ?? actual ?? requested)
    _desiredReplicas = OptionalCount(wrappedValue: desiredReplicas)
    self.scaleDownDeadline = scaleDownDeadline
    self.experiment = experiment
    self.isBeingDeleted = isBeingDeleted
    self.generation = generation
    self.observedGeneration = observedGeneration
    self.annotations = annotations
    self.failure = failure
  }

  /// Pods are requested; not the same as pods being there.
  public var isActive: Bool { requested > 0 }
}
