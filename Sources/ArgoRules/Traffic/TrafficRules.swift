/// What surrounds the weight: when it may be set, when it is verified, which routes are managed.
///
/// Source: semantics 6.4 and 15.
public enum TrafficRules {
  /// Seconds until unverified weights are asked about again.
  public static let verifyRetrySeconds = 10

  /// Whether stable can carry its share, so that weights may be set; if not they are left alone in
  /// this pass. No stable revision cannot carry anything. The needed pods are rounded down.
  public static func stableCanCarry(
    _ stable: ArgoReplicaSet?, share: Int, _ rollout: ArgoRollout, _ canary: CanaryStrategy,
    behaviour: ControllerBehaviour
  ) -> Bool {
    guard behaviour.checksStableBeforeWeights else { return true }
    guard let stable, canary.maxWeight > 0 else { return false }
    let needed = share * rollout.spec.replicaCount / canary.maxWeight
    return ProgressGate.thresholdMet(
      available: stable.available, target: needed, canary, behaviour: behaviour)
      ?? (stable.available >= needed)
  }

  /// Whether the router is asked if the weights are in place: at a `setWeight` step and, since
  /// 1.8, at the end, while an update is in flight. Asking costs calls to cloud providers.
  public static func verifies(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, weight: Int,
    behaviour: ControllerBehaviour
  ) -> Bool {
    guard !rollout.status.stableHash.isEmpty, !rollout.isFullyPromoted else { return false }
    if case .setWeight? = CanarySteps(canary, rollout.status).current { return true }
    return behaviour.verifiesFinalWeight && weight == canary.maxWeight
  }

  /// Header and mirror routes are set while their step is current, except for revision 1: the first
  /// deployment passes step 0 too.
  public static func mayManageRoutes(_ rollout: ArgoRollout) -> Bool { rollout.revision > 1 }

  /// Whether the status has to be rewritten: any weight, hash or service differs. Verification
  /// does not count.
  public static func differ(_ old: TrafficWeights?, _ new: TrafficWeights) -> Bool {
    guard let old else { return true }
    return old.canary != new.canary || old.stable != new.stable
      || old.additional != new.additional
  }

  /// The event about changed weights.
  public static func message(from old: TrafficWeights?, to new: TrafficWeights) -> String {
    var details: [String] = []
    if let old {
      if old.canary.weight != new.canary.weight {
        details.append("from \(old.canary.weight) to \(new.canary.weight)")
      }
      if old.additional != new.additional {
        let list = new.additional.map { "{\($0.weight) \($0.service) \($0.hash)}" }
        details.append("additional: [\(list.joined(separator: " "))]")
      }
    } else {
      details.append("to \(new.canary.weight)")
    }
    return "Traffic weight updated " + details.joined(separator: ", ")
  }
}
