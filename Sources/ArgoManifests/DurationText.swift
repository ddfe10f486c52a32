public import RolloutCore

/// Durations as people write them in manifests and policies.
public enum DurationText {
  /// Why a text is no duration.
  public struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
    public var reason: String
    public var description: String { reason }
  }

  /// Reads a sum of numbers with units, as Go writes them: `90s`, `1h30m`, `1.5s`, `500ms`, `+2m`;
  /// with `days`, also `7d` (24 hours each).
  ///
  /// - Returns: More than 0, at most 36,500 days; fractions of a microsecond are cut off.
  /// - Throws: ``Invalid``, saying what would be right.
  public static func parse(_ text: String, days: Bool) throws(Invalid) -> Interval {
    try checked(microseconds: nanoseconds(text, days: days) / 1_000)
  }

  /// Reads the duration of a pause: seconds without a unit, or a duration as Go writes it.
  ///
  /// - Returns: Whole seconds, 0 included; Argo Rollouts cuts the rest off, so `500ms` is over at
  ///   once.
  /// - Throws: ``Invalid`` for what Argo Rollouts refuses too, such as more than 2^31 - 1 seconds.
  static func pause(_ text: String) throws(Invalid) -> Interval {
    if let seconds = Int64(text) { return try pause(seconds: seconds) }
    return try pause(seconds: nanoseconds(text, days: false) / 1_000_000_000)
  }

  static func pause(seconds: Int64) throws(Invalid) -> Interval {
    guard seconds >= 0 else { throw Invalid(reason: "must not be negative, is \(seconds)") }
    guard seconds <= Int32.max else {
      throw Invalid(reason: "must be at most \(Int32.max) seconds, is \(seconds)")
    }
    return .seconds(seconds)
  }

  /// Nanoseconds, 0 or more.
  private static func nanoseconds(_ text: String, days: Bool) throws(Invalid) -> Int64 {
    let example = days ? "7d, 24h, 1h30m, 30s or 500ms" : "24h, 1h30m, 30s or 500ms"
    let malformed = Invalid(
      reason: "must be a duration such as \(example), is \(quoted(text))")
    guard (1...64).contains(text.utf8.count) else { throw malformed }
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard !rest.isEmpty else { throw malformed }
    var total: Int64 = 0
    while !rest.isEmpty {
      let whole = rest.prefix(while: isDigit)
      rest = rest.dropFirst(whole.count)
      var fraction = rest[rest.startIndex..<rest.startIndex]
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = rest.prefix(while: isDigit)
        rest = rest.dropFirst(fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty else { throw malformed }
      let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
      rest = rest.dropFirst(name.count)
      guard let unit = unit(String(Substring(name))) else { throw malformed }
      if name.elementsEqual("d".utf8) && !days {
        throw Invalid(
          reason: "must not count in days, which Argo Rollouts does not read; write 24h")
      }
      total = try sum(total, whole, fraction, unit)
    }
    return total
  }

  /// A duration given as a number of seconds.
  ///
  /// - Throws: ``Invalid`` unless it is more than 0 and at most 36,500 days.
  public static func seconds(_ seconds: Int64) throws(Invalid) -> Interval {
    try checked(microseconds: Interval.seconds(seconds).microseconds)
  }

  private static let tooLong = Invalid(reason: "must be at most 36500 days (876000h)")

  private static func checked(microseconds: Int64) throws(Invalid) -> Interval {
    guard microseconds > 0 else { throw Invalid(reason: "must be longer than 0") }
    guard microseconds <= ManifestLimits.durationMicroseconds else { throw tooLong }
    return Interval(microseconds: microseconds)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Nanoseconds of a unit.
  private static func unit(_ name: String) -> Int64? {
    switch name {
    case "ns": 1
    // The micro sign, or the Greek letter.
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    case "d": 86_400_000_000_000
    default: nil
    }
  }

  /// `total + whole.fraction * unit`, refusing what no 64-bit number holds.
  private static func sum(
    _ total: Int64, _ whole: Substring.UTF8View, _ fraction: Substring.UTF8View, _ unit: Int64
  ) throws(Invalid) -> Int64 {
    guard let number = whole.isEmpty ? 0 : Int64(Substring(whole)) else { throw tooLong }
    var (value, overflow) = number.multipliedReportingOverflow(by: unit)
    // Each digit is worth a tenth of the one before: no product, so nothing to overflow.
    var place = unit
    for digit in fraction {
      place /= 10
      value = value.addingSaturating(Int64(digit - UInt8(ascii: "0")) * place)
    }
    value = value.addingSaturating(total)
    overflow = overflow || value == .max
    guard !overflow else { throw tooLong }
    return value
  }
}

extension Int64 {
  fileprivate func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
