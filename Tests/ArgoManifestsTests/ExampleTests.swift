import ArgoManifests
import Foundation
import RolloutCore
import Testing

@Suite("The examples in docs/examples")
struct ExampleTests {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Everything in the folder except other revisions than `revision`.
  static func checkout(_ revision: String) throws -> [SourceFile] {
    let folder = repository.appendingPathComponent("docs/examples/checkout")
    return try files(folder).filter { file in
      file.name == "\(revision).yaml"
        || !["v1", "v2", "v3", "v4"].contains { file.name == "\($0).yaml" }
    }
  }

  @Test("each revision imports with all it refers to", arguments: ["v1", "v2", "v3", "v4"])
  func imports(revision: String) throws {
    let set = try ManifestReader.read(Self.checkout(revision))
    let rollout = try #require(set.rollouts.first)
    #expect(rollout.application.text == "shop/checkout")
    #expect(rollout.revision().release.text == revision)
    #expect(rollout.images == ["registry.example.org/shop/checkout:\(revision)"])
    #expect(set.skipped.map(\.kind) == ["Service", "Service"])
    #expect(
      set.ignored.map(\.field)
        == ["canaryService", "stableService"].map { "spec.strategy.canary.\($0)" })
  }

  @Test("the strategy is the one that the story tells")
  func story() throws {
    let set = try ManifestReader.read(Self.checkout("v1"))
    let strategy = try #require(set.rollouts.first).strategy
    #expect(strategy.replicas == 4)
    #expect(strategy.window?.revisions == 3)
    #expect(strategy.background?.startingStep == 1)
    #expect(strategy.background?.plan.templates.map(\.name) == ["error-rate"])
    #expect(strategy.steps.count == 5)
    guard strategy.steps.count == 5, case .analysis(let plan) = strategy.steps[2] else {
      Issue.record("the third step is no analysis")
      return
    }
    #expect(strategy.steps[0] == .setWeight(20))
    #expect(strategy.steps[1] == .pause(.seconds(2)))
    #expect(strategy.steps[3] == .setWeight(60))
    #expect(strategy.steps[4] == .pause(.seconds(1)))
    #expect(plan.templates.map(\.name) == ["smoke-test", "restarts"])
    #expect(plan.templates.map(\.clusterScoped) == [false, true])
    #expect(plan.templates.flatMap(\.metrics).map(\.provider) == ["web", "prometheus"])
  }

  @Test("the policies are one revision everywhere, and more on staging")
  func policies() throws {
    let set = try ManifestReader.read(Self.checkout("v1"))
    let application = try ApplicationName(validating: "shop/checkout")
    #expect(
      set.policies(for: application) == [
        RolloutPolicy(name: "checkout-window", window: RollbackWindow(revisions: 1)),
        RolloutPolicy(
          name: "checkout-window-staging",
          clusters: ClusterSelector(labels: [.init("environment", "staging")]),
          window: RollbackWindow(revisions: 3, duration: .seconds(86_400))),
      ])
  }

  @Test("revisions differ in image and release only")
  func revisions() throws {
    let rollouts = try ["v1", "v2", "v3", "v4"].compactMap {
      try ManifestReader.read(Self.checkout($0)).rollouts.first
    }
    #expect(Set(rollouts.map(\.digest)).count == 4)
    #expect(rollouts.allSatisfy { $0.strategy == rollouts.first?.strategy })
  }
}
