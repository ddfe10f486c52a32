public import ArgoManifests

/// What lint has to say about a set of files.
public struct LintReport: Equatable, Sendable {
  /// By file in the order given, then line, column and rule; at most ``LintLimits/findings``.
  public var findings: [Finding] = []
  /// Findings beyond the limit, by severity.
  public var omitted: [Severity: Int] = [:]
  /// Findings that a comment allowed.
  public var suppressed = 0
  /// Documents that could not be read; nothing is said about them, and what seems missing may be there.
  public var unreadable: [ManifestIssue] = []
  /// Documents that were judged: Argo's kinds and `RolloutPolicy`.
  public var documents = 0
  /// Values looked at and conditions tried, a measure of effort that no clock disturbs.
  public var work = 0

  public init() {}

  /// How many findings are at least this bad, the omitted ones included.
  public func count(atLeast severity: Severity) -> Int {
    findings.count { $0.severity >= severity }
      + omitted.reduce(0) { $0 + ($1.key >= severity ? $1.value : 0) }
  }
}
