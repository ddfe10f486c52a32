/// What one reading of files has found besides values. Confined to one call of `ManifestReader`.
final class ReadLog {
  private(set) var issues: [ManifestIssue] = []
  private(set) var omitted = 0
  private(set) var ignored: [IgnoredField] = []
  private var known: Set<IgnoredField> = []
  /// A file could not be parsed, so what seems missing may be in it.
  private(set) var hasUnreadableFile = false

  var hasIssues: Bool { !issues.isEmpty }

  func refuse(_ location: SourceLocation, _ field: String, _ reason: String) {
    let issue = ManifestIssue(location: location, field: field, reason: reason)
    // A template is read once for itself and once for each rollout that uses it.
    guard !issues.contains(issue) else { return }
    if issues.count < ManifestLimits.issues {
      issues.append(issue)
    } else {
      omitted += 1
    }
  }

  func refuse(_ field: Field, _ reason: String) {
    refuse(field.location, field.path.isEmpty ? "document" : field.path, reason)
  }

  func refuseFile(_ location: SourceLocation, _ field: String, _ reason: String) {
    hasUnreadableFile = true
    refuse(location, field, reason)
  }

  func ignore(_ field: Field, _ reason: String) {
    let entry = IgnoredField(location: field.location, field: field.path, reason: reason)
    guard ignored.count < ManifestLimits.ignored, known.insert(entry).inserted else { return }
    ignored.append(entry)
  }

  /// - Throws: ``ManifestErrors`` if anything was refused.
  func finish(order files: [String]) throws(ManifestErrors) {
    guard !issues.isEmpty else { return }
    let rank = Dictionary(
      files.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let sorted = issues.enumerated().sorted { a, b in
      let (left, right) = (a.element.location, b.element.location)
      return (rank[left.file] ?? 0, left.line, a.offset)
        < (rank[right.file] ?? 0, right.line, b.offset)
    }
    throw ManifestErrors(issues: sorted.map(\.element), omitted: omitted)
  }
}
