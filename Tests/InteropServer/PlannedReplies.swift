import Synchronization

/// Replies of a stream with the pauses before them.
final class PlannedReplies: Sendable {
  struct Reply: Sendable {
    var message: [UInt8]
    var compressed: Bool
    var pause: Duration
  }

  enum Next {
    case reply(Reply)
    /// Not yet; `wake` will be called.
    case later
    /// Nothing is planned.
    case none
  }

  private struct State {
    var replies: [Reply] = []
    var first = 0
    var isPausing = false
  }

  private let state = Mutex(State())

  func add(_ replies: [Reply]) {
    state.withLock { $0.replies.append(contentsOf: replies) }
  }

  /// The next reply whose pause is over. Begins the pause of the one after it.
  func next(wake: @escaping @Sendable () -> Void) -> Next {
    let (next, pause) = state.withLock { state -> (Next, Duration?) in
      guard !state.isPausing else { return (.later, nil) }
      guard state.first < state.replies.count else {
        state.replies = []
        state.first = 0
        return (.none, nil)
      }
      let reply = state.replies[state.first]
      guard reply.pause == .zero else {
        state.replies[state.first].pause = .zero
        state.isPausing = true
        return (.later, reply.pause)
      }
      state.replies[state.first].message = []
      state.first += 1
      return (.reply(reply), nil)
    }
    if let pause {
      Task { [self] in
        do {
          try await Task.sleep(for: pause)
        } catch {
          // Only cancelled tasks throw here, and nobody has a handle to cancel this one.
          return
        }
        state.withLock { $0.isPausing = false }
        wake()
      }
    }
    return next
  }
}
