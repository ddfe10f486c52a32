/// Limits of the gRPC layer. Each has a safe default.
public struct GRPCLimits: Sendable {
  /// The deadline of a unary call that names none, and the cap on one that does.
  public var unaryDeadlineMax: Duration = .seconds(30)
  /// Time in which the one request of a server streaming call, or the body of a request that is
  /// not gRPC, must be complete. The client's own deadline may be shorter.
  public var requestTimeout: Duration = .seconds(30)
  /// Time in which a client must take something of a call's answer once there is some: for clients
  /// that keep their flow control windows shut.
  public var sendStallTimeout: Duration = .seconds(60)
  /// Largest message a client accepts, in bytes, after decompression.
  public var replyBytesMax: Int = 4 << 20
  /// Request bytes one connection may have waiting for their message to be complete.
  public var bufferedRequestBytesMax: Int = 8 << 20
  /// The same for all connections of a server together. For ``RequestBudget``.
  public var serverBufferedRequestBytesMax: Int = 256 << 20
  /// Bytes of finished replies one connection may have waiting for the client to read them. Above,
  /// further requests of the connection wait, unread or unanswered, until it has read some.
  public var queuedReplyBytesMax: Int = 1 << 20
  /// Messages of one dialogue waiting to be sent above which its next request is not read.
  public var dialogueQueueMax: Int = 16
  /// Whether requests without `te: trailers` are refused with INTERNAL, as the protocol has it: a
  /// proxy that drops the field may drop the status too.
  public var requiresTrailers: Bool = true
  /// Largest reply that is compressed, in bytes; compression runs on the connection's loop.
  public var compressedReplyBytesMax: Int = 1 << 20

  public init() {}
}
