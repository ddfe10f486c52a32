/// One method a server answers: its path, how many messages go each way, its limit, its handler.
///
/// Handlers run on the connection's event loop and must not block.
public struct MethodDefinition: Sendable {
  enum Handler: Sendable {
    case unary(@Sendable (Span<UInt8>, ServerCall) -> Void)
    case serverStreaming(@Sendable (Span<UInt8>, ServerStream) -> Void)
    case bidirectional(@Sendable (ServerDialogue) -> DialogueHandlers)
  }

  /// The full path, `/package.Service/Method`.
  public let path: String
  /// Largest request message accepted, in bytes, after decompression.
  public let requestBytesMax: Int
  let handler: Handler
  private(set) var replyCompression = ReplyCompression.whenAsked

  private init(path: String, requestBytesMax: Int, handler: Handler) {
    self.path = path
    self.requestBytesMax = requestBytesMax
    self.handler = handler
  }

  /// The same method with more of its replies compressed for clients that accept gzip.
  public func compressingReplies(_ compression: ReplyCompression) -> MethodDefinition {
    var method = self
    method.replyCompression = compression
    return method
  }

  /// One request, one reply. The span is the serialised request and only valid during the call.
  public static func unary(
    _ path: String, requestBytesMax: Int,
    _ handler: @escaping @Sendable (Span<UInt8>, ServerCall) -> Void
  ) -> MethodDefinition {
    MethodDefinition(path: path, requestBytesMax: requestBytesMax, handler: .unary(handler))
  }

  /// One request, many replies. The handler calls ``ServerStream/produce(_:)``, now or later.
  public static func serverStreaming(
    _ path: String, requestBytesMax: Int,
    _ handler: @escaping @Sendable (Span<UInt8>, ServerStream) -> Void
  ) -> MethodDefinition {
    MethodDefinition(
      path: path, requestBytesMax: requestBytesMax, handler: .serverStreaming(handler))
  }

  /// Many requests, many replies (or one, for client streaming). The handler runs when the call
  /// opens and returns what is to happen with each request and at their end.
  public static func bidirectional(
    _ path: String, requestBytesMax: Int,
    _ handler: @escaping @Sendable (ServerDialogue) -> DialogueHandlers
  ) -> MethodDefinition {
    MethodDefinition(path: path, requestBytesMax: requestBytesMax, handler: .bidirectional(handler))
  }
}
