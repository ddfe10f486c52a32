/// What a server stream has for its reader next.
public enum StreamStep: Sendable {
  /// One serialised message.
  case message([UInt8])
  /// One serialised message to be compressed, when the client accepts it.
  case compressed([UInt8])
  /// Nothing now; the stream asks again after `wake()`.
  case idle
  /// The stream is over, with this status.
  case end(RPCStatus)
}
