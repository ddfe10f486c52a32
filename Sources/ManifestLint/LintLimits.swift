/// How much is read and said.
public enum LintLimits {
  public static let files = 10_000
  /// Of all files; each document in them is bound by `ManifestLimits.fileBytes`.
  public static let totalBytes = 32 << 20
  public static let findings = 10_000
  /// Templates of one analysis that are looked at, those they name included.
  static let templatesPerAnalysis = 50
  /// Metrics of one analysis that are looked at together.
  static let metricsPerAnalysis = 200
  /// Rules on metric names (dry run, retention) that are tried in one list.
  static let metricRules = 50
  /// Conditions that make ranges or repeat text and are tried on samples; of others only the types
  /// are checked.
  static let costlyConditions = 50
  static let metricPatternBytes = 1_024
  static let unreadable = 100
}
