/// The size of the desired revision while the rollout is aborted.
public enum AbortScaleDown {
  /// The period after which a controller looks at every rollout anyway. A deadline farther away
  /// than that does not hold the revision.
  public static let resyncPeriodSeconds = 900

  /// Whether scaling down the aborted revision is delayed. Without a stable revision it never is.
  public static func delays(
    aborted: Bool, stable: ArgoReplicaSet?, strategy: ArgoStrategy
  ) -> Bool {
    guard aborted, stable != nil else { return false }
    switch ScaleDownDelays.abort(strategy) {
    case .none, .forEver: return false
    case .seconds: return true
    }
  }

  /// What happens to the desired revision in this pass.
  ///
  /// Not delayed: it gets its size. Delayed: without a deadline one is recorded, but only once
  /// stable has as many available pods as the rollout wants, and the revision is held; with a
  /// deadline ahead it is held; with one that passed it goes to 0; with an unreadable one it gets
  /// its size.
  ///
  /// - Parameters:
  ///   - size: what the strategy wants for the revision apart from the delay.
  ///   - stable: the stable revision's ReplicaSet.
  public static func actions(
    desired: ArgoReplicaSet, size: Int, stable: ArgoReplicaSet?, rollout: ArgoRollout,
    aborted: Bool, now: ArgoTime
  ) -> [RevisionAction] {
    let strategy = rollout.spec.strategy
    guard let stable, delays(aborted: aborted, stable: stable, strategy: strategy),
      case .seconds(let delay) = ScaleDownDelays.abort(strategy)
    else { return sized(desired, size, rollout) }
    switch desired.scaleDownDeadline {
    case .unreadable: return sized(desired, size, rollout)
    case .at(let deadline):
      guard now < deadline else { return sized(desired, 0, rollout) }
      // Argo holds the size only for a deadline it will be woken up for.
      return deadline < now.adding(seconds: resyncPeriodSeconds)
        ? [] : sized(desired, size, rollout)
    case nil:
      guard stable.available >= rollout.spec.replicaCount else { return [] }
      return [.setDeadline(name: desired.name, now.adding(seconds: delay).storedSecond)]
    }
  }

  private static func sized(
    _ set: ArgoReplicaSet, _ count: Int, _ rollout: ArgoRollout
  ) -> [RevisionAction] {
    RevisionAction.sizing(set, to: count, replicas: rollout.spec.replicaCount)
  }

  /// Deadlines taken away at the start of scaling: that of desired, unless an abort delay runs,
  /// and that of stable. This is what makes a revision that comes back lose its deadline, and why
  /// only the start of a pass can tell that it had one.
  public static func clearedDeadlines(
    _ sets: RevisionSets, aborted: Bool, strategy: ArgoStrategy
  ) -> [RevisionAction] {
    var cleared: [ArgoReplicaSet] = []
    if let desired = sets.desired,
      !delays(aborted: aborted, stable: sets.stable, strategy: strategy)
    {
      cleared.append(desired)
    }
    if let stable = sets.stable, stable.name != sets.desired?.name || cleared.isEmpty {
      cleared.append(stable)
    }
    return cleared.filter { $0.scaleDownDeadline != nil }.map { .clearDeadline(name: $0.name) }
  }
}
