/// Why a connection that was made cannot be used.
struct HandshakeFailure: Error {
  var reason: String
}
