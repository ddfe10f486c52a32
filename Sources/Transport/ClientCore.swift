internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The one connection of a client and the calls that wait for it. Confined to its event loop;
/// `start`, `cancel`, `resume` and `shutdown` hop there.
final class ClientCore: @unchecked Sendable {
  private enum State {
    /// No connection; the next call connects.
    case idle
    /// Trying the endpoints in order: this one now; why those before it failed.
    case connecting(Int, failures: [String])
    case ready(ClientChannelHandler)
    /// All endpoints failed; calls wait for the next round.
    case backingOff(lastFailure: String)
    case closed
  }

  let eventLoop: any EventLoop
  private let endpoints: [Endpoint]
  private let options: GRPCClient.Options
  private var state = State.idle
  private var backoff: Backoff
  private var waiting: [OutgoingCall] = []
  /// Made when first needed, looked at again for each connection.
  private var tls: TLSContext?

  /// - Precondition: there is an endpoint.
  init(endpoints: [Endpoint], options: GRPCClient.Options, eventLoop: any EventLoop) {
    precondition(!endpoints.isEmpty)
    self.options = options
    self.eventLoop = eventLoop
    backoff = Backoff(first: options.backoffMin, longest: options.backoffMax)
    var endpoints = endpoints
    if options.shufflesEndpoints {
      for index in endpoints.indices.dropLast() {
        let left = endpoints.count - index
        let pick = min(max(Int(options.chance() * Double(left)), 0), left - 1)
        endpoints.swapAt(index, index + pick)
      }
    }
    self.endpoints = endpoints
  }

  static func now() -> MonotonicTime {
    MonotonicTime(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
  }

  // MARK: From any thread

  func start(_ call: OutgoingCall) { eventLoop.execute { self.submit(call) } }

  func cancel(_ call: OutgoingCall) { eventLoop.execute { call.cancel() } }

  func resume(_ call: OutgoingCall) { eventLoop.execute { call.resume() } }

  func shutdown() async {
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        self.close()
        continuation.resume()
      }
    }
  }

  // MARK: On the loop

  func submit(_ call: OutgoingCall) {
    guard !call.isOver else { return }
    let remaining = call.deadline?.since(Self.now())
    if let remaining, remaining <= .zero {
      call.finish(timedOut())
      return
    }
    switch state {
    case .closed:
      let status = RPCStatus(.cancelled, "the client was shut down")
      call.finish(RPCError(status, wasSent: false))
    case .ready(let handler):
      if handler.isUsable {
        call.connection = handler
        if let id = handler.start(call, timeout: remaining) {
          call.id = id
          return
        }
        call.connection = nil
      }
      state = .idle
      wait(call, remaining)
      connect(to: 0, failures: [])
    case .idle:
      wait(call, remaining)
      connect(to: 0, failures: [])
    case .connecting, .backingOff: wait(call, remaining)
    }
  }

  func forget(_ call: OutgoingCall) {
    waiting.removeAll { $0 === call }
  }

  private func wait(_ call: OutgoingCall, _ remaining: Duration?) {
    waiting.append(call)
    guard let remaining else { return }
    eventLoop.scheduleTask(in: .nanoseconds(remaining.clampedNanoseconds)) {
      guard call.connection == nil, !call.isOver, self.waiting.contains(where: { $0 === call })
      else { return }
      call.finish(self.timedOut())
    }
  }

  private func timedOut() -> RPCError {
    let text: String
    if case .backingOff(let lastFailure) = state {
      text = lastFailure
    } else {
      let names = endpoints.map(\.description).joined(separator: ", ")
      text = "no connection to \(names) within the call's timeout"
    }
    return RPCError(RPCStatus(.unavailable, text), wasSent: false)
  }

  // MARK: Connecting

  private func connect(to index: Int, failures: [String]) {
    state = .connecting(index, failures: failures)
    let endpoint = endpoints[index]
    let ready = eventLoop.makePromise(of: NIOLoopBound<ClientChannelHandler>.self)
    ready.futureResult.whenComplete { result in
      switch result {
      case .success(let handler): self.connected(handler.value)
      case .failure(let error): self.connectFailed(index, error)
      }
    }
    let sslContext: NIOSSLContext?
    do throws(TLSError) {
      sslContext = endpoint.isTLS ? try currentTLS() : nil
    } catch {
      // Not at once: the state is still being changed by a caller further up.
      eventLoop.execute { ready.fail(error) }
      return
    }
    ClientBootstrap(group: eventLoop)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .connectTimeout(.nanoseconds(options.connectTimeout.clampedNanoseconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let sslContext else {
            try channel.pipeline.syncOperations.addHandler(self.makeHandler(endpoint, ready))
            return
          }
          try self.addTLS(to: channel, sslContext, endpoint, ready)
        }
      }
      .connect(host: endpoint.host, port: endpoint.port)
      .hop(to: eventLoop)
      .whenComplete { result in
        // Else whoever is in the channel tells how it goes on.
        if case .failure(let error) = result { ready.fail(error) }
      }
  }

  /// - Parameter ready: fulfilled when the server has begun to speak HTTP/2. Calls are held until
  ///   then, so that none is in doubt when it refuses the client's certificate, or is dead.
  private func makeHandler(
    _ endpoint: Endpoint, _ ready: EventLoopPromise<NIOLoopBound<ClientChannelHandler>>
  ) -> ClientChannelHandler {
    var limits = HTTP2Limits()
    limits.keepaliveInterval = options.keepaliveInterval
    limits.silenceMax = options.silenceMax
    limits.streamWindowBytes = 256 << 10
    limits.prefaceTimeout = options.connectTimeout
    let connection = ClientConnection(
      http2: limits, replyBytesMax: options.replyBytesMax, authority: endpoint.description,
      scheme: endpoint.isTLS ? "https" : "http", userAgent: options.userAgent,
      loop: NIOConnectionLoop(eventLoop: eventLoop))
    return ClientChannelHandler(
      connection: connection, endpoint: endpoint.description, allocator: ByteBufferAllocator(),
      opened: { [eventLoop] result in
        switch result {
        case .success(let handler): ready.succeed(NIOLoopBound(handler, eventLoop: eventLoop))
        case .failure(let failure): ready.fail(failure)
        }
      },
      closed: { [weak self] _ in self?.connectionClosed() })
  }

  private func addTLS(
    to channel: any Channel, _ context: NIOSSLContext, _ endpoint: Endpoint,
    _ ready: EventLoopPromise<NIOLoopBound<ClientChannelHandler>>
  ) throws {
    // A literal address is no name to ask for; the certificate is then checked for the address.
    let name = options.tls.serverName ?? (endpoint.hostIsAddress ? nil : endpoint.host)
    let gate = HandshakeGate(timeout: options.connectTimeout) { outcome, context in
      switch outcome {
      case .ready:
        do {
          if let leaf = try context.pipeline.syncOperations.nioSSL_peerCertificate(),
            let weakness = CertificateStrength.weakness(of: leaf)
          {
            throw HandshakeFailure(reason: "the server's certificate \(weakness)")
          }
          try context.pipeline.syncOperations.addHandler(self.makeHandler(endpoint, ready))
        } catch {
          ready.fail(error)
          context.close(promise: nil)
        }
      case .failed(let reason):
        ready.fail(HandshakeFailure(reason: reason))
        context.close(promise: nil)
      }
    }
    try channel.pipeline.syncOperations.addHandlers([
      try NIOSSLClientHandler(context: context, serverHostname: name), gate,
    ])
  }

  private func currentTLS() throws(TLSError) -> NIOSSLContext {
    if let tls {
      // New files that are no good change nothing: with the old ones a connection may still come.
      _ = tls.reload()
      return tls.current
    }
    let made = try TLSContext(options.tls)
    tls = made
    return made.current
  }

  private func connected(_ handler: ClientChannelHandler) {
    guard case .connecting(let index, _) = state else {
      handler.close()
      return
    }
    guard handler.isUsable else {
      connectFailed(index, HandshakeFailure(reason: "closed by the server at once"))
      return
    }
    state = .ready(handler)
    backoff.reset()
    let calls = waiting
    waiting = []
    for call in calls { submit(call) }
  }

  private func connectFailed(_ index: Int, _ error: any Error) {
    guard case .connecting(_, var failures) = state else { return }
    failures.append("cannot connect to \(endpoints[index].description): \(Self.describe(error))")
    guard index + 1 >= endpoints.count else {
      connect(to: index + 1, failures: failures)
      return
    }
    let reason = failures.joined(separator: "; ")
    state = .backingOff(lastFailure: reason)
    let calls = waiting
    waiting = []
    for call in calls { call.finish(RPCError(RPCStatus(.unavailable, reason), wasSent: false)) }
    pause()
  }

  private func pause() {
    let milliseconds = backoff.pause(spread: options.chance())
    eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
      guard case .backingOff = self.state else { return }
      self.state = .idle
      if !self.waiting.isEmpty { self.connect(to: 0, failures: []) }
    }
  }

  private func connectionClosed() {
    if case .ready(let handler) = state, !handler.isUsable { state = .idle }
    if case .idle = state, !waiting.isEmpty { connect(to: 0, failures: []) }
  }

  private func close() {
    if case .ready(let handler) = state { handler.close() }
    state = .closed
    let calls = waiting
    waiting = []
    let status = RPCStatus(.cancelled, "the client was shut down")
    for call in calls { call.finish(RPCError(status, wasSent: false)) }
  }

  /// The first thing a person needs to know, instead of a nested description.
  private static func describe(_ error: any Error) -> String {
    if let failure = error as? HandshakeFailure { return failure.reason }
    guard let error = error as? NIOConnectionError else {
      if let timeout = error as? ChannelError, case .connectTimeout = timeout {
        return "no answer within the connect timeout"
      }
      return "\(error)"
    }
    if let first = error.connectionErrors.first { return "\(first.error)" }
    if let lookup = error.dnsAError ?? error.dnsAAAAError { return "\(lookup)" }
    return "\(error)"
  }
}
