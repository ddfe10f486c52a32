/// How far a run has come. A value: ``AnalysisRun`` makes the next one from it.
public struct RunState: Equatable, Sendable {
  public internal(set) var phase = AnalysisPhase.pending
  public internal(set) var message = ""
  /// The time of the first assessment.
  public internal(set) var startedAt: Moment?
  /// When the phase was completed; `nil` for a run that could not begin, which is why no time to
  /// live ends such a run.
  public internal(set) var completedAt: Moment?
  /// Once set it stays.
  public internal(set) var isTerminateRequested = false
  /// In the order of the specification.
  public internal(set) var metrics: [MetricState]
  /// Metrics that count.
  public internal(set) var summary = Summary()
  public internal(set) var dryRunSummary = Summary()

  init(metrics: [MetricState]) { self.metrics = metrics }

  /// The state of a run that cannot begin: Error, at once and for good.
  public init(refused refusal: RunRefusal) {
    metrics = []
    phase = .error
    message = refusal.message
  }

  /// Whether nothing new may be measured: the run was told to stop, or a metric that counts went
  /// bad.
  public var isTerminating: Bool {
    isTerminateRequested || metrics.contains { !$0.isDryRun && $0.phase.isBad }
  }

  /// The name of the event that Argo emits when a run completes, for example `AnalysisRunFailed`.
  public var completionEvent: String? {
    phase.isCompleted ? "AnalysisRun\(phase.rawValue)" : nil
  }

  /// Metrics by outcome.
  ///
  /// As Argo counts: outcomes are those of the limits alone, so a metric that failed because its
  /// count ran out counts as successful; a metric that nothing was measured of has no outcome.
  public struct Summary: Hashable, Sendable {
    /// All metrics, whether completed or not.
    public internal(set) var count = 0
    public internal(set) var successful = 0
    public internal(set) var failed = 0
    public internal(set) var inconclusive = 0
    public internal(set) var error = 0

    public init() {}
  }
}
