public import GRPC
internal import HTTP2
public import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A gRPC server on one TCP address: HTTP/2 over TLS, or in cleartext with prior knowledge.
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
    var reloading: Task<Void, Never>?
  }

  private let address: Address
  private let methods: MethodTable
  private let limits: ServerLimits
  private let tls: ServerTLS?
  private let callLog: CallLog
  private let threads: Int
  private let logger: Logger
  private let observer: (any CallObserver)?
  private let registry: ConnectionRegistry
  private let requestBudget: RequestBudget
  private let handshakes: HandshakeLimiter
  private let figures: TransportMetrics
  private let refusals = LogRate(perSecondMax: 10)
  private let tlsContext = Mutex<TLSContext?>(nil)
  private let running = Mutex<Running?>(nil)
  /// By event loop, made when the loop takes its first connection.
  private let callLoggers = Mutex<[ObjectIdentifier: CallLogger]>([:])

  /// - Parameters:
  ///   - port: 0 picks a free port; ``start()`` says which.
  ///   - tls: `nil` for cleartext, which is meant for loopback and for proxies on the same host.
  ///   - threads: event loops, at least 1; each connection lives on one.
  ///   - callLog: which calls are written into the log.
  ///   - observer: hears of every finished call too.
  public init(
    host: String, port: Int, methods: MethodTable, limits: ServerLimits = ServerLimits(),
    tls: ServerTLS? = nil, threads: Int = 1, callLog: CallLog = CallLog(), logger: Logger,
    observer: (any CallObserver)? = nil
  ) {
    address = Address(host: host, port: port)
    self.methods = methods
    self.limits = limits
    self.tls = tls
    self.callLog = callLog
    self.threads = max(threads, 1)
    self.logger = logger
    self.observer = observer
    figures = TransportMetrics(methods: methods)
    registry = ConnectionRegistry(connectionsMax: limits.connectionsMax)
    requestBudget = RequestBudget(bytesMax: limits.grpc.serverBufferedRequestBytesMax)
    handshakes = HandshakeLimiter(
      max: tls?.handshakesMax ?? 0, perSourceMax: tls?.handshakesPerSourceMax ?? 0)
  }

  /// Connections open now, without those in their TLS handshake.
  public var connections: Int { registry.count }

  /// The figures of this moment. Callable from any thread; costs the calls nothing.
  public var metrics: TransportSnapshot { figures.snapshot() }

  /// Binds and begins to serve; returns the address in use. Call it once.
  ///
  /// - Throws: ``ListenError`` when the address cannot be had or a TLS file is no good.
  public func start() async throws(ListenError) -> Address {
    if let tls {
      do throws(TLSError) {
        let context = try TLSContext(tls)
        tlsContext.withLock { $0 = context }
      } catch {
        throw ListenError(address: "\(address)", reason: "\(error)")
      }
    }
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
      let reloading = tls.map { tls in
        Task { [weak self] in
          while (try? await Task.sleep(for: tls.reloadInterval)) != nil {
            self?.reloadCertificates()
          }
        }
      }
      running.withLock { running in
        running = Running(group: group, listener: listener, reloading: reloading)
      }
      if tls == nil, let bound = listener.localAddress?.ipAddress, !Self.isLoopback(bound) {
        logger.notice(
          "serving in cleartext beyond this host; whoever is on the path can read and change calls",
          metadata: ["address": "\(bound)"])
      }
      return Address(host: address.host, port: listener.localAddress?.port ?? address.port)
    } catch {
      await Self.stop(group)
      throw ListenError(address: "\(address)", reason: "\(error)")
    }
  }

  /// Looks at the TLS files now instead of at the next interval. New connections get what is good;
  /// what is not is logged, and what was in force stays. Blocks for file access.
  ///
  /// - Returns: whether new files were taken over.
  @discardableResult
  public func reloadCertificates() -> Bool {
    guard let context = tlsContext.withLock({ $0 }) else { return false }
    switch context.reload() {
    case .unchanged: return false
    case .replaced:
      figures.certificatesReloaded()
      logger.notice("TLS files were replaced; new connections use them")
      return true
    case .refused(let error):
      figures.certificatesRefused()
      logger.error(
        "changed TLS files are no good; the ones loaded before stay in use",
        metadata: ["file": "\(error.file)", "reason": "\(error.reason)"])
      return false
    }
  }

  private func accept(_ channel: any Channel) throws {
    let remote = channel.remoteAddress
    let metrics = figures.loop(ObjectIdentifier(channel.eventLoop))
    guard let tls, let context = tlsContext.withLock({ $0?.current }) else {
      try serve(channel, remote, metrics, peerCertificates: [])
      return
    }
    let address = remote?.ipAddress
    let source = address.flatMap { Self.isLoopback($0) ? nil : $0 }
    guard handshakes.begin(source) else {
      refuse(channel, metrics, limit: "handshakesMax")
      return
    }
    let chain = PresentedChain()
    let handler = tlsHandler(tls, context, chain)
    let gate = HandshakeGate(timeout: tls.handshakeTimeout) { [self] outcome, context in
      handshakes.end(source)
      do throws(RefusedClient) {
        if case .failed(let reason) = outcome { throw RefusedClient(reason: reason) }
        let certificates = try peerCertificates(tls, context, chain)
        try serve(context.channel, remote, metrics, peerCertificates: certificates)
      } catch {
        metrics.handshakeFailed()
        let reason = LogText.escaped(error.reason)
        logger.debug(
          "handshake failed", metadata: ["peer": "\(address ?? "unknown")", "reason": "\(reason)"])
        context.close(promise: nil)
      }
    }
    try channel.pipeline.syncOperations.addHandler(handler)
    try channel.pipeline.syncOperations.addHandler(gate)
  }

  private func tlsHandler(
    _ tls: ServerTLS, _ context: NIOSSLContext, _ chain: PresentedChain
  ) -> NIOSSLServerHandler {
    guard let judge = tls.judgeChain, tls.clientCertificates != .notAsked else {
      return NIOSSLServerHandler(context: context)
    }
    return NIOSSLServerHandler(context: context) { certificates, promise in
      guard let presented = try? certificates.map({ try $0.toDERBytes() }) else {
        promise.succeed(.failed)
        return
      }
      chain.certificates = presented
      promise.succeed(judge(presented) == nil ? .certificateVerified : .failed)
    }
  }

  /// What the client has shown. A resumed session shows its certificate without having it verified
  /// again, so what may have changed since is looked at here.
  private func peerCertificates(
    _ tls: ServerTLS, _ context: ChannelHandlerContext, _ chain: PresentedChain
  ) throws(RefusedClient) -> [[UInt8]] {
    guard let leaf = try? context.pipeline.syncOperations.nioSSL_peerCertificate(),
      let bytes = try? leaf.toDERBytes()
    else { return [] }
    guard leaf.notValidAfter >= time(nil) else {
      throw RefusedClient(reason: "the client's certificate has expired")
    }
    if let weakness = CertificateStrength.weakness(of: leaf) {
      throw RefusedClient(reason: "the client's certificate \(weakness)")
    }
    guard chain.certificates.isEmpty else { return chain.certificates }
    if let judge = tls.judgeChain, let reason = judge([bytes]) {
      throw RefusedClient(reason: reason)
    }
    return [bytes]
  }

  private func serve(
    _ channel: any Channel, _ remote: SocketAddress?, _ metrics: LoopMetrics,
    peerCertificates: [[UInt8]]
  ) throws(RefusedClient) {
    let peer = "\(remote?.ipAddress ?? "unknown"):\(remote?.port ?? 0)"
    let connection = ServerConnection(
      methods: methods, http2: limits.http2, grpc: limits.grpc, peer: peer,
      peerCertificates: peerCertificates, loop: NIOConnectionLoop(eventLoop: channel.eventLoop),
      ageSpread: Double.random(in: 0...1), budget: requestBudget,
      observer: ConnectionObserver(
        metrics: metrics, logger: callLogger(channel.eventLoop), peer: peer, principal: "-",
        next: observer))
    var logger = logger
    logger[metadataKey: "peer"] = "\(peer)"
    let handler = ServerChannelHandler(
      connection: connection, metrics: metrics, logger: logger, allocator: channel.allocator)
    do {
      try channel.pipeline.syncOperations.addHandler(handler)
    } catch {
      throw RefusedClient(reason: "closed before it could be served: \(error)")
    }
    guard registry.add(channel, handler) else {
      refuse(channel, metrics, limit: "connectionsMax")
      return
    }
    metrics.connectionOpened()
    channel.closeFuture.whenComplete { _ in metrics.connectionClosed() }
  }

  private static func isLoopback(_ address: String) -> Bool {
    address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
  }

  private func refuse(_ channel: any Channel, _ metrics: LoopMetrics, limit: String) {
    metrics.connectionRefused()
    if let unwritten = refusals.take() {
      let peer = channel.remoteAddress?.ipAddress ?? "unknown"
      logger.warning(
        "refusing connection",
        metadata: ["limit": "\(limit)", "peer": "\(peer)", "not_logged": "\(unwritten)"])
    }
    channel.close(promise: nil)
  }

  private func callLogger(_ eventLoop: any EventLoop) -> CallLogger {
    callLoggers.withLock { loggers in
      let id = ObjectIdentifier(eventLoop)
      if let logger = loggers[id] { return logger }
      let made = CallLogger(callLog, methods: methods, logger: logger)
      loggers[id] = made
      return made
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
    stopping.reloading?.cancel()
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

/// Why a connection is not served.
private struct RefusedClient: Error {
  var reason: String
}

/// The certificates a client showed, as its verification saw them. Confined to the event loop.
private final class PresentedChain {
  var certificates: [[UInt8]] = []
}
