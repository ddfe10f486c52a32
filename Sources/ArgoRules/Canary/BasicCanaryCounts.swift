/// Sizes of canary and stable without traffic routing, where pods are the only way to share
/// traffic, within what `maxSurge` and `maxUnavailable` allow in one pass.
///
/// Source: semantics 6.4. Order: stable grows first, then the canary; nothing of either shrinks
/// while another revision has pods; then the side that should shrink does, as far as availability
/// allows, and both are fitted into the limits.
public enum BasicCanaryCounts {
  public static func wanted(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, desired: ArgoReplicaSet?,
    stable: ArgoReplicaSet?, others: [ArgoReplicaSet]
  ) -> WeightedSplit {
    let replicas = max(0, rollout.spec.replicaCount)
    let budget = PodBudget(canary, replicas: replicas)
    let separateStable = stable?.name == desired?.name ? nil : stable
    var target = WeightedSplit(canary: replicas, stable: 0)
    if separateStable != nil {
      let size = CanarySize(rollout, canary)
      target = WeightedSplit.closest(
        replicas: replicas, weight: size.weight, surge: budget.maxSurge > 0)
    }
    var counts = grow(
      to: target, desired: desired, stable: separateStable, others: others,
      most: replicas + budget.maxSurge)
    guard others.reduce(0, { $0 + $1.requested }) == 0 else { return counts }
    shrink(
      &counts, to: target, desired: desired, stable: stable,
      separateStable: separateStable, least: replicas - budget.maxUnavailable,
      most: replicas + budget.maxSurge)
    return counts
  }

  private static func grow(
    to target: WeightedSplit, desired: ArgoReplicaSet?, stable: ArgoReplicaSet?,
    others: [ArgoReplicaSet], most: Int
  ) -> WeightedSplit {
    var counts = WeightedSplit(
      canary: desired?.requested ?? 0, stable: stable?.requested ?? 0)
    let total = others.reduce(counts.canary + counts.stable) { $0 + $1.requested }
    var room = most - total
    if stable != nil, counts.stable < target.stable, room > 0 {
      let added = min(room, target.stable - counts.stable)
      counts.stable += added
      room -= added
    }
    if desired != nil, counts.canary < target.canary, room > 0 {
      counts.canary += min(room, target.canary - counts.canary)
    }
    return counts
  }

  private static func shrink(
    _ counts: inout WeightedSplit, to target: WeightedSplit, desired: ArgoReplicaSet?,
    stable: ArgoReplicaSet?, separateStable: ArgoReplicaSet?, least: Int, most: Int
  ) {
    // While the canary grows, stable's unavailable pods may go; while it shrinks, the canary's.
    let increasing = desired.map { target.canary >= $0.requested } ?? true
    let considered =
      countable(desired, ignoringAvailability: !increasing)
      + countable(stable, ignoringAvailability: increasing)
    guard considered > least else { return }
    let room = considered - least
    if !increasing {
      counts.canary = drained(desired, to: target.canary, by: room, from: counts.canary)
      (counts.canary, counts.stable) = fit(
        drained: (desired, counts.canary), kept: (separateStable ?? stable, counts.stable),
        least: least, most: most)
    } else if separateStable != nil {
      counts.stable = drained(separateStable, to: target.stable, by: room, from: counts.stable)
      (counts.stable, counts.canary) = fit(
        drained: (separateStable, counts.stable), kept: (desired, counts.canary), least: least,
        most: most)
    }
  }

  /// Pods to count when asking how many may go. A revision already on its way down counts with
  /// what it will have.
  static func countable(_ replicaSet: ArgoReplicaSet?, ignoringAvailability: Bool) -> Int {
    guard let replicaSet else { return 0 }
    if replicaSet.requested < replicaSet.available || ignoringAvailability {
      return replicaSet.requested
    }
    return replicaSet.available
  }

  private static func drained(
    _ replicaSet: ArgoReplicaSet?, to target: Int, by room: Int, from count: Int
  ) -> Int {
    guard let replicaSet, replicaSet.requested > target else { return count }
    return max(target, replicaSet.requested - room)
  }

  /// Fits both into the limits: the kept side gives up what is over the surge, takes back what
  /// availability needs of it, and the drained side gives up the rest.
  private static func fit(
    drained: (ArgoReplicaSet?, Int), kept: (ArgoReplicaSet?, Int), least: Int, most: Int
  ) -> (drained: Int, kept: Int) {
    guard let keptSet = kept.0 else { return (drained.1, kept.1) }
    var keptCount = kept.1 - max(0, kept.1 + drained.1 - most)
    let available =
      min(drained.0?.available ?? 0, drained.1) + min(keptSet.available, keptCount)
    let lost = max(0, keptSet.available - keptCount)
    keptCount += min(lost, max(0, least - available))
    return (drained.1 - max(0, keptCount + drained.1 - most), keptCount)
  }
}
