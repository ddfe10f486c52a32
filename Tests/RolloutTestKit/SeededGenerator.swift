/// SplitMix64: the same seed gives the same run on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Seeds next to each other give unlike sequences: the seed is mixed once, or one sequence would be
  /// the other's without its first number.
  public init(seed: UInt64) {
    state = seed
    state = next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// True `percent` times in a hundred.
  public mutating func chance(_ percent: Int) -> Bool {
    Int(truncatingIfNeeded: next() >> 33) % 100 < percent
  }

  /// One of them; `nil` of none.
  public mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[Int(truncatingIfNeeded: next() >> 33) % elements.count]
  }
}
