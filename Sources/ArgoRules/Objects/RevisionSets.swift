/// The ReplicaSets of one pass by their part in it.
///
/// Source: semantics section 2 and 3.1. "Older" is all but desired, "other" neither desired nor
/// stable. ReplicaSets of experiments are in ``all`` only, since the window predicate looks at
/// them and skips them itself; the rollout does not own them, so nothing else counts them.
public struct RevisionSets: Equatable, Sendable {
  public var desired: ArgoReplicaSet?
  public var stable: ArgoReplicaSet?
  public var all: [ArgoReplicaSet]

  public init(
    desired: ArgoReplicaSet?, stable: ArgoReplicaSet?, all: [ArgoReplicaSet]
  ) {
    self.desired = desired
    self.stable = stable
    self.all = all
  }

  /// The revisions: all but those of experiments.
  public var revisions: [ArgoReplicaSet] { all.filter { ($0.experiment ?? "").isEmpty } }

  /// All revisions but desired.
  public var older: [ArgoReplicaSet] { revisions.filter { $0.name != desired?.name } }

  /// Neither desired nor stable.
  public var other: [ArgoReplicaSet] { older.filter { $0.name != stable?.name } }

  /// The pods that exist, are ready, are available, over all revisions.
  public var actual: Int { revisions.reduce(0) { $0 + $1.actual } }
  public var ready: Int { revisions.reduce(0) { $0 + $1.ready } }
  public var available: Int { revisions.reduce(0) { $0 + $1.available } }

  /// Replaces the ReplicaSet of the same name wherever it stands; one unknown joins ``all``.
  public mutating func replace(_ set: ArgoReplicaSet) {
    if desired?.name == set.name { desired = set }
    if stable?.name == set.name { stable = set }
    if let place = all.firstIndex(where: { $0.name == set.name }) {
      all[place] = set
    } else {
      all.append(set)
    }
  }
}
