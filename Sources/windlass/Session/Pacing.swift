/// Time as commands see it: read, and slept through.
struct Pacing: Sendable {
  /// Since some moment that does not move.
  var now: @Sendable () -> Duration
  /// Throws `CancellationError` when the task is cancelled.
  var sleep: @Sendable (Duration) async throws -> Void

  static let system: Pacing = {
    let start = ContinuousClock.now
    return Pacing(
      now: { start.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) })
  }()

  /// The pause before attempt `attempt` (1 is the first repeat): 100 ms doubled up to 2 s, less up
  /// to a fifth so that many callers do not come back at once.
  static func pause(before attempt: Int) -> Duration {
    let milliseconds = min(2_000, 100 << min(max(attempt - 1, 0), 5))
    return .milliseconds(milliseconds - Int.random(in: 0...milliseconds / 5))
  }
}
