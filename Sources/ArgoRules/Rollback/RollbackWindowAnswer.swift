/// The answer to "is this rollback inside its window?", with what it rests on.
public enum RollbackWindowAnswer: Equatable, Sendable {
  /// There is no desired or no stable ReplicaSet.
  case notComparable
  /// Desired was not created strictly before stable: no rollback by age.
  case notOlder
  /// No window, or one of zero or fewer revisions.
  case noWindow
  /// `between` revisions lie strictly between desired and stable; fewer than `revisions`.
  case inside(between: Int, revisions: Int)
  case outside(between: Int, revisions: Int)

  public var isInside: Bool {
    switch self {
    case .inside: true
    case .notComparable, .notOlder, .noWindow, .outside: false
    }
  }

  /// What the controller writes to its log; nothing when it did not get as far as counting.
  public var logLine: String? {
    switch self {
    case .inside(let between, let revisions):
      "Rollback within the window: \(between) (\(revisions))"
    case .outside(let between, let revisions):
      "Rollback outside the window: \(between) (\(revisions))"
    case .notComparable, .notOlder, .noWindow: nil
    }
  }
}
