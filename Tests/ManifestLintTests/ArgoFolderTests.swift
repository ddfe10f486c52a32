import ArgoManifests
import Foundation
import Testing

@testable import ManifestLint

private let argoFolder = ProcessInfo.processInfo.environment["WINDLASS_ARGO_MANIFESTS"]

/// Manifests of users of Argo Rollouts, each judged together with the two files of templates that its
/// own comments ask to apply first.
@Suite(
  "Manifests as users of Argo Rollouts have them",
  .enabled(if: argoFolder != nil, "WINDLASS_ARGO_MANIFESTS names no folder"))
struct ArgoFolderTests {
  /// Findings as `line:column rule`.
  static let expected: [(file: String, findings: [String])] = [
    // One measurement, one failure allowed: the job may fail and the metric is Successful (#4393).
    ("analysis-templates.yaml", ["15:5 failure-limit-unreachable"]),
    ("cluster-analysis-templates.yaml", ["10:7 failure-limit-unreachable"]),
    // No duration, and no analysis is required: it runs until someone ends it.
    ("experiment-with-analysis.yaml", ["11:1 experiment-without-end"]),
    ("notifications-rollout-canary.yaml", []),
    ("rollout-analysis-step.yaml", []),
    (
      "rollout-background-analysis.yaml",
      ["32:7 background-before-traffic", "33:9 background-ends-early"]
    ),
    ("rollout-baseline-vs-canary.yaml", ["29:9 experiment-without-end"]),
    ("rollout-bluegreen.yaml", []),
    ("rollout-canary-preview.yaml", ["30:9 experiment-without-end"]),
    ("rollout-canary.yaml", []),
    ("rollout-experiment-step.yaml", ["36:9 experiment-without-end"]),
    ("rollout-rolling-update.yaml", []),
    // One pod, a weight of 25 and no traffic router.
    ("rollout-secret.yaml", ["30:9 weight-unreachable"]),
    ("rollout-template-ref.yaml", []),
  ]

  static let templates = ["analysis-templates.yaml", "cluster-analysis-templates.yaml"]

  static func source(_ name: String) throws -> SourceFile {
    let path = try #require(argoFolder) + "/" + name
    let bytes = try #require(FileManager.default.contents(atPath: path))
    return SourceFile(name: name, bytes: Array(bytes))
  }

  @Test("each file has the findings a careful reader expects", arguments: expected)
  func findings(file: String, expected: [String]) throws {
    let names = Self.templates.contains(file) ? [file] : Self.templates + [file]
    let report = Linter().lint(try names.map(Self.source))
    #expect(report.unreadable == [])
    let found = report.findings.filter { $0.file == file }
      .map { "\($0.line):\($0.column) \($0.rule.rawValue)" }
    #expect(found == expected)
  }

  @Test("no file is left out of the table")
  func complete() throws {
    let folder = try #require(argoFolder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }
    #expect(files.sorted() == Self.expected.map(\.file).sorted())
  }

  @Test("without the templates, what refers to them is named as missing")
  func missingTemplates() throws {
    let report = Linter().lint([try Self.source("rollout-analysis-step.yaml")])
    #expect(
      report.findings.map { "\($0.line):\($0.column) \($0.rule.rawValue)" }
        == ["37:13 template-missing", "38:13 template-missing"])
  }
}
