internal import GRPC
internal import Logging

/// Hears of the calls of one connection: counts them, and writes some down.
final class ConnectionObserver: CallObserver {
  private let metrics: LoopMetrics
  private let logger: CallLogger
  private let peer: String
  private let principal: String
  private let next: (any CallObserver)?

  /// - Parameter next: whoever else wants to know.
  init(
    metrics: LoopMetrics, logger: CallLogger, peer: String, principal: String,
    next: (any CallObserver)?
  ) {
    self.metrics = metrics
    self.logger = logger
    self.peer = peer
    self.principal = principal
    self.next = next
  }

  func callEnded(_ call: borrowing FinishedCall) {
    metrics.callEnded(
      method: call.method, code: call.code, nanoseconds: call.nanoseconds,
      requestBytes: call.requestBytes, replyBytes: call.replyBytes)
    if let level = logger.level(method: call.method, nanoseconds: call.nanoseconds) {
      logger.write(level, copy call, peer: peer, principal: principal)
    }
    next?.callEnded(call)
  }
}
