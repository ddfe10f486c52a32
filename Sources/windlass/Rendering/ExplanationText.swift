import RolloutCore
import WindlassWire

/// Why something was decided, for a person. Texts have no final line break.
enum ExplanationText {
  static func render(_ response: ExplainResponse, _ style: Style) -> String {
    var lines = body(response.explanation, style)
    if !response.story.isEmpty {
      lines += ["", "What happened then:"]
      lines += response.story.map { "  \(style.glyph(.idle)) \(SafeText.line($0))" }
    }
    let subject = response.attempt.map { "Attempt \($0), recorded" } ?? "Recorded"
    lines += ["", "\(subject) at position \(response.position)."]
    return lines.joined(separator: "\n")
  }

  /// The answer to "what if I rolled back now?".
  static func render(
    _ response: EvaluateRollbackResponse, of application: ApplicationName,
    on cluster: ClusterName, _ style: Style
  ) -> String {
    var lines: [String] = []
    if response.isRefused {
      let rule = response.rule.map { " (\($0.rawValue))" } ?? ""
      lines.append(style.status(.bad, "\(cluster): would be refused\(rule)"))
    } else {
      let what = response.classification.map { Words.classification($0) } ?? "allowed"
      lines.append(style.status(.good, "\(cluster): would be allowed: \(what)"))
    }
    for warning in response.classification?.warnings ?? [] {
      lines.append(style.status(.warning, Words.warning(warning)))
    }
    let message = SafeText.line(response.message)
    if !message.isEmpty { lines.append(message) }
    if let explanation = response.explanation { lines += [""] + body(explanation, style) }
    lines += [
      "",
      "Nothing was recorded. \(application) on \(cluster) as of version \(response.version), "
        + "position \(response.position).",
    ]
    return lines.joined(separator: "\n")
  }

  private static func body(_ explanation: ExplanationView, _ style: Style) -> [String] {
    var lines = wrapped(explanation.headline)
    for paragraph in explanation.paragraphs {
      lines.append("")
      lines += wrapped(paragraph)
    }
    if !explanation.trace.isEmpty {
      lines += ["", "Rules applied:"]
      var columns = Columns(titles: ["RULE", "WHAT IT SAW", "FACTS AT"])
      for line in explanation.trace {
        columns.add([
          Columns.Cell(line.rule.rawValue), Columns.Cell(SafeText.line(line.text)),
          Columns.Cell(line.facts.map(\.description).joined(separator: ", ")),
        ])
      }
      lines += columns.lines(style).map { "  \($0)" }
    }
    if let counterfactual = explanation.counterfactual, !counterfactual.isEmpty {
      lines += ["", "What would have changed it:"] + wrapped(counterfactual, indent: "  ")
    }
    if let argo = explanation.argoDiffers, !argo.isEmpty {
      lines += ["", "How Argo Rollouts differs:"] + wrapped(argo, indent: "  ")
    }
    if !explanation.argo.isEmpty {
      lines += ["", "What each version of Argo Rollouts would do:"]
      lines += judgements(explanation.argo, style).map { "  \($0)" }
    }
    return lines
  }

  private static func judgements(_ judgements: [ArgoJudgement], _ style: Style) -> [String] {
    var columns = Columns(titles: ["VERSIONS", "ANSWER", "ANALYSIS", "DIFFERS"])
    for judgement in judgements {
      columns.add([
        Columns.Cell(SafeText.line(judgement.versions)),
        Columns.Cell(judgement.answer.rawValue),
        Columns.Cell(judgement.runsAnalysis ? "runs" : "none"),
        judgement.differs
          ? Columns.Cell("yes", mark: .warning) : Columns.Cell("no", mark: .good),
      ])
    }
    return columns.lines(style)
  }

  /// Prose in lines of at most 88 characters, however long its words.
  static func wrapped(_ text: String, indent: String = "") -> [String] {
    var lines: [String] = []
    for paragraph in SafeText.block(text).split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty && indent.count + line.count + 1 + word.count > 88 {
          lines.append(indent + line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      lines.append(line.isEmpty ? "" : indent + line)
    }
    return lines
  }
}
