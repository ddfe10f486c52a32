/// One unary call on the server. Answer it exactly once, now or later, from any thread.
///
/// Answers after the first, and answers to a call that is over, are ignored.
public struct ServerCall: Sendable {
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

  /// Answers with one serialised message and status OK.
  public func reply(_ message: [UInt8]) { core.reply(.success(message)) }

  /// Ends the call with a status and no message. OK without a message is an error: UNKNOWN is sent.
  public func reply(_ status: RPCStatus) { core.reply(.failure(status)) }

  /// Runs the action once if the call is cancelled before it is answered (client reset, deadline,
  /// connection lost); at once if that has already happened. Runs on the connection's loop.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { core.onCancel(action) }
}
