/// A word of the source text.
struct Token: Equatable, Sendable {
  enum Kind: String, Sendable {
    case end = "EOF"
    case name = "Identifier"
    case number = "Number"
    case text = "String"
    case bytes = "Bytes"
    case sign = "Operator"
    case bracket = "Bracket"
  }

  var kind: Kind
  /// The word; of a string what it stands for, escapes resolved.
  var text: String
  /// Of the first byte in the source.
  var offset: Int

  func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
  func isBracket(_ bracket: String) -> Bool { kind == .bracket && text == bracket }

  /// How messages name it.
  var shown: String {
    switch kind {
    case .end: "EOF"
    case .name, .number, .text, .bytes, .sign, .bracket:
      text.isEmpty ? kind.rawValue : "\(kind.rawValue)(\(Text.quoted(text)))"
    }
  }
}
