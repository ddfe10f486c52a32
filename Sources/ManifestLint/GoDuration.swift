/// Durations as Argo Rollouts reads them: Go's `time.ParseDuration`.
enum GoDuration {
  /// Seconds, negative too; `nil` for what Go does not read.
  static func seconds(_ text: String) -> Double? {
    var rest = Substring(text).utf8[...]
    guard rest.count <= 128 else { return nil }
    var sign = 1.0
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      if first == UInt8(ascii: "-") { sign = -1 }
      rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) { return 0 }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
      let number = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
      rest = rest.dropFirst(number.count)
      let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
      rest = rest.dropFirst(name.count)
      guard number.contains(where: isDigit), number.count(where: { $0 == UInt8(ascii: ".") }) <= 1,
        let value = Double("0" + String(Substring(number)) + (number.last == 0x2E ? "0" : "")),
        let unit = unit(String(Substring(name)))
      else { return nil }
      total += value * unit
    }
    // 64 bits of nanoseconds.
    guard total <= 9_223_372_036 else { return nil }
    return sign * total
  }

  private static func unit(_ name: String) -> Double? {
    switch name {
    case "ns": 1e-9
    case "us", "\u{B5}s", "\u{3BC}s": 1e-6
    case "ms": 1e-3
    case "s": 1
    case "m": 60
    case "h": 3600
    default: nil
    }
  }
}
