/// `x` to the power of `y`, in IEEE doubles, without a mathematics library.
enum Powers {
  static func power(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if y == 1 { return x }
    if x.isNaN || y.isNaN { return .nan }
    if x == 0 { return ofZero(x, y) }
    if y.isInfinite {
      if x == -1 { return 1 }
      return (x.magnitude < 1) == (y > 0) ? 0 : .infinity
    }
    if x.isInfinite {
      if x < 0 {
        let odd = isOdd(y)
        if y < 0 { return odd ? -0.0 : 0 }
        return odd ? -.infinity : .infinity
      }
      return y < 0 ? 0 : .infinity
    }
    if y == 0.5 { return x.squareRoot() }
    if y == -0.5 { return 1 / x.squareRoot() }
    var whole = y.magnitude.rounded(.towardZero)
    var part = y.magnitude - whole
    if part != 0 && x < 0 { return .nan }
    if whole >= 9.223372036854775808e18 {
      if x == -1 { return 1 }
      return (x.magnitude < 1) == (y > 0) ? 0 : .infinity
    }
    // The answer is kept as `factor * 2^exponent`, so that no step on the way overflows.
    var factor = 1.0
    var exponent = 0
    if part != 0 {
      if part > 0.5 {
        part -= 1
        whole += 1
      }
      factor = exponential(part * logarithm(x))
    }
    var square = x.significand / 2
    if x.sign == .minus { square = -square }
    var squareExponent = Int(x.exponent) + 1
    var bits = Int64(whole)
    while bits != 0 {
      if squareExponent < -4096 || squareExponent > 4096 {
        exponent += squareExponent
        break
      }
      if bits & 1 == 1 {
        factor *= square
        exponent += squareExponent
      }
      square *= square
      squareExponent *= 2
      if square < 0.5 {
        square += square
        squareExponent -= 1
      }
      bits >>= 1
    }
    if y < 0 {
      factor = 1 / factor
      exponent = -exponent
    }
    return scaled(factor, exponent)
  }

  private static func scaled(_ value: Double, _ exponent: Int) -> Double {
    var value = value
    var exponent = min(max(exponent, -5000), 5000)
    while exponent > 1000 {
      value *= 0x1p1000
      exponent -= 1000
    }
    while exponent < -1000 {
      value *= 0x1p-1000
      exponent += 1000
    }
    return value * Double(sign: .plus, exponent: exponent, significand: 1)
  }

  private static func isOdd(_ y: Double) -> Bool {
    guard y.magnitude < 0x1p53, y.rounded(.towardZero) == y else { return false }
    return Int64(y) & 1 == 1
  }

  private static func ofZero(_ x: Double, _ y: Double) -> Double {
    let negative = x.sign == .minus && isOdd(y)
    if y < 0 { return negative ? -.infinity : .infinity }
    return negative ? -0.0 : 0
  }

  private static let ln2High = 6.93147180369123816490e-01
  private static let ln2Low = 1.90821492927058770002e-10

  /// Natural logarithm of a positive finite number.
  private static func logarithm(_ x: Double) -> Double {
    var significand = x.significand
    var exponent = Int(x.exponent)
    if significand > 1.4142135623730951 {
      significand /= 2
      exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1)); the series' argument is below 0.172.
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    var divisor = 1.0
    while divisor < 50 {
      sum += term / divisor
      term *= square
      divisor += 2
    }
    return Double(exponent) * ln2High + (2 * sum + Double(exponent) * ln2Low)
  }

  /// e to the power of a number that is not large.
  private static func exponential(_ x: Double) -> Double {
    let turns = (x / (ln2High + ln2Low)).rounded()
    guard turns.magnitude < 3000 else { return x > 0 ? .infinity : 0 }
    let rest = (x - turns * ln2High) - turns * ln2Low
    var sum = 1.0
    var term = 1.0
    for index in 1..<22 {
      term *= rest / Double(index)
      sum += term
    }
    return scaled(sum, Int(turns))
  }
}
