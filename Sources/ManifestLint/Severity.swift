/// How bad a finding is.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  /// Worth knowing; often meant.
  case info
  /// Accepted by Argo Rollouts, and regretted.
  case warning
  /// Refused by Argo Rollouts, or hangs, or fails whatever is released.
  case error

  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .error: 2
    }
  }
}
