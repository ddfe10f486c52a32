/// Why a condition has no answer.
public struct ConditionError: Error, Equatable, Sendable {
  public enum Kind: String, Equatable, Sendable {
    /// The text is no expression of the language.
    case syntax
    /// The expression cannot be applied to a result of this type.
    case type
    /// The expression is well formed, but failed on this very value.
    case evaluation
    /// A bound on size, depth, steps or memory was reached.
    case limit
  }

  public var kind: Kind
  /// The cause alone, without position, as Argo puts it into a measurement's message.
  public var message: String
  /// 1-based line in the expression.
  public var line: Int
  /// 1-based column, counted in characters.
  public var column: Int
  /// The line of the expression the error points at, cut to a readable length.
  public var excerpt: String
  /// 0-based column of the caret under `excerpt`.
  public var caret: Int

  /// Where in the source the trouble starts, in UTF-8 bytes, until `located(in:)` turns it into a
  /// line and column.
  var offset: Int

  init(_ kind: Kind, _ message: String, at offset: Int = 0) {
    self.kind = kind
    self.message = message
    self.offset = offset
    line = 1
    column = 1
    excerpt = ""
    caret = 0
  }

  /// The same error with line, column and excerpt taken from the expression's text.
  func located(in source: String) -> ConditionError {
    var located = self
    let bytes = Array(source.utf8)
    let at = min(max(offset, 0), bytes.count)
    var lineStart = 0
    var line = 1
    for index in 0..<at where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    var lineEnd = at
    while lineEnd < bytes.count, bytes[lineEnd] != UInt8(ascii: "\n") { lineEnd += 1 }
    let before = Array(String(decoding: bytes[lineStart..<at], as: UTF8.self).unicodeScalars)
    let after = Array(String(decoding: bytes[at..<lineEnd], as: UTF8.self).unicodeScalars)
    // A condition of one long line is shown around the error only.
    let left = before.suffix(60)
    let right = after.prefix(60)
    var text = ""
    for scalar in left + right {
      // A control character would break the caret's column, or the terminal.
      text.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar)
    }
    located.line = line
    located.column = before.count + 1
    located.excerpt = text
    located.caret = left.count
    return located
  }
}

extension ConditionError: CustomStringConvertible {
  /// Message with position, the line, and a caret under the place: three lines.
  public var description: String {
    "\(message) (\(line):\(column))\n | \(excerpt)\n | \(String(repeating: ".", count: caret))^"
  }
}
