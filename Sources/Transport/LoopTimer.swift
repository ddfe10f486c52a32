internal import HTTP2
internal import NIOCore

/// One timer of one connection. Moving it later costs nothing: it fires, and is asked again.
struct LoopTimer {
  private var scheduled: Scheduled<Void>?
  private var scheduledAt = MonotonicTime.distantFuture

  /// Makes sure that `action` runs on the loop no later than `time`.
  mutating func fire(
    by time: MonotonicTime, on eventLoop: any EventLoop, _ action: @escaping @Sendable () -> Void
  ) {
    guard time < scheduledAt else { return }
    scheduled?.cancel()
    scheduledAt = time
    scheduled = eventLoop.scheduleTask(deadline: NIODeadline(time), action)
  }

  /// The action has run.
  mutating func fired() {
    scheduled = nil
    scheduledAt = .distantFuture
  }

  mutating func cancel() {
    scheduled?.cancel()
    fired()
  }
}
