/// Pauses between attempts to connect: doubling, capped, spread by ±20 % so that many clients of
/// one server do not come back in step.
struct Backoff {
  private let first: Int64
  private let longest: Int64
  private var next: Int64

  init(first: Duration, longest: Duration) {
    self.first = max(first.components.seconds * 1_000 + first.milliseconds, 1)
    self.longest = max(longest.components.seconds * 1_000 + longest.milliseconds, self.first)
    next = self.first
  }

  mutating func reset() { next = first }

  /// The next pause in milliseconds. `spread` is 0 to 1, random.
  mutating func pause(spread: Double) -> Int64 {
    let pause = Double(next) * (0.8 + 0.4 * spread)
    next = min(next * 2, longest)
    return max(Int64(pause), 1)
  }
}

extension Duration {
  /// The part below a second, in milliseconds.
  fileprivate var milliseconds: Int64 { components.attoseconds / 1_000_000_000_000_000 }
}
