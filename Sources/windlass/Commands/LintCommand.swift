import ArgoManifests
import ArgumentParser
import Foundation
import ManifestLint

struct LintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Find what Argo Rollouts accepts and users regret.",
    discussion: """
      Reads files, directories (their *.yaml, *.yml and *.json, not deeper) and - for standard \
      input, judges them together, and asks no service. Give the analysis templates too: what \
      refers to a template is judged with it.

        windlass lint manifests/
        kustomize build prod | windlass lint - --output json
        windlass lint rollout.yaml --disable window-reach,condition-no-data-errors

      A comment "# windlass-lint: allow rule-id reason" on a line, or on one of its own above it, \
      allows what is found there.

      Exit status: 0 nothing found at or above --min-severity, 10 something found, 20 input that \
      cannot be read (what could be read is judged) or wrong usage.
      """)

  @Argument(help: ArgumentHelp("Files, directories, or -.", valueName: "files"))
  var files: [String]

  @Option(
    help: ArgumentHelp("The least severity that is shown and counts: info, warning, error."),
    transform: Self.severity)
  var minSeverity: Severity = .warning

  @Option(
    help: ArgumentHelp("Rules to leave out, separated by commas; repeatable.", valueName: "rules"),
    transform: Self.rules)
  var disable: [[LintRule]] = []

  @Option(help: "text for people, or json: one object on standard output.")
  var output: Output.Format = .text

  private static func severity(_ text: String) throws -> Severity {
    guard let severity = Severity(rawValue: text) else {
      throw ValidationError("must be info, warning or error, is \"\(SafeText.line(text))\"")
    }
    return severity
  }

  private static func rules(_ text: String) throws -> [LintRule] {
    try text.split(separator: ",").map { id in
      guard let rule = LintRule(rawValue: String(id)) else {
        throw ValidationError("there is no rule \"\(SafeText.line(String(id)))\"; see docs/lint.md")
      }
      return rule
    }
  }

  func run() async throws {
    let output = Output.process(
      format: self.output, noColor: true, environment: ProcessInfo.processInfo.environment)
    let status = try execute(output)
    guard status == .done else { throw ExitCode(status.rawValue) }
  }

  func execute(_ output: Output) throws -> Ending {
    let sources: [SourceFile]
    do {
      sources = try ManifestSources.lint.read(files)
    } catch {
      output.note(error.message)
      if output.format == .json { _ = output.write(JSON.error(error).pretty + "\n") }
      return error.status
    }
    let report = Linter(disabled: Set(disable.joined())).lint(sources)
    let status: Ending =
      !report.unreadable.isEmpty
      ? .usage : report.count(atLeast: minSeverity) > 0 ? .refused : .done
    switch output.format {
    case .json:
      _ = output.write(report.json(atLeast: minSeverity, exitCode: status.rawValue) + "\n")
    case .text: writeText(report, output)
    }
    return status
  }

  private func writeText(_ report: LintReport, _ output: Output) {
    for finding in report.findings where finding.severity >= minSeverity {
      let issues = finding.rule.argoIssues.map { "#\($0)" }.joined(separator: ", ")
      let source = issues.isEmpty ? "" : " (argo-rollouts \(issues))"
      let text = "\(finding)\(source)\n  fix: \(finding.fix)"
      guard output.write(SafeText.block(text) + "\n") else { return }
    }
    for issue in report.unreadable { output.note(issue.description) }
    let counts = Severity.allCases.reversed().map { severity in
      let count =
        report.findings.count { $0.severity == severity } + (report.omitted[severity] ?? 0)
      return "\(count) \(severity.rawValue)"
    }
    let unread = report.unreadable.isEmpty ? "" : ", \(report.unreadable.count) unreadable"
    output.note(
      "\(report.documents) document\(report.documents == 1 ? "" : "s"): "
        + counts.joined(separator: ", ") + ", \(report.suppressed) allowed\(unread)")
  }
}
