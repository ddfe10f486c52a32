/// One call with a stream of requests: bidirectional or client streaming.
///
/// Messages are delivered one at a time on the connection's loop. While the client does not read
/// the answers, its further requests are not read either, so neither side's queue grows.
public struct ServerDialogue: Sendable {
  let core: ServerCallCore

  /// The full path, `/package.Service/Method`.
  public var method: String { core.method.path }
  public var metadata: RequestMetadata { core.metadata }
  /// The other end of the connection, as `address:port`.
  public var peer: String { core.peer }
  /// Time until the call's deadline; zero once it has passed, `nil` without one.
  public var remaining: Duration? { core.remaining }
  /// True once the client has reset the call, its deadline has passed or the connection is gone.
  public var isCancelled: Bool { core.isCancelled }

  /// Queues one serialised message. Answer each request with few messages: the queue only holds
  /// back further requests, it refuses nothing.
  public func send(_ message: [UInt8]) { core.send(message) }

  /// Ends the call after the messages queued so far.
  public func end(_ status: RPCStatus) { core.end(status) }

  /// Runs the action once if the call ends before ``end(_:)`` was called (client reset, deadline,
  /// connection lost, server draining). Runs on the connection's loop.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { core.onCancel(action) }
}
