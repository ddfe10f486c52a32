internal import NIOCore
internal import Synchronization

/// Keeps lines that others can cause from filling the disk: so many a second, and how many not.
final class LogRate: Sendable {
  private struct State {
    var second = NIODeadline.uptimeNanoseconds(0)
    var written = 0
    var unwritten = 0
  }

  private let perSecondMax: Int
  private let state = Mutex(State())

  init(perSecondMax: Int) {
    self.perSecondMax = perSecondMax
  }

  /// `nil` when the line is not to be written; else how many before it were not.
  func take(at now: NIODeadline = .now()) -> Int? {
    state.withLock { state in
      if now - state.second >= .seconds(1) {
        state.second = now
        state.written = 0
      }
      guard state.written < perSecondMax else {
        state.unwritten += 1
        return nil
      }
      state.written += 1
      defer { state.unwritten = 0 }
      return state.unwritten
    }
  }
}
