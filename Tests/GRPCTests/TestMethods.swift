import GRPC
import HTTP2
import Synchronization

/// Handlers that do what their name says, and remember calls left open.
final class TestMethods: Sendable {
  let open = Mutex<[ServerCall]>([])
  let streams = Mutex<[ServerStream]>([])
  let cancelled = Mutex(0)
  let produced = Mutex(0)
  let seen = Mutex<[RequestMetadata]>([])
  let received = Mutex<[[UInt8]]>([])

  var definitions: [MethodDefinition] {
    [
      .unary("/test.Test/Echo", requestBytesMax: 1_000) { [self] request, call in
        seen.withLock { $0.append(call.metadata) }
        call.reply([UInt8](copying: request))
      },
      .unary("/test.Test/Later", requestBytesMax: 1_000) { [self] _, call in
        call.onCancel { self.cancelled.withLock { $0 += 1 } }
        open.withLock { $0.append(call) }
      },
      .unary("/test.Test/Fail", requestBytesMax: 1_000) { _, call in
        call.reply(RPCStatus(.aborted, "50 % is é\r\n\t", details: [1, 2, 255]))
      },
      .serverStreaming("/test.Test/Count", requestBytesMax: 1_000) { [self] request, stream in
        let count = request.count > 0 ? Int(request[0]) : 0
        let next = Mutex(0)
        stream.onCancel { self.cancelled.withLock { $0 += 1 } }
        stream.produce {
          next.withLock { next in
            guard next < count else { return .end(.ok) }
            next += 1
            return .message([UInt8(next)])
          }
        }
      },
      .serverStreaming("/test.Test/Flood", requestBytesMax: 1_000) { [self] _, stream in
        stream.onCancel { self.cancelled.withLock { $0 += 1 } }
        stream.produce {
          self.produced.withLock { $0 += 1 }
          return .message([UInt8](repeating: 7, count: 1_000))
        }
      },
      .serverStreaming("/test.Test/Watch", requestBytesMax: 1_000) { [self] _, stream in
        stream.onCancel { self.cancelled.withLock { $0 += 1 } }
        streams.withLock { $0.append(stream) }
        stream.produce {
          self.produced.withLock { produced in
            guard produced > 0 else { return .idle }
            produced -= 1
            return .message([9])
          }
        }
      },
      .bidirectional("/test.Test/Chat", requestBytesMax: 1_000) { [self] dialogue in
        dialogue.onCancel { self.cancelled.withLock { $0 += 1 } }
        return DialogueHandlers(
          message: { request in
            self.received.withLock { $0.append([UInt8](copying: request)) }
            dialogue.send([UInt8](repeating: 5, count: 20_000))
          },
          halfClose: { dialogue.end(.ok) })
      },
    ]
  }
}
