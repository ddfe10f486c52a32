/// Numbers from and to text, as Go's `strconv` and `fmt` do it.
enum Numbers {
  /// A decimal or hexadecimal float, `inf`, `infinity` or `nan`, with `_` allowed between digits;
  /// `nil` for anything else, blanks and numbers out of range included.
  static func float(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    var index = 0
    var sign = ""
    if index < bytes.count, bytes[index] == 43 || bytes[index] == 45 {
      if bytes[index] == 45 { sign = "-" }
      index += 1
    }
    let rest = String(decoding: bytes[index...], as: UTF8.self)
    let lower = rest.lowercased()
    if lower == "inf" || lower == "infinity" { return sign == "-" ? -.infinity : .infinity }
    if lower == "nan" { return index == 0 ? .nan : nil }
    guard let first = lower.utf8.first, first == 46 || (48...57).contains(first) else { return nil }
    if lower.hasPrefix("0x") {
      // Go demands an exponent, Swift does not; otherwise the grammars agree.
      guard lower.contains("p"), !lower.contains("_") else { return nil }
      return finite(sign + lower)
    }
    var digits = 0
    var sawExponent = false
    var previous: UInt8 = 0
    for byte in lower.utf8 {
      defer { previous = byte }
      if byte == 95 || previous == 95 {
        let separates = byte == 95 ? (48...57).contains(previous) : (48...57).contains(byte)
        guard separates else { return nil }
        continue
      }
      switch byte {
      case 48...57: digits += sawExponent ? 0 : 1
      case 101: sawExponent = true
      case 46, 43, 45: continue
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    guard previous != 95 else { return nil }
    var normal = String(lower.filter { $0 != "_" })
    if normal.hasPrefix(".") { normal = "0" + normal }
    if normal.hasSuffix(".") { normal += "0" }
    if let place = normal.range(ofText: ".e") { normal.replaceSubrange(place, with: ".0e") }
    return finite(sign + normal)
  }

  private static func finite(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// Strict base 10 with an optional sign.
  static func int(_ text: String) -> Int64? {
    let bytes = text.utf8
    guard let last = bytes.last, (48...57).contains(last) else { return nil }
    return Int64(text)
  }

  /// Whether a text is written as an integer, in range or not.
  static func isInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.utf8.dropFirst() : text.utf8[...]
    return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
  }

  /// Whether a text is written as a float, in range or not: then it is too large.
  static func isFloat(_ text: String) -> Bool {
    guard let place = text.lastIndex(where: { $0 == "e" || $0 == "E" || $0 == "p" || $0 == "P" })
    else { return float(text) != nil || (text.utf8.count > 300 && isInteger(text)) }
    let exponent = text[text.index(after: place)...]
    return isInteger(String(exponent)) && float(String(text[...place]) + "0") != nil
  }

  /// Toward zero; what does not fit becomes the smallest integer, as on amd64.
  static func truncated(_ value: Double) -> Int64 {
    let whole = value.rounded(.towardZero)
    guard whole >= -9_223_372_036_854_775_808.0, whole < 9_223_372_036_854_775_808.0 else {
      return .min
    }
    return Int64(whole)
  }

  /// The shortest digits that read back as the same value, and the decimal exponent of the first:
  /// 1.5 is `15`, 0.
  private static func shortest(_ magnitude: Double) -> (digits: [UInt8], exponent: Int) {
    let text = Array("\(magnitude)".lowercased().utf8)
    var digits: [UInt8] = []
    var exponent = 0
    var point: Int?
    var index = 0
    while index < text.count, text[index] != 101 {
      if text[index] == 46 { point = digits.count } else { digits.append(text[index]) }
      index += 1
    }
    if index < text.count {
      exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
    }
    exponent += (point ?? digits.count) - 1
    while digits.count > 1, digits.first == 48 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.last == 48 { digits.removeLast() }
    return (digits, digits == [48] ? 0 : exponent)
  }

  /// As `%v` prints a float: shortest, with an exponent below 1e-4, and from 1e21 on.
  static func goText(_ value: Double) -> String {
    format(value, exponentFrom: 6, plain: false)
  }

  /// As `encoding/json` writes a finite float: an exponent below 1e-6 and from 1e21.
  static func jsonText(_ value: Double) -> String {
    format(value, exponentFrom: 21, plain: true)
  }

  private static func format(_ value: Double, exponentFrom: Int, plain: Bool) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, exponent) = shortest(value.magnitude)
    let low = plain ? -6 : -4
    if value != 0, exponent < low || exponent >= exponentFrom {
      var text = sign + String(decoding: digits.prefix(1), as: UTF8.self)
      if digits.count > 1 { text += "." + String(decoding: digits.dropFirst(), as: UTF8.self) }
      let size = exponent.magnitude
      let padded = size < 10 && !(plain && exponent < 0) ? "0\(size)" : "\(size)"
      return text + "e" + (exponent < 0 ? "-" : "+") + padded
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1)
        + String(decoding: digits, as: UTF8.self)
    }
    if digits.count <= exponent + 1 {
      return sign + String(decoding: digits, as: UTF8.self)
        + String(repeating: "0", count: exponent + 1 - digits.count)
    }
    return sign + String(decoding: digits.prefix(exponent + 1), as: UTF8.self) + "."
      + String(decoding: digits.dropFirst(exponent + 1), as: UTF8.self)
  }
}

extension String {
  /// Where a text first stands, by bytes.
  fileprivate func range(ofText text: String) -> Range<String.Index>? {
    guard let offset = Text.find(Array(text.utf8), in: Array(utf8)) else { return nil }
    let start = utf8.index(startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: text.utf8.count)
  }
}
