import ArgoManifests
import Foundation
import Testing

@testable import ManifestLint

@Suite("Lint survives what it is given")
struct HostileTests {
  static let texts: [String] = [
    "\u{0}", "\u{FEFF}", "---\n---\n---", "%YAML 1.2\n---\na: b", "- - - -", "&a [*a]", "{{{{",
    "kind: Rollout", "kind: List\napiVersion: v1\nitems: 5", "a: !!binary xx",
    String(repeating: "[", count: 10_000), String(repeating: "a: {", count: 1_000),
    Sample.canary("steps: [5, null, [], {}, {setWeight: {}}, {pause: 5}, {analysis: []}]"),
    Sample.canary("steps: [{setWeight: 99999999999999999999}, {setWeight: -1}]"),
    Sample.canary("steps: [{pause: {duration: 99999999999999999999h}}]"),
    Sample.canary(
      "", "replicas: 9223372036854775807, rollbackWindow: {revisions: 9223372036854775807}"),
    Sample.metric("count: 9223372036854775807, interval: 5s, failureLimit: 9223372036854775807"),
    Sample.metric(
      "count: '2147483647', interval: 5s, failureLimit: 2147483647, consecutiveSuccessLimit: 2147483647"
    ),
    Sample.metric("count: .nan, interval: .inf"),
    Sample.success("'"), Sample.success("\\\\"), Sample.success("result[0] > 1e999"),
    Sample.success(String(repeating: "(", count: 5_000)),
    Sample.success("result[0] matches '(a*)*b'"), Sample.success("sum(1..1000000) > 0"),
    Sample.success("{{args.}} {{args.{{args.a}}}}"),
    Sample.template("metrics: 5, args: [5, null], templates: {}, dryRun: [5, {metricName: '('}]"),
    Sample.template("templates: [{templateName: t}]")
      + Sample.canary("steps: [{analysis: {templates: [{templateName: t}]}}]"),
    Sample.policy("revisions: [], duration: {}"),
    "apiVersion: windlass/v1\nkind: Something\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: []\nspec: []\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisRun\nspec: {metrics: [{}]}\n",
  ]

  @Test("anything gives a report", arguments: texts.indices)
  func survives(index: Int) {
    let report = lint(Self.texts[index])
    for finding in report.findings {
      #expect(finding.line >= 1 && finding.column >= 1)
      #expect(finding.message.utf8.allSatisfy { (0x20...0x7E).contains($0) })
      #expect(finding.fix.utf8.allSatisfy { (0x20...0x7E).contains($0) })
      #expect(finding.message.utf8.count < 2_000)
    }
  }

  @Test("a file cut anywhere gives a report")
  func cut() {
    let text =
      Sample.canary(RulePairTests.background, "rollbackWindow: {revisions: 2}") + Sample.metric()
    for length in 0..<text.utf8.count {
      _ = Linter().lint([SourceFile(name: "a", bytes: Array(text.utf8.prefix(length)))])
    }
  }

  @Test("more findings than the limit are counted")
  func manyFindings() {
    let steps = Array(repeating: "{pause: {duration: 0}}", count: 11_000).joined(separator: ",")
    let report = lint(Sample.canary("steps: [\(steps)]"))
    #expect(report.findings.count == LintLimits.findings)
    #expect(report.omitted == [.warning: 1_000])
    #expect(report.count(atLeast: .warning) == 11_000)
  }

  @Test("more bytes than the limit are refused by name")
  func tooLarge() {
    let bytes = Array(repeating: UInt8(ascii: "\n"), count: LintLimits.totalBytes + 1)
    let report = Linter().lint([SourceFile(name: "a", bytes: bytes)])
    #expect(report.unreadable.count == 1)
    #expect(report.unreadable.first?.reason.contains("\(LintLimits.totalBytes)") == true)
  }

  /// Rollouts that all use the same templates, and templates that name each other: what is judged
  /// together must not be judged once for each.
  static func growing(_ count: Int) -> String {
    var text = ""
    for index in 0..<count {
      text +=
        "---\n"
        + Sample.rollout(
          "canary: {analysis: {templates: [{templateName: t\(index)}, {templateName: shared}]}, "
            + "steps: [{setWeight: 20}, {analysis: {templates: [{templateName: shared}], "
            + "args: [{name: a, value: '\(index)'}]}}]}",
          "rollbackWindow: {revisions: 3}", name: "r\(index)")
      text += Sample.template(
        "templates: [{templateName: t\(index + 1)}], metrics: [{name: n\(index), provider: "
          + "{prometheus: {query: up}}, successCondition: \"result[0] > \(index)\"}]",
        name: "t\(index)")
      text += Sample.policy("revisions: 3").replacingOccurrences(
        of: "name: p}", with: "name: p\(index)}")
    }
    return text
      + Sample.metric(
        "successCondition: \"result[0] > {{args.a}}\"", args: "{name: a}", name: "shared")
  }

  @Test("twice as many documents add twice as much work")
  func growth() {
    let reports = [100, 200, 400].map { lint(Self.growing($0)) }
    #expect(reports.map(\.documents) == [301, 601, 1_201])
    #expect(reports.allSatisfy { $0.unreadable.isEmpty })
    let (first, second) = (
      reports[1].work - reports[0].work, reports[2].work - reports[1].work
    )
    #expect(second <= first * 21 / 10)
  }
}
