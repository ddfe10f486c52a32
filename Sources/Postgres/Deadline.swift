import Glibc

/// A moment after which waiting is over, on the monotonic clock.
struct Deadline {
  private let end: ContinuousClock.Instant

  init(after duration: Duration) { end = .now + duration }

  var isOver: Bool { .now >= end }

  /// For `poll`: what is left, rounded up, so that a wait never ends just before the deadline.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: end).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return Int32(clamping: min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Waits for a descriptor.
  ///
  /// - Returns: whether it is ready (or broken, which the next read will tell); `false` when the time
  ///   is over.
  func wait(for descriptor: Int32, _ events: Int32) -> Bool {
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let ready = unsafe poll(&entry, 1, milliseconds)
      if ready > 0 { return true }
      // Interrupted by a signal: wait on. Any other failure shows in the next read.
      if ready < 0 && errno != EINTR { return true }
      if ready == 0 && isOver { return false }
    }
  }
}
