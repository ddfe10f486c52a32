/// Which finished runs are deleted.
public enum RunHistory {
  /// Kept of each kind unless the rollout says otherwise.
  public static let defaultLimit = 5

  /// Names of runs to delete, newest first.
  ///
  /// Gone regardless of limits and phase: a run without hash label, one whose revision has no
  /// ReplicaSet, one whose ReplicaSet is being deleted. Of the rest the newest successful and the
  /// newest unsuccessful (Failed, Error, Inconclusive) ones stay, up to their limits; unfinished
  /// ones always stay. Runs already being deleted take up their place and are not deleted again.
  ///
  /// - Parameters:
  ///   - others: runs that are not current.
  ///   - sets: all ReplicaSets of the rollout.
  public static func deletions(
    among others: [ArgoAnalysisRun], sets: [ArgoReplicaSet],
    limits: ArgoRolloutSpec.AnalysisHistory
  ) -> [String] {
    let items = others.sorted { ($1.created, $1.name) < ($0.created, $0.name) }.map {
      Item(
        name: $0.name, hash: $0.hash, phase: $0.phase, isBeingDeleted: $0.isBeingDeleted)
    }
    return deletions(of: items, sets: sets, limits: limits)
  }

  /// Names of experiments to delete, by the same rules and the same limits.
  public static func deletions(
    among others: [ArgoExperiment], sets: [ArgoReplicaSet],
    limits: ArgoRolloutSpec.AnalysisHistory
  ) -> [String] {
    let items = others.sorted { ($1.created, $1.name) < ($0.created, $0.name) }.map {
      Item(
        name: $0.name, hash: $0.hash, phase: $0.phase, isBeingDeleted: $0.isBeingDeleted)
    }
    return deletions(of: items, sets: sets, limits: limits)
  }

  private struct Item {
    var name: String
    var hash: String
    var phase: AnalysisPhase
    var isBeingDeleted: Bool
  }

  private static func deletions(
    of items: [Item], sets: [ArgoReplicaSet], limits: ArgoRolloutSpec.AnalysisHistory
  ) -> [String] {
    var doomed: [String: Bool] = [:]
    for set in sets where !set.hash.isEmpty { doomed[set.hash] = set.isBeingDeleted }
    var successful = 0
    var unsuccessful = 0
    var deletions: [String] = []
    for item in items {
      let goes: Bool
      if item.hash.isEmpty || doomed[item.hash] != false {
        goes = true
      } else {
        switch item.phase {
        case .none, .pending, .running: goes = false
        case .successful:
          goes = successful >= limits.successful ?? defaultLimit
          if !goes { successful += 1 }
        case .failed, .error, .inconclusive:
          goes = unsuccessful >= limits.unsuccessful ?? defaultLimit
          if !goes { unsuccessful += 1 }
        }
      }
      if goes, !item.isBeingDeleted { deletions.append(item.name) }
    }
    return deletions
  }
}
