/// When to try again: after waits that double up to a limit, each between half and the whole of it, so
/// that many clients do not come back at the same moment.
struct Backoff {
  private let first: Duration
  private let longest: Duration
  private var wait: Duration
  private var next: ContinuousClock.Instant?
  private(set) var reason = ""

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
    wait = first
  }

  var mayTry: Bool { next.map { $0 <= .now } ?? true }

  /// How long until the next attempt is due.
  var delay: Duration { next.map { max(ContinuousClock.now.duration(to: $0), .zero) } ?? .zero }

  mutating func failed(because reason: String) {
    self.reason = reason
    next = .now + wait * Double.random(in: 0.5...1)
    wait = min(wait * 2, longest)
  }

  mutating func reset() {
    wait = first
    next = nil
    reason = ""
  }
}
