public import GRPC
public import Transport
public import WindlassWire

/// ``ClusterCalls`` over gRPC.
public struct GRPCClusterCalls: ClusterCalls {
  private let client: GRPCClient
  private let timeout: Duration

  /// - Parameter timeout: deadline of each unary call; must be shorter than a lease.
  public init(_ client: GRPCClient, timeout: Duration = .seconds(3)) {
    self.client = client
    self.timeout = timeout
  }

  public func claim(_ request: ClaimLeaseRequest) async throws(RPCError) -> Lease {
    try await unary(Paths.claimLease, request)
  }

  public func renew(_ request: RenewLeaseRequest) async throws(RPCError) -> Lease {
    try await unary(Paths.renewLease, request)
  }

  public func release(_ request: RenewLeaseRequest) async throws(RPCError) {
    let _: ReleaseLeaseResponse = try await unary(Paths.releaseLease, request)
  }

  public func report(
    _ request: ReportOutcomesRequest
  ) async throws(RPCError) -> ReportOutcomesResponse {
    try await unary(Paths.reportOutcomes, request)
  }

  public func watch(
    _ request: WatchDirectivesRequest, _ receive: (DirectiveUpdate) async throws -> Void
  ) async throws {
    let replies = client.serverStreaming(
      Paths.watchDirectives, request.encoded(), timeout: nil)
    for try await bytes in replies {
      try await receive(try Self.decode(bytes))
    }
  }

  private func unary<Response: WireMessage>(
    _ path: String, _ request: some WireMessage
  ) async throws(RPCError) -> Response {
    try Self.decode(try await client.unary(path, request.encoded(), timeout: timeout))
  }

  /// An answer that cannot be read is no answer: the server may have acted.
  private static func decode<Response: WireMessage>(
    _ bytes: [UInt8]
  ) throws(RPCError) -> Response {
    do {
      return try Response(decoding: bytes.span)
    } catch {
      throw RPCError(
        RPCStatus(.internal, "the server's answer cannot be read: \(error)"), wasSent: true)
    }
  }
}
