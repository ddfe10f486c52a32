internal import GRPC
internal import HTTP2

/// One call of a client on its way, over several connections if the first ones never took it.
/// Confined to the client's event loop.
final class OutgoingCall: ClientCallObserver, @unchecked Sendable {
  let path: String
  let message: [UInt8]
  let metadata: [(name: String, value: String)]
  /// On the monotonic clock; `nil` for none.
  let deadline: MonotonicTime?
  private let core: ClientCore
  private let sink: any ReplySink

  /// Where the call is; set while a connection has it.
  var connection: ClientChannelHandler?
  var id: ClientCallID?
  private(set) var isOver = false
  private var attempts = 0
  private var gotReply = false

  init(
    path: String, message: [UInt8], metadata: [(name: String, value: String)],
    deadline: MonotonicTime?, core: ClientCore, sink: any ReplySink
  ) {
    self.path = path
    self.message = message
    self.metadata = metadata
    self.deadline = deadline
    self.core = core
    self.sink = sink
  }

  func received(_ message: [UInt8]) -> Bool {
    gotReply = true
    return isOver ? true : sink.received(message)
  }

  func ended(_ outcome: RPCError) {
    guard !isOver else { return }
    connection = nil
    id = nil
    attempts += 1
    // Nobody can have acted on it: another connection may have it (gRPC transparent retry).
    if outcome.status.code == .unavailable, !outcome.wasSent, !gotReply, attempts < 3 {
      core.submit(self)
      return
    }
    finish(outcome)
  }

  func finish(_ outcome: RPCError) {
    guard !isOver else { return }
    isOver = true
    core.forget(self)
    sink.ended(outcome)
  }

  func cancel() {
    guard !isOver else { return }
    if let connection, let id {
      connection.cancel(id)
    } else {
      finish(RPCError(RPCStatus(.cancelled, "cancelled by the caller"), wasSent: false))
    }
  }

  func resume() {
    if let connection, let id { connection.resume(id) }
  }
}
