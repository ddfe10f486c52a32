/// How much is read from outside before it is refused. Every limit is named in its refusal.
public enum ManifestLimits {
  public static let files = 1_000
  public static let fileBytes = 1 << 20
  public static let totalBytes = 4 << 20
  public static let fileNameBytes = 4_096
  /// YAML documents in all files together.
  public static let documents = 2_000
  /// Nesting of mappings and sequences.
  public static let depth = 64
  /// Scalars, sequences and mappings of one document, aliases expanded.
  public static let nodes = 200_000
  /// Bytes that the aliases of a file could at worst expand to, by a bound that needs no parsing.
  static let expandedBytes = 1 << 20
  /// Bound for explicit complex keys (`? [..] : ..`), each of which may hold the others.
  static let complexKeyBytes = 8 << 20
  /// What could be a complex key without `? `, in one line.
  static let flowKeysPerLine = 16

  public static let issues = 50
  /// Ignored fields that are listed; the rest goes unnamed.
  public static let ignored = 1_000
  public static let rollouts = 100
  public static let policies = 100
  public static let replicas = 100_000
  public static let steps = 100
  /// `setCanaryScale.weight`, in percent of the replicas.
  public static let canaryScale = 10_000
  public static let containers = 20
  public static let experimentTemplates = 20
  public static let experimentAnalyses = 20
  public static let routes = 50
  /// Matches of one route, and headers of one match.
  public static let routeMatches = 20
  /// Configuration of a step plugin, as JSON.
  public static let pluginBytes = 16_384
  /// Dry-run patterns of one analysis.
  public static let dryRuns = 50
  public static let imageBytes = 512
  public static let templates = 500
  /// Templates of one analysis, references expanded.
  public static let templatesPerAnalysis = 20
  public static let metricsPerAnalysis = 50
  /// Metrics of all analyses of all rollouts, so that few bytes cannot ask for much work.
  static let resolvedMetrics = 10_000
  public static let arguments = 50
  public static let argumentBytes = 1_024
  public static let nameBytes = 253
  public static let conditionBytes = 4_096
  public static let queryBytes = 8_192
  public static let applications = 100
  public static let clusterNames = 1_000
  public static let clusterLabels = 20
  /// The longest duration, 36,500 days, in microseconds.
  static let durationMicroseconds: Int64 = 36_500 * 86_400 * 1_000_000
}
