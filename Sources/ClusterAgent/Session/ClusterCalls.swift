public import GRPC
public import WindlassWire

/// The calls of `windlass.v1.Clusters` that an agent makes.
public protocol ClusterCalls: Sendable {
  func claim(_ request: ClaimLeaseRequest) async throws(RPCError) -> Lease
  func renew(_ request: RenewLeaseRequest) async throws(RPCError) -> Lease
  func release(_ request: RenewLeaseRequest) async throws(RPCError)
  func report(_ request: ReportOutcomesRequest) async throws(RPCError) -> ReportOutcomesResponse
  /// Hands over every update in order; returns when the server ends the stream.
  ///
  /// - Throws: ``GRPC/RPCError`` when the call fails; what `receive` throws.
  func watch(
    _ request: WatchDirectivesRequest, _ receive: (DirectiveUpdate) async throws -> Void
  ) async throws
}
