import Synchronization

/// A replica's estimate of the server's clock, which is the only clock decisions use.
///
/// Every answer of the server is a sample; between samples the estimate advances with the monotonic
/// clock, so a jump of this machine's wall clock changes nothing.
public final class LogClock: Sendable {
  /// A sample is preferred over a younger one for this long if its round trip was shorter.
  private static let sampleLife = Duration.seconds(10)
  /// A correction backwards smaller than this is waited out; a larger one is followed.
  private static let slewMaxMicroseconds: Int64 = 250_000

  private struct Sample {
    /// Server microseconds minus monotonic microseconds.
    var offset: Int64
    var roundTrip: Duration
    var takenAt: Duration
  }

  private struct State {
    var best: Sample?
    var last: Int64?
  }

  private let monotonic: @Sendable () -> Duration
  private let state = Mutex(State())

  /// - Parameter monotonic: time since any fixed instant; counts suspended time.
  public init(monotonic: @escaping @Sendable () -> Duration) { self.monotonic = monotonic }

  /// On this machine's continuous clock.
  public convenience init() {
    let start = ContinuousClock.now
    self.init { start.duration(to: .now) }
  }

  /// The monotonic reading to take before a request whose answer will be observed.
  public func mark() -> Duration { monotonic() }

  /// Learns from an answer: the server said `serverNow` at some moment since `mark`.
  ///
  /// - Parameter serverNow: microseconds since 1970.
  public func observe(serverNow: Int64, since mark: Duration) {
    let received = monotonic()
    let roundTrip = max(received - mark, .zero)
    let middle = Self.microseconds(mark + roundTrip / 2)
    let (offset, overflow) = serverNow.subtractingReportingOverflow(middle)
    guard !overflow else { return }
    let sample = Sample(offset: offset, roundTrip: roundTrip, takenAt: received)
    state.withLock { state in
      guard let best = state.best, received - best.takenAt < Self.sampleLife,
        best.roundTrip < roundTrip,
        // The true offset lies within half a round trip of each sample. If they cannot both be
        // right, the server's clock was set, and the younger one counts.
        abs(offset - best.offset) <= Self.microseconds((roundTrip + best.roundTrip) / 2) + 1
      else {
        state.best = sample
        return
      }
    }
  }

  /// The server's time now, in microseconds since 1970; `nil` before the first sample. Never runs
  /// backwards, unless the server's clock was set back by more than a quarter of a second.
  public func now() -> Int64? {
    let reading = Self.microseconds(monotonic())
    return state.withLock { state in
      guard let best = state.best else { return nil }
      let (estimate, overflow) = best.offset.addingReportingOverflow(reading)
      guard !overflow else { return state.last }
      if let last = state.last, estimate < last, last - estimate <= Self.slewMaxMicroseconds {
        return last
      }
      state.last = estimate
      return estimate
    }
  }

  private static func microseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? .max : whole &+ attoseconds / 1_000_000_000_000
  }
}
