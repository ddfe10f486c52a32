import ArgoRules
import Testing

@Suite("An aborted canary whose stable revision shrank")
struct FactTestsAbortWalk {
  private func canary(
    _ weights: [Int], delay: Int? = nil, scale: CanaryScale? = nil, minimum: Int? = nil
  ) -> CanaryStrategy {
    CanaryStrategy(
      steps: weights.map { .setWeight($0) } + (scale.map { [.setCanaryScale($0)] } ?? []),
      trafficRouting: TrafficRouting(), dynamicStableScale: true, minPodsPerReplicaSet: minimum,
      abortScaleDownDelaySeconds: delay)
  }

  /// Sizes of a rollout of 20 pods that was aborted with this much weight on the canary.
  private func sizes(
    _ canary: CanaryStrategy, weight: Int, canaryPods: Int?, stablePods: Int?,
    version: ControllerVersion = .main, index: Int? = nil,
    status change: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> WeightedSplit {
    let rollout = CanarySample.rollout(canary, replicas: 20, index: index) {
      $0.abort = true
      change(&$0)
    }
    return RoutedCanaryCounts.wanted(
      rollout, canary,
      weights: TrafficWeights(canary: .init(weight), stable: .init(100 - weight)),
      desired: canaryPods.map { CanarySample.set("new", requested: $0) },
      stable: stablePods.map { CanarySample.set("old", requested: $0) },
      behaviour: ControllerBehaviour(version))
  }

  @Test(
    "stable grows one rung of the steps at a time, as far as the canary's pods let it",
    arguments: [
      // 70 % on the canary: 40 is next, for which stable needs 12.
      (70, 14, 6, 14, 12), (40, 8, 12, 8, 18), (10, 2, 18, 2, 20),
      // The canary is slower than stable: its pods hold the rung, not those that stable lacks.
      (40, 14, 12, 8, 12), (10, 8, 18, 2, 18),
      // The canary is faster: what stable lacks holds it.
      (70, 1, 6, 14, 12),
    ])
  func rungs(weight: Int, canaryPods: Int, stablePods: Int, canary: Int, stable: Int) {
    #expect(
      sizes(
        self.canary([10, 40, 70]), weight: weight, canaryPods: canaryPods,
        stablePods: stablePods) == WeightedSplit(canary: canary, stable: stable))
  }

  @Test("with neither revision known the canary keeps what its traffic needs and stable is whole")
  func unknownRevisions() {
    let canary = canary([10, 40, 70])
    for (canaryPods, stablePods) in [(nil, nil), (14, nil), (nil, 6)] as [(Int?, Int?)] {
      #expect(
        sizes(canary, weight: 70, canaryPods: canaryPods, stablePods: stablePods)
          == WeightedSplit(canary: 14, stable: 20))
    }
  }

  @Test("before 1.10 stable is made whole at once")
  func earlier() {
    #expect(
      sizes(
        canary([10, 40, 70]), weight: 70, canaryPods: 14, stablePods: 6, version: .v191)
        == WeightedSplit(canary: 14, stable: 20))
  }

  @Test("under an abort delay the canary's size does not keep stable from being made whole")
  func delay() {
    let held = canary([10, 40], delay: 90)
    #expect(
      sizes(held, weight: 10, canaryPods: 8, stablePods: 18)
        == WeightedSplit(canary: 2, stable: 20))
    #expect(
      sizes(held, weight: 10, canaryPods: 8, stablePods: 18, version: .v110)
        == WeightedSplit(canary: 2, stable: 18))
    #expect(
      sizes(canary([10, 40]), weight: 10, canaryPods: 8, stablePods: 18)
        == WeightedSplit(canary: 2, stable: 18))
  }

  @Test("a scale of the canary that stays in force by a delay of 0 is not walked down")
  func fixedScale() {
    let share = canary([30], delay: 0, scale: CanaryScale(weight: 15))
    #expect(
      sizes(share, weight: 0, canaryPods: 20, stablePods: 10, index: 1).canary == 3)
    let count = canary([30], delay: 0, scale: CanaryScale(replicas: 4))
    #expect(
      sizes(count, weight: 0, canaryPods: 0, stablePods: 20, index: 1)
        == WeightedSplit(canary: 4, stable: 20))
  }

  @Test("promoting fully, and a return to stable, want all pods whatever was aborted")
  func wholeCanary() {
    let canary = canary([10, 40])
    #expect(
      sizes(canary, weight: 0, canaryPods: 0, stablePods: 15) { $0.promoteFull = true }
        == WeightedSplit(canary: 20, stable: 20))
    #expect(
      sizes(canary, weight: 0, canaryPods: 0, stablePods: 15) { $0.currentHash = "old" }
        == WeightedSplit(canary: 20, stable: 20))
  }
}
