/// Where a measurement, a metric or a run stands. Raw values are the words of Argo Rollouts.
public enum AnalysisPhase: String, CaseIterable, Sendable {
  /// Nothing was measured yet.
  case pending = "Pending"
  /// Begun, and without an answer so far.
  case running = "Running"
  case successful = "Successful"
  case failed = "Failed"
  /// There was no answer to judge.
  case error = "Error"
  /// The answer was neither good nor bad.
  case inconclusive = "Inconclusive"

  /// Whether it is an end: a completed metric or run never changes again.
  public var isCompleted: Bool {
    switch self {
    case .pending, .running: false
    case .successful, .failed, .error, .inconclusive: true
    }
  }

  /// Whether a metric in this phase stops its siblings.
  public var isBad: Bool {
    switch self {
    case .pending, .running, .successful: false
    case .failed, .error, .inconclusive: true
    }
  }

  /// From best, 0, to worst, 5, as a run aggregates its metrics.
  public var badness: Int {
    switch self {
    case .successful: 0
    case .running: 1
    case .pending: 2
    case .inconclusive: 3
    case .error: 4
    case .failed: 5
    }
  }

  public func isWorse(than other: Self) -> Bool { badness > other.badness }
}
