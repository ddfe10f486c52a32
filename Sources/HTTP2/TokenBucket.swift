/// Counts events against a burst and a steady rate.
struct TokenBucket {
  private var tokens: Int
  private let burst: Int
  private let perSecond: Int
  private var refilledAt: MonotonicTime

  init(burst: Int, perSecond: Int, at now: MonotonicTime) {
    tokens = burst
    self.burst = burst
    self.perSecond = max(perSecond, 1)
    refilledAt = now
  }

  /// Takes tokens; false when there are not enough, which leaves the bucket empty.
  mutating func take(_ count: Int, at now: MonotonicTime) -> Bool {
    if tokens < count { refill(at: now) }
    tokens -= count
    guard tokens >= 0 else {
      tokens = 0
      return false
    }
    return true
  }

  /// Pays tokens back, at most up to the burst.
  mutating func give(_ count: Int) {
    tokens = min(burst, tokens + count)
  }

  private mutating func refill(at now: MonotonicTime) {
    let elapsed = min(max(now.nanosecondsSince(refilledAt), 0), 3_600_000_000_000)
    let earned = Int(elapsed / 1_000) * perSecond / 1_000_000
    guard earned > 0 else { return }
    tokens = min(burst, tokens + earned)
    refilledAt = now
  }
}
