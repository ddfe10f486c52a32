/// Which old revisions are deleted, and what goes with them.
public enum RevisionHistory {
  /// Old revisions kept unless the rollout says otherwise.
  public static let defaultLimit = 10

  public struct Deletions: Equatable, Sendable {
    /// Names, oldest creation first.
    public var replicaSets: [String]
    public var runs: [String]
    public var experiments: [String]

    public init(replicaSets: [String] = [], runs: [String] = [], experiments: [String] = []) {
      self.replicaSets = replicaSets
      self.runs = runs
      self.experiments = experiments
    }
  }

  /// Old revisions beyond the limit, oldest creation first, each with its runs and experiments.
  ///
  /// The limit is applied to the list first: a revision that may not be deleted (it has pods, or
  /// asks for some, or its last change is not observed yet) uses up its place and stays. Runs and
  /// experiments go whatever their phase; those already being deleted are not deleted again. A
  /// ReplicaSet of an experiment is no revision.
  ///
  /// - Parameters:
  ///   - others: ReplicaSets that are neither desired nor stable.
  ///   - runs: runs that are not current.
  ///   - experiments: experiments that are not current.
  ///   - limit: `revisionHistoryLimit`; `nil` means 10, below 0 means none is kept.
  public static func deletions(
    among others: [ArgoReplicaSet], limit: Int?, runs: [ArgoAnalysisRun] = [],
    experiments: [ArgoExperiment] = []
  ) -> Deletions {
    let candidates = others.filter { !$0.isBeingDeleted && $0.experiment == nil }
      .sorted { ($0.created, $0.name) < ($1.created, $1.name) }
    let excess = candidates.count - max(0, limit ?? defaultLimit)
    var deletions = Deletions()
    guard excess > 0 else { return deletions }
    for set in candidates.prefix(excess)
    where set.actual == 0 && set.requested == 0 && set.generation <= set.observedGeneration {
      deletions.replicaSets.append(set.name)
      guard !set.hash.isEmpty else { continue }
      deletions.runs += runs.filter { $0.hash == set.hash && !$0.isBeingDeleted }.map(\.name)
      deletions.experiments += experiments.filter { $0.hash == set.hash && !$0.isBeingDeleted }
        .map(\.name)
    }
    return deletions
  }
}
