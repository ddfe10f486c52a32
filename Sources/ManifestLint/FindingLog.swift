import ArgoManifests

/// What one run of lint has found. Confined to one call of `Linter`.
final class FindingLog {
  private(set) var findings: [Finding] = []
  private var known: Set<Finding> = []
  /// Of the document that is being judged.
  var object = ""
  /// Where the arguments come from, while a template is judged once more with those of a use.
  var origin = ""
  private var places: Set<Spot> = []
  private let disabled: Set<LintRule>
  private(set) var work = 0
  /// Findings beyond the limit.
  private(set) var omitted: [Severity: Int] = [:]

  init(disabled: Set<LintRule>) { self.disabled = disabled }

  func report(_ rule: LintRule, _ place: Place, _ message: String, fix: String) {
    report(
      Finding(
        rule: rule, file: place.file, line: place.line, column: place.column, object: object,
        field: place.path, message: message, fix: fix))
  }

  /// A place inside a text: `offset` characters after its start.
  func report(
    _ rule: LintRule, in place: Place, offset: Int, _ message: String, fix: String
  ) {
    var finding = Finding(
      rule: rule, file: place.file, line: place.line, column: place.column, object: object,
      field: place.path, message: message, fix: fix)
    if let node = place.node {
      (finding.line, finding.column) = (node.line, node.column + (node.isVerbatim ? offset : 0))
    }
    report(finding)
  }

  func report(_ finding: Finding) {
    guard !disabled.contains(finding.rule) else { return }
    var finding = finding
    // Beyond the limit, memory stays as it is.
    let isNew =
      findings.count < LintLimits.findings
      && places.insert(
        Spot(
          rule: finding.rule, file: finding.file, line: finding.line, column: finding.column,
          field: finding.field)
      ).inserted
    if !origin.isEmpty {
      // What the template says of itself is not repeated for each use.
      guard isNew else { return }
      finding.message += origin
    }
    guard findings.count < LintLimits.findings else {
      omitted[finding.severity, default: 0] += 1
      return
    }
    guard known.insert(finding).inserted else { return }
    findings.append(finding)
  }

  private struct Spot: Hashable {
    var rule: LintRule
    var file: String
    var line: Int
    var column: Int
    var field: String
  }

  func worked(_ units: Int = 1) { work += units }
}
