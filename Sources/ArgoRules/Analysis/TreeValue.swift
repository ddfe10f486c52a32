/// A value inside a Kubernetes object, as its JSON spells it.
///
/// Numbers are doubles because Argo reads the rollout back from JSON before it looks at a path: a
/// generation of 1234567 is seen as `1.234567e+06`.
public indirect enum TreeValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([TreeValue])
  case map([String: TreeValue])

  /// The text an argument gets for a primitive: strings as they are, numbers in Go's shortest
  /// general form, booleans as words. `nil` for null, lists and maps.
  public var argumentText: String? {
    switch self {
    case .null, .list, .map: nil
    case .bool(let value): value ? "true" : "false"
    case .number(let value): Self.goText(of: value)
    case .string(let value): value
    }
  }

  /// Go's `%v` of a float64: shortest digits, exponent form when the decimal exponent is under -4
  /// or at least 6, so 100000 stays plain and 1000000 becomes `1e+06`.
  static func goText(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    let (digits, point) = shortestDigits(of: value.magnitude)
    let sign = value < 0 ? "-" : ""
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 {
      let tail = digits.dropFirst()
      let mantissa = tail.isEmpty ? digits : "\(digits.prefix(1)).\(tail)"
      let size = exponent.magnitude
      return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
    }
    if point <= 0 { return "\(sign)0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count {
      return sign + digits + String(repeating: "0", count: point - digits.count)
    }
    return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
  }

  /// The shortest decimal digits that read back as `value`, and where the point stands in them:
  /// 0.025 is ("25", -1), 1200 is ("12", 4). `value` is finite and above zero.
  private static func shortestDigits(of value: Double) -> (digits: String, point: Int) {
    let text = "\(value)"
    let parts = text.split(separator: "e", maxSplits: 1)
    let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts.first.map { String($0) } ?? text
    let halves = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = String(halves.first ?? "")
    let fraction = halves.count > 1 ? String(halves[1]) : ""
    let all = whole + fraction
    let leading = all.prefix { $0 == "0" }.count
    var digits = String(all.dropFirst(leading))
    while digits.hasSuffix("0") { digits.removeLast() }
    return (digits, whole.count - leading + written)
  }
}
