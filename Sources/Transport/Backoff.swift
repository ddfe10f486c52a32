/// Pauses between attempts to connect: doubling, capped, spread by ±20 % so that many clients of
/// one server do not come back in step.
struct Backoff {
  /// No pause is longer, whatever the settings say.
  private static let millisecondsMax: Int64 = 24 * 3_600 * 1_000

  private let first: Int64
  private let longest: Int64
  private var next: Int64

  init(first: Duration, longest: Duration) {
    self.first = Self.milliseconds(first)
    self.longest = max(Self.milliseconds(longest), self.first)
    next = self.first
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    guard seconds < millisecondsMax / 1_000 else { return millisecondsMax }
    return max(seconds * 1_000 + attoseconds / 1_000_000_000_000_000, 1)
  }

  mutating func reset() { next = first }

  /// The next pause in milliseconds. `spread` is 0 to 1, random.
  mutating func pause(spread: Double) -> Int64 {
    let pause = Double(next) * (0.8 + 0.4 * min(max(spread, 0), 1))
    next = min(next * 2, longest)
    return max(Int64(pause), 1)
  }
}
