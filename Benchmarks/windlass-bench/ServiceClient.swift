import GRPC
import RolloutCore
import Transport
import WindlassWire

/// A running service as measurements use it: every answer that is not the wished one is an error.
struct ServiceClient: Sendable {
  private let clients: [GRPCClient]
  /// Keys of earlier runs must not meet those of this one.
  private let run = UInt64.random(in: .min ... .max)

  /// - Parameter connections: calls are spread over so many.
  init(endpoint: String, connections: Int = 1) throws {
    clients = try (0..<max(connections, 1)).map { _ in try GRPCClient(endpoint: endpoint) }
  }

  func key(_ number: some CustomStringConvertible) -> String { "bench-\(run)-\(number)" }

  /// Sends one command to one rollout, or to the application when there is no cluster.
  func submit(
    _ command: SubmitRequest.Command, _ application: ApplicationName, on cluster: ClusterName?,
    key: String, connection: Int = 0
  ) async throws -> Decision {
    let request = SubmitRequest(
      envelope: Envelope(idempotencyKey: key), application: application,
      clusters: ClusterSelector(names: cluster.map { [$0] } ?? []), command: command)
    let bytes = try await call(Paths.submit, request.encoded(), connection)
    let response = try SubmitResponse(decoding: bytes.span)
    guard let decision = response.decisions.first else {
      throw BenchError("\(application): an answer without a decision")
    }
    switch decision.result {
    case .allowed, .alreadySatisfied: return decision
    case .refused, .conflict, .unknown, .unavailable:
      throw BenchError("\(application): \(decision.result): \(decision.message)")
    }
  }

  func claim(_ cluster: ClusterName) async throws -> Lease {
    let request = ClaimLeaseRequest(
      cluster: cluster, holder: "windlass-bench", steals: true, registration: Fleet.registration,
      idempotencyKey: key("claim-\(cluster)"))
    let bytes = try await call(Paths.claimLease, request.encoded(), 0)
    return try Lease(decoding: bytes.span)
  }

  func report(_ reports: [ReportedOutcome], _ lease: Lease) async throws {
    let request = ReportOutcomesRequest(
      cluster: lease.cluster, epoch: lease.epoch, reports: reports)
    let bytes = try await call(Paths.reportOutcomes, request.encoded(), 0)
    for result in try ReportOutcomesResponse(decoding: bytes.span).results
    where result.kind != .recorded {
      throw BenchError("\(result.id): \(result.kind): \(result.message)")
    }
  }

  func view(of name: RolloutName) async throws -> RolloutView {
    let request = GetRolloutRequest(application: name.application, cluster: name.cluster)
    let bytes = try await call(Paths.getRollout, request.encoded(), 0)
    return try RolloutView(decoding: bytes.span)
  }

  func call(_ path: String, _ message: [UInt8], _ connection: Int) async throws -> [UInt8] {
    try await clients[connection % clients.count].unary(path, message, timeout: .seconds(30))
  }

  func shutdown() async {
    for client in clients { await client.shutdown() }
  }
}
