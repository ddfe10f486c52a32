/// One call of a server that is over, for logs and metrics.
public struct FinishedCall: Sendable {
  /// Index into ``MethodTable/allPaths``, or `nil` for an unknown method.
  public let method: Int?
  /// The status sent, or CANCELLED when the client or the connection went away first.
  public let code: RPCCode
  /// From the request's headers to the end of the stream.
  public let nanoseconds: Int64
  /// Payload received and sent, with the prefixes of messages, as it was on the wire.
  public let requestBytes: Int
  public let replyBytes: Int
  public let metadata: RequestMetadata
}
