import GRPC
import Transport
import WindlassWire

/// The service over gRPC.
struct GRPCBackend: RolloutBackend {
  private let client: GRPCClient

  /// - Throws: ``EndpointError`` for a server that is no `https://host:port` or `http://host:port`.
  init(_ target: ConnectionTarget, version: String) throws(EndpointError) {
    var options = GRPCClient.Options()
    options.userAgent = "windlass/\(version)"
    // A pipeline's command may touch 1,000 rollouts; each answer explains itself.
    options.replyBytesMax = 16 << 20
    options.tls = target.tls
    options.trace = target.trace
    client = try GRPCClient(endpoints: target.servers, options: options)
  }

  func call<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration
  ) async throws(RPCError) -> Reply {
    try Self.decode(try await client.unary(path, request.encoded(), timeout: timeout))
  }

  func stream<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration?,
    each: (Reply) async throws -> Bool
  ) async throws {
    for try await bytes in client.serverStreaming(path, request.encoded(), timeout: timeout) {
      guard try await each(try Self.decode(bytes)) else { return }
    }
  }

  private static func decode<Reply: WireMessage>(_ bytes: [UInt8]) throws(RPCError) -> Reply {
    do throws(WireError) {
      return try Reply(decoding: bytes.span)
    } catch {
      // Repeating it would bring the same bytes: this is for a person.
      throw RPCError(
        RPCStatus(.dataLoss, "the server's answer cannot be read: \(error)"), wasSent: true,
        isAnswer: true)
    }
  }

  func shutdown() async { await client.shutdown() }
}
