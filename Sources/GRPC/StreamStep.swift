/// What a server stream has for its reader next.
public enum StreamStep: Sendable {
  /// One serialised message.
  case message([UInt8])
  /// Nothing now; the stream asks again after `wake()`.
  case idle
  /// The stream is over, with this status.
  case end(RPCStatus)
}
