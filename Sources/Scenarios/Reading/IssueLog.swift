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

/// Foreign text in a message: quoted, at most 60 characters, and nothing a terminal could obey.
func quoted(_ text: String) -> String {
  "\"\(printable(text, atMost: 60))\""
}

/// Foreign text with everything but visible ASCII escaped.
func printable(_ text: String, atMost limit: Int) -> String {
  var result = ""
  for (index, scalar) in text.unicodeScalars.enumerated() {
    guard index < limit else { return result + "..." }
    result += (0x20...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
  }
  return result
}
