/// Why the given files were refused: every issue that was found, not only the first.
public struct ManifestErrors: Error, Equatable, Sendable, CustomStringConvertible {
  /// 1...50 issues, by file in the order given, then by line.
  public var issues: [ManifestIssue]
  /// How many more were found and are not listed.
  public var omitted: Int

  public init(issues: [ManifestIssue], omitted: Int = 0) {
    self.issues = issues
    self.omitted = omitted
  }

  /// One issue a line.
  public var description: String {
    var lines = issues.map(\.description)
    if omitted > 0 { lines.append("and \(omitted) more") }
    return lines.joined(separator: "\n")
  }
}

/// One reason why a file was refused.
public struct ManifestIssue: Hashable, Sendable, CustomStringConvertible {
  public var location: SourceLocation
  /// Path of the field, `spec.strategy.canary.steps[2].pause.duration`; `yaml` where the text is no
  /// YAML, `file` where the file as a whole is meant, `document` for one without a kind.
  public var field: String
  /// What is wrong and what would be right.
  public var reason: String

  public init(location: SourceLocation, field: String, reason: String) {
    self.location = location
    self.field = field
    self.reason = reason
  }

  /// `file:line: field: reason`
  public var description: String { "\(location): \(field): \(reason)" }
}
