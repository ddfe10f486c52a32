/// Hears of every call a server has finished. Called on connection loops; must be quick.
public protocol CallObserver: Sendable {
  /// - Parameters:
  ///   - method: index into ``MethodTable/allPaths``, or `nil` for an unknown method.
  ///   - code: the status sent, or CANCELLED when the client or the connection went away first.
  ///   - nanoseconds: from the request's headers to the end of the stream.
  func callEnded(method: Int?, code: RPCCode, nanoseconds: Int64)
}
