extension Timestamp {
  /// `2026-11-23 02:05:11Z`; fractions of a second are cut off. Years beyond four digits are
  /// written out, years before 0 with a sign.
  public var utcText: String {
    let (days, secondOfDay) = Self.floorDivide(
      Self.floorDivide(microseconds, by: 1_000_000).quotient, by: 86_400)
    let (year, month, day) = Self.civil(fromDays: days)
    let (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2)) "
      + "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))Z"
  }

  private static func floorDivide(
    _ a: Int64, by b: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
  }

  /// Days since 1970-01-01 to a date of the proleptic Gregorian calendar.
  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  private static func civil(
    fromDays days: Int64
  ) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count))
      + digits
  }
}

extension Interval {
  /// The two largest units, as people say it: `2 h 5 min`, `45 s`, `3 d`; below a second
  /// `250 ms`, `1 us`.
  public var text: String {
    let units: [(Int64, String)] = [
      (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"),
      (1000, "ms"), (1, "us"),
    ]
    var rest = microseconds.magnitude
    var parts: [String] = []
    for (size, name) in units {
      let (count, remainder) = rest.quotientAndRemainder(dividingBy: size.magnitude)
      rest = remainder
      if count > 0 { parts.append("\(count) \(name)") }
      if parts.count == 2 || (!parts.isEmpty && count == 0) { break }
    }
    let text = parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    return microseconds < 0 ? "-" + text : text
  }
}
