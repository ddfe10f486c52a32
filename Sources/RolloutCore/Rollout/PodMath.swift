import ArgoRules

/// How many pods a canary's weight and scale come to: our words for Argo's arithmetic, with every
/// number from outside brought into its range first.
enum PodMath {
  static let podsMax = 100_000

  static func replicas(_ strategy: Strategy) -> Int { min(max(0, strategy.replicas), podsMax) }

  static func maxWeight(_ canary: Canary) -> Int {
    guard let traffic = canary.traffic else { return 100 }
    return min(max(1, traffic.maxWeight), 1_000_000_000)
  }

  /// The smallest number of pods that carries `weight` of `whole`.
  static func share(of replicas: Int, weight: Int, whole: Int) -> Int {
    RoutedCanaryCounts.pods(for: min(max(0, weight), whole), of: replicas, maximum: whole)
  }

  /// A share of the replicas that may be more than all of them, rounded up.
  static func scale(of replicas: Int, percent: Int) -> Int {
    let pods = RoutedCanaryCounts.pods(
      for: min(max(0, percent), 10_000), of: replicas, maximum: 100)
    return min(pods, podsMax)
  }

  /// The weight that so many pods carry.
  static func weight(of pods: Int, in replicas: Int, whole: Int) -> Int {
    guard replicas > 0 else { return whole }
    return min(max(0, pods), replicas) * whole / replicas
  }

  /// Pods of both sides that come closest to a weight, where pods are all there is to share with.
  static func split(_ weight: Int, of replicas: Int, _ canary: Canary) -> Directive.PodTargets {
    let budget = PodBudget(
      maxSurge: bound(canary.maxSurge), maxUnavailable: bound(canary.maxUnavailable),
      replicas: replicas)
    let split = WeightedSplit.closest(
      replicas: replicas, weight: min(max(0, weight), 100), surge: budget.maxSurge > 0)
    return .init(desired: split.canary, stable: split.stable)
  }

  static func bound(_ bound: PodBound) -> CountOrPercent {
    switch bound {
    case .pods(let count): .count(min(max(0, count), podsMax))
    case .percent(let percent): .percent(min(max(0, percent), 100))
    }
  }

  /// Whether enough of the wanted pods are there. Those that are about to go do not count, and no
  /// threshold asks for more than are wanted.
  static func isMet(
    _ threshold: Canary.ProgressThreshold?, _ pods: PodCounts.Pods, wanted: Int
  ) -> Bool {
    let staying = min(max(0, pods.available), wanted)
    return switch threshold {
    case .percent(let percent) where percent >= 0:
      wanted <= 0 || min(staying, podsMax) * 100 >= min(percent, 100) * wanted
    case .pods(let count) where count >= 0:
      staying >= min(count, wanted)
    case nil, .percent, .pods:
      pods.requested == wanted && pods.available == wanted
    }
  }
}
