/// Restarting all pods on request (`spec.restartAt`).
public enum RestartRules {
  /// Whether a restart is owed: it was asked for, not done yet, and its time is strictly past.
  public static func isDue(
    _ spec: ArgoRolloutSpec, _ status: ArgoRolloutStatus, now: ArgoTime
  ) -> Bool {
    guard let asked = spec.restartAt, status.restartedAt != asked else { return false }
    return now > asked
  }

  /// How many pods may be evicted in one pass: available pods beyond those that must stay. At
  /// least one pod may always be unavailable here, else nothing would ever restart.
  ///
  /// - Parameter requested: pods asked for over all revisions. A weight that does not divide evenly
  ///   asks for more than the replica count, and then that many must be there.
  public static func evictable(
    _ spec: ArgoRolloutSpec, available: Int, requested: Int
  ) -> Int {
    let replicas = spec.replicaCount
    let limits =
      switch spec.strategy {
      case .canary(let canary): PodBudget(canary, replicas: replicas)
      case .blueGreen(let blueGreen):
        PodBudget(maxSurge: nil, maxUnavailable: blueGreen.maxUnavailable, replicas: replicas)
      }
    return max(0, available - (max(replicas, requested) - max(1, limits.maxUnavailable)))
  }
}
