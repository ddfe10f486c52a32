import ArgoManifests
import Foundation
import Testing

@testable import ManifestLint

@Suite("A run of lint")
struct LinterTests {
  static let zero = """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: r
      namespace: shop
    spec:
      selector: {matchLabels: {app: a}}
      template: {metadata: {}}
      strategy:
        canary:
          steps:
            - pause: {duration: 0}
            - pause:
                duration: 0s

    """

  @Test("a finding names file, line, column, object and field")
  func place() throws {
    let finding = try #require(lint(Self.zero).findings.first)
    #expect(
      finding.description.hasPrefix("a.yaml:12:19: warning[pause-zero]: a pause of 0 is over"))
    #expect(finding.object == "Rollout shop/r")
    #expect(finding.field == "spec.strategy.canary.steps[0].pause.duration")
  }

  @Test("an error inside a condition names its place in the line")
  func placeInCondition() throws {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata: {name: t}
      spec:
        metrics:
          - name: m
            successCondition: result[0] > 1 and wrong > 2
            provider: {prometheus: {query: up}}

      """
    let finding = try #require(lint(text).findings.first { $0.rule == .conditionUnknownName })
    #expect((finding.line, finding.column) == (7, 25 + "result[0] > 1 and ".utf8.count))
  }

  @Test(
    "a comment with a reason allows what is found on its line, or on the next",
    arguments: [
      ("duration: 0}", "duration: 0}  # windlass-lint: allow pause-zero we want a look"),
      (
        "        - pause: {", "        # windlass-lint: allow pause-zero a look\n        - pause: {"
      ),
      (
        "        - pause: {",
        "        # windlass-lint: allow pause-zero,pause-duration-invalid a look\n\n# more\n        - pause: {"
      ),
    ])
  func suppression(what: String, with: String) {
    let text = Self.zero.replacingOccurrences(of: what, with: with)
    let report = lint(text)
    #expect(report.findings.filter { $0.rule == .pauseZero }.count == 1)
    #expect(report.suppressed == 1)
  }

  @Test(
    "a suppression without reason, without rule, in a text or for another rule allows nothing",
    arguments: [
      "duration: 0}  # windlass-lint: allow pause-zero",
      "duration: 0}  # windlass-lint: allow",
      "duration: 0}  # windlass-lint: allow no-such-rule because",
      "duration: 0}  # windlass-lint: allow weight-decreases because",
      "duration: 0}  # windlass-lint: forbid pause-zero because",
      "duration: 0}  # allow pause-zero because",
    ])
  func noSuppression(with: String) {
    let report = lint(Self.zero.replacingOccurrences(of: "duration: 0}", with: with))
    #expect(report.findings.filter { $0.rule == .pauseZero }.count == 2)
    #expect(report.suppressed == 0)
  }

  @Test("a finding that arguments cause is found once, at the template, naming who gave them")
  func givenArguments() throws {
    let text =
      RulePairTests.step("args: [{name: a, value: '95%'}]")
      + Sample.metric("successCondition: \"result[0] > {{args.a}}\"", args: "{name: a}")
    let found = lint(text).findings.filter { $0.rule == .conditionSyntax }
    #expect(found.count == 1)
    #expect(found.first?.object == "AnalysisTemplate t")
    #expect(found.first?.message.contains("given at a.yaml:4") == true)
    let sound =
      RulePairTests.step("args: [{name: a, value: '95'}]")
      + Sample.metric("successCondition: \"result[0] > {{args.a}}\"", args: "{name: a}")
    #expect(!lint(sound).findings.contains { $0.severity == .error })
  }

  @Test("templates are found across files, in a list, and by namespace")
  func lookup() {
    let rollout = SourceFile(name: "r.yaml", bytes: Array(Sample.canary(RulePairTests.step).utf8))
    let template = SourceFile(name: "t.yaml", bytes: Array(Sample.metric().utf8))
    #expect(!Linter().lint([rollout, template]).findings.contains { $0.rule == .templateMissing })
    let list = """
      apiVersion: v1
      kind: List
      items:
        - apiVersion: argoproj.io/v1alpha1
          kind: AnalysisTemplate
          metadata: {name: t, namespace: other}
          spec: {metrics: [{name: m, provider: {job: {spec: {}}}, failureLimit: 1}]}

      """
    let report = Linter().lint([rollout, SourceFile(name: "l.yaml", bytes: Array(list.utf8))])
    #expect(!report.findings.contains { $0.rule == .templateMissing })
    #expect(
      report.findings.contains { $0.rule == .failureLimitUnreachable && $0.line == 7 })
    let elsewhere = Sample.canary(RulePairTests.step)
      .replacingOccurrences(of: "{name: r}", with: "{name: r, namespace: shop}")
    #expect(lint(elsewhere + "---\n" + list).findings.contains { $0.rule == .templateMissing })
  }

  @Test("a document that cannot be read is named, and the others are judged")
  func unreadable() {
    let report = lint("a: [\n---\n" + Self.zero + "---\nb: {\n")
    #expect(report.unreadable.map(\.location.line) == [1, 18])
    #expect(report.documents == 1)
    #expect(report.findings.map(\.line) == [14, 16])
  }

  @Test("with an unreadable document, nothing is called missing")
  func unreadableTemplate() {
    let report = lint(Sample.canary(RulePairTests.step) + "---\na: [\n")
    #expect(!report.findings.contains { $0.rule == .templateMissing })
  }

  @Test("the report as JSON")
  func json() {
    let report = lint(Self.zero.replacingOccurrences(of: "0s", with: "1s") + "---\na: [\n")
    #expect(
      report.json(atLeast: .warning, exitCode: 20) == """
        {
          "exitCode": 20,
          "minSeverity": "warning",
          "documents": 1,
          "counts": {"error": 0, "warning": 1, "info": 0},
          "suppressed": 0,
          "omitted": 0,
          "findings": [
            {
              "rule": "pause-zero",
              "severity": "warning",
              "file": "a.yaml",
              "line": 12,
              "column": 19,
              "object": "Rollout shop/r",
              "field": "spec.strategy.canary.steps[0].pause.duration",
              "message": "a pause of 0 is over at the controller's next look",
              "fix": "write pause: {} to wait for a person, or a duration of 1s or more",
              "argoIssues": []
            }
          ],
          "unreadable": [
            {
              "file": "a.yaml",
              "line": 16,
              "reason": "is no YAML: while parsing a flow node: did not find expected node content"
            }
          ]
        }
        """)
    #expect(lint("").json(atLeast: .info, exitCode: 0).contains("\"findings\": [],"))
  }

  @Test("the shortest window is not told to become shorter by being switched off")
  func shortestWindow() {
    let fixes = [1, 2].map { revisions in
      lint(Sample.canary("", "rollbackWindow: {revisions: \(revisions)}")).findings
        .filter { $0.rule == .windowReach }.map(\.fix)
    }
    #expect(
      fixes == [
        ["no window is shorter; 0 switches it off"],
        ["use 1 to end one earlier; 0 switches the window off"],
      ])
  }

  @Test("findings below the threshold are counted and not listed")
  func threshold() {
    let report = lint(Sample.canary("", "rollbackWindow: {revisions: 2}"))
    #expect(report.count(atLeast: .info) == 1)
    #expect(report.count(atLeast: .warning) == 0)
    #expect(report.json(atLeast: .warning, exitCode: 0).contains("\"findings\": []"))
    #expect(report.json(atLeast: .warning, exitCode: 0).contains("\"info\": 1"))
  }

  @Test(
    "ids of rules are kebab-case, unique and in the documentation", arguments: LintRule.allCases)
  func ids(rule: LintRule) throws {
    #expect(rule.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/lint.md"), encoding: .utf8)
    let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(rule.rawValue)` |") }
    #expect(row?.contains("| \(rule.severity.rawValue) |") == true)
    for issue in rule.argoIssues { #expect(row?.contains("#\(issue)") == true) }
  }
}
