public import ArgoManifests

/// Finds what Argo Rollouts accepts and users regret.
public struct Linter: Sendable {
  /// Rules that are not applied.
  public var disabled: Set<LintRule>

  public init(disabled: Set<LintRule> = []) { self.disabled = disabled }

  /// Judges a set of files together: templates are looked up across all of them.
  ///
  /// Never refuses: what cannot be read is named in ``LintReport/unreadable``, and the rest is judged.
  /// Time and memory are linear in the size of the files.
  ///
  /// - Parameter files: UTF-8 YAML or JSON, any number of documents, of any kind.
  public func lint(_ files: [SourceFile]) -> LintReport {
    var report = LintReport()
    let total = files.reduce(0) { $0 + $1.bytes.count }
    guard files.count <= LintLimits.files, total <= LintLimits.totalBytes else {
      report.unreadable = [
        ManifestIssue(
          location: SourceLocation(
            file: Shown.text(files.first?.name ?? "", atMost: 4096), line: 1),
          field: "file",
          reason: "all together must be at most \(LintLimits.files) files of "
            + "\(LintLimits.totalBytes) bytes, are \(files.count) of \(total)")
      ]
      return report
    }
    let log = FindingLog(disabled: disabled)
    var run = LintRun(log: log)
    var suppressions: [String: Suppressions] = [:]
    var ranks: [String: Int] = [:]
    for (rank, file) in files.enumerated() {
      let name = Shown.text(file.name, atMost: 4096)
      ranks[name] = ranks[name] ?? rank
      suppressions[name] = Suppressions(file, file: name, log)
      run.read(file, name: name)
    }
    run.judge()
    report.documents = run.count
    report.unreadable = Array(run.unreadable.prefix(LintLimits.unreadable))
    report.work = log.work
    var kept: [Finding] = []
    for finding in log.findings {
      if suppressions[finding.file]?.allows(finding) ?? false {
        report.suppressed += 1
      } else {
        kept.append(finding)
      }
    }
    let unused = FindingLog(disabled: disabled)
    for suppression in suppressions.values { suppression.reportUnused(unused) }
    kept += unused.findings
    kept.sort { a, b in
      (ranks[a.file] ?? 0, a.line, a.column, a.rule.rawValue, a.message)
        < (ranks[b.file] ?? 0, b.line, b.column, b.rule.rawValue, b.message)
    }
    report.omitted = log.omitted
    for finding in kept.dropFirst(LintLimits.findings) {
      report.omitted[finding.severity, default: 0] += 1
    }
    report.findings = Array(kept.prefix(LintLimits.findings))
    return report
  }
}
