import RolloutCore
import RolloutTestKit
import Testing

@Suite("Warnings")
struct WarningTests {
  func routed(
    _ version: String, traffic: Bool = true, stable last: Int = 2
  ) throws -> World {
    var world = try World(
      Strategy(
        replicas: 4,
        kind: .canary(Canary(steps: [.setWeight(100)], traffic: traffic ? .init() : nil)),
        window: RollbackWindow(revisions: 3)))
    world.registration.controllerVersion = version
    for number in 1...last { try world.promote(number) }
    return world
  }

  private func warnings(_ world: World) -> [Classification.Warning] {
    world.state.attempt?.classification.warnings ?? []
  }

  @Test(
    "a fast canary behind a router warns on every controller that sends traffic ahead of capacity",
    arguments: [
      ("v1.4.0", [.trafficAheadOfCapacity]),
      ("v1.7.1+6a99ea9", [.trafficAheadOfCapacity]),
      ("1.9.1", [.trafficAheadOfCapacity]),
      ("v1.10.0-rc1", [.trafficAheadOfCapacity]),
      ("quay.io/argoproj/argo-rollouts:v1.8.0", [.trafficAheadOfCapacity]),
      ("quay.io/argoproj/argo-rollouts:v1.8.0@sha256:abc", [.trafficAheadOfCapacity]),
      ("v1.11.0", []),
      ("2.0.0", []),
      ("", [.trafficAheadOfCapacity, .unknownController]),
      ("latest", [.trafficAheadOfCapacity, .unknownController]),
      ("v1", [.trafficAheadOfCapacity, .unknownController]),
      ("1.x.3", [.trafficAheadOfCapacity, .unknownController]),
      ("v99999999999999999999.1.1", [.trafficAheadOfCapacity, .unknownController]),
      ("\u{0}", [.trafficAheadOfCapacity, .unknownController]),
    ] as [(String, [Classification.Warning])])
  func versions(version: String, expected: [Classification.Warning]) throws {
    var world = try routed(version)
    try world.decide(rollback(1))
    #expect(warnings(world) == expected)
  }

  @Test("without a router weight is pods, so there is nothing to warn of")
  func withoutRouter() throws {
    var world = try routed("", traffic: false)
    try world.decide(rollback(1))
    #expect(warnings(world).isEmpty)
  }

  @Test("on the full track and going forward there is nothing to warn of")
  func full() throws {
    var world = try routed("")
    try world.decide(insisting(1))
    #expect(warnings(world).isEmpty)
    try world.decide(.start(3))
    #expect(warnings(world).isEmpty)
  }

  @Test("back to stable warns exactly when its pods are not known to suffice")
  func backToStable() throws {
    for (available, warns) in [(4, false), (5, false), (3, true), (0, true)] {
      var world = try routed("v1.9.0")
      try world.decide(.start(3))
      try world.when(
        reported: .podsObserved(
          3, PodCounts(desired: .init(1), stable: .init(available))))
      try world.decide(rollback(2))
      #expect(warnings(world).isEmpty == !warns)
      #expect(
        world.state.attempt?.classification.facts.contains { $0.kind == .podsObserved } == warns)
    }
    var unknown = try routed("v1.9.0")
    try unknown.decide(.start(3))
    try unknown.decide(rollback(2))
    #expect(!warnings(unknown).isEmpty)
  }

  @Test("a warning changes neither track nor rules")
  func onlyWarns() throws {
    var (old, new) = (try routed("v1.7.0"), try routed("v1.11.0"))
    try old.decide(rollback(1))
    try new.decide(rollback(1))
    #expect(old.state.attempt?.classification.rules == new.state.attempt?.classification.rules)
    #expect(old.state.attempt?.track == new.state.attempt?.track)
  }

  @Test("the explanation repeats the warning")
  func told() throws {
    var world = try routed("")
    try world.decide(rollback(1))
    let text = try explained(world).paragraphs.joined(separator: " ")
    #expect(text.contains("#3941"))
    #expect(text.contains("not known"))
  }
}

/// The explanation of the latest attempt, with the rollout's past at hand.
func explained(_ world: World) throws -> Explanation {
  Explainer.explain(
    try #require(classified(world)), on: world.cluster, of: world.name,
    application: world.application, rollout: world.state)
}

func classified(_ world: World) -> AttemptClassified? {
  for entry in world.log.reversed() {
    if case .attemptClassified(let event) = entry.event { return event }
  }
  return nil
}
