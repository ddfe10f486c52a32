/// Durations as Go's `time.ParseDuration` reads them, with its error texts: Argo's messages quote
/// them.
public enum GoDuration {
  /// Why a text is no duration; its text is Go's.
  public struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Reads a sum of decimal numbers with units, such as `1h30m`, `1.5s`, `-2m` or `0`.
  ///
  /// - Parameter text: units are `ns`, `us` (also `µs`), `ms`, `s`, `m` and `h`.
  /// - Returns: possibly zero or negative, as in Go.
  /// - Throws: ``Invalid`` for anything else, and beyond 292 years.
  public static func parse(_ text: String) throws(Invalid) -> Moment.Span {
    let invalid = Invalid(description: "time: invalid duration \(quoted(text))")
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) { return Moment.Span(nanoseconds: 0) }
    guard !rest.isEmpty else { throw invalid }
    // One more than the largest positive duration: only a negative one may get there.
    let limit = UInt64(1) << 63
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let number = Number(&rest) else { throw invalid }
      let name = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty else {
        throw Invalid(description: "time: missing unit in duration \(quoted(text))")
      }
      guard let unit = unit(name) else {
        throw Invalid(
          description: "time: unknown unit \(quoted(String(decoding: name, as: UTF8.self)))"
            + " in duration \(quoted(text))")
      }
      let (whole, overflow) = number.whole.multipliedReportingOverflow(by: unit)
      guard !overflow, whole <= limit else { throw invalid }
      // At most one unit: `fraction < scale`.
      let part = UInt64(Double(number.fraction) * (Double(unit) / number.scale))
      guard whole + part <= limit, total <= limit - (whole + part) else { throw invalid }
      total += whole + part
    }
    if isNegative { return Moment.Span(nanoseconds: Int64(truncatingIfNeeded: 0 &- total)) }
    guard total < limit else { throw invalid }
    return Moment.Span(nanoseconds: Int64(total))
  }

  /// Digits with at most one point among them.
  private struct Number {
    var whole: UInt64 = 0
    var fraction: UInt64 = 0
    /// What to divide the fraction by.
    var scale = 1.0

    /// `nil` without a digit, or if it is beyond 2^63.
    init?(_ rest: inout ArraySlice<UInt8>) {
      let count = rest.count
      while let byte = rest.first, isDigit(byte) {
        guard whole <= (UInt64(1) << 63) / 10 else { return nil }
        whole = whole * 10 + UInt64(byte - UInt8(ascii: "0"))
        guard whole <= UInt64(1) << 63 else { return nil }
        rest = rest.dropFirst()
      }
      var hasDigits = rest.count != count
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        var isFull = false
        while let byte = rest.first, isDigit(byte) {
          hasDigits = true
          rest = rest.dropFirst()
          // Digits too small to matter are read and dropped.
          guard !isFull, fraction <= (UInt64(1) << 63 - 1) / 10 else {
            isFull = true
            continue
          }
          fraction = fraction * 10 + UInt64(byte - UInt8(ascii: "0"))
          scale *= 10
        }
      }
      guard hasDigits else { return nil }
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func unit(_ name: ArraySlice<UInt8>) -> UInt64? {
    switch String(decoding: name, as: UTF8.self) {
    case "ns": 1
    // Micro sign, and Greek mu.
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars.prefix(256) {
      if scalar.value < 0x20 || scalar.value >= 0x80 {
        for byte in String(scalar).utf8 {
          let digits = String(byte, radix: 16)
          result += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
      } else {
        if scalar == "\"" || scalar == "\\" { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
