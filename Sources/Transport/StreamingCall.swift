internal import GRPC

/// A streaming call held by its reader: when the reader lets go, the call is cancelled.
final class StreamingCall: Sendable {
  private let replies: StreamReplies
  private let call: OutgoingCall
  private let core: ClientCore

  init(replies: StreamReplies, call: OutgoingCall, core: ClientCore) {
    self.replies = replies
    self.call = call
    self.core = core
    core.start(call)
  }

  deinit { core.cancel(call) }

  nonisolated(nonsending) func next() async throws(RPCError) -> [UInt8]? {
    while true {
      switch replies.take() {
      case .message(let message, let resume):
        if resume { core.resume(call) }
        return message
      case .over(let outcome):
        guard outcome.status.code == .ok else { throw outcome }
        return nil
      case .nothingYet:
        await withTaskCancellationHandler {
          await replies.changed()
        } onCancel: {
          core.cancel(call)
        }
      }
    }
  }
}
