/// One place in the given files that someone will regret.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  public var rule: LintRule
  public var file: String
  /// Counted from 1.
  public var line: Int
  /// Counted from 1, in characters.
  public var column: Int
  /// `Rollout shop/checkout`: kind, namespace where it is written, name. Empty outside documents.
  public var object: String
  /// Path of the field, `spec.strategy.canary.steps[2].pause.duration`; empty for a whole document.
  public var field: String
  /// What is there, and what comes of it.
  public var message: String
  /// What to write instead.
  public var fix: String

  public var severity: Severity { rule.severity }

  /// `file:line:column: severity[rule]: message`
  public var description: String {
    "\(file):\(line):\(column): \(severity.rawValue)[\(rule.rawValue)]: \(message)"
  }
}
