/// A number as a template gives it: as a number, or as a text, which is what an argument leaves.
public enum NumberSetting: Hashable, Sendable {
  case number(Int64)
  case text(String)

  /// The number that Argo works with: a text that is no decimal number counts as 0 (see
  /// ``isReadable``), one too large as the largest.
  public var value: Int64 {
    switch self {
    case .number(let value): value
    case .text(let text):
      if let value = Int64(text) {
        value
      } else if Self.isDecimal(text) {
        text.utf8.first == UInt8(ascii: "-") ? .min : .max
      } else {
        0
      }
    }
  }

  /// Whether it is a number at all.
  public var isReadable: Bool {
    switch self {
    case .number: true
    case .text(let text): Self.isDecimal(text)
    }
  }

  private static func isDecimal(_ text: String) -> Bool {
    var digits = text.utf8[...]
    if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      digits = digits.dropFirst()
    }
    return !digits.isEmpty
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
