/// Sizes of canary and stable with traffic routing.
///
/// Source: semantics 6.4. Traffic decides, `maxSurge` and `maxUnavailable` do not apply.
public enum RoutedCanaryCounts {
  /// - Parameter weights: where traffic goes now; absent: not known, only the wish counts.
  public static func wanted(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, weights: TrafficWeights?,
    desired: ArgoReplicaSet? = nil, stable: ArgoReplicaSet? = nil,
    behaviour: ControllerBehaviour
  ) -> WeightedSplit {
    let replicas = rollout.spec.replicaCount
    let maximum = canary.maxWeight
    let size = CanarySize(rollout, canary)
    var wantedWeight = size.weight
    if behaviour.walksWeightBackInSteps, canary.dynamicStableScale, rollout.status.abort,
      size.followsSteps, let stable, let desired
    {
      wantedWeight = WeightWalkBack.nextWeight(
        canary, replicas: replicas, stable: stable, desired: desired, behaviour: behaviour)
    }
    func lifted(_ count: Int) -> Int {
      atLeastMinimum(count, canary, replicas: replicas, behaviour: behaviour)
    }
    var wanted = WeightedSplit(canary: 0, stable: replicas)
    if let fixed = size.replicas {
      wanted.canary = fixed
    } else {
      wanted.canary = lifted(pods(for: wantedWeight, of: replicas, maximum: maximum))
    }
    guard canary.dynamicStableScale else { return wanted }
    wanted.stable = pods(for: maximum - wantedWeight, of: replicas, maximum: maximum)
    if let weights {
      // What carries traffic stays until the traffic is gone; what will carry it comes before.
      wanted.stable = max(
        wanted.stable, pods(for: weights.stable.weight, of: replicas, maximum: maximum))
      if rollout.status.abort {
        wanted.canary = max(
          wanted.canary, pods(for: weights.canary.weight, of: replicas, maximum: maximum))
      }
    }
    return WeightedSplit(canary: lifted(wanted.canary), stable: lifted(wanted.stable))
  }

  /// Pods for a weight, rounded up.
  public static func pods(for weight: Int, of replicas: Int, maximum: Int) -> Int {
    guard maximum > 0 else { return 0 }
    return Int((Double(weight * replicas) / Double(maximum)).rounded(.up))
  }

  /// `minPodsPerReplicaSet`: a count that is not zero is lifted to it.
  public static func atLeastMinimum(
    _ count: Int, _ canary: CanaryStrategy, replicas: Int, behaviour: ControllerBehaviour
  ) -> Int {
    guard count != 0, canary.trafficRouting != nil, let minimum = canary.minPodsPerReplicaSet
    else { return count }
    return max(count, behaviour.capsMinimumPods ? min(minimum, replicas) : minimum)
  }
}
