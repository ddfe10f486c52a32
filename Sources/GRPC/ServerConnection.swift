public import HTTP2

/// One server connection without its socket: bytes in, handlers run, bytes out.
///
/// Confined to its loop, except that calls may be answered from any thread. The owner passes in
/// what it reads, takes output while its socket accepts any, keeps one timer, and says when the
/// socket is gone.
public final class ServerConnection {
  private let calls: ServerCalls
  private let loop: any ConnectionLoop

  /// - Parameters:
  ///   - peer: the other end, for handlers and logs.
  ///   - peerCertificates: what the client proved itself with: DER, its own first; empty for none.
  ///   - ageSpread: 0 to 1, random per connection; see ``HTTP2Limits/ageJitter``.
  ///   - budget: shared by the connections of a server; by default one of its own.
  public init(
    methods: MethodTable, http2: HTTP2Limits = HTTP2Limits(), grpc: GRPCLimits = GRPCLimits(),
    peer: String, peerCertificates: [[UInt8]] = [], loop: any ConnectionLoop,
    ageSpread: Double = 0.5, budget: RequestBudget? = nil,
    observer: (any CallObserver)? = nil
  ) {
    self.loop = loop
    calls = ServerCalls(
      methods: methods, http2: http2, limits: grpc, peer: peer,
      peerCertificates: peerCertificates, loop: loop,
      ageSpread: ageSpread, budget: budget, observer: observer)
  }

  /// Called when output may be waiting, outside of the owner's own calls into the connection.
  public var outputReady: (() -> Void)? {
    get { calls.outputReady }
    set { calls.outputReady = newValue }
  }

  /// Consumes bytes from the client. After an error, send what is queued and close.
  public func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
    calls.now = loop.now()
    calls.isBusy = true
    defer { calls.isBusy = false }
    do throws(HTTP2Error) {
      try calls.session.receive(bytes, at: calls.now, calls)
    } catch {
      calls.session.terminate(Self.code(for: error))
      throw error
    }
  }

  /// Hands output to `body` in chunks, about `bytesMax` bytes in all and at least one chunk; false
  /// when there is no more now. Call it again while the socket takes bytes, and not while it does
  /// not.
  public func send(
    upTo bytesMax: Int = 1, _ body: (Span<UInt8>) -> Void
  ) throws(HTTP2Error) -> Bool {
    calls.now = loop.now()
    calls.isBusy = true
    defer { calls.isBusy = false }
    let hasMore = try calls.session.send(calls, upTo: bytesMax, body)
    return calls.runWaiting() || hasMore
  }

  /// Whether the connection should be closed: all said and all heard.
  public var isFinished: Bool { calls.session.isFinished }

  /// Calls open now.
  public var openCalls: Int { calls.session.openStreams }

  /// When ``timePassed()`` wants to be called.
  public var nextTimer: MonotonicTime { calls.nextTimer }

  /// Acts on whatever has run out of time. Returns why the connection must be closed, or `nil`.
  public func timePassed() -> String? {
    calls.now = loop.now()
    calls.isBusy = true
    defer { calls.isBusy = false }
    calls.expireCalls(at: calls.now)
    let wasDraining = calls.session.isDraining
    let reason = calls.session.timePassed(calls.now)
    if calls.session.isDraining, !wasDraining { calls.endStreams() }
    return reason
  }

  /// The socket takes no output (true) or takes some again (false).
  public func outputStalled(_ stalled: Bool) {
    calls.session.outputStalled(stalled, at: loop.now())
  }

  /// Begins the graceful end: two-step GOAWAY, streaming calls end with UNAVAILABLE, running unary
  /// calls are answered, and after `grace` the connection is cut.
  public func drain(grace: Duration) {
    calls.now = loop.now()
    calls.isBusy = true
    calls.session.drain(grace: grace, at: calls.now)
    calls.endStreams()
    calls.isBusy = false
    calls.flush()
  }

  /// The socket is gone: every open call is cancelled.
  public func connectionLost() { calls.connectionLost() }

  private static func code(for error: HTTP2Error) -> HTTP2ErrorCode {
    switch error {
    case .limitExceeded: .enhanceYourCalm
    case .notHTTP2, .protocolViolation: .protocolError
    case .streamViolation(let code): code
    }
  }
}
