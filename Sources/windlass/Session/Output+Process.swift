import Foundation

extension Output {
  /// The process's own streams.
  ///
  /// - Parameter noColor: `--no-color`; the variable NO_COLOR, not empty, says the same.
  static func process(
    format: Format, noColor: Bool, environment: [String: String]
  ) -> Output {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let wantsColor =
      !noColor && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    return Output(
      write: { text in
        do {
          try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
          return true
        } catch {
          // A pager or `head` that has seen enough; the exit status still says what happened.
          return false
        }
      },
      writeError: { text in
        do {
          try FileHandle.standardError.write(contentsOf: Data(text.utf8))
        } catch {
          // There is no third stream to say so on.
          return
        }
      },
      isTerminal: isTerminal,
      style: Style(color: isTerminal && wantsColor, unicode: isUTF8(environment)),
      format: format)
  }

  /// Whether the locale's character set is UTF-8. Source: POSIX, LC_ALL over LC_CTYPE over LANG.
  static func isUTF8(_ environment: [String: String]) -> Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    guard let locale = locale?.lowercased() else { return false }
    return locale.contains("utf-8") || locale.contains("utf8")
  }
}
