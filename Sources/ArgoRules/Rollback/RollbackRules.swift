/// When an update is a rollback, and when it is inside the rollback window.
///
/// Source: semantics 4.1 and 4.2. Order is by creation time in whole seconds: revision numbers,
/// promotion times, health and who asked do not matter.
public enum RollbackRules {
  /// Desired is stable, or was created strictly before it. A test of state: true also for an idle,
  /// promoted rollout.
  public static func isRollback(desired: ArgoReplicaSet?, stable: ArgoReplicaSet?) -> Bool {
    guard let desired, let stable else { return false }
    return desired.hash == stable.hash || isOlder(desired, than: stable)
  }

  /// The window predicate. `all` are the ReplicaSets of the rollout, those of experiments included:
  /// they are skipped here. Revisions without pods, aborted ones and ones never promoted count.
  public static func window(
    desired: ArgoReplicaSet?, stable: ArgoReplicaSet?, all: [ArgoReplicaSet], revisions: Int?,
    behaviour: ControllerBehaviour
  ) -> RollbackWindowAnswer {
    guard behaviour.knowsRollbackWindow else { return .noWindow }
    guard let desired, let stable else { return .notComparable }
    guard isOlder(desired, than: stable) else { return .notOlder }
    guard let revisions, revisions > 0 else { return .noWindow }
    let between = between(desired: desired, stable: stable, all: all)
    return between < revisions
      ? .inside(between: between, revisions: revisions)
      : .outside(between: between, revisions: revisions)
  }

  public static func window(
    _ sets: RevisionSets, revisions: Int?, behaviour: ControllerBehaviour
  ) -> RollbackWindowAnswer {
    window(
      desired: sets.desired, stable: sets.stable, all: sets.all, revisions: revisions,
      behaviour: behaviour)
  }

  /// How many revisions were created strictly after desired and strictly before stable.
  public static func between(
    desired: ArgoReplicaSet, stable: ArgoReplicaSet, all: [ArgoReplicaSet]
  ) -> Int {
    all.count { candidate in
      (candidate.experiment ?? "").isEmpty && isOlder(desired, than: candidate)
        && isOlder(candidate, than: stable)
    }
  }

  /// Kubernetes stores creation with whole seconds, so two within one second have no order.
  private static func isOlder(_ left: ArgoReplicaSet, than right: ArgoReplicaSet) -> Bool {
    left.created.secondsRoundedDown < right.created.secondsRoundedDown
  }
}
