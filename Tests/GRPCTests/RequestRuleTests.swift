import GRPC
import HTTP2
import Synchronization
import Testing

@Suite("What a server makes of a request")
struct RequestRuleTests {
  struct Rule: Sendable, CustomTestStringConvertible {
    var name: String
    var head: [(String, String?)] = []
    var body: [UInt8] = Conversation.frame([1, 2, 3])
    var http = "200"
    var status: String?
    var testDescription: String { name }
  }

  static let gzipped: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 76, 74, 6, 0, 194, 65, 36, 53, 3, 0, 0, 0,
  ]
  /// 64 KiB of zero bytes.
  static let bomb: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 1, 1, 0, 0, 0, 128, 144, 254, 175, 238, 8, 10,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 106, 235, 142, 151, 215, 0, 0, 1, 0,
  ]

  static let rules: [Rule] = [
    Rule(name: "a good request is answered with OK", status: "0"),
    Rule(name: "an empty message is a message", body: Conversation.frame([]), status: "0"),
    Rule(
      name: "application/grpc+proto is gRPC", head: [("content-type", "application/grpc+proto")],
      status: "0"),
    Rule(
      name: "application/grpc;charset is gRPC",
      head: [("content-type", "application/grpc;charset=utf-8")], status: "0"),
    Rule(
      name: "application/grpc-web is not", head: [("content-type", "application/grpc-web")],
      http: "415"),
    Rule(
      name: "a media type is the same in any case",
      head: [("content-type", "Application/gRPC+Proto")], status: "0"),
    Rule(
      name: "application/grpc+json is not for us",
      head: [("content-type", "application/grpc+json")],
      http: "415"),
    Rule(
      name: "H2-MISSING-TE te: trailers must be there", head: [("te", nil)], status: "13"),
    Rule(name: "JSON is not gRPC", head: [("content-type", "application/json")], http: "415"),
    Rule(name: "no content type is not gRPC", head: [("content-type", nil)], http: "415"),
    Rule(name: "GET is refused with 405", head: [(":method", "GET")], body: [], http: "405"),
    Rule(name: "PUT is refused with 405", head: [(":method", "PUT")], http: "405"),
    Rule(
      name: "an unknown method is UNIMPLEMENTED", head: [(":path", "/test.Test/None")],
      status: "12"),
    Rule(
      name: "a path with a query is another path", head: [(":path", "/test.Test/Echo?a")],
      status: "12"),
    Rule(name: "a timeout without unit is INTERNAL", head: [("grpc-timeout", "10")], status: "13"),
    Rule(name: "an empty timeout is INTERNAL", head: [("grpc-timeout", "")], status: "13"),
    Rule(name: "a unit alone is INTERNAL", head: [("grpc-timeout", "S")], status: "13"),
    Rule(
      name: "nine digits are INTERNAL", head: [("grpc-timeout", "123456789S")], status: "13"),
    Rule(name: "a negative timeout is INTERNAL", head: [("grpc-timeout", "-1S")], status: "13"),
    Rule(name: "an unknown unit is INTERNAL", head: [("grpc-timeout", "1s")], status: "13"),
    Rule(
      name: "the longest timeout is taken", head: [("grpc-timeout", "99999999H")], status: "0"),
    Rule(
      name: "the identity encoding is taken", head: [("grpc-encoding", "identity")], status: "0"),
    Rule(
      name: "an unknown encoding is UNIMPLEMENTED", head: [("grpc-encoding", "snappy")],
      status: "12"),
    Rule(
      name: "PB-FRAME-FLAG-WITHOUT-ENCODING flag 1 without encoding is INTERNAL",
      body: Conversation.frame([1], flag: 1),
      status: "13"),
    Rule(
      name: "flag 1 with identity is INTERNAL", head: [("grpc-encoding", "identity")],
      body: Conversation.frame([1], flag: 1), status: "13"),
    Rule(
      name: "PB-FRAME-FLAG flag 2 is INTERNAL", body: Conversation.frame([1], flag: 2), status: "13"
    ),
    Rule(
      name: "a gzip message is decompressed", head: [("grpc-encoding", "gzip")],
      body: Conversation.frame(gzipped, flag: 1), status: "0"),
    Rule(
      name: "gzip announced, message not compressed, is fine", head: [("grpc-encoding", "gzip")],
      status: "0"),
    Rule(
      name: "PB-GZIP-BROKEN broken gzip is INTERNAL", head: [("grpc-encoding", "gzip")],
      body: Conversation.frame([1, 2, 3], flag: 1), status: "13"),
    Rule(
      name: "PB-GZIP-TRUNCATED cut off gzip is INTERNAL", head: [("grpc-encoding", "gzip")],
      body: Conversation.frame(Array(gzipped.dropLast(4)), flag: 1), status: "13"),
    Rule(
      name: "bytes after gzip are INTERNAL", head: [("grpc-encoding", "gzip")],
      body: Conversation.frame(gzipped + [0], flag: 1), status: "13"),
    Rule(
      name: "PB-GZIP-BOMB a gzip bomb is RESOURCE_EXHAUSTED", head: [("grpc-encoding", "gzip")],
      body: Conversation.frame(bomb, flag: 1), status: "8"),
    Rule(
      name: "a message of the largest size is taken",
      body: Conversation.frame([UInt8](repeating: 1, count: 1_000)), status: "0"),
    Rule(
      name: "one byte more is RESOURCE_EXHAUSTED",
      body: Conversation.frame([UInt8](repeating: 1, count: 1_001)), status: "8"),
    Rule(
      name: "PB-FRAME-4-GIB 4 GiB by prefix alone is RESOURCE_EXHAUSTED",
      body: [0, 255, 255, 255, 255],
      status: "8"),
    Rule(name: "no message is UNIMPLEMENTED", body: [], status: "12"),
    Rule(
      name: "PB-FRAME-TWO two messages are UNIMPLEMENTED",
      body: Conversation.frame([1]) + Conversation.frame([2]), status: "12"),
    Rule(
      name: "bytes after the message are UNIMPLEMENTED", body: Conversation.frame([1]) + [0],
      status: "12"),
    Rule(
      name: "PB-FRAME-TRUNCATED-PREFIX a cut off prefix is INTERNAL", body: [0, 0], status: "13"),
    Rule(
      name: "PB-FRAME-TRUNCATED a cut off message is INTERNAL", body: [0, 0, 0, 0, 9, 1],
      status: "13"),
  ]

  @Test("each rule of the protocol", arguments: rules)
  func rule(_ rule: Rule) {
    let conversation = Conversation(TestMethods().definitions)
    let answer = conversation.call(Conversation.head(rule.head), rule.body)
    #expect(answer.header(":status") == rule.http)
    #expect(answer.header("grpc-status") == rule.status)
    #expect(answer.isComplete)
    if rule.http != "200" {
      #expect(answer.header("content-type") == "text/plain")
      #expect(answer.reply.count > 10)
    } else if rule.status != "0" {
      #expect(answer.reply.isEmpty)
      #expect(answer.header("grpc-message") != nil)
    }
    // Whatever it was, it has not hurt its neighbour.
    let next = conversation.call(Conversation.frame([42]))
    #expect(next.reply == Conversation.frame([42]))
    #expect(conversation.failure == nil)
  }

  @Test("an unknown encoding is told what is supported")
  func acceptedEncodings() {
    let conversation = Conversation(TestMethods().definitions)
    let answer = conversation.call(
      Conversation.head([("grpc-encoding", "br")]), Conversation.frame([1]))
    #expect(answer.header("grpc-accept-encoding") == "identity,gzip")
  }

  @Test("an oversize message is refused by its prefix, before its bytes come")
  func oversizeByPrefix() {
    let conversation = Conversation(TestMethods().definitions)
    let slot = conversation.request(Conversation.head, [0, 0, 1, 0, 0], endsStream: false)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].header("grpc-status") == "8")
    // The rest of the upload is not wanted: the client has a second to see that itself.
    #expect(conversation.client.exchanges[slot].closeCode == nil)
    conversation.loop.advance(by: .seconds(1))
    #expect(conversation.server.nextTimer <= conversation.loop.now())
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].closeCode == .noError)
  }

  @Test("a message may come in pieces of one byte")
  func pieces() {
    let conversation = Conversation(TestMethods().definitions)
    let body = Conversation.frame([4, 5, 6])
    let slot = conversation.request(Conversation.head, [], endsStream: false)
    for (index, byte) in body.enumerated() {
      conversation.exchange()
      conversation.client.append([byte], to: slot, endsStream: index == body.count - 1)
    }
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].reply == body)
  }

  @Test("a status travels with percent-encoded message and details")
  func statusOnTheWire() {
    let conversation = Conversation(TestMethods().definitions)
    let answer = conversation.call(
      Conversation.head([(":path", "/test.Test/Fail")]), Conversation.frame([]))
    #expect(answer.header("grpc-status") == "10")
    #expect(answer.header("grpc-message") == "50 %25 is %C3%A9%0D%0A%09")
    #expect(answer.header("grpc-status-details-bin") == "AQL/")
  }

  @Test("metadata reaches the handler; -bin values in every form")
  func metadata() {
    let methods = TestMethods()
    let conversation = Conversation(methods.definitions)
    let head =
      Conversation.head + [
        ("x-name", "first"), ("x-name", "second"), ("a-bin", "AQI="), ("a-bin", "AQI"),
        ("a-bin", "AQ,Ag=="), ("a-bin", "!"),
      ]
    _ = conversation.call(head, Conversation.frame([]))
    let seen = methods.seen.withLock { $0 }
    #expect(seen.first?.text("x-name") == "first")
    #expect(seen.first?.texts("x-name") == ["first", "second"])
    #expect(seen.first?.binary("a-bin") == [[1, 2], [1, 2], [1], [2]])
    #expect(seen.first?.text("te") == nil)
    #expect(seen.first?.text("absent") == nil)
  }

  @Test("more than 64 fields or 16 KiB of them is RESOURCE_EXHAUSTED")
  func headerLimits() {
    let conversation = Conversation(TestMethods().definitions)
    let many = Conversation.head + (0..<80).map { ("x-\($0)", "v") }
    #expect(conversation.call(many, Conversation.frame([])).header("grpc-status") == "8")
    let big = Conversation.head + [("x-big", String(repeating: "v", count: 17_000))]
    #expect(conversation.call(big, Conversation.frame([])).header("grpc-status") == "8")
    #expect(conversation.call(Conversation.frame([1])).header("grpc-status") == "0")
  }
}

extension Conversation {
  func call(_ body: [UInt8]) -> RawClient.Exchange { call(Self.head, body) }
}
