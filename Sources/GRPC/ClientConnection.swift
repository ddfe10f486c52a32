public import HTTP2

/// One client connection without its socket. Confined to its loop.
public final class ClientConnection {
  private let calls: ClientCalls
  private let loop: any ConnectionLoop
  private let authority: String
  private let scheme: String
  private let userAgent: String

  /// - Parameters:
  ///   - authority: `host:port` for the `:authority` field.
  ///   - replyBytesMax: largest reply message accepted.
  public init(
    http2: HTTP2Limits, replyBytesMax: Int, authority: String, scheme: String = "http",
    userAgent: String, loop: any ConnectionLoop
  ) {
    self.loop = loop
    self.authority = authority
    self.scheme = scheme
    self.userAgent = userAgent
    calls = ClientCalls(http2: http2, replyBytesMax: replyBytesMax, at: loop.now())
  }

  /// Starts a call with one request message. Returns `nil`, without telling the observer, when
  /// this connection takes no more calls.
  public func start(
    _ path: String, _ message: [UInt8], timeout: Duration?,
    metadata: [(name: String, value: String)], observer: any ClientCallObserver
  ) -> ClientCallID? {
    calls.now = loop.now()
    let nanoseconds = timeout?.clampedNanoseconds
    var headers = [
      HeaderField(":method", "POST"), HeaderField(":scheme", scheme), HeaderField(":path", path),
      HeaderField(":authority", authority), HeaderField("te", "trailers"),
      HeaderField("content-type", "application/grpc"), HeaderField("user-agent", userAgent),
      HeaderField("grpc-accept-encoding", "identity,gzip"),
    ]
    if let nanoseconds {
      headers.append(HeaderField("grpc-timeout", GRPCTimeout.text(nanoseconds: nanoseconds)))
    }
    for (name, value) in metadata { headers.append(HeaderField(name, value)) }
    return calls.start(
      headers: headers, message: message, timeout: nanoseconds, observer: observer)
  }

  /// Ends a call with CANCELLED and resets its stream; nothing happens when it is over already.
  public func cancel(_ id: ClientCallID) { calls.cancel(id) }

  /// Takes up reading again for a call whose observer said to wait.
  public func resume(_ id: ClientCallID) { calls.resume(id) }

  /// Consumes bytes from the server. After an error, close.
  public func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
    calls.now = loop.now()
    do throws(HTTP2Error) {
      try calls.session.receive(bytes, at: calls.now, calls)
    } catch {
      calls.session.terminate(.protocolError)
      throw error
    }
  }

  /// Hands output to `body` in chunks, about `bytesMax` bytes in all and at least one chunk; false
  /// when there is no more now.
  public func send(
    upTo bytesMax: Int = 1, _ body: (Span<UInt8>) -> Void
  ) throws(HTTP2Error) -> Bool {
    try calls.session.send(calls, upTo: bytesMax, body)
  }

  /// Whether the server has begun to speak HTTP/2. Before, it may still refuse the client: in TLS
  /// 1.3 a server judges the client's certificate when the client's handshake is over already.
  public var isOpen: Bool { calls.session.hasPeerSettings }
  /// Whether the server has said that it takes no more calls here.
  public var isGoingAway: Bool { calls.isGoingAway }
  /// Whether the connection should be closed: all said and all heard.
  public var isFinished: Bool { calls.session.isFinished }
  /// When ``timePassed()`` wants to be called.
  public var nextTimer: MonotonicTime { calls.nextTimer }

  /// Acts on whatever has run out of time. Returns why the connection must be closed, or `nil`.
  public func timePassed() -> String? {
    calls.now = loop.now()
    calls.expireCalls()
    return calls.session.timePassed(calls.now)
  }

  /// The socket takes no output (true) or takes some again (false).
  public func outputStalled(_ stalled: Bool) {
    calls.session.outputStalled(stalled, at: loop.now())
  }

  /// Says goodbye: no more calls, those in flight may end within the grace time.
  public func drain(grace: Duration) { calls.session.drain(grace: grace, at: loop.now()) }

  /// The socket is gone: every call ends with UNAVAILABLE and the reason.
  public func connectionLost(_ reason: String) { calls.connectionLost(reason) }
}
