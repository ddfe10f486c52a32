/// One call with a stream of requests: bidirectional or client streaming.
///
/// Messages are delivered one at a time on the connection's loop. While the client does not read
/// the answers, its further requests are not read either, so neither side's queue grows.
public struct ServerDialogue: Sendable {
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

  /// Queues one serialised message. Answer each request with few messages: the queue only holds
  /// back further requests, it refuses nothing.
  ///
  /// - Parameter compressed: gzip, when the client accepts it.
  public func send(_ message: [UInt8], compressed: Bool = false) {
    core.send(message, compressed: compressed)
  }

  /// Ends the call after the messages queued so far.
  public func end(_ status: RPCStatus) { core.end(status) }

  /// Runs the action once if the call ends before ``end(_:)`` was called (client reset, deadline,
  /// connection lost, server draining). Runs on the connection's loop.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { core.onCancel(action) }
}
