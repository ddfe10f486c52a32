/// What the canary's size follows at the moment: a fixed count, or a weight.
public struct CanarySize: Equatable, Sendable {
  /// A count given by `setCanaryScale`.
  public var replicas: Int?
  /// The weight to scale to; 0 beside a fixed count.
  public var weight: Int
  /// The weight is that of the steps, not one given by `setCanaryScale` or by a promotion.
  public var followsSteps = false

  /// All pods while promoting fully, before anything is stable, and once promoted; else the
  /// `setCanaryScale` in force; else the weight in force.
  public init(_ rollout: ArgoRollout, _ canary: CanaryStrategy) {
    let status = rollout.status
    if status.promoteFull || status.stableHash.isEmpty || status.currentHash == status.stableHash {
      weight = canary.maxWeight
      return
    }
    let steps = CanarySteps(canary, status)
    if let scale = steps.scaleInForce {
      if let count = scale.replicas {
        replicas = count
        weight = 0
        return
      }
      if let share = scale.weight {
        weight = share
        return
      }
    }
    weight = steps.currentWeight
    followsSteps = true
  }
}
