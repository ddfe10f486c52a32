/// One unary call on the server. Answer it exactly once, now or later, from any thread.
///
/// Answers after the first, and answers to a call that is over, are ignored.
public struct ServerCall: Sendable {
  let core: ServerCallCore

  /// The full path, `/package.Service/Method`.
  public var method: String { core.path }
  public var metadata: RequestMetadata { core.metadata }
  /// The other end of the connection, as `address:port`.
  public var peer: String { core.peer }
  /// The certificates the client proved itself with: DER, its own first; empty without mutual TLS.
  public var peerCertificates: [[UInt8]] { core.peerCertificates }
  /// Time until the call's deadline; zero once it has passed, `nil` without one.
  public var remaining: Duration? { core.remaining }
  /// True once the client has reset the call, its deadline has passed or the connection is gone.
  public var isCancelled: Bool { core.isCancelled }

  /// Whether the request came compressed.
  public var requestIsCompressed: Bool { core.requestIsCompressed }

  /// Sets further fields of the answer's headers, before the first message; values of `-bin` fields
  /// are already in base64. False, and nothing is set, when a field cannot be sent: a name that is
  /// not free (``MetadataName``), a value that is not printable ASCII, over 4 KiB in all.
  @discardableResult
  public func setInitialMetadata(_ fields: [(name: String, value: String)]) -> Bool {
    core.setMetadata(fields, isTrailing: false)
  }

  /// As ``setInitialMetadata(_:)``, for the trailers, before the status.
  @discardableResult
  public func setTrailingMetadata(_ fields: [(name: String, value: String)]) -> Bool {
    core.setMetadata(fields, isTrailing: true)
  }

  /// Answers with one serialised message and status OK.
  ///
  /// - Parameter compressed: gzip, when the client accepts it.
  public func reply(_ message: [UInt8], compressed: Bool = false) {
    core.reply(.success(message), compressed: compressed)
  }

  /// Ends the call with a status and no message. OK without a message is an error: UNKNOWN is sent.
  public func reply(_ status: RPCStatus) { core.reply(.failure(status)) }

  /// Runs the action once if the call is cancelled before it is answered (client reset, deadline,
  /// connection lost); at once if that has already happened. Runs on the connection's loop.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { core.onCancel(action) }
}
