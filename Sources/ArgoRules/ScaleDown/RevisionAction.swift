/// What a pass does to one ReplicaSet.
public enum RevisionAction: Equatable, Sendable {
  case scale(name: String, to: Int)
  /// Records the rollout's replica count on a ReplicaSet that already has its size.
  case recordDesiredReplicas(name: String, Int)
  /// Annotates the instant at which it may go down.
  case setDeadline(name: String, ArgoTime)
  case clearDeadline(name: String)

  public var name: String {
    switch self {
    case .scale(let name, _), .recordDesiredReplicas(let name, _), .setDeadline(let name, _),
      .clearDeadline(let name):
      name
    }
  }

  /// The ReplicaSet after the action, pods not having followed yet.
  ///
  /// - Parameter replicas: the rollout's replica count, recorded with every change of size.
  public func applied(to set: ArgoReplicaSet, replicas: Int) -> ArgoReplicaSet {
    var set = set
    switch self {
    case .scale(_, let count):
      set.requested = count
      set.desiredReplicas = replicas
    case .recordDesiredReplicas(_, let count): set.desiredReplicas = count
    case .setDeadline(_, let time): set.scaleDownDeadline = .at(time)
    case .clearDeadline: set.scaleDownDeadline = nil
    }
    return set
  }

  /// What brings a ReplicaSet to a size: scaling it, or only recording the rollout's replica count
  /// when that changed, or nothing.
  public static func sizing(
    _ set: ArgoReplicaSet, to count: Int, replicas: Int
  ) -> [RevisionAction] {
    if set.requested != count { return [.scale(name: set.name, to: count)] }
    if set.desiredReplicas != replicas {
      return [.recordDesiredReplicas(name: set.name, replicas)]
    }
    return []
  }
}
