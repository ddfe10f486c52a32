public import GRPC
internal import HTTP2
public import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A gRPC server on one TCP address: cleartext HTTP/2 with prior knowledge.
public final class GRPCServer: Sendable {
  /// Where a server listens.
  public struct Address: Equatable, Sendable, CustomStringConvertible {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    public var description: String {
      host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  private struct Running {
    var group: MultiThreadedEventLoopGroup
    var listener: any Channel
  }

  private let address: Address
  private let methods: MethodTable
  private let limits: ServerLimits
  private let threads: Int
  private let logger: Logger
  private let observer: (any CallObserver)?
  private let registry: ConnectionRegistry
  private let running = Mutex<Running?>(nil)

  /// - Parameters:
  ///   - port: 0 picks a free port; ``start()`` says which.
  ///   - threads: event loops, at least 1; each connection lives on one.
  ///   - observer: hears of every finished call, for metrics and the access log.
  public init(
    host: String, port: Int, methods: MethodTable, limits: ServerLimits = ServerLimits(),
    threads: Int = 1, logger: Logger, observer: (any CallObserver)? = nil
  ) {
    address = Address(host: host, port: port)
    self.methods = methods
    self.limits = limits
    self.threads = max(threads, 1)
    self.logger = logger
    self.observer = observer
    registry = ConnectionRegistry(connectionsMax: limits.connectionsMax)
  }

  /// Connections open now.
  public var connections: Int { registry.count }

  /// Binds and begins to serve; returns the address in use. Call it once.
  public func start() async throws(ListenError) -> Address {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture { try accept(channel) }
      }
    do {
      let listener = try await bootstrap.bind(host: address.host, port: address.port).get()
      running.withLock { $0 = Running(group: group, listener: listener) }
      return Address(host: address.host, port: listener.localAddress?.port ?? address.port)
    } catch {
      await Self.stop(group)
      throw ListenError(address: "\(address)", reason: "\(error)")
    }
  }

  private func accept(_ channel: any Channel) throws {
    let remote = channel.remoteAddress
    let peer = "\(remote?.ipAddress ?? "unknown"):\(remote?.port ?? 0)"
    let connection = ServerConnection(
      methods: methods, http2: limits.http2, grpc: limits.grpc, peer: peer,
      loop: NIOConnectionLoop(eventLoop: channel.eventLoop),
      ageSpread: Double.random(in: 0...1), observer: observer)
    var logger = logger
    logger[metadataKey: "peer"] = "\(peer)"
    let handler = ServerChannelHandler(
      connection: connection, registry: registry, logger: logger, allocator: channel.allocator)
    try channel.pipeline.syncOperations.addHandler(handler)
    guard registry.add(channel, handler) else {
      logger.warning("refusing connection", metadata: ["limit": "connectionsMax"])
      channel.close(promise: nil)
      return
    }
  }

  /// Drains: no new connections, a two-step GOAWAY, streams ended with UNAVAILABLE, running unary
  /// calls answered. What is left after the grace period is cut. Returns when all is closed;
  /// a second call returns at once.
  public func shutdown(gracePeriod: Duration) async {
    let stopping = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let stopping else { return }
    do {
      try await stopping.listener.close()
    } catch {
      logger.debug("listener was closed already", metadata: ["error": "\(error)"])
    }
    await registry.drain(grace: gracePeriod, on: stopping.listener.eventLoop)
    await Self.stop(stopping.group)
  }

  private static func stop(_ group: MultiThreadedEventLoopGroup) async {
    await withCheckedContinuation { continuation in
      group.shutdownGracefully { _ in continuation.resume() }
    }
  }
}
