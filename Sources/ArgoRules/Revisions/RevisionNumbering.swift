/// Revision numbers: they follow the order in which revisions were last desired.
///
/// Source: semantics 3.2 to 3.4.
public enum RevisionNumbering {
  /// The highest number; what is missing or unreadable counts as 0.
  public static func highest(of replicaSets: [ArgoReplicaSet]) -> Int {
    replicaSets.reduce(0) { max($0, $1.revision ?? 0) }
  }

  /// The number desired should carry: one more than the highest of the others, and never less than
  /// what it carries already.
  public static func number(of desired: ArgoReplicaSet?, others: [ArgoReplicaSet]) -> Int {
    max(highest(of: others) + 1, desired?.revision ?? 0)
  }

  /// Desired with its new number. A number it gives up joins its history; the creation time stays.
  public static func renumbered(
    _ desired: ArgoReplicaSet, others: [ArgoReplicaSet]
  ) -> ArgoReplicaSet {
    let number = number(of: desired, others: others)
    guard number != desired.revision else { return desired }
    var result = desired
    if let given = desired.revision, given > 0 { result.revisionHistory.append(given) }
    result.revision = number
    return result
  }
}
