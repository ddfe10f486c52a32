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
  let flags = Mutex<[Bool]>([])
  let answers = Mutex<[Bool]>([])

  /// Fields that must not travel.
  static let unsendable: [(String, String)] = [
    ("grpc-status", "0"), (":status", "500"), ("content-type", "text/html"), ("Upper", "v"),
    ("", "v"), ("a b", "v"), ("x-line", "a\r\nb"), ("x-nul", "\0"), ("x-wide", "é"),
    ("te", "trailers"), ("x-long", String(repeating: "v", count: 5_000)),
  ]

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
      .unary("/test.Test/Big", requestBytesMax: 1_000) { [self] _, call in
        produced.withLock { $0 += 1 }
        call.reply([UInt8](repeating: 1, count: 200_000))
      },
      .unary("/test.Test/Zip", requestBytesMax: 100_000) { [self] request, call in
        flags.withLock { $0.append(call.requestIsCompressed) }
        call.reply([UInt8](copying: request), compressed: request.count != 1)
      },
      .unary("/test.Test/ZipLarge", requestBytesMax: 100_000) { request, call in
        call.reply([UInt8](copying: request))
      }.compressingReplies(.from(bytes: 100)),
      .serverStreaming("/test.Test/ZipCount", requestBytesMax: 1_000) { _, stream in
        let next = Mutex(0)
        stream.produce {
          next.withLock { next in
            next += 1
            let message = [UInt8](repeating: UInt8(next), count: 200)
            return next > 4 ? .end(.ok) : next % 2 == 0 ? .compressed(message) : .message(message)
          }
        }
      },
      .bidirectional("/test.Test/ZipChat", requestBytesMax: 1_000) { [self] dialogue in
        DialogueHandlers(
          flaggedMessage: { request, isCompressed in
            self.flags.withLock { $0.append(isCompressed) }
            dialogue.send([UInt8](copying: request), compressed: isCompressed)
          },
          halfClose: { dialogue.end(.ok) })
      },
      .unary("/test.Test/Meta", requestBytesMax: 1_000) { [self] request, call in
        let initial = [("x-initial", "one"), ("x-initial-bin", "AQI")]
        answers.withLock { $0.append(call.setInitialMetadata(initial)) }
        answers.withLock { $0.append(call.setTrailingMetadata([("x-trailing-bin", "Aw")])) }
        for (name, value) in Self.unsendable {
          let isTaken = call.setTrailingMetadata([("x-good", "v"), (name, value)])
          answers.withLock { $0.append(isTaken) }
        }
        if request.count == 0 { call.reply([7]) } else { call.reply(RPCStatus(.aborted, "no")) }
      },
      .bidirectional("/test.Test/Sum", requestBytesMax: 100_000) { dialogue in
        let sum = Mutex(0)
        return DialogueHandlers(
          message: { request in sum.withLock { $0 += request.count } },
          halfClose: {
            dialogue.send([UInt8(truncatingIfNeeded: sum.withLock { $0 } / 1_000)])
            dialogue.end(.ok)
          })
      },
    ]
  }
}
