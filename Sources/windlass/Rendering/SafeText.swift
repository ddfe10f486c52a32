/// Text from outside, made harmless for a terminal.
enum SafeText {
  /// One line: whatever steers a terminal or reorders text is dropped, line breaks and tabs become
  /// spaces.
  static func line(_ text: String) -> String { clean(text, keepingLines: false) }

  /// Several lines: as ``line(_:)``, but line breaks stay.
  static func block(_ text: String) -> String { clean(text, keepingLines: true) }

  /// Control characters (C0, DEL, C1), bidirectional overrides and isolates, line and paragraph
  /// separators, and the invisible tag characters.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xE0000...0xE007F:
      true
    default: false
    }
  }

  private static func clean(_ text: String, keepingLines: Bool) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result.append(keepingLines ? "\n" : " ")
      case "\t", "\u{2028}", "\u{2029}": result.append(" ")
      default:
        guard !isUnsafe(scalar) else { continue }
        result.append(scalar)
      }
    }
    return String(result)
  }
}
