/// How traffic returns to a stable revision that was scaled down with its weight.
///
/// Source: semantics 8 and 15. Needed with dynamic stable scaling only: otherwise stable is whole
/// and traffic returns at once.
public enum WeightWalkBack {
  /// The canary weight to walk to next: going back from the last step, the first `setWeight` that
  /// needs fewer pods than are still to be covered; none left: 0.
  ///
  /// To be covered are the pods that stable lacks, and never fewer than the canary still has, so
  /// that the canary shrinks as stable grows. A canary that an abort delay holds up would never
  /// shrink and so never let the weight go: there only stable counts.
  public static func nextWeight(
    _ canary: CanaryStrategy, replicas: Int, stable: ArgoReplicaSet, desired: ArgoReplicaSet,
    behaviour: ControllerBehaviour
  ) -> Int {
    let lacking = replicas - stable.available
    let isHeldUp =
      behaviour.heldCanaryFreesWeight
      && canary.abortScaleDownDelaySeconds.map { $0 != 0 } ?? false
    let uncovered = isHeldUp ? lacking : max(lacking, desired.available)
    return canary.stepList.reversed().compactMap(\.weight).first { weight in
      RoutedCanaryCounts.pods(for: weight, of: replicas, maximum: canary.maxWeight) < uncovered
    } ?? 0
  }

  /// The canary's weight in this pass. Never more than now, so that a stable pod that flaps does
  /// not send traffic back.
  public static func weight(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, stable: ArgoReplicaSet?,
    behaviour: ControllerBehaviour
  ) -> Int {
    let replicas = rollout.spec.replicaCount
    guard canary.dynamicStableScale, replicas > 0, let stable else { return 0 }
    let maximum = canary.maxWeight
    let present = rollout.status.canary.weights?.canary.weight
    if behaviour.walksWeightBackInSteps, let present, stable.available < stable.requested {
      return present
    }
    let carried = maximum - (maximum * stable.available) / replicas
    return max(0, min(carried, present ?? carried))
  }

  /// Whether the rollout turned back to stable while stable is still too small for all traffic.
  /// The result is the hash traffic is balanced against: the previous desired one.
  public static func returningFrom(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, desired: ArgoReplicaSet?
  ) -> String? {
    guard rollout.isFullyPromoted, canary.trafficRouting != nil, canary.dynamicStableScale,
      let desired, let weights = rollout.status.canary.weights,
      weights.canary.hash != desired.hash, desired.available < rollout.spec.replicaCount
    else { return nil }
    return weights.canary.hash
  }
}
