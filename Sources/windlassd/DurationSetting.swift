/// A duration as settings have it: a whole number and its unit, `500ms`, `10s`, `30m` or `2h`.
enum DurationSetting {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
  ]

  /// `nil` for anything else. At most nine digits, so that nothing can overflow.
  static func parse(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(digits.utf8.count), let number = Int64(digits),
      let unit = units.first(where: { $0.name == text[digits.endIndex...] })
    else { return nil }
    return .milliseconds(number * unit.milliseconds)
  }

  /// In the largest unit that needs no fraction.
  static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0,
      let unit = units.last(where: { milliseconds.isMultiple(of: $0.milliseconds) })
    else { return "\(milliseconds)ms" }
    return "\(milliseconds / unit.milliseconds)\(unit.name)"
  }
}
