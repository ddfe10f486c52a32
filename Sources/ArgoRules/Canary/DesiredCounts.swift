/// Whether a canary has the pods that its present step asks for.
///
/// Source: semantics 6.4.
public enum DesiredCounts {
  /// Desired has its target available (or meets the threshold); stable has its target created,
  /// available or not, unless it shrinks with the weight; without traffic routing no other
  /// revision has an available pod, since each would get traffic.
  public static func reached(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, _ sets: RevisionSets,
    weights: TrafficWeights?, behaviour: ControllerBehaviour
  ) -> Bool {
    let others = sets.other
    let routed = canary.trafficRouting != nil
    let target =
      routed
      ? RoutedCanaryCounts.wanted(
        rollout, canary, weights: weights, desired: sets.desired, stable: sets.stable,
        behaviour: behaviour)
      : BasicCanaryCounts.wanted(
        rollout, canary, desired: sets.desired, stable: sets.stable, others: others)
    guard ProgressGate.isMet(sets.desired, target: target.canary, canary, behaviour: behaviour)
    else { return false }
    if !routed || !canary.dynamicStableScale {
      guard let stable = sets.stable, stable.requested == target.stable,
        stable.actual == target.stable
      else { return false }
    }
    return routed || others.allSatisfy { $0.available == 0 }
  }
}
