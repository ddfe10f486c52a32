/// How far a metric has come in a run.
public struct MetricState: Equatable, Sendable {
  public internal(set) var name: String
  /// Whether it is measured without counting.
  public internal(set) var isDryRun: Bool
  public internal(set) var phase = AnalysisPhase.pending
  /// The last measurement's message when the phase changed; for a completed dry-run metric, why.
  public internal(set) var message = ""
  public internal(set) var counters = Counters()
  /// What is still readable. ``counters`` count the forgotten ones, too.
  public internal(set) var measurements: MeasurementHistory
  /// What completed it; `nil` before, and where the run ended without it.
  public internal(set) var end: End?

  init(name: String, isDryRun: Bool, retained: Int) {
    self.name = name
    self.isDryRun = isDryRun
    measurements = MeasurementHistory(limit: retained)
  }

  /// Whether anything was ever asked of the provider.
  public var wasMeasured: Bool { !measurements.isEmpty }

  /// Measurements by outcome. ``count`` is successful + failed + inconclusive: an error is none.
  ///
  /// Never both ``consecutiveError`` and ``consecutiveSuccess`` are positive.
  public struct Counters: Hashable, Sendable {
    public internal(set) var count: Int64 = 0
    public internal(set) var successful: Int64 = 0
    public internal(set) var failed: Int64 = 0
    public internal(set) var inconclusive: Int64 = 0
    public internal(set) var error: Int64 = 0
    public internal(set) var consecutiveError: Int64 = 0
    public internal(set) var consecutiveSuccess: Int64 = 0

    public init() {}

    /// Counters as a status has them; negative ones count as 0.
    public init(
      count: Int64, successful: Int64 = 0, failed: Int64 = 0, inconclusive: Int64 = 0,
      error: Int64 = 0, consecutiveError: Int64 = 0, consecutiveSuccess: Int64 = 0
    ) {
      self.count = max(0, count)
      self.successful = max(0, successful)
      self.failed = max(0, failed)
      self.inconclusive = max(0, inconclusive)
      self.error = max(0, error)
      self.consecutiveError = max(0, consecutiveError)
      self.consecutiveSuccess = max(0, consecutiveSuccess)
    }

    /// Counts a finished measurement; an unfinished one changes nothing.
    mutating func add(_ phase: AnalysisPhase) {
      switch phase {
      case .pending, .running: return
      case .successful:
        successful = successful.addingSaturating(1)
        consecutiveSuccess = consecutiveSuccess.addingSaturating(1)
        consecutiveError = 0
      case .failed:
        failed = failed.addingSaturating(1)
        consecutiveError = 0
        consecutiveSuccess = 0
      case .inconclusive:
        inconclusive = inconclusive.addingSaturating(1)
        consecutiveError = 0
        consecutiveSuccess = 0
      case .error:
        error = error.addingSaturating(1)
        consecutiveError = consecutiveError.addingSaturating(1)
        consecutiveSuccess = 0
        return
      }
      count = count.addingSaturating(1)
    }
  }

  /// What completed a metric.
  public enum End: String, CaseIterable, Sendable {
    case failureLimit
    case inconclusiveLimit
    case consecutiveErrorLimit
    case consecutiveSuccessLimit
    /// All measurements wanted were taken.
    case count
    /// The run was told to stop, or a sibling went bad.
    case terminated
  }
}
