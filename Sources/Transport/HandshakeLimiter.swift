internal import Synchronization

/// Counts the handshakes under way, in all and by address of the client.
final class HandshakeLimiter: Sendable {
  private struct State {
    var total = 0
    var bySource: [String: Int] = [:]
  }

  private let max: Int
  private let perSourceMax: Int
  private let state = Mutex(State())

  init(max: Int, perSourceMax: Int) {
    self.max = max
    self.perSourceMax = perSourceMax
  }

  /// False when there are too many; each `true` needs one ``end(_:)``.
  ///
  /// - Parameter source: `nil` for a source that is not limited by itself.
  func begin(_ source: String?) -> Bool {
    state.withLock { state in
      guard state.total < max else { return false }
      if let source {
        guard state.bySource[source, default: 0] < perSourceMax else { return false }
        state.bySource[source, default: 0] += 1
      }
      state.total += 1
      return true
    }
  }

  func end(_ source: String?) {
    state.withLock { state in
      state.total -= 1
      guard let source, let count = state.bySource[source] else { return }
      state.bySource[source] = count > 1 ? count - 1 : nil
    }
  }

  var underWay: Int { state.withLock { $0.total } }
}
