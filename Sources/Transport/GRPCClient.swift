public import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOPosix

/// A client for one server: connects when first used, reconnects by itself.
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

    public init() {}
  }

  /// `host:port` of the server.
  public let address: String
  private let core: ClientCore

  /// - Parameter endpoint: `http://host:port` or `host:port`; IPv6 hosts in brackets.
  public init(endpoint: String, options: Options = Options()) throws(EndpointError) {
    let parsed = try Endpoint(endpoint)
    address = parsed.description
    core = ClientCore(
      endpoint: parsed, options: options,
      eventLoop: MultiThreadedEventLoopGroup.singleton.next())
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
      path: path, message: message, metadata: metadata,
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
    return ReplyStream {
      let replies = StreamReplies()
      let call = OutgoingCall(
        path: path, message: message, metadata: metadata,
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
      let nameIsValid =
        !name.isEmpty
        && name.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
          default: false
          }
        }
      let valueIsValid = value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      guard nameIsValid, valueIsValid else {
        let status = RPCStatus(.internal, "metadata field \(name) cannot be sent")
        throw RPCError(status, wasSent: false)
      }
    }
  }
}
