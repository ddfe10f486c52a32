internal import GRPC

/// Where the replies of a call go. Called on the client's event loop.
protocol ReplySink: Sendable {
  /// One reply. False asks to be sent no more until the call is resumed.
  func received(_ message: [UInt8]) -> Bool
  /// The call is over; OK is a status like any other here.
  func ended(_ outcome: RPCError)
}
