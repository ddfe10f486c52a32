/// Spans of time as Go writes and reads them: `1h30m`, `-1.5s`.
enum Durations {
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
    ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// A sequence of decimal numbers with units; `nil` with the reason when it is none.
  static func parse(_ text: String) -> Result<Int64, Invalid> {
    let invalid = Invalid(message: "time: invalid duration \(Text.quoted(text))")
    var rest = Array(text.unicodeScalars)[...]
    var negative = false
    if let sign = rest.first, sign == "-" || sign == "+" {
      negative = sign == "-"
      rest.removeFirst()
    }
    if rest.elementsEqual(["0"]) { return .success(0) }
    guard !rest.isEmpty else { return .failure(invalid) }
    var total: UInt64 = 0
    while !rest.isEmpty {
      var whole: UInt64 = 0
      var digits = 0
      while let digit = rest.first, ("0"..."9").contains(digit) {
        let (product, over) = whole.multipliedReportingOverflow(by: 10)
        let (sum, more) = product.addingReportingOverflow(UInt64(digit.value - 48))
        guard !over, !more, sum <= 1 << 63 else { return .failure(invalid) }
        whole = sum
        digits += 1
        rest.removeFirst()
      }
      var fraction = 0.0
      if rest.first == "." {
        rest.removeFirst()
        var scale = 0.1
        var value: UInt64 = 0
        var divisor = 1.0
        while let digit = rest.first, ("0"..."9").contains(digit) {
          if value < 100_000_000_000_000_000 {
            value = value * 10 + UInt64(digit.value - 48)
            divisor *= 10
          }
          scale /= 10
          digits += 1
          rest.removeFirst()
        }
        fraction = Double(value) / divisor
      }
      guard digits > 0 else { return .failure(invalid) }
      var unit = ""
      while let letter = rest.first, letter != ".", !("0"..."9").contains(letter) {
        unit.unicodeScalars.append(letter)
        rest.removeFirst()
      }
      guard !unit.isEmpty else {
        return .failure(Invalid(message: "time: missing unit in duration \(Text.quoted(text))"))
      }
      guard let known = units.first(where: { $0.name.bytesEqual(unit) }) else {
        return .failure(
          Invalid(
            message: "time: unknown unit \(Text.quoted(unit)) in duration \(Text.quoted(text))"))
      }
      let (product, over) = whole.multipliedReportingOverflow(by: UInt64(known.nanoseconds))
      guard !over else { return .failure(invalid) }
      let part = UInt64(fraction * Double(known.nanoseconds))
      let (sum, more) = product.addingReportingOverflow(part)
      let (next, most) = total.addingReportingOverflow(sum)
      guard !more, !most, next <= 1 << 63 else { return .failure(invalid) }
      total = next
    }
    if negative { return .success(Int64(truncatingIfNeeded: 0 &- total)) }
    guard total < 1 << 63 else { return .failure(invalid) }
    return .success(Int64(total))
  }

  struct Invalid: Error {
    var message: String
  }

  /// To the nearest multiple, away from zero when two are as near; at the ends of the range it
  /// stays there.
  static func rounded(_ nanoseconds: Int64, to span: Int64) -> Int64 {
    guard span > 0 else { return nanoseconds }
    let rest = (nanoseconds % span).magnitude
    let size = Int64(rest)
    guard rest >= span.magnitude - rest else {
      return nanoseconds < 0 ? nanoseconds + size : nanoseconds - size
    }
    let step = span - size
    let (sum, over) =
      nanoseconds < 0
      ? nanoseconds.subtractingReportingOverflow(step)
      : nanoseconds.addingReportingOverflow(step)
    return over ? (nanoseconds < 0 ? .min : .max) : sum
  }

  /// `1h30m0s`, `1.5s`, `100ms`, `0s`.
  static func text(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let size = nanoseconds.magnitude
    if size < 1_000 { return "\(sign)\(size)ns" }
    if size < 1_000_000 { return sign + decimal(size, 1_000) + "µs" }
    if size < 1_000_000_000 { return sign + decimal(size, 1_000_000) + "ms" }
    let minutes = size / 60_000_000_000
    var text = decimal(size % 60_000_000_000, 1_000_000_000) + "s"
    if minutes > 0 {
      text = "\(minutes % 60)m" + text
      if minutes >= 60 { text = "\(minutes / 60)h" + text }
    }
    return sign + text
  }

  private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
    let rest = value % unit
    guard rest > 0 else { return "\(value / unit)" }
    var digits = String(unit + rest).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(value / unit).\(digits)"
  }
}
