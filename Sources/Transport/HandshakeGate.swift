internal import HTTP2
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Stands behind the TLS handler until the handshake is over, says how it went, and leaves.
final class HandshakeGate: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  enum Outcome {
    case ready
    case failed(String)
  }

  private let timeout: Duration
  private var finished: ((Outcome, ChannelHandlerContext) -> Void)?
  private var timer: Scheduled<Void>?
  private var failure: String?

  /// - Parameter finished: told once, on the loop, with the context of this handler. It closes a
  ///   channel whose handshake failed, if it is still open.
  init(timeout: Duration, finished: @escaping (Outcome, ChannelHandlerContext) -> Void) {
    self.timeout = timeout
    self.finished = finished
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: .nanoseconds(timeout.clampedNanoseconds)) {
      let (gate, context) = bound.value
      gate.finish(.failed("no handshake in time (handshakeTimeout)"), context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish(.failed(failure ?? "the connection was closed during the handshake"), context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.failed(failure ?? "the connection was closed during the handshake"), context)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.failed(Self.describe(error)), context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? TLSUserEvent else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    switch event {
    case .handshakeCompleted(let negotiated):
      guard negotiated == "h2" else {
        finish(.failed("the other side did not agree on h2 by ALPN"), context)
        return
      }
      finish(.ready, context)
      // Cannot fail for a handler that is in the pipeline and lets itself be removed.
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    case .shutdownCompleted: break
    }
  }

  private func finish(_ outcome: Outcome, _ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    guard let finished else { return }
    self.finished = nil
    finished(outcome, context)
  }

  /// What a person needs to know of an error of TLS.
  static func describe(_ error: any Error) -> String {
    if let error = error as? NIOSSLExtraError { return "TLS: \(error.description)" }
    if let error = error as? NIOSSLError, case .handshakeFailed(let cause) = error {
      switch cause {
      case .sslError(let stack):
        return "TLS handshake failed: " + stack.map(\.description).joined(separator: "; ")
      default: return "TLS handshake failed: \(cause)"
      }
    }
    return "\(error)"
  }
}
