import GRPC
import Logging
import RolloutCore
import Synchronization
import Testing
import Transport
import WindlassWire

@testable import ClusterAgent

/// The session over real sockets, against a server in this process.
struct GRPCClusterCallsTests {
  /// What the server heard, and somebody who waits to be told.
  private final class Heard: Sendable {
    private let state = Mutex<(ids: [String], released: Bool)>(([], false))
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() { (changes, changed) = AsyncStream.makeStream() }

    var ids: [String] { state.withLock { $0.ids } }
    var wasReleased: Bool { state.withLock { $0.released } }

    func add(_ ids: [String]) {
      state.withLock { $0.ids += ids }
      changed.yield()
    }

    func release() { state.withLock { $0.released = true } }
  }

  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private static func methods(_ heard: Heard, _ item: DirectiveUpdate.Item) -> MethodTable {
    MethodTable([
      .unary(Paths.claimLease, requestBytesMax: 1 << 16) { bytes, call in
        do {
          let request = try ClaimLeaseRequest(decoding: bytes)
          call.reply(
            Lease(cluster: request.cluster, epoch: 3, remaining: .seconds(60)).encoded())
        } catch {
          call.reply(RPCStatus(.invalidArgument, "\(error)"))
        }
      },
      .unary(Paths.releaseLease, requestBytesMax: 1 << 16) { _, call in
        heard.release()
        call.reply(ReleaseLeaseResponse().encoded())
      },
      .unary(Paths.reportOutcomes, requestBytesMax: 1 << 18) { bytes, call in
        do {
          let request = try ReportOutcomesRequest(decoding: bytes)
          heard.add(request.reports.map(\.id))
          call.reply(
            ReportOutcomesResponse(
              results: request.reports.map { .init(id: $0.id, kind: .recorded) }, position: 1
            ).encoded())
        } catch {
          call.reply(RPCStatus(.invalidArgument, "\(error)"))
        }
      },
      .serverStreaming(Paths.watchDirectives, requestBytesMax: 1 << 18) { _, stream in
        let left = Mutex([
          DirectiveUpdate.directive(item), DirectiveUpdate.snapshotComplete(epoch: 3),
        ])
        let box = Box(left)
        stream.produce {
          box.value.withLock { left in
            left.isEmpty ? .idle : .message(left.removeFirst().encoded())
          }
        }
      },
    ])
  }

  private final class Box<Value: ~Copyable & Sendable>: Sendable {
    let value: Value
    init(_ value: consuming Value) { self.value = value }
  }

  @Test("over a socket: a claim, a directive, its outcomes, and the lease given back")
  func overTheWire() async throws {
    let heard = Heard()
    let item = try Samples.item(
      version: 1, attempt: 1, desired: 1, track: .fast, fullScale: true, forbidden: true)
    let server = GRPCServer(
      host: "127.0.0.1", port: 0, methods: Self.methods(heard, item), logger: Self.logger)
    let address = try await server.start()
    let client = try GRPCClient(endpoint: "http://\(address)")
    let session = AgentSession(
      AgentSession.Settings(
        cluster: try ClusterName(validating: "eu-west"), holder: "agent-1",
        registration: ClusterRegistration(
          mode: .enforce, labels: [ClusterSelector.Label("region", "eu")],
          controllerVersion: "1.7.1"), instance: "i1"),
      calls: GRPCClusterCalls(client), logger: Self.logger)
    let backend = SimulatedBackend(
      SimulatedCluster(script: Script(scaleDelay: .milliseconds(5)), instance: "wire"),
      logger: Self.logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await session.run(backend) }
      for await _ in heard.changes where heard.ids.contains("wire/2") { break }
      group.cancelAll()
      try await group.waitForAll()
    }
    // At least once and in order: on a slow machine an answer may come after its time-out.
    #expect(heard.ids.first == "wire/1" && Set(heard.ids).isSuperset(of: ["wire/1", "wire/2"]))
    #expect(heard.wasReleased)
    await client.shutdown()
    await server.shutdown(gracePeriod: .milliseconds(100))
  }

  @Test("an answer that cannot be read is an error that may be repeated, not a trap")
  func unreadable() async throws {
    let server = GRPCServer(
      host: "127.0.0.1", port: 0,
      methods: MethodTable([
        .unary(Paths.claimLease, requestBytesMax: 1 << 16) { _, call in
          call.reply([0xFF, 0xFF, 0xFF, 0x01])
        }
      ]), logger: Self.logger)
    let address = try await server.start()
    let client = try GRPCClient(endpoint: "http://\(address)")
    let calls = GRPCClusterCalls(client)
    let request = ClaimLeaseRequest(
      cluster: try ClusterName(validating: "eu-west"), holder: "agent-1",
      registration: ClusterRegistration(mode: .observe, labels: []), idempotencyKey: "k")
    do {
      _ = try await calls.claim(request)
      Issue.record("the answer was taken")
    } catch {
      #expect(LeaseAnswer(error) == .repeatable(error.description))
      #expect(error.wasSent)
    }
    await client.shutdown()
    await server.shutdown(gracePeriod: .milliseconds(100))
  }
}
