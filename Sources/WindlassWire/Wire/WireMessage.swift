/// A request or response of windlass.v1. Servers decode requests and encode responses; clients the
/// other way round.
public protocol WireMessage: Equatable, Sendable {
  /// Reads one message.
  ///
  /// - Parameter bytes: the whole message; its length was limited by the transport.
  /// - Throws: ``WireError`` naming the field and the rule. Requests with fields this version does
  ///   not know are refused: dropping them silently could change what a command means. Responses
  ///   may have them.
  init(decoding bytes: Span<UInt8>) throws(WireError)

  /// The message's bytes: fields in the order of their numbers, so equal values give equal bytes.
  func encoded() -> [UInt8]
}
