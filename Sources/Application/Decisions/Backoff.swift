/// Waits that grow, with jitter, so that replicas do not come back in step.
struct Backoff {
  private var milliseconds = 50

  mutating func next() -> Duration {
    let wait = milliseconds + Int.random(in: 0...milliseconds / 2)
    milliseconds = min(milliseconds * 2, 1_000)
    return .milliseconds(wait)
  }
}
