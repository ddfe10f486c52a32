/// Growing pauses between attempts, spread so that many agents do not come back together.
///
/// Doubles from `first` to `most`; each pause is drawn from half the value to all of it.
public struct Backoff: Sendable {
  public let first: Duration
  public let most: Duration
  private var failures = 0

  public init(first: Duration = .milliseconds(100), most: Duration = .seconds(5)) {
    self.first = first
    self.most = most
  }

  /// How long to wait before the next attempt.
  public mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
    let ceiling = min(first * (1 << min(failures, 20)), most)
    failures = min(failures + 1, 20)
    let whole = ceiling / .nanoseconds(1)
    return .nanoseconds(Int64(Double.random(in: 0.5...1, using: &random) * whole))
  }

  /// The last attempt succeeded.
  public mutating func reset() { failures = 0 }
}
