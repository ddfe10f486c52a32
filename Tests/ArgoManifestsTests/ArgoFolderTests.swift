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
  /// What a file gives, together with the two files of templates.
  enum Expectation: Sendable {
    /// Applications, steps of each, skipped kinds.
    case imports([String], steps: [Int], skipped: [String])
    case refused([String])
  }

  static let expectations: [(file: String, expected: Expectation)] = [
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
      .refused([
        "rollout-baseline-vs-canary.yaml:29: spec.strategy.canary.steps[0].experiment: is not "
          + "supported yet: read are setWeight, pause and analysis"
      ])
    ),
    (
      "rollout-bluegreen.yaml",
      .refused([
        "rollout-bluegreen.yaml:25: spec.strategy.blueGreen: is not supported yet: only canary is "
          + "read"
      ])
    ),
    (
      "rollout-canary-preview.yaml",
      .refused([
        "rollout-canary-preview.yaml:30: spec.strategy.canary.steps[0].experiment: is not supported "
          + "yet: read are setWeight, pause and analysis"
      ])
    ),
    ("rollout-canary.yaml", .imports(["default/rollout-canary"], steps: [8], skipped: [])),
    (
      "rollout-experiment-step.yaml",
      .refused([
        "rollout-experiment-step.yaml:36: spec.strategy.canary.steps[1].experiment: is not supported "
          + "yet: read are setWeight, pause and analysis"
      ])
    ),
    (
      "rollout-rolling-update.yaml",
      .imports(["default/rollout-rollingupdate"], steps: [0], skipped: [])
    ),
    ("rollout-secret.yaml", .imports(["default/rollout-secret"], steps: [3], skipped: ["Secret"])),
    (
      "rollout-template-ref.yaml",
      .refused([
        "rollout-template-ref.yaml:31: spec.workloadRef: is not supported yet: give the pods in "
          + "spec.template"
      ])
    ),
  ]

  @Test("every file imports or is refused with a precise reason", arguments: expectations.indices)
  func file(index: Int) throws {
    let (name, expectation) = Self.expectations[index]
    let shared: Set = ["analysis-templates.yaml", "cluster-analysis-templates.yaml", name]
    let given = try files(URL(fileURLWithPath: argoFolder ?? "")).filter {
      shared.contains($0.name)
    }
    switch expectation {
    case .imports(let applications, let steps, let skipped):
      let set = try ManifestReader.read(given)
      #expect(set.rollouts.map(\.application.text) == applications)
      #expect(set.rollouts.map(\.strategy.steps.count) == steps)
      #expect(set.skipped.map(\.kind) == skipped)
      #expect(set.rollouts.allSatisfy { $0.images == ["argoproj/rollouts-demo:blue"] })
    case .refused(let expected):
      do {
        _ = try ManifestReader.read(given)
        Issue.record("\(name) was not refused")
      } catch {
        #expect(error.issues.map(\.description) == expected)
      }
    }
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
