/// Why a call made by a client failed.
public struct RPCError: Error, Equatable, Sendable {
  public var status: RPCStatus
  /// False when no byte of the request can have been acted on: the call may be repeated freely.
  /// True when the server may have acted; only a repeat with the same idempotency key is safe.
  public var wasSent: Bool
  /// True when a server (not this client) chose the status.
  public var isAnswer: Bool

  public init(_ status: RPCStatus, wasSent: Bool, isAnswer: Bool = false) {
    self.status = status
    self.wasSent = wasSent
    self.isAnswer = isAnswer
  }
}

extension RPCError: CustomStringConvertible {
  public var description: String { status.description }
}
