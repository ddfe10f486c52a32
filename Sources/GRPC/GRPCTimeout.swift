/// The `grpc-timeout` field: one to eight digits and a unit, nothing else.
enum GRPCTimeout {
  /// Nanoseconds, clamped to what an `Int64` holds; `nil` when the text is not a timeout.
  static func nanoseconds(_ text: Span<UInt8>) -> Int64? {
    guard (2...9).contains(text.count) else { return nil }
    var amount: Int64 = 0
    for index in 0..<text.count - 1 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
      amount = amount * 10 + Int64(text[index] - UInt8(ascii: "0"))
    }
    let unit: Int64
    switch text[text.count - 1] {
    case UInt8(ascii: "H"): unit = 3_600_000_000_000
    case UInt8(ascii: "M"): unit = 60_000_000_000
    case UInt8(ascii: "S"): unit = 1_000_000_000
    case UInt8(ascii: "m"): unit = 1_000_000
    case UInt8(ascii: "u"): unit = 1_000
    case UInt8(ascii: "n"): unit = 1
    default: return nil
    }
    let (product, overflow) = amount.multipliedReportingOverflow(by: unit)
    return overflow ? .max : product
  }

  /// The finest unit whose eight digits hold the duration, rounded up: never shorter than asked.
  static func text(nanoseconds: Int64) -> String {
    let amount = max(nanoseconds, 1)
    let units: [(Int64, String)] = [
      (1, "n"), (1_000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (60_000_000_000, "M"),
      (3_600_000_000_000, "H"),
    ]
    for (size, name) in units {
      let count = amount / size + (amount % size == 0 ? 0 : 1)
      if count <= 99_999_999 { return "\(count)\(name)" }
    }
    return "99999999H"
  }
}
