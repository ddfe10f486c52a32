import RolloutCore
import WindlassWire

/// What became of a command, one rollout a line.
enum DecisionText {
  static func render(
    _ decision: Decision, of application: ApplicationName, _ style: Style
  ) -> String {
    let place = decision.cluster.map { "\(application) on \($0)" } ?? application.text
    let (mark, word) = outcome(decision)
    var text = style.status(mark, "\(place): \(word)")
    let message = SafeText.line(decision.message)
    if !message.isEmpty { text += ": \(message)" }
    let details = details(decision)
    if !details.isEmpty { text += "\n  \(details.joined(separator: "; "))" }
    for warning in decision.classification?.warnings ?? [] {
      text += "\n  " + style.status(.warning, Words.warning(warning))
    }
    return text
  }

  private static func outcome(_ decision: Decision) -> (Style.Mark, String) {
    switch decision.result {
    case .allowed: (.good, decision.isDryRun ? "would be allowed" : "allowed")
    case .alreadySatisfied: (.good, "already so")
    case .refused:
      (
        .bad,
        (decision.isDryRun ? "would be refused" : "refused")
          + (decision.rule.map { " (\($0.rawValue))" } ?? "")
      )
    case .conflict: (.bad, "conflict")
    case .unknown: (.unknown, "not known whether it was recorded")
    case .unavailable: (.warning, "not recorded")
    }
  }

  private static func details(_ decision: Decision) -> [String] {
    var parts: [String] = []
    if let classification = decision.classification {
      parts.append(Words.classification(classification))
    }
    var numbers: [String] = []
    if let attempt = decision.attempt { numbers.append("attempt \(attempt)") }
    if let revision = decision.revision { numbers.append("revision \(revision)") }
    if decision.version > 0 { numbers.append("version \(decision.version)") }
    // The last event's place, as `windlass events` and `explain --refusal` name it; the reply
    // says where the log goes on.
    if decision.position > 0, !decision.isDryRun, [.allowed, .refused].contains(decision.result) {
      numbers.append("position \(decision.position - 1)")
    }
    if !numbers.isEmpty { parts.append(numbers.joined(separator: ", ")) }
    if decision.isDryRun { parts.append("dry run, nothing recorded") }
    return parts
  }
}
