/// A Rollout object.
public struct ArgoRollout: Equatable, Sendable {
  public var name: String
  public var namespace: String
  public var uid: String
  public var generation: Int64
  /// The annotation `rollout.argoproj.io/revision`; 0 while absent or unreadable.
  @Count public var revision: Int
  public var labels: [String: String]
  public var spec: ArgoRolloutSpec
  public var status: ArgoRolloutStatus

  public init(
    name: String, namespace: String = "default", uid: String = "", generation: Int64 = 1,
    revision: Int = 0, spec: ArgoRolloutSpec, status: ArgoRolloutStatus = ArgoRolloutStatus(),
    labels: [String: String] = [:]
  ) {
    self.name = name
    self.namespace = namespace
    self.uid = uid
    self.generation = generation
    _revision = Count(wrappedValue: revision)
    self.labels = labels
    self.spec = spec
    self.status = status
  }

  /// The recorded stable hash is the recorded current hash: no update is in flight.
  public var isFullyPromoted: Bool { status.stableHash == status.currentHash }
}
