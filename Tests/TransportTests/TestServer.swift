import GRPC
import GRPCServices
import Logging
import Synchronization
import Transport

/// A server on a free port of this machine, with methods for the tests.
final class TestServer: Sendable {
  let open = Mutex<[ServerCall]>([])
  let cancelled = Mutex(0)
  let produced = Mutex(0)
  let unavailable = Mutex(0)
  let health = HealthRegistry()
  private let server = Mutex<GRPCServer?>(nil)

  var methods: [MethodDefinition] {
    HealthService(health).methods + [
      .unary("/test.Test/Echo", requestBytesMax: 1 << 20) { request, call in
        var reply: [UInt8] = []
        for index in request.indices { reply.append(request[index]) }
        call.reply(reply)
      },
      .unary("/test.Test/Fail", requestBytesMax: 100) { _, call in
        call.reply(RPCStatus(.notFound, "nö", details: [1]))
      },
      .unary("/test.Test/Unavailable", requestBytesMax: 100) { [self] _, call in
        unavailable.withLock { $0 += 1 }
        call.reply(RPCStatus(.unavailable, "not now"))
      },
      // The client's certificates, each after its length in two bytes.
      .unary("/test.Test/Who", requestBytesMax: 100) { _, call in
        call.reply(
          call.peerCertificates.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 })
      },
      .unary("/test.Test/Trace", requestBytesMax: 100) { _, call in
        call.reply(Array((call.metadata.text("traceparent") ?? "none").utf8))
      },
      .unary("/test.Test/Large", requestBytesMax: 100) { _, call in
        call.reply([UInt8](repeating: 1, count: 200_000))
      },
      .unary("/test.Test/Later", requestBytesMax: 100) { [self] _, call in
        call.onCancel { self.cancelled.withLock { $0 += 1 } }
        open.withLock { $0.append(call) }
      },
      .serverStreaming("/test.Test/Flood", requestBytesMax: 100) { [self] _, stream in
        stream.onCancel { self.cancelled.withLock { $0 += 1 } }
        stream.produce {
          let number = self.produced.withLock { produced in
            produced += 1
            return produced
          }
          return number > 5_000 ? .end(.ok) : .message([UInt8](repeating: 1, count: 1_000))
        }
      },
    ]
  }

  /// Starts serving; returns the address for a client.
  func start(
    port: Int = 0, limits: ServerLimits = ServerLimits(), tls: ServerTLS? = nil,
    callLog: CallLog = CallLog(), lines: LogLines? = nil
  ) async throws -> String {
    var logger = Logger(label: "test") { [lines] _ in lines ?? LogLines() }
    logger.logLevel = lines == nil ? .critical : .debug
    let server = GRPCServer(
      host: "127.0.0.1", port: port, methods: MethodTable(methods), limits: limits,
      tls: tls, callLog: callLog, logger: logger)
    self.server.withLock { $0 = server }
    return try await server.start().description
  }

  var running: GRPCServer? { server.withLock { $0 } }
  var metrics: TransportSnapshot { running?.metrics ?? TransportSnapshot() }
  var connections: Int { running?.connections ?? 0 }

  func shutdown(grace: Duration = .seconds(5)) async {
    let server = server.withLock { $0 }
    await server?.shutdown(gracePeriod: grace)
  }

  /// Waits for something that is bound to happen; a test that waits in vain is stopped by its
  /// time limit.
  static func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
  }
}
