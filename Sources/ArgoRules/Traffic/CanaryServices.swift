/// Which services a canary points where.
///
/// The canary service follows desired and the stable service stable, but never to a revision that
/// cannot answer: one available pod is the least, and a service that no rollout managed before is
/// only adopted for a complete revision.
public enum CanaryServices {
  /// Stable and canary service names; with ping-pong they trade places at each promotion.
  public static func names(
    _ canary: CanaryStrategy, _ status: ArgoRolloutStatus
  ) -> (stable: String, canary: String) {
    guard let pair = canary.pingPong else { return (canary.stableService, canary.canaryService) }
    return status.canary.stablePingPong == "ping"
      ? (pair.ping, pair.pong) : (pair.pong, pair.ping)
  }

  /// All switches of one pass, in order.
  public static func switches(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, _ sets: RevisionSets,
    services: [ArgoService], aborted: Bool
  ) -> [ServiceSwitch] {
    var result: [ServiceSwitch] = []
    func point(_ name: String, at target: ArgoReplicaSet?, checking: Bool) {
      guard let target, !name.isEmpty, let service = services.first(where: { $0.name == name }),
        service.selectedHash != target.hash,
        !result.contains(where: { $0.service == name && $0.to == target.hash }),
        mayPoint(service, at: target, checking: checking)
      else { return }
      result.append(ServiceSwitch(name, from: service.selectedHash, to: target.hash))
    }
    if canary.pingPong != nil, !rollout.isFullyPromoted {
      point(names(canary, rollout.status).canary, at: sets.desired, checking: false)
    }
    point(canary.stableService, at: sets.stable, checking: true)
    if aborted, canary.trafficRouting == nil {
      point(canary.canaryService, at: sets.stable, checking: true)
    } else if WeightWalkBack.returningFrom(rollout, canary, desired: sets.desired) == nil {
      point(canary.canaryService, at: sets.desired, checking: true)
    }
    return result
  }

  /// After an abort with traffic routing: the canary service returns to stable as soon as no weight
  /// is left on it, without asking for availability.
  public static func switchAfterAbort(
    _ canary: CanaryStrategy, stable: ArgoReplicaSet?, services: [ArgoService], weight: Int
  ) -> ServiceSwitch? {
    guard weight == 0 || !canary.dynamicStableScale, let stable,
      let service = services.first(where: { $0.name == canary.canaryService }),
      !canary.canaryService.isEmpty, service.selectedHash != stable.hash
    else { return nil }
    return ServiceSwitch(service.name, from: service.selectedHash, to: stable.hash)
  }

  private static func mayPoint(
    _ service: ArgoService, at target: ArgoReplicaSet, checking: Bool
  ) -> Bool {
    guard checking else { return true }
    if service.managedBy.isEmpty,
      target.requested == 0 || target.available < target.requested
    {
      return false
    }
    return target.available > 0
  }
}
