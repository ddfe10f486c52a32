import ArgoManifests

/// What one reading of a file has found wrong. Confined to one call of ``ScenarioReader``.
final class IssueLog {
  private var issues: [ManifestIssue] = []
  private var omitted = 0

  var count: Int { issues.count + omitted }

  func refuse(_ location: SourceLocation, _ field: String, _ reason: String) {
    guard issues.count < ScenarioLimits.issues else {
      omitted += 1
      return
    }
    issues.append(ManifestIssue(location: location, field: field, reason: reason))
  }

  /// - Throws: ``ManifestErrors`` if anything was refused, by line.
  func finish() throws(ManifestErrors) {
    guard !issues.isEmpty else { return }
    let sorted = issues.enumerated().sorted {
      ($0.element.location.line, $0.offset) < ($1.element.location.line, $1.offset)
    }
    throw ManifestErrors(issues: sorted.map(\.element), omitted: omitted)
  }
}
