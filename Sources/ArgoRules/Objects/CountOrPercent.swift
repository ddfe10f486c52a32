/// `maxSurge`, `maxUnavailable` and their like: an absolute number, or a percentage of the replicas.
public enum CountOrPercent: Equatable, Hashable, Sendable {
  case count(Int)
  /// Whole percent, usually 0...100; more is possible and means more than all.
  case percent(Int)

  /// The absolute number for `total` pods; a percentage is rounded up or down as asked.
  public func scaled(of total: Int, roundingUp: Bool) -> Int {
    switch self {
    case .count(let number):
      return Int(Int32(clamping: number))
    case .percent(let percent):
      let product = Int(Int32(clamping: percent)) * Int(Int32(clamping: total))
      let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
      guard remainder != 0 else { return quotient }
      return roundingUp
        ? (remainder > 0 ? quotient + 1 : quotient) : (remainder < 0 ? quotient - 1 : quotient)
    }
  }
}
