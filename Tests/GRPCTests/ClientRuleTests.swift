import HTTP2
import Synchronization
import Testing

@testable import GRPC

@Suite("What a client makes of an answer")
struct ClientRuleTests {
  /// Answers every call with the same headers, payload and trailers, whatever they are.
  final class ScriptedServer: HTTP2SessionDelegate {
    let session: HTTP2Session
    let answer: Answer
    private var streams: [Int32] = []
    private var sent: [Int: Int] = [:]

    init(_ answer: Answer, at now: MonotonicTime) {
      self.answer = answer
      session = HTTP2Session(role: .server, limits: HTTP2Limits(), at: now)
    }

    func streamOpened(_ stream: Int32) -> Int? {
      streams.append(stream)
      return streams.count - 1
    }

    func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool) {}

    func data(_ slot: Int, _ bytes: Span<UInt8>) {
      session.consume(streams[slot], bytes: bytes.count)
    }

    func inboundEnded(_ slot: Int) {
      session.submitResponse(
        streams[slot], slot: slot, headers: answer.headers.map { HeaderField($0.0, $0.1) },
        hasBody: answer.trailers != nil)
    }

    func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode) {}

    func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep {
      let start = sent[slot] ?? 0
      let end = start + writer.write(answer.payload, from: start)
      sent[slot] = end
      guard end == answer.payload.count else { return .more }
      session.submitTrailers(
        streams[slot], (answer.trailers ?? []).map { HeaderField($0.0, $0.1) })
      return .endBeforeTrailers
    }

    func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>) {}
  }

  struct Answer: Sendable, CustomTestStringConvertible {
    var name: String
    var headers: [(String, String)] = [(":status", "200"), ("content-type", "application/grpc")]
    var payload: [UInt8] = []
    /// `nil` for an answer of headers alone.
    var trailers: [(String, String)]? = [("grpc-status", "0")]
    var code: RPCCode
    var replies: [[UInt8]] = []
    var testDescription: String { name }
  }

  final class Outcome: ClientCallObserver {
    let replies = Mutex<[[UInt8]]>([])
    let outcomes = Mutex<[RPCError]>([])

    func received(_ message: [UInt8]) -> Bool {
      replies.withLock { $0.append(message) }
      return true
    }

    func ended(_ outcome: RPCError) { outcomes.withLock { $0.append(outcome) } }
  }

  static let gzip: [(String, String)] = [
    (":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "gzip"),
  ]

  static let answers: [Answer] = [
    Answer(
      name: "two replies and OK", payload: Conversation.frame([1]) + Conversation.frame([]),
      code: .ok, replies: [[1], []]),
    Answer(
      name: "a status of headers alone",
      headers: [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5")],
      trailers: nil, code: .notFound),
    Answer(
      name: "a compressed reply", headers: gzip,
      payload: Conversation.frame(RequestRuleTests.gzipped, flag: 1), code: .ok,
      replies: [Array("abc".utf8)]),
    Answer(
      name: "PB-GZIP-BOMB a reply that blows up", headers: gzip,
      payload: Conversation.frame(RequestRuleTests.bomb, flag: 1), code: .resourceExhausted),
    Answer(
      name: "a broken compressed reply", headers: gzip,
      payload: Conversation.frame([1, 2, 3], flag: 1), code: .internal),
    Answer(
      name: "a compressed reply without an encoding",
      payload: Conversation.frame(RequestRuleTests.gzipped, flag: 1), code: .internal),
    Answer(
      name: "PB-FRAME-FLAG a flag of 7", payload: Conversation.frame([1], flag: 7),
      code: .internal),
    Answer(
      name: "PB-FRAME-4-GIB a reply of 4 GiB", payload: [0, 255, 255, 255, 255],
      code: .resourceExhausted),
    Answer(
      name: "PB-FRAME-TRUNCATED a reply cut off", payload: [0, 0, 0, 0, 9, 1], code: .internal),
    Answer(name: "no status", trailers: [("x-other", "v")], code: .internal),
    Answer(name: "a status of no meaning", trailers: [("grpc-status", "77")], code: .unknown),
    Answer(name: "a status that is no number", trailers: [("grpc-status", "OK")], code: .unknown),
    Answer(
      name: "a page instead of gRPC",
      headers: [(":status", "200"), ("content-type", "text/html")], payload: [60, 104, 49],
      trailers: [], code: .unknown),
    Answer(
      name: "401 of a proxy", headers: [(":status", "401")], trailers: nil,
      code: .unauthenticated),
    Answer(
      name: "403 of a proxy", headers: [(":status", "403")], trailers: nil, code: .permissionDenied),
    Answer(
      name: "404 of a proxy", headers: [(":status", "404")], trailers: nil, code: .unimplemented),
    Answer(
      name: "503 of a proxy", headers: [(":status", "503"), ("content-type", "text/plain")],
      payload: [65], trailers: [], code: .unavailable),
    Answer(
      name: "trailers over the limit", trailers: (0..<80).map { ("x-\($0)", "v") },
      code: .resourceExhausted),
  ]

  @Test("becomes replies and one status", arguments: answers)
  func answer(_ answer: Answer) throws {
    let loop = ManualLoop()
    let server = ScriptedServer(answer, at: loop.now())
    let client = ClientConnection(
      http2: HTTP2Limits(), replyBytesMax: 1_000, authority: "test", userAgent: "test", loop: loop)
    let outcome = Outcome()
    _ = try #require(
      client.start("/a/B", [1], timeout: .seconds(5), metadata: [], observer: outcome))
    var moved = true
    while moved {
      moved = false
      var bytes: [UInt8] = []
      while try client.send({ bytes.append(copying: $0) }) {}
      if !bytes.isEmpty { moved = true }
      try server.session.receive(bytes.span, at: loop.now(), server)
      bytes = []
      while try server.session.send(server, { bytes.append(copying: $0) }) {}
      if !bytes.isEmpty { moved = true }
      try client.receive(bytes.span)
    }
    #expect(outcome.outcomes.withLock { $0.map(\.status.code) } == [answer.code])
    #expect(outcome.replies.withLock { $0 } == answer.replies)
  }
}
