public import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix

/// A client for one service: connects when first used, reconnects by itself, and goes on to the
/// next endpoint when one does not answer.
public final class GRPCClient: Sendable {
  /// How a client connects.
  public struct Options: Sendable {
    public var connectTimeout: Duration = .seconds(5)
    /// First and longest pause between attempts to connect; each is spread by ±20 %.
    public var backoffMin: Duration = .milliseconds(100)
    public var backoffMax: Duration = .seconds(10)
    /// Largest reply message accepted, in bytes.
    public var replyBytesMax: Int = 4 << 20
    /// Silence with calls open after which the client sends a PING. Servers punish what is much
    /// below five minutes.
    public var keepaliveInterval: Duration = .seconds(310)
    /// Silence with calls open after which the connection is given up. Our own server sends PINGs
    /// every 30 s, so 45 s finds a dead path early; `nil` for servers that send none.
    public var silenceMax: Duration?
    public var userAgent: String = "windlass-swift"
    /// For `https://` endpoints.
    public var tls = ClientTLS()
    /// The trace all calls belong to; each call gets a span of its own. A `traceparent` among a
    /// call's metadata goes before it.
    public var trace: TraceContext?
    /// Picks the order of the endpoints by chance, once, so that many clients spread over them;
    /// else each client prefers the first that answers.
    public var shufflesEndpoints = false
    /// Where chance comes from: numbers from 0 to 1. Called on the client's loop.
    public var chance: @Sendable () -> Double = { Double.random(in: 0...1) }

    public init() {}
  }

  /// `host:port` of the first endpoint.
  public let address: String
  private let core: ClientCore
  private let trace: TraceContext?

  /// - Parameter endpoint: `https://host:port`, or in cleartext `http://host:port` or `host:port`;
  ///   IPv6 hosts in brackets.
  public convenience init(
    endpoint: String, options: Options = Options()
  ) throws(EndpointError) {
    try self.init(endpoints: [endpoint], options: options)
  }

  /// - Parameter endpoints: at least one; see ``init(endpoint:options:)``. Tried in order, from the
  ///   first, whenever a connection is needed.
  public init(endpoints: [String], options: Options = Options()) throws(EndpointError) {
    var parsed: [Endpoint] = []
    for endpoint in endpoints { parsed.append(try Endpoint(endpoint)) }
    guard let first = parsed.first else {
      throw EndpointError(endpoint: "", reason: "at least one is needed")
    }
    address = first.description
    trace = options.trace
    core = ClientCore(
      endpoints: parsed, options: options,
      eventLoop: MultiThreadedEventLoopGroup.singleton.next())
  }

  private static func traced(
    _ metadata: [(name: String, value: String)], _ trace: TraceContext?
  ) -> [(name: String, value: String)] {
    guard let trace, !metadata.contains(where: { $0.name == "traceparent" }) else {
      return metadata
    }
    return metadata + [("traceparent", trace.child().traceparent)]
  }

  /// One request, one reply. Cancelling the task resets the call.
  ///
  /// - Parameter metadata: names in lower case; values of `-bin` fields already in base64.
  /// - Throws: ``RPCError``; its `wasSent` says whether the server may have acted.
  public func unary(
    _ path: String, _ message: [UInt8], timeout: Duration,
    metadata: [(name: String, value: String)] = []
  ) async throws(RPCError) -> [UInt8] {
    try Self.check(path, metadata)
    let reply = UnaryReply()
    let call = OutgoingCall(
      path: path, message: message, metadata: Self.traced(metadata, trace),
      deadline: ClientCore.now().advanced(by: timeout), core: core, sink: reply)
    core.start(call)
    let outcome = await withTaskCancellationHandler {
      await reply.outcome()
    } onCancel: {
      core.cancel(call)
    }
    return try outcome.get()
  }

  /// One request, many replies. The call starts when iteration does; leaving the loop or
  /// cancelling the task resets it. A slow reader slows the server down: at most about 256 KiB
  /// plus one window wait here.
  ///
  /// - Parameter timeout: for the whole call; `nil` for no deadline.
  public func serverStreaming(
    _ path: String, _ message: [UInt8], timeout: Duration?,
    metadata: [(name: String, value: String)] = []
  ) -> ReplyStream {
    let core = core
    let trace = trace
    return ReplyStream {
      let replies = StreamReplies()
      let call = OutgoingCall(
        path: path, message: message, metadata: Self.traced(metadata, trace),
        deadline: timeout.map { ClientCore.now().advanced(by: $0) }, core: core, sink: replies)
      do throws(RPCError) {
        try Self.check(path, metadata)
      } catch {
        call.finish(error)
      }
      return StreamingCall(replies: replies, call: call, core: core)
    }
  }

  /// Closes the connection; calls in flight end with UNAVAILABLE, later ones with CANCELLED.
  public func shutdown() async { await core.shutdown() }

  /// Field names and values that HTTP/2 can carry; nothing is sent otherwise.
  private static func check(
    _ path: String, _ metadata: [(name: String, value: String)]
  ) throws(RPCError) {
    let pathIsValid = path.hasPrefix("/") && path.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard pathIsValid else {
      throw RPCError(RPCStatus(.internal, "method path is not valid"), wasSent: false)
    }
    for (name, value) in metadata {
      guard MetadataName.isFree(name), MetadataName.isSendable(value) else {
        let status = RPCStatus(.internal, "metadata field \(name) cannot be sent")
        throw RPCError(status, wasSent: false)
      }
    }
  }
}
