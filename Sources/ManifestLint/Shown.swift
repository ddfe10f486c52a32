/// Foreign text in messages.
enum Shown {
  /// Everything but visible ASCII escaped, and cut.
  static func text(_ text: String, atMost limit: Int = 80) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard index < limit else { return result + "..." }
      if (0x20...0x7E).contains(scalar.value) {
        result.unicodeScalars.append(scalar)
      } else {
        result += scalar.escaped(asASCII: true)
      }
    }
    return result
  }

  static func quoted(_ text: String) -> String { "\"\(Self.text(text, atMost: 80))\"" }
}
