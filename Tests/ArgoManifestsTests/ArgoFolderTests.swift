import ArgoManifests
import Foundation
import RolloutCore
import Testing

private let argoFolder = ProcessInfo.processInfo.environment["WINDLASS_ARGO_MANIFESTS"]

/// Manifests of users of Argo Rollouts, in a folder named by the environment.
@Suite(
  "Manifests as users of Argo Rollouts have them",
  .enabled(if: argoFolder != nil, "WINDLASS_ARGO_MANIFESTS names no folder"))
struct ArgoFolderTests {
  /// What a file gives, together with the two files of templates: applications, steps of each,
  /// skipped kinds.
  struct Imports: Sendable {
    var applications: [String]
    var steps: [Int]
    var skipped: [String]

    static func imports(_ applications: [String], steps: [Int], skipped: [String]) -> Self {
      Self(applications: applications, steps: steps, skipped: skipped)
    }
  }

  static let expectations: [(file: String, expected: Imports)] = [
    ("analysis-templates.yaml", .imports([], steps: [], skipped: [])),
    ("cluster-analysis-templates.yaml", .imports([], steps: [], skipped: [])),
    ("experiment-with-analysis.yaml", .imports([], steps: [], skipped: ["Experiment"])),
    (
      "notifications-rollout-canary.yaml",
      .imports(["default/rollout-canary"], steps: [8], skipped: ["Service", "Ingress"])
    ),
    (
      "rollout-analysis-step.yaml",
      .imports(["default/rollout-analysis-step"], steps: [2], skipped: [])
    ),
    (
      "rollout-background-analysis.yaml",
      .imports(["default/rollout-background-analysis"], steps: [2], skipped: [])
    ),
    (
      "rollout-baseline-vs-canary.yaml",
      .imports(["default/rollout-baseline-vs-canary"], steps: [1], skipped: [])
    ),
    (
      "rollout-bluegreen.yaml",
      .imports(["default/rollout-bluegreen"], steps: [0], skipped: ["Service", "Service"])
    ),
    (
      "rollout-canary-preview.yaml",
      .imports(["default/rollout-canary-preview"], steps: [1], skipped: ["Service", "Service"])
    ),
    ("rollout-canary.yaml", .imports(["default/rollout-canary"], steps: [8], skipped: [])),
    (
      "rollout-experiment-step.yaml",
      .imports(["default/rollout-experiment-step"], steps: [2], skipped: [])
    ),
    (
      "rollout-rolling-update.yaml",
      .imports(["default/rollout-rollingupdate"], steps: [0], skipped: [])
    ),
    ("rollout-secret.yaml", .imports(["default/rollout-secret"], steps: [3], skipped: ["Secret"])),
    (
      "rollout-template-ref.yaml",
      .imports(["default/rollout-ref-deployment"], steps: [2], skipped: [])
    ),
  ]

  @Test("every file imports", arguments: expectations.indices)
  func file(index: Int) throws {
    let (name, expected) = Self.expectations[index]
    let shared: Set = ["analysis-templates.yaml", "cluster-analysis-templates.yaml", name]
    let given = try files(URL(fileURLWithPath: argoFolder ?? "")).filter {
      shared.contains($0.name)
    }
    let set = try ManifestReader.read(given)
    #expect(set.rollouts.map(\.application.text) == expected.applications)
    #expect(set.rollouts.map(\.strategy.steps.count) == expected.steps)
    #expect(set.skipped.map(\.kind) == expected.skipped)
    #expect(set.rollouts.allSatisfy { $0.images == ["argoproj/rollouts-demo:blue"] })
  }

  @Test("no file of the folder is left out")
  func complete() throws {
    let names = try files(URL(fileURLWithPath: argoFolder ?? "")).map(\.name)
    #expect(names == Self.expectations.map(\.file))
  }

  @Test("without the templates, each one that is missing is named")
  func missingTemplates() throws {
    let given = try files(URL(fileURLWithPath: argoFolder ?? "")).filter {
      $0.name == "rollout-analysis-step.yaml"
    }
    do {
      _ = try ManifestReader.read(given)
      Issue.record("nothing was refused")
    } catch {
      #expect(
        error.issues.map(\.description) == [
          "rollout-analysis-step.yaml:37: spec.strategy.canary.steps[1].analysis.templates[0]"
            + ".templateName: AnalysisTemplate \"random-fail\" is not in the given files",
          "rollout-analysis-step.yaml:38: spec.strategy.canary.steps[1].analysis.templates[1]"
            + ".templateName: ClusterAnalysisTemplate \"always-pass\" is not in the given files",
        ])
    }
  }
}
