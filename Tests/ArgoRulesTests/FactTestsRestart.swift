import ArgoRules
import Testing

@Suite("Restarting pods beside a canary")
struct FactTestsRestart {
  private func evictable(
    _ replicas: Int, _ unavailable: CountOrPercent?, available: Int, requested: Int
  ) -> Int {
    let spec = ArgoRolloutSpec(
      replicas: replicas, templateHash: "a",
      strategy: .canary(CanaryStrategy(maxUnavailable: unavailable)))
    return RestartRules.evictable(spec, available: available, requested: requested)
  }

  @Test("as many as may be unavailable, one at the least")
  func limits() {
    #expect(evictable(6, .count(3), available: 6, requested: 6) == 3)
    #expect(evictable(6, .count(3), available: 4, requested: 6) == 1)
    #expect(evictable(6, .count(0), available: 6, requested: 6) == 1)
    #expect(evictable(6, .percent(100), available: 6, requested: 6) == 6)
  }

  @Test("a weight that asks for one pod more than the replicas keeps that pod too")
  func unevenWeight() {
    #expect(evictable(1, nil, available: 2, requested: 2) == 1)
    #expect(evictable(1, nil, available: 1, requested: 2) == 0)
    #expect(evictable(3, .count(1), available: 3, requested: 4) == 0)
  }
}
