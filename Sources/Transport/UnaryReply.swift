internal import GRPC
internal import Synchronization

/// Waits for the one reply of a unary call.
final class UnaryReply: ReplySink {
  typealias Outcome = Result<[UInt8], RPCError>

  private struct State {
    var messages = 0
    var message: [UInt8] = []
    var outcome: Outcome?
    var waiter: CheckedContinuation<Outcome, Never>?
  }

  private let state = Mutex(State())

  func received(_ message: [UInt8]) -> Bool {
    state.withLock { state in
      state.messages += 1
      state.message = message
    }
    return true
  }

  func ended(_ outcome: RPCError) {
    let waiter = state.withLock { state -> (CheckedContinuation<Outcome, Never>, Outcome)? in
      guard state.outcome == nil else { return nil }
      let result: Outcome
      if outcome.status.code != .ok {
        result = .failure(outcome)
      } else if state.messages != 1 {
        // Source: grpc.io, "Status codes": a cardinality violation is UNIMPLEMENTED.
        let status = RPCStatus(.unimplemented, "\(state.messages) reply messages instead of one")
        result = .failure(RPCError(status, wasSent: true))
      } else {
        result = .success(state.message)
      }
      state.outcome = result
      defer { state.waiter = nil }
      return state.waiter.map { ($0, result) }
    }
    if let (continuation, result) = waiter { continuation.resume(returning: result) }
  }

  /// The outcome, as soon as there is one. For one caller.
  func outcome() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome = state.withLock { state in
        if state.outcome == nil { state.waiter = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}
