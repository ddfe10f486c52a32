public import GRPC

/// The replies of a server streaming call, in order; throws ``RPCError`` when the call fails.
///
/// The call starts when iteration does, once per iterator. Leaving the loop or cancelling the task
/// resets the stream.
public struct ReplyStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = RPCError

  let open: @Sendable () -> StreamingCall

  /// Reads the replies of one call.
  public struct Iterator: AsyncIteratorProtocol {
    let call: StreamingCall

    /// The next reply, or `nil` after the last, when the call ended with OK.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(RPCError) -> [UInt8]? {
      try await call.next()
    }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(call: open()) }
}
