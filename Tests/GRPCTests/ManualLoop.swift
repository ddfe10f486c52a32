import GRPC
import HTTP2
import Synchronization

/// A loop that stands still: time and queued work move only when a test says so.
final class ManualLoop: ConnectionLoop {
  private struct State {
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    var isCurrent = true
    var work: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  var isCurrent: Bool { state.withLock { $0.isCurrent } }
  var queued: Int { state.withLock { $0.work.count } }

  func now() -> MonotonicTime { state.withLock { $0.now } }

  func execute(_ work: @escaping @Sendable () -> Void) {
    state.withLock { $0.work.append(work) }
  }

  func advance(by duration: Duration) {
    state.withLock { $0.now = $0.now.advanced(by: duration) }
  }

  /// What a handler on another thread would see.
  func elsewhere(_ body: () -> Void) {
    state.withLock { $0.isCurrent = false }
    body()
    state.withLock { $0.isCurrent = true }
  }

  func run() {
    while true {
      let work = state.withLock { state in
        defer { state.work = [] }
        return state.work
      }
      guard !work.isEmpty else { return }
      for item in work { item() }
    }
  }
}
