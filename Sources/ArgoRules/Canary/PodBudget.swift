/// `maxSurge` and `maxUnavailable` in pods.
///
/// Source: semantics 6.4. Surge is rounded up, unavailable down, both default to 25 %; where both
/// come out as zero nothing could ever move, so one pod may be unavailable.
public struct PodBudget: Equatable, Sendable {
  public var maxSurge: Int
  public var maxUnavailable: Int

  public init(
    maxSurge: CountOrPercent?, maxUnavailable: CountOrPercent?, replicas: Int
  ) {
    let surge = max(0, (maxSurge ?? .percent(25)).scaled(of: replicas, roundingUp: true))
    var unavailable = max(
      0, (maxUnavailable ?? .percent(25)).scaled(of: replicas, roundingUp: false))
    if surge == 0, unavailable == 0 { unavailable = 1 }
    self.maxSurge = surge
    self.maxUnavailable = replicas == 0 ? 0 : min(unavailable, replicas)
  }

  public init(_ canary: CanaryStrategy, replicas: Int) {
    self.init(
      maxSurge: canary.maxSurge, maxUnavailable: canary.maxUnavailable, replicas: replicas)
  }
}
