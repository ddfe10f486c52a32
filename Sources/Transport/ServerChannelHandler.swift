internal import GRPC
internal import HTTP2
internal import Logging
internal import NIOCore

/// Moves bytes between one accepted socket and its ``ServerConnection``.
///
/// One write per batch of reads. While the socket takes no output, nothing is produced and nothing
/// more is read, so that a client that does not read cannot make the server hold anything for it.
final class ServerChannelHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let chunkBytes = 64 << 10
  /// What a closing connection gets to put its last bytes on the wire.
  private static let closeTimeout = TimeAmount.seconds(2)

  private let connection: ServerConnection
  private let metrics: LoopMetrics
  private let logger: Logger
  private var context: ChannelHandlerContext?
  private var buffer: ByteBuffer
  private var timer = LoopTimer()
  private var isPumping = false
  private var isClosing = false
  private var readIsHeld = false
  /// Of this connection, as far as the metrics know.
  private var streamsCounted = 0

  init(
    connection: ServerConnection, metrics: LoopMetrics, logger: Logger,
    allocator: ByteBufferAllocator
  ) {
    self.connection = connection
    self.metrics = metrics
    self.logger = logger
    buffer = allocator.buffer(capacity: 4_096)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.outputReady = { [weak self] in self?.pump() }
    armTimer()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer.cancel()
    connection.outputReady = nil
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    let bytes = unwrapInboundIn(data)
    do {
      try unsafe bytes.withUnsafeReadableBytes { raw throws(HTTP2Error) in
        try connection.receive(unsafe Span(_unsafeElements: raw.bindMemory(to: UInt8.self)))
      }
    } catch {
      end(error)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    pump()
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable, !isClosing { context.read() } else { readIsHeld = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      connection.outputStalled(false)
      pump()
      if readIsHeld, context.channel.isWritable, !isClosing {
        readIsHeld = false
        context.read()
      }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosing = true
    timer.cancel()
    connection.connectionLost()
    countStreams(0)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset by the peer is everyday life; the channel is of no use after any error.
    logger.debug("connection failed", metadata: ["error": "\(error)"])
    context.close(promise: nil)
  }

  /// Begins the graceful end of this connection.
  func drain(grace: Duration) {
    connection.drain(grace: grace)
    armTimer()
  }

  private func pump() {
    guard let context, !isPumping, !isClosing else { return }
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
      end(error)
      return
    }
    if !context.channel.isWritable { connection.outputStalled(true) }
    countStreams(connection.openCalls)
    if connection.isFinished { close(context) } else { armTimer() }
  }

  /// Once per batch of reads or writes, not per call.
  private func countStreams(_ open: Int) {
    guard open != streamsCounted else { return }
    metrics.streams(changedBy: open - streamsCounted)
    streamsCounted = open
  }

  private func armTimer() {
    guard let context, !isClosing else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer.fire(by: connection.nextTimer, on: context.eventLoop) { bound.value.timerFired() }
  }

  private func timerFired() {
    timer.fired()
    guard let context, !isClosing else { return }
    if let limit = connection.timePassed() {
      logger.debug("closing connection", metadata: ["limit": "\(limit)"])
      pump()
      if !isClosing { close(context) }
      return
    }
    pump()
    armTimer()
  }

  private func end(_ error: any Error) {
    guard let context, !isClosing else { return }
    logger.debug("closing connection", metadata: ["reason": "\(error)"])
    if let error = error as? HTTP2Error, error == .notHTTP2 {
      let body = "This port speaks HTTP/2 with prior knowledge (gRPC), not HTTP/1.\n"
      let text =
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n"
        + "content-length: \(body.utf8.count)\r\n\r\n" + body
      context.write(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    } else {
      pump()
    }
    if !isClosing { close(context) }
  }

  /// Closes once what is written has left, or after a moment.
  private func close(_ context: ChannelHandlerContext) {
    isClosing = true
    timer.cancel()
    let channel = context.channel
    let lastWrite = context.eventLoop.makePromise(of: Void.self)
    lastWrite.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: lastWrite)
    context.eventLoop.scheduleTask(in: Self.closeTimeout) { channel.close(promise: nil) }
  }
}
