import ArgoManifests
import Foundation
import Testing

@testable import Scenarios

private let argoFolder = ProcessInfo.processInfo.environment["WINDLASS_ARGO_MANIFESTS"]

/// Manifests of users of Argo Rollouts, in a folder named by the environment, each played from the
/// first deployment to the verdict over a second revision.
@Suite(
  "manifests as users of Argo Rollouts have them, played",
  .enabled(if: argoFolder != nil, "WINDLASS_ARGO_MANIFESTS names no folder"))
struct ArgoFolderTests {
  /// What a person has to do between the start of the second revision and its verdict.
  static let stories: [(file: String, steps: String)] = [
    ("notifications-rollout-canary.yaml", "- promote: true\n- follow: true\n"),
    ("rollout-analysis-step.yaml", ""),
    ("rollout-background-analysis.yaml", "- promote: true\n- follow: true\n"),
    // Experiments without an end wait for somebody to go on.
    ("rollout-baseline-vs-canary.yaml", "- promote: true\n- follow: true\n"),
    ("rollout-bluegreen.yaml", "- resume: true\n- follow: true\n"),
    ("rollout-canary-preview.yaml", "- promote: true\n- follow: true\n"),
    ("rollout-canary.yaml", "- promote: true\n- follow: true\n"),
    ("rollout-experiment-step.yaml", ""),
    ("rollout-rolling-update.yaml", ""),
    ("rollout-secret.yaml", "- promote: true\n- follow: true\n"),
    ("rollout-template-ref.yaml", ""),
  ]

  @Test("a second revision gets its verdict, then the first comes back", arguments: stories.indices)
  func verdict(index: Int) throws {
    let (file, steps) = Self.stories[index]
    let text = """
      name: played
      manifests: [analysis-templates.yaml, cluster-analysis-templates.yaml, \(file)]
      revisions: [v1, v2]
      clusters: [eu-1]
      steps:
      - apply: [v1, v2]
      - start: v1
      - follow: true
        expect: {stable: v1, kind: initial, argo-phase: Healthy}
      - start: v2
      - follow: true
      \(steps)- expect: {stable: v2, verdict: promoted, argo-phase: Healthy, contract: none}
      - rollback: v1
        expect: {kind: rollback, window: no-window}
      - promote-full: true
      - follow: true
        expect: {stable: v1, verdict: promoted}

      """
    let scenario = try #require(try ScenarioReader.read(Stage.file(text)).first)
    var sources: [String: SourceFile] = [:]
    for path in scenario.paths {
      let url = URL(filePath: argoFolder ?? "").appending(path: path.path)
      sources[path.path] = SourceFile(name: path.path, bytes: Array(try Data(contentsOf: url)))
    }
    let result = try ScenarioRunner.run(scenario, manifests: sources)
    #expect(result.failures.map(\.text) == [])
  }

  @Test("no file with a Rollout is left out")
  func complete() throws {
    let folder = URL(filePath: argoFolder ?? "")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      return name.hasSuffix(".yaml") && text.contains("\nkind: Rollout\n")
    }
    #expect(Set(names).isSubset(of: Set(Self.stories.map(\.file))))
    #expect(names.count >= Self.stories.count)
  }
}
