/// Hears what becomes of one call of a client. Called on the connection's loop.
public protocol ClientCallObserver: AnyObject, Sendable {
  /// One serialised reply. False holds the server back until ``ClientConnection/resume(_:)``.
  func received(_ message: [UInt8]) -> Bool
  /// The call is over. Called exactly once. OK is a status like any other here.
  func ended(_ outcome: RPCError)
}
