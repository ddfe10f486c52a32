import Foundation

/// What the demo prints, and how.
enum Paper {
  static let isColoured =
    isatty(STDOUT_FILENO) == 1
    && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func act(_ number: Int, _ title: String, _ text: String) {
    line("")
    line(bold("\(number). \(title)"))
    for line in wrapped(text, indent: "   ") { self.line(line) }
  }

  /// A command as one would type it.
  static func command(_ text: String) { line("   \(cyan("$ \(text)"))") }

  static func outcome(_ text: String) {
    for line in wrapped(text, indent: "     ") { self.line(line) }
  }

  static func kept(_ claim: String) { line("   \(green("✔")) \(claim)") }

  static func broken(_ claim: BrokenClaim) {
    line("   \(red("✘ \(claim.claim)"))")
    line("     expected: \(claim.expected)")
    line("     actual:   \(claim.actual)")
  }

  /// Breaks at spaces so that a line has at most 96 characters.
  static func wrapped(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    var line = indent
    for word in text.split(separator: " ") {
      if line.count > indent.count, line.count + 1 + word.count > 96 {
        lines.append(line)
        line = indent
      }
      line += (line.count > indent.count ? " " : "") + word
    }
    return lines + [line]
  }

  static func bold(_ text: String) -> String { coloured(text, "1") }
  static func red(_ text: String) -> String { coloured(text, "31") }
  static func green(_ text: String) -> String { coloured(text, "32") }
  static func cyan(_ text: String) -> String { coloured(text, "36") }
  static func faint(_ text: String) -> String { coloured(text, "2") }

  private static func coloured(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
