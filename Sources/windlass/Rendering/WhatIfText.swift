import RolloutCore
import WindlassWire

/// Answers that would have been others, one a line, and how many of how many.
enum WhatIfText {
  static func render(
    _ flips: [WhatIfUpdate.Flip], _ summary: WhatIfUpdate.Summary,
    of application: ApplicationName, _ style: Style
  ) -> String {
    var lines: [String] = []
    if !flips.isEmpty {
      var columns = Columns(titles: ["POSITION", "CLUSTER", "ATTEMPT", "WAS", "WOULD BE", "RULES"])
      for flip in flips {
        columns.add([
          Columns.Cell("\(flip.position)"), Columns.Cell(flip.cluster.text),
          Columns.Cell("\(flip.attempt)" + (flip.origin == .observed ? " (observed)" : "")),
          Columns.Cell(answer(flip.before)),
          Columns.Cell(answer(flip.after), mark: mark(flip.after)),
          Columns.Cell(rules(flip)),
        ])
      }
      lines += columns.lines(style) + [""]
    }
    let answers = "\(summary.answers) answer\(summary.answers == 1 ? "" : "s")"
    let rollouts = "\(summary.rollouts) rollout\(summary.rollouts == 1 ? "" : "s")"
    if summary.flips == 0 {
      lines.append(
        "None of \(answers) in \(rollouts) of \(application) would have been another one.")
    } else {
      let parts = [
        (summary.toFast, "to the fast track"), (summary.toFull, "to the full track"),
        (summary.toRefused, "to a refusal"),
      ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      lines.append(
        "\(summary.flips) of \(answers) in \(rollouts) of \(application) would have been others"
          + (parts.isEmpty ? "." : ": \(parts.joined(separator: ", ")).")
          + (summary.hasMore ? " Not all are listed; see --limit." : ""))
    }
    if summary.byOtherRules > 0 {
      lines.append("\(summary.byOtherRules) would have been the same by other rules.")
    }
    for stream in summary.unreadable {
      lines.append(
        style.status(.warning, "reviewed only up to what cannot be read: \(SafeText.line(stream))"))
    }
    lines.append("Nothing was recorded. As of position \(summary.position).")
    return lines.joined(separator: "\n")
  }

  private static func answer(_ answer: DecidedAnswer) -> String {
    switch answer.outcome {
    case .attempt(let kind, let track, let verdict):
      [
        kind == .returnToStable ? "return to stable" : kind.rawValue,
        verdict.map { Words.window($0) }, "\(track.rawValue) track",
      ].compactMap { $0 }.joined(separator: ", ")
    case .reclassified(let track, let rollbackClass):
      "\(rollbackClass.rawValue), \(track.rawValue) track"
    case .refused: "refused"
    case .satisfied: "nothing to do"
    }
  }

  private static func mark(_ answer: DecidedAnswer) -> Style.Mark {
    switch answer.outcome {
    case .attempt, .reclassified: .progressing
    case .refused: .bad
    case .satisfied: .idle
    }
  }

  /// Those that the two answers do not share.
  private static func rules(_ flip: WhatIfUpdate.Flip) -> String {
    let gone = flip.before.rules.filter { !flip.after.rules.contains($0) }.map { "-\($0.rawValue)" }
    let new = flip.after.rules.filter { !flip.before.rules.contains($0) }.map { "+\($0.rawValue)" }
    return (gone + new).joined(separator: " ")
  }
}
