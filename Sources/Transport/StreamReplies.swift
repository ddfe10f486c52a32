internal import GRPC
internal import NIOConcurrencyHelpers

/// The replies of a streaming call between event loop and reader: a short queue. When it is full,
/// the connection stops giving window to the server.
final class StreamReplies: ReplySink {
  private struct State {
    var queue: [[UInt8]] = []
    var start = 0
    var bytes = 0
    var isHeld = false
    var outcome: RPCError?
    var waiter: CheckedContinuation<Void, Never>?
  }

  /// Queued bytes above which the server is held back.
  private static let bytesMax = 256 << 10
  /// Both sides come here all the time. Unlike a `Mutex` that is waited for, this lock is one that
  /// the thread sanitiser can see.
  private let state = NIOLockedValueBox(State())

  func received(_ message: [UInt8]) -> Bool {
    let (goesOn, waiter) = state.withLockedValue { state in
      state.queue.append(message)
      state.bytes += message.count + 64
      state.isHeld = state.bytes > Self.bytesMax
      defer { state.waiter = nil }
      return (!state.isHeld, state.waiter)
    }
    waiter?.resume()
    return goesOn
  }

  func ended(_ outcome: RPCError) {
    let waiter = state.withLockedValue { state in
      state.outcome = outcome
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  enum Taken {
    /// A reply; with `resume`, the call is to be read on.
    case message([UInt8], resume: Bool)
    case over(RPCError)
    case nothingYet
  }

  func take() -> Taken {
    state.withLockedValue { state in
      if state.start < state.queue.count {
        let message = state.queue[state.start]
        state.queue[state.start] = []
        state.start += 1
        state.bytes -= message.count + 64
        if state.start == state.queue.count || state.start > 1_024 {
          state.queue.removeFirst(state.start)
          state.start = 0
        }
        let resumes = state.isHeld && state.bytes < Self.bytesMax / 2
        if resumes { state.isHeld = false }
        return .message(message, resume: resumes)
      }
      return state.outcome.map { .over($0) } ?? .nothingYet
    }
  }

  /// Returns once `take` may have something new. For one caller at a time.
  func changed() async {
    await withCheckedContinuation { continuation in
      let isReady = state.withLockedValue { state in
        let isReady = state.start < state.queue.count || state.outcome != nil
        if !isReady { state.waiter = continuation }
        return isReady
      }
      if isReady { continuation.resume() }
    }
  }
}
