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
  func start(port: Int = 0, limits: ServerLimits = ServerLimits()) async throws -> String {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = GRPCServer(
      host: "127.0.0.1", port: port, methods: MethodTable(methods), limits: limits,
      logger: logger)
    self.server.withLock { $0 = server }
    return try await server.start().description
  }

  var connections: Int { server.withLock { $0?.connections ?? 0 } }

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
