import GRPC
import WindlassWire

/// The service as commands call it.
protocol RolloutBackend: Sendable {
  /// One request, one reply.
  func call<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration
  ) async throws(RPCError) -> Reply

  /// One request, many replies, until `each` returns false or the server ends the stream.
  ///
  /// - Parameter timeout: for the whole call; `nil` for no limit.
  /// - Throws: ``RPCError`` when the call fails; whatever `each` throws.
  func stream<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration?,
    each: (Reply) async throws -> Bool
  ) async throws
}
