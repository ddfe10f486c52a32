/// Limits of the gRPC layer, per call. Each has a safe default.
public struct GRPCLimits: Sendable {
  /// The deadline of a unary call that names none, and the cap on one that does.
  public var unaryDeadlineMax: Duration = .seconds(30)
  /// Largest message a client accepts, in bytes, after decompression.
  public var replyBytesMax: Int = 4 << 20
  /// Messages of a dialogue waiting to be sent above which no further request is read.
  public var dialogueQueueMax: Int = 16

  /// Request bytes one connection may have waiting for their message to be complete.
  public var bufferedRequestBytesMax: Int = 8 << 20

  public init() {}
}
