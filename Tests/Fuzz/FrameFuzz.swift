internal import HTTP2
internal import Synchronization

@testable internal import GRPC

/// The first byte picks what reads the rest: the splitter of gRPC messages, whose answer must not
/// depend on how its bytes come, or a whole server connection. No trap, no hang, no leak.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let bytes = unsafe Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  let choice = unsafe Int(start.pointee)
  if choice % 2 == 0 {
    let whole = split(bytes, every: bytes.count)
    precondition(whole == split(bytes, every: 1 + choice % 7))
  } else {
    converse(bytes, every: 1 + choice * 4)
  }
  return 0
}

/// What the splitter makes of some bytes: each message's flag and content, and how it ended.
private func split(_ bytes: [UInt8], every size: Int) -> [String] {
  var reader = MessageReader()
  var found: [String] = []
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + size)
    reader.append(bytes[start..<end].span)
    start = end
    while true {
      switch reader.peek(bytesMax: 300) {
      case .message(let range, let compressed):
        found.append("\(compressed) \(reader.bytes[range])")
        if compressed {
          _ = try? Gzip.decompress(reader.bytes.span.extracting(range), bytesMax: 9_000)
        }
        reader.take(through: range.upperBound)
        continue
      case .tooLarge(let length): return found + ["too large: \(length)"]
      case .badFlag(let flag): return found + ["flag \(flag)"]
      case .incomplete: break
      }
      break
    }
  }
  precondition(reader.pending <= 305)
  return found + ["\(reader.pending) left"]
}

/// A server that hears the bytes behind a good beginning.
private func converse(_ bytes: [UInt8], every size: Int) {
  let loop = StillLoop()
  let server = ServerConnection(methods: methods, peer: "fuzz:1", loop: loop)
  let hello = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
  let all = hello + bytes
  var start = 0
  var sent = 0
  var isAlive = true
  while start < all.count, isAlive {
    let end = min(all.count, start + size)
    do throws(HTTP2Error) {
      try server.receive(all[start..<end].span)
      while sent < 1 << 20, try server.send({ sent += $0.count }) {}
    } catch {
      isAlive = false
    }
    start = end
    loop.advance()
    if server.timePassed() != nil { isAlive = false }
  }
  server.connectionLost()
  precondition(server.openCalls <= 256)
}

private let methods = MethodTable([
  .unary("/f.F/U", requestBytesMax: 200) { request, call in
    call.reply([UInt8](copying: request), compressed: true)
  },
  .serverStreaming("/f.F/S", requestBytesMax: 200) { request, stream in
    let left = Mutex(request.count)
    stream.produce {
      left.withLock { left in
        left -= 1
        return left < 0 ? .end(.ok) : .message([UInt8](repeating: 1, count: 5_000))
      }
    }
  },
  .bidirectional("/f.F/B", requestBytesMax: 200) { dialogue in
    DialogueHandlers(
      message: { dialogue.send([UInt8](copying: $0)) }, halfClose: { dialogue.end(.ok) })
  },
])

/// A loop that is always the current one and whose clock moves when told.
private final class StillLoop: ConnectionLoop {
  private let time = Mutex(MonotonicTime(nanoseconds: 0))

  var isCurrent: Bool { true }
  func execute(_ work: @escaping @Sendable () -> Void) { work() }
  func now() -> MonotonicTime { time.withLock { $0 } }
  func advance() { time.withLock { $0 = $0.advanced(by: .milliseconds(300)) } }
}
