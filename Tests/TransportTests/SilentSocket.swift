import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection that says nothing unless told to, and keeps what it hears.
final class SilentSocket: Sendable {
  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let bytes = Mutex<[UInt8]>([])

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  private let channel: any Channel
  private let collector = Collector()

  init(_ address: String) throws {
    let port = address.split(separator: ":").last.flatMap { Int($0) } ?? 0
    let collector = collector
    channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { $0.pipeline.addHandler(collector) }
      .connect(host: "127.0.0.1", port: port).wait()
  }

  deinit { channel.close(promise: nil) }

  func write(_ bytes: [UInt8]) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  func finishWriting() { channel.close(mode: .output, promise: nil) }

  /// All that was received, once the other side has closed.
  func readToEnd() async -> [UInt8] {
    // Fails for a channel that was never open, which this one was.
    try? await channel.closeFuture.get()
    return collector.bytes.withLock { $0 }
  }
}
