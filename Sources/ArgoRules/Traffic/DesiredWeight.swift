/// The share of traffic the canary should have in this pass.
///
/// Source: semantics 15. Rules are asked in order, the first match counts.
public struct DesiredWeight: Equatable, Sendable {
  /// The rule that matched.
  public enum Rule: Equatable, Sendable {
    /// Turned back to stable, which is still too small.
    case returningToStable
    case fullyPromoted
    case aborted
    case noAvailableCanary
    case promotingFully
    /// Pods for the step are missing: the weight before it.
    case waitingForPods
    case step
    case allStepsDone
    /// There are no steps.
    case noSteps
  }

  public var weight: Int
  public var rule: Rule
  /// Hash the canary side of the router points at; the previous one while returning to stable.
  public var canaryHash: String
  public var stableHash: String
  /// Weights of running experiment templates.
  public var additional: [TrafficWeights.Destination]
  /// Managed routes are removed.
  public var removesManagedRoutes: Bool

  public init(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, _ sets: RevisionSets, aborted: Bool,
    experiment: ArgoExperiment?, behaviour: ControllerBehaviour
  ) {
    let steps = CanarySteps(canary, rollout.status)
    weight = 0
    canaryHash = sets.desired?.hash ?? ""
    stableHash = sets.stable?.hash ?? ""
    additional = []
    removesManagedRoutes = false
    let experimentWeights = Self.weights(of: experiment, steps)
    if let previous = WeightWalkBack.returningFrom(rollout, canary, desired: sets.desired) {
      rule = .returningToStable
      weight = WeightWalkBack.weight(
        rollout, canary, stable: sets.stable, behaviour: behaviour)
      canaryHash = previous
    } else if rollout.isFullyPromoted {
      rule = .fullyPromoted
      removesManagedRoutes = true
    } else if aborted {
      rule = .aborted
      weight = WeightWalkBack.weight(
        rollout, canary, stable: sets.stable, behaviour: behaviour)
      removesManagedRoutes = true
    } else if (sets.desired?.available ?? 0) == 0 {
      rule = .noAvailableCanary
      additional = experimentWeights
      removesManagedRoutes = behaviour.resetsWeightBeforeHash
    } else if rollout.status.promoteFull {
      rule = .promotingFully
      weight = Self.promoting(rollout, canary, sets.desired)
      removesManagedRoutes = true
    } else if let index = steps.index {
      let reached = DesiredCounts.reached(
        rollout, canary, sets, weights: nil, behaviour: behaviour)
      if !reached {
        rule = .waitingForPods
        weight = steps.previousWeight
        additional = experimentWeights
      } else if index != canary.stepList.count {
        rule = .step
        weight = steps.currentWeight
        additional = experimentWeights
      } else {
        rule = .allStepsDone
        weight = canary.maxWeight
      }
    } else {
      rule = .noSteps
    }
  }

  /// With dynamic stable scaling as much as the canary can carry; else what it has now, until the
  /// promotion moves all at once.
  private static func promoting(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy, _ desired: ArgoReplicaSet?
  ) -> Int {
    guard canary.dynamicStableScale else {
      return rollout.status.canary.weights?.canary.weight ?? 0
    }
    let replicas = rollout.spec.replicaCount
    guard replicas > 0 else { return 0 }
    return min(canary.maxWeight, canary.maxWeight * (desired?.available ?? 0) / replicas)
  }

  private static func weights(
    of experiment: ArgoExperiment?, _ steps: CanarySteps
  ) -> [TrafficWeights.Destination] {
    guard let experiment, experiment.phase == .running, let step = steps.experimentInForce else {
      return []
    }
    return experiment.templates.compactMap { template in
      guard let weight = step.templates.first(where: { $0.name == template.name })?.weight
      else { return nil }
      return TrafficWeights.Destination(
        weight, hash: template.hash, service: template.service)
    }
  }

  /// The weights as the status will hold them; verification is not part of it.
  public func weights(_ canary: CanaryStrategy) -> TrafficWeights {
    let taken = additional.reduce(weight) { $0 + $1.weight }
    return TrafficWeights(
      canary: TrafficWeights.Destination(
        weight, hash: canaryHash, service: canary.canaryService),
      stable: TrafficWeights.Destination(
        canary.maxWeight - taken, hash: stableHash, service: canary.stableService),
      additional: additional)
  }
}
