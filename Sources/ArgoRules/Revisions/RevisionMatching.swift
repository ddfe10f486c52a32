/// Which ReplicaSet stands for the template in the spec, and which for the stable hash.
///
/// Source: semantics 2 and 3.1.
public enum RevisionMatching {
  /// The desired ReplicaSet: oldest first, one labelled with the template's hash; else one labelled
  /// with the hash an older controller would have given it; else one whose template is equal.
  /// `nil`: none exists yet.
  ///
  /// - Parameters:
  ///   - legacyHash: what the hash function of old controllers gives for the same template.
  ///   - equalTemplates: names of ReplicaSets whose template is deeply equal to the spec's once
  ///     injected metadata and anti-affinity are removed. Comparing templates is the caller's.
  public static func desired(
    hash: String, in replicaSets: [ArgoReplicaSet], legacyHash: String? = nil,
    equalTemplates: Set<String> = []
  ) -> ArgoReplicaSet? {
    let oldestFirst = oldestFirst(replicaSets.filter { $0.experiment == nil })
    if let match = oldestFirst.first(where: { $0.hash == hash }) { return match }
    if let legacyHash, let match = oldestFirst.first(where: { $0.hash == legacyHash }) {
      return match
    }
    return oldestFirst.first { equalTemplates.contains($0.name) }
  }

  /// The stable ReplicaSet: desired if it carries the recorded stable hash, else the first that
  /// does. `nil` when nothing was ever promoted, and also when the hash has no ReplicaSet any more.
  public static func stable(
    hash: String, desired: ArgoReplicaSet?, in replicaSets: [ArgoReplicaSet]
  ) -> ArgoReplicaSet? {
    guard !hash.isEmpty else { return nil }
    if let desired, desired.hash == hash { return desired }
    return replicaSets.first { $0.experiment == nil && $0.hash == hash }
  }

  /// Both at once, from a rollout and the ReplicaSets it owns.
  public static func sets(
    of rollout: ArgoRollout, among replicaSets: [ArgoReplicaSet], legacyHash: String? = nil,
    equalTemplates: Set<String> = []
  ) -> RevisionSets {
    let desired = desired(
      hash: rollout.spec.templateHash, in: replicaSets, legacyHash: legacyHash,
      equalTemplates: equalTemplates)
    let stable = stable(hash: rollout.status.stableHash, desired: desired, in: replicaSets)
    return RevisionSets(desired: desired, stable: stable, all: replicaSets)
  }

  /// By creation second, then by name: the order Kubernetes' own helpers sort in.
  public static func oldestFirst(_ replicaSets: [ArgoReplicaSet]) -> [ArgoReplicaSet] {
    replicaSets.sorted { left, right in
      (left.created.secondsRoundedDown, left.name) < (right.created.secondsRoundedDown, right.name)
    }
  }
}
