/// One server streaming call. Pulled: messages are asked for only when the transport can take them.
public struct ServerStream: Sendable {
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

  /// Sets where messages come from. Call it once; callable from any thread, at any time.
  ///
  /// The closure runs on the connection's loop, must not block, and is not asked again after
  /// `.end`. After `.idle` it is asked again once ``wake()`` has been called.
  public func produce(_ next: @escaping @Sendable () -> StreamStep) { core.produce(next) }

  /// Says that more may be available. Callable from any thread, as often as one likes: calls
  /// before the closure is asked again count as one.
  public func wake() { core.wake() }

  /// Runs the action once if the call ends before the closure returned `.end` (client reset,
  /// deadline, connection lost, server draining). Runs on the connection's loop.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { core.onCancel(action) }
}
