/// Durations as Go's `time.ParseDuration` reads them: `1h15m30.918s`, `-1.5h`, `300ms`.
///
/// Units: `ns`, `us` (also with either micro sign), `ms`, `s`, `m`, `h`. A bare `0` needs no unit.
/// Source: documentation of Go's package `time`.
public enum GoDuration {
  /// Nanoseconds; `nil` for what Go refuses, including a value outside its 64 bits. At most 256
  /// bytes are looked at: a longer text is refused.
  public static func nanoseconds(_ text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    guard rest.count <= 256 else { return nil }
    var negative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    if rest.elementsEqual([UInt8(ascii: "0")]) { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let part = component(&rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow, sum <= 1 << 63 else { return nil }
      total = sum
    }
    if negative { return total == 1 << 63 ? .min : -Int64(total) }
    return Int64(exactly: total)
  }

  /// One number with its unit, in nanoseconds.
  private static func component(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    let digits = rest.prefix(while: isDigit)
    rest = rest.dropFirst(digits.count)
    var whole: UInt64 = 0
    for digit in digits {
      let (product, far) = whole.multipliedReportingOverflow(by: 10)
      let (sum, farther) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !far, !farther, sum <= 1 << 63 else { return nil }
      whole = sum
    }
    var fraction = 0.0
    var fractionDigits = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let decimals = rest.prefix(while: isDigit)
      fractionDigits = decimals.count
      rest = rest.dropFirst(decimals.count)
      var scale = 1.0
      for digit in decimals.prefix(18) {
        scale /= 10
        fraction += Double(digit - UInt8(ascii: "0")) * scale
      }
    }
    guard !digits.isEmpty || fractionDigits > 0 else { return nil }
    let unit = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
    rest = rest.dropFirst(unit.count)
    guard let size = size(of: unit) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: size)
    guard !overflow, product <= 1 << 63 else { return nil }
    let (sum, far) = product.addingReportingOverflow(UInt64(fraction * Double(size)))
    return far || sum > 1 << 63 ? nil : sum
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func size(of unit: ArraySlice<UInt8>) -> UInt64? {
    switch String(decoding: unit, as: UTF8.self) {
    case "ns": 1
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }
}
