internal import GRPC
internal import HTTP2
internal import NIOCore

/// Moves bytes between a client's socket and its ``ClientConnection``.
final class ClientChannelHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let chunkBytes = 64 << 10

  private let connection: ClientConnection
  private let endpoint: String
  private var opened: ((Result<ClientChannelHandler, HandshakeFailure>) -> Void)?
  private let closed: (String) -> Void
  private var context: ChannelHandlerContext?
  private var buffer: ByteBuffer
  private var timer = LoopTimer()
  private var isPumping = false
  /// Inside a call into the connection, which must not be asked for output meanwhile: a call that
  /// ends there may begin anew at once.
  private var isReceiving = false
  private var isClosing = false
  private var readIsHeld = false
  private var reason: String?

  /// - Parameters:
  ///   - opened: told once, on the loop, that the server takes calls, or why it does not.
  ///   - closed: told once, on the loop, why the connection ended.
  init(
    connection: ClientConnection, endpoint: String, allocator: ByteBufferAllocator,
    opened: @escaping (Result<ClientChannelHandler, HandshakeFailure>) -> Void,
    closed: @escaping (String) -> Void
  ) {
    self.connection = connection
    self.endpoint = endpoint
    self.opened = opened
    self.closed = closed
    buffer = allocator.buffer(capacity: 4_096)
  }

  var isUsable: Bool { !isClosing && context != nil && !connection.isGoingAway }

  func start(_ call: OutgoingCall, timeout: Duration?) -> ClientCallID? {
    guard isUsable else { return nil }
    let id = connection.start(
      call.path, call.message, timeout: timeout, metadata: call.metadata, observer: call)
    pump()
    return id
  }

  func cancel(_ id: ClientCallID) {
    connection.cancel(id)
    pump()
  }

  func resume(_ id: ClientCallID) {
    connection.resume(id)
    pump()
  }

  func close() {
    guard let context else { return }
    reason = "the client was shut down"
    connection.drain(grace: .zero)
    pump()
    context.close(promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    // Behind TLS the channel is active long before.
    pump()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer.cancel()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    pump()
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    let bytes = unwrapInboundIn(data)
    isReceiving = true
    defer {
      isReceiving = false
      if connection.isOpen, !isClosing { tellOpened(.success(self)) }
    }
    do {
      try unsafe bytes.withUnsafeReadableBytes { raw throws(HTTP2Error) in
        try connection.receive(unsafe Span(_unsafeElements: raw.bindMemory(to: UInt8.self)))
      }
    } catch {
      end("\(endpoint) does not speak HTTP/2 as it should (\(error))")
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    pump()
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable { context.read() } else { readIsHeld = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      connection.outputStalled(false)
      pump()
      if readIsHeld, context.channel.isWritable {
        readIsHeld = false
        context.read()
      }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosing = true
    timer.cancel()
    let reason = reason ?? "the connection to \(endpoint) was lost"
    connection.connectionLost(reason)
    tellOpened(.failure(HandshakeFailure(reason: reason)))
    closed(reason)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end("the connection to \(endpoint) failed: \(HandshakeGate.describe(error))")
  }

  private func tellOpened(_ result: Result<ClientChannelHandler, HandshakeFailure>) {
    guard let opened else { return }
    self.opened = nil
    opened(result)
  }

  private func pump() {
    guard let context, context.channel.isActive, !isPumping, !isReceiving, !isClosing
    else { return }
    isPumping = true
    defer { isPumping = false }
    do {
      var more = true
      while more, context.channel.isWritable {
        buffer.clear()
        more = try connection.send(upTo: Self.chunkBytes) { chunk in
          unsafe chunk.withUnsafeBytes { _ = unsafe buffer.writeBytes($0) }
        }
        guard buffer.readableBytes > 0 else { break }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
      }
    } catch {
      end("the connection to \(endpoint) failed: \(error)")
      return
    }
    if !context.channel.isWritable { connection.outputStalled(true) }
    if connection.isFinished {
      end("the server closed the connection to \(endpoint)")
    } else {
      armTimer()
    }
  }

  private func armTimer() {
    guard let context, !isClosing else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer.fire(by: connection.nextTimer, on: context.eventLoop) { bound.value.timerFired() }
  }

  private func timerFired() {
    timer.fired()
    guard !isClosing else { return }
    if let limit = connection.timePassed() {
      end("\(endpoint) did not answer in time (\(limit))")
    } else {
      pump()
    }
  }

  private func end(_ reason: String) {
    guard let context, !isClosing else { return }
    isClosing = true
    if self.reason == nil { self.reason = reason }
    context.close(promise: nil)
  }
}
