/// What this module takes from outside before it refuses. Argo has no such limits; a run beyond
/// them would not fit a Kubernetes object.
public enum AnalysisLimits {
  /// Metrics of one run.
  public static let metrics = 1_000
  /// Arguments of one run.
  public static let arguments = 1_000
  /// Dry-run rules of one run, and as many retention rules.
  public static let rules = 100
  /// Bytes of a metric once its arguments are filled in.
  public static let metricBytes = 1 << 20
  /// Templates of one run, those they refer to included.
  public static let templates = 1_000
  /// Measurements that stay readable per metric, whatever a retention rule asks for.
  public static let measurements = 10_000
}
