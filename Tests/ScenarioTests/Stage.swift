import ArgoManifests
import Foundation

@testable import Scenarios

/// Where scenarios of these tests are played: the manifests of docs/examples/checkout.
enum Stage {
  static let examples = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/examples")

  /// Everything before the steps.
  static let head = """
    name: a story
    manifests:
    - ../checkout/analysis-templates.yaml
    - ../checkout/cluster-analysis-template.yaml
    - ../checkout/policy.yaml
    revisions:
      v1: ../checkout/v1.yaml
      v2: ../checkout/v2.yaml
      v3: ../checkout/v3.yaml
      v4: ../checkout/v4.yaml
    clusters: [eu-1]
    steps:

    """

  /// The same for a blue-green rollout of two revisions.
  static let blueGreen = """
    name: a story
    manifests: [../payments/rollout.yaml, ../payments/analysis-template.yaml]
    revisions: [v1, v2]
    clusters: [eu-1]
    steps:

    """

  /// v1, v2 and v3 are stable, in this order.
  static let threeStable = """
    - apply: [v1, v2, v3, v4]
    - start: v1
    - follow: true
    - start: v2
    - follow: true
    - start: v3
    - follow: true

    """

  static func file(_ text: String) -> SourceFile {
    SourceFile(name: "story.yaml", bytes: Array(text.utf8))
  }

  static func manifests(of scenario: Scenario) throws -> [String: SourceFile] {
    var sources: [String: SourceFile] = [:]
    for path in scenario.paths {
      let url = examples.appending(path: "scenarios").appending(path: path.path)
      sources[path.path] = SourceFile(name: path.path, bytes: Array(try Data(contentsOf: url)))
    }
    return sources
  }

  /// Plays every scenario of a file.
  static func play(file: SourceFile) throws -> [ScenarioResult] {
    try ScenarioReader.read(file).map {
      try ScenarioRunner.run($0, manifests: try manifests(of: $0))
    }
  }

  /// Plays steps after the usual head.
  static func play(_ steps: String, head: String = Self.head) throws -> [ScenarioFailure] {
    try play(file: file(head + steps)).flatMap(\.failures)
  }

  /// Why a file is refused, one line for each issue; empty where it is read.
  static func issues(_ text: String) -> [String] {
    issues(Array(text.utf8))
  }

  static func issues(_ bytes: [UInt8]) -> [String] {
    do throws(ManifestErrors) {
      _ = try ScenarioReader.read(SourceFile(name: "story.yaml", bytes: bytes))
      return []
    } catch {
      return error.issues.map(\.description)
    }
  }
}
