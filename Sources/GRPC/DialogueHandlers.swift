/// What a dialogue does with its requests. Both run on the connection's loop and must not block.
public struct DialogueHandlers: Sendable {
  /// One serialised request, and whether it came compressed; the span is only valid during the
  /// call.
  public var message: @Sendable (Span<UInt8>, Bool) -> Void
  /// The client will send no more requests.
  public var halfClose: @Sendable () -> Void

  public init(
    message: @escaping @Sendable (Span<UInt8>) -> Void,
    halfClose: @escaping @Sendable () -> Void
  ) {
    self.message = { request, _ in message(request) }
    self.halfClose = halfClose
  }

  public init(
    flaggedMessage: @escaping @Sendable (Span<UInt8>, Bool) -> Void,
    halfClose: @escaping @Sendable () -> Void
  ) {
    message = flaggedMessage
    self.halfClose = halfClose
  }
}
