public import Analysis

/// Moments as JSON has them: RFC 3339 texts, or seconds since 1970.
public enum TimeText {
  /// Reads `2026-08-17T10:00:00Z`, with a fraction of up to nine digits and any offset.
  ///
  /// - Returns: `nil` if it is none, or not between 1678 and 2261.
  public static func parse(_ text: String) -> Moment? {
    let bytes = Array(text.utf8)
    guard (20...35).contains(bytes.count) else { return nil }
    func number(_ start: Int, _ count: Int) -> Int64? {
      guard start + count <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[start..<(start + count)] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    guard let year = number(0, 4), bytes[4] == 0x2D, let month = number(5, 2), bytes[7] == 0x2D,
      let day = number(8, 2), "Tt ".utf8.contains(bytes[10]), let hour = number(11, 2),
      bytes[13] == 0x3A, let minute = number(14, 2), bytes[16] == 0x3A, let second = number(17, 2),
      (1678...2261).contains(year), (1...12).contains(month),
      (1...daysIn(month, of: year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var place = 19
    var nanoseconds: Int64 = 0
    if bytes[place] == UInt8(ascii: ".") {
      let digits = bytes[(place + 1)...].prefix { (0x30...0x39).contains($0) }
      guard (1...9).contains(digits.count) else { return nil }
      for index in 0..<9 {
        nanoseconds = nanoseconds * 10
        if index < digits.count { nanoseconds += Int64(digits[place + 1 + index] - 0x30) }
      }
      place += 1 + digits.count
    }
    guard place < bytes.count else { return nil }
    var offset: Int64 = 0
    switch bytes[place] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard place + 1 == bytes.count else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard place + 6 == bytes.count, let hours = number(place + 1, 2), bytes[place + 3] == 0x3A,
        let minutes = number(place + 4, 2), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * 60 * (bytes[place] == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    let days = daysSinceEpoch(year, month, day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return Moment(nanoseconds: seconds * 1_000_000_000 + nanoseconds)
  }

  /// RFC 3339 in UTC, with a fraction only where there is one.
  public static func text(_ moment: Moment) -> String {
    let seconds = moment.nanoseconds.quotientRoundedDown(by: 1_000_000_000)
    let nanoseconds = moment.nanoseconds - seconds * 1_000_000_000
    let days = seconds.quotientRoundedDown(by: 86_400)
    let rest = seconds - days * 86_400
    let date = date(days)
    var result = padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
    result += "T" + padded(rest / 3_600, 2) + ":" + padded(rest / 60 % 60, 2)
    result += ":" + padded(rest % 60, 2)
    return result + fraction(nanoseconds) + "Z"
  }

  /// Seconds since 1970 as a JSON number.
  public static func seconds(_ moment: Moment) -> String {
    let sign = moment.nanoseconds < 0 ? "-" : ""
    let magnitude = moment.nanoseconds.magnitude
    return sign + "\(magnitude / 1_000_000_000)"
      + fraction(Int64(magnitude % 1_000_000_000))
  }

  /// Seconds since 1970, as a JSON number has them: up to nine decimals, no exponent.
  public static func parse(seconds text: String) -> Moment? {
    let isNegative = text.hasPrefix("-")
    let parts = text.dropFirst(isNegative ? 1 : 0)
      .split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = Int64(parts[0]), whole >= 0,
      whole < Int64.max / 1_000_000_000
    else { return nil }
    var nanoseconds: Int64 = 0
    if parts.count == 2 {
      guard (1...9).contains(parts[1].utf8.count), let digits = Int64(parts[1]) else { return nil }
      nanoseconds = digits
      for _ in parts[1].utf8.count..<9 { nanoseconds *= 10 }
    }
    let total = whole * 1_000_000_000 + nanoseconds
    return Moment(nanoseconds: isNegative ? -total : total)
  }

  private static func fraction(_ nanoseconds: Int64) -> String {
    guard nanoseconds > 0 else { return "" }
    var digits = padded(nanoseconds, 9)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "." + digits
  }

  private static func padded(_ number: Int64, _ count: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }

  private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days in the proleptic Gregorian calendar, counted in years that begin in March, so that the
  /// leap day is the last one.
  private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    return (year + era * 400 + (calendarMonth <= 2 ? 1 : 0), calendarMonth, day)
  }
}

extension Int64 {
  /// The quotient by a positive number, rounded towards minus infinity.
  fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
