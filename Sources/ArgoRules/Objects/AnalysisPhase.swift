/// Phase of an analysis run or an experiment. Empty text counts as not yet looked at.
public enum AnalysisPhase: String, Equatable, Hashable, Sendable, CaseIterable {
  case none = ""
  case pending = "Pending"
  case running = "Running"
  case successful = "Successful"
  case failed = "Failed"
  case error = "Error"
  case inconclusive = "Inconclusive"

  /// Nothing more will happen.
  public var isCompleted: Bool {
    switch self {
    case .successful, .failed, .error, .inconclusive: true
    case .none, .pending, .running: false
    }
  }
}
