/// Where a command writes: results to standard output, everything else to standard error.
struct Output: Sendable {
  /// Writes to standard output as given. False when nobody reads it any more.
  var write: @Sendable (String) -> Bool
  /// Writes to standard error as given.
  var writeError: @Sendable (String) -> Void
  /// Standard output is a terminal.
  var isTerminal: Bool
  var style: Style
  var format: Format

  enum Format: String, CaseIterable, Sendable {
    case text
    case json
  }

  /// One result: text followed by a line break, or one JSON object over several lines.
  ///
  /// - Returns: false when nobody reads standard output any more.
  @discardableResult
  func result(_ text: @autoclosure () -> String, _ json: @autoclosure () -> JSON) -> Bool {
    switch format {
    case .text: write(text() + "\n")
    case .json: write(json().pretty + "\n")
    }
  }

  /// A sentence for the person who watches, with our name in front.
  func note(_ text: String) {
    writeError("windlass: \(SafeText.block(text))\n")
  }
}
