/// What the terminal can show.
struct Style: Equatable, Sendable {
  /// ANSI colours.
  var color: Bool
  /// Anything beyond ASCII.
  var unicode: Bool

  static let plain = Style(color: false, unicode: false)

  /// A state as people know it from `kubectl argo rollouts`.
  enum Mark: CaseIterable, Sendable {
    case good, progressing, paused, bad, warning, unknown, idle
  }

  func glyph(_ mark: Mark) -> String {
    switch mark {
    case .good: unicode ? "✔" : "+"
    case .progressing: unicode ? "◌" : "~"
    case .paused: unicode ? "॥" : "="
    case .bad: unicode ? "✖" : "x"
    case .warning: unicode ? "⚠" : "!"
    case .unknown: "?"
    case .idle: unicode ? "•" : "-"
    }
  }

  /// The mark and its word, for example `✔ Healthy`.
  func status(_ mark: Mark, _ word: String) -> String {
    paint("\(glyph(mark)) \(word)", as: mark)
  }

  /// The text in the mark's colour.
  func paint(_ text: String, as mark: Mark) -> String {
    guard color else { return text }
    let code =
      switch mark {
      case .good: "32"
      case .progressing: "36"
      case .paused, .warning: "33"
      case .bad: "31"
      case .unknown: "35"
      case .idle: "2"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// A line of a tree in front of a name.
  enum Branch { case middle, last, beside, none }

  func branch(_ branch: Branch) -> String {
    switch branch {
    case .middle: unicode ? "├──" : "|--"
    case .last: unicode ? "└──" : "`--"
    case .beside: unicode ? "│  " : "|  "
    case .none: "   "
    }
  }
}
