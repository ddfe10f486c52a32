import GRPC
import Synchronization

/// `grpc.testing.TestService`: what the interop clients of other implementations call.
struct TestService {
  private static let prefix = "/grpc.testing.TestService/"
  private static let requestBytesMax = 4 << 20
  private static let replyBytesMax = 64 << 20
  private static let malformed = RPCStatus(.invalidArgument, "request: malformed")

  var methods: [MethodDefinition] {
    let max = Self.requestBytesMax
    return [
      .unary(Self.prefix + "EmptyCall", requestBytesMax: max) { _, call in
        Self.echoMetadata(call.metadata, call.setInitialMetadata, call.setTrailingMetadata)
        call.reply([])
      },
      .unary(Self.prefix + "UnaryCall", requestBytesMax: max, Self.unary),
      .unary(Self.prefix + "CacheableUnaryCall", requestBytesMax: max, Self.unary),
      .serverStreaming(
        Self.prefix + "StreamingOutputCall", requestBytesMax: max, Self.streamingOutput),
      .bidirectional(
        Self.prefix + "StreamingInputCall", requestBytesMax: max, Self.streamingInput),
      .bidirectional(Self.prefix + "FullDuplexCall", requestBytesMax: max) {
        Self.duplex($0, half: false)
      },
      .bidirectional(Self.prefix + "HalfDuplexCall", requestBytesMax: max) {
        Self.duplex($0, half: true)
      },
    ]
  }

  private static func unary(_ request: Span<UInt8>, _ call: ServerCall) {
    echoMetadata(call.metadata, call.setInitialMetadata, call.setTrailingMetadata)
    do {
      let message = try WireMessage(copy(request))
      if let status = try compressionRefusal(message, field: 8, call.requestIsCompressed) {
        call.reply(status)
        return
      }
      if let status = try echoStatus(message) {
        call.reply(status)
        return
      }
      let size = message.int(2)
      guard (0...replyBytesMax).contains(size) else {
        call.reply(RPCStatus(.invalidArgument, "response_size: 0 to \(replyBytesMax)"))
        return
      }
      var reply = WireMessage.field(1, payload(size))
      if message.int(9) != 0 { reply += WireMessage.field(4, Array("windlass-interop".utf8)) }
      call.reply(reply, compressed: try message.message(6)?.int(1) == 1)
    } catch {
      call.reply(malformed)
    }
  }

  private static func streamingOutput(_ request: Span<UInt8>, _ stream: ServerStream) {
    echoMetadata(stream.metadata, stream.setInitialMetadata, stream.setTrailingMetadata)
    do {
      let message = try WireMessage(copy(request))
      let status = try echoStatus(message) ?? .ok
      let replies = PlannedReplies()
      replies.add(try plan(message))
      stream.produce {
        switch replies.next(wake: { stream.wake() }) {
        case .reply(let reply):
          reply.compressed ? .compressed(reply.message) : .message(reply.message)
        case .later: .idle
        case .none: .end(status)
        }
      }
    } catch {
      stream.produce { .end(malformed) }
    }
  }

  private static func streamingInput(_ dialogue: ServerDialogue) -> DialogueHandlers {
    echoMetadata(dialogue.metadata, dialogue.setInitialMetadata, dialogue.setTrailingMetadata)
    let total = Mutex(0)
    return DialogueHandlers(
      flaggedMessage: { request, isCompressed in
        do {
          let message = try WireMessage(copy(request))
          if let status = try compressionRefusal(message, field: 2, isCompressed) {
            dialogue.end(status)
            return
          }
          let bytes = try message.message(1)?.bytes(2).count ?? 0
          total.withLock { $0 += bytes }
        } catch {
          dialogue.end(malformed)
        }
      },
      halfClose: {
        dialogue.send(WireMessage.field(1, total.withLock { $0 }))
        dialogue.end(.ok)
      })
  }

  /// With `half`, nothing is answered before the client has said everything.
  private static func duplex(_ dialogue: ServerDialogue, half: Bool) -> DialogueHandlers {
    echoMetadata(dialogue.metadata, dialogue.setInitialMetadata, dialogue.setTrailingMetadata)
    let replies = PlannedReplies()
    let isHalfClosed = Atomic(false)
    @Sendable func proceed() {
      while true {
        switch replies.next(wake: proceed) {
        case .reply(let reply): dialogue.send(reply.message, compressed: reply.compressed)
        case .later: return
        case .none:
          if isHalfClosed.load(ordering: .acquiring) { dialogue.end(.ok) }
          return
        }
      }
    }
    return DialogueHandlers(
      message: { request in
        do {
          let message = try WireMessage(copy(request))
          if let status = try echoStatus(message) {
            dialogue.end(status)
            return
          }
          replies.add(try plan(message))
          if !half { proceed() }
        } catch {
          dialogue.end(malformed)
        }
      },
      halfClose: {
        isHalfClosed.store(true, ordering: .releasing)
        proceed()
      })
  }

  private static func plan(
    _ message: WireMessage
  ) throws(WireMessage.Malformed) -> [PlannedReplies.Reply] {
    var replies: [PlannedReplies.Reply] = []
    for parameters in try message.messages(2) {
      let size = parameters.int(1)
      guard (0...replyBytesMax).contains(size) else { throw WireMessage.Malformed() }
      replies.append(
        PlannedReplies.Reply(
          message: WireMessage.field(1, payload(size)),
          compressed: try parameters.message(3)?.int(1) == 1,
          pause: .microseconds(max(parameters.int(2), 0))))
    }
    return replies
  }

  private static func payload(_ size: Int) -> [UInt8] {
    WireMessage.field(2, [UInt8](repeating: 0, count: size))
  }

  /// The status the client asked for; `nil` for none or OK.
  private static func echoStatus(_ message: WireMessage) throws(WireMessage.Malformed) -> RPCStatus?
  {
    guard let status = try message.message(7) else { return nil }
    let code = UInt8(exactly: status.int(1)).flatMap { RPCCode(rawValue: $0) } ?? .unknown
    guard code != .ok else { return nil }
    return RPCStatus(code, String(decoding: status.bytes(2), as: UTF8.self))
  }

  private static func compressionRefusal(
    _ message: WireMessage, field: UInt64, _ isCompressed: Bool
  ) throws(WireMessage.Malformed) -> RPCStatus? {
    guard let expected = try message.message(field)?.int(1), (expected == 1) != isCompressed else {
      return nil
    }
    return RPCStatus(
      .invalidArgument, "expect_compressed: the request is \(isCompressed ? "" : "not ")compressed")
  }

  private static func echoMetadata(
    _ metadata: RequestMetadata,
    _ setInitial: ([(name: String, value: String)]) -> Bool,
    _ setTrailing: ([(name: String, value: String)]) -> Bool
  ) {
    let initial = "x-grpc-test-echo-initial"
    let trailing = "x-grpc-test-echo-trailing-bin"
    if let value = metadata.text(initial) { _ = setInitial([(initial, value)]) }
    // As it came on the wire: in base64.
    if let value = metadata.text(trailing) { _ = setTrailing([(trailing, value)]) }
  }

  private static func copy(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(span.count)
    for index in span.indices { bytes.append(span[index]) }
    return bytes
  }
}
