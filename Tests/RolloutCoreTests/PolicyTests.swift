import RolloutCore
import RolloutTestKit
import Testing

@Suite("Policies")
struct PolicyTests {
  private func selecting(_ labels: [(String, String)]) -> ClusterSelector {
    ClusterSelector(labels: labels.map { .init($0.0, $0.1) })
  }

  @Test("each part comes from the narrowest policy that has it, whatever else that policy says")
  func parts() throws {
    let world = try World(policies: [
      RolloutPolicy(
        name: "everywhere", window: RollbackWindow(revisions: 1),
        emergency: EmergencyRule(allowedOutsideWindow: false),
        watch: WatchRule(duration: .seconds(60)),
        evidence: EvidenceRule(appearance: .seconds(10), objectsMax: 3)),
      RolloutPolicy(
        name: "europe", clusters: selecting([("region", "eu")]),
        emergency: EmergencyRule(allowedOutsideWindow: true)),
      RolloutPolicy(
        name: "first-wave", clusters: selecting([("region", "eu"), ("wave", "1")]),
        watch: WatchRule(duration: .seconds(90), onFailure: .rollback)),
      RolloutPolicy(
        name: "elsewhere", clusters: selecting([("region", "us")]),
        window: RollbackWindow(revisions: 9), emergency: EmergencyRule(allowedOutsideWindow: false),
        watch: WatchRule(duration: .seconds(1)), evidence: EvidenceRule(appearance: .seconds(1))),
    ])
    let context = world.context
    #expect(context.inForce(\.window)?.policy == "everywhere")
    #expect(context.inForce(\.emergency)?.policy == "europe")
    #expect(context.inForce(\.watch)?.policy == "first-wave")
    #expect(context.inForce(\.watch)?.part.onFailure == .rollback)
    #expect(context.evidenceRule == EvidenceRule(appearance: .seconds(10), objectsMax: 3))
  }

  @Test("of equally narrow policies the first by name counts, in whatever order they were applied")
  func names() throws {
    for order in [["a", "b"], ["b", "a"]] {
      let world = try World(
        policies: order.map {
          RolloutPolicy(name: $0, watch: WatchRule(duration: .seconds($0 == "a" ? 1 : 2)))
        })
      #expect(world.context.inForce(\.watch)?.policy == "a")
    }
  }

  @Test("a policy that names the cluster is narrower than any number of labels")
  func named() throws {
    var world = try World()
    try world.ask(
      .register(
        Registration(policies: [
          RolloutPolicy(
            name: "labels", clusters: selecting([("region", "eu"), ("wave", "1")]),
            window: RollbackWindow(revisions: 1)),
          RolloutPolicy(
            name: "named", clusters: ClusterSelector(names: [world.cluster]),
            window: RollbackWindow(revisions: 2)),
        ])))
    #expect(world.context.inForce(\.window)?.policy == "named")
  }

  @Test("without any policy evidence is due after five minutes, and nothing else is in force")
  func none() throws {
    let context = try World().context
    #expect(context.evidenceRule == .standard)
    #expect(context.evidenceRule.appearance == .seconds(300))
    #expect(context.inForce(\.emergency)?.policy == nil)
    #expect(context.inForce(\.watch)?.policy == nil)
  }
}
