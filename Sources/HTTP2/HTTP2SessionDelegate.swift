/// What a session tells its owner, always from inside a call into the session.
///
/// `slot` is the owner's own number for a stream, given when the stream is opened: 0 or more.
/// Everything of the session may be called from here except `receive` and `send`.
public protocol HTTP2SessionDelegate: AnyObject {
  /// The peer opened a stream (server only). Returns the slot, or `nil` to refuse the stream.
  func streamOpened(_ stream: Int32) -> Int?
  /// A header block is complete. `overLimit` says that fields were left out (``HTTP2Limits``).
  func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool)
  /// Payload. It stays charged against the windows until `consume` is called.
  func data(_ slot: Int, _ bytes: Span<UInt8>)
  /// The peer has sent all it will send on the stream.
  func inboundEnded(_ slot: Int)
  /// The stream is gone, whatever the reason; the slot may be used again.
  func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode)
  /// Writes payload for a stream whose turn it is.
  func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep
  /// The peer will open (server) or accept (client) no new streams.
  func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>)
}
