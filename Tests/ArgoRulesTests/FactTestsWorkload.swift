import ArgoRules
import Testing

@Suite("Phase of a rollout that takes its pods from a workload")
struct FactTestsWorkload {
  @Test(
    "a generation that is no 32-bit number counts as looked at",
    arguments: [(7, true), (8, false), (9, true), (Int64(Int32.max) + 1, false), (.max, false)]
      as [(Int64, Bool)])
  func generation(seen: Int64, waits: Bool) {
    var rollout = CanarySample.rollout(CanaryStrategy()) { $0.phase = .healthy }
    rollout.spec.hasWorkloadReference = true
    rollout.status.workloadObservedGeneration = seen
    #expect((PhaseRules.observed(rollout, workloadGeneration: 8).phase == .progressing) == waits)
  }
}
