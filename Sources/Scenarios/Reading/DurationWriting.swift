import RolloutCore

/// Durations as scenarios write them, so that equal ones are equal texts.
enum DurationWriting {
  /// `1d2h`, `10m`, `1s500ms`, `0s`; with a sign where it is negative.
  static func text(_ interval: Interval) -> String {
    let units: [(UInt64, String)] = [
      (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"),
      (1_000, "ms"), (1, "us"),
    ]
    var rest = interval.microseconds.magnitude
    var text = interval.microseconds < 0 ? "-" : ""
    for (size, name) in units {
      let (count, remainder) = rest.quotientAndRemainder(dividingBy: size)
      if count > 0 { text += "\(count)\(name)" }
      rest = remainder
    }
    return text.isEmpty ? "0s" : text
  }
}
