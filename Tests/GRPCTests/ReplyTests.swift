import GRPC
import HTTP2
import Synchronization
import Testing

@Suite("What a server adds to its answers: gzip, metadata")
struct ReplyTests {
  let methods = TestMethods()

  private func head(_ method: String, _ more: [(String, String?)] = []) -> [(String, String)] {
    Conversation.head([(":path", "/test.Test/\(method)")] + more)
  }

  /// The messages of a reply: their flags, and their content decompressed.
  private func messages(_ reply: [UInt8]) throws -> [(flag: UInt8, content: [UInt8])] {
    var rest = reply[...]
    var messages: [(flag: UInt8, content: [UInt8])] = []
    while let flag = rest.first {
      let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let bytes = Array(rest.dropFirst(5).prefix(length))
      messages.append((flag, flag == 1 ? try #require(Ungzip.content(of: bytes)) : bytes))
      rest = rest.dropFirst(5 + length)
    }
    return messages
  }

  @Test(
    "a marked reply is compressed exactly when the client accepts gzip",
    arguments: [
      (nil, 0), ("identity", 0), ("gzip", 1), ("identity,deflate,gzip", 1),
      ("identity , gzip", 1), ("xgzip", 0), ("gzip2,", 0), ("", 0),
    ] as [(String?, UInt8)])
  func marked(accepted: String?, flag: UInt8) throws {
    let conversation = Conversation(methods.definitions)
    let message = [UInt8](repeating: 3, count: 5_000)
    let answer = conversation.call(
      head("Zip", [("grpc-accept-encoding", accepted)]), Conversation.frame(message))
    let replies = try messages(answer.reply)
    #expect(replies.map(\.flag) == [flag])
    #expect(replies.first?.content == message)
    #expect(answer.header("grpc-encoding") == (flag == 1 ? "gzip" : nil))
    #expect(answer.header("grpc-status") == "0")
  }

  @Test("a reply that is not marked stays as it is, and so does an empty one that is")
  func unmarked() throws {
    let conversation = Conversation(methods.definitions)
    let answer = conversation.call(
      head("Zip", [("grpc-accept-encoding", "gzip")]), Conversation.frame([9]))
    #expect(answer.reply == Conversation.frame([9]))
    let empty = conversation.call(
      head("Zip", [("grpc-accept-encoding", "gzip")]), Conversation.frame([]))
    #expect(try messages(empty.reply).map(\.content) == [[]])
  }

  @Test("a method may compress all replies from a size on, if that makes them smaller")
  func fromSize() throws {
    let conversation = Conversation(methods.definitions)
    let accepts = head("ZipLarge", [("grpc-accept-encoding", "gzip")])
    var random = SeededGenerator(seed: 1)
    let noise = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
    for (message, flag) in [
      ([UInt8](repeating: 1, count: 99), 0), ([UInt8](repeating: 1, count: 100), 1), (noise, 0),
    ] as [([UInt8], UInt8)] {
      let replies = try messages(conversation.call(accepts, Conversation.frame(message)).reply)
      #expect(replies.map(\.flag) == [flag])
      #expect(replies.first?.content == message)
    }
  }

  @Test("in a stream each message has a flag of its own")
  func stream() throws {
    let conversation = Conversation(methods.definitions)
    for (accepted, flags) in [("gzip", [0, 1, 0, 1]), ("identity", [0, 0, 0, 0])]
      as [(String, [UInt8])]
    {
      let answer = conversation.call(
        head("ZipCount", [("grpc-accept-encoding", accepted)]), Conversation.frame([]))
      let replies = try messages(answer.reply)
      #expect(replies.map(\.flag) == flags)
      #expect(replies.map(\.content.first) == [1, 2, 3, 4])
    }
  }

  @Test("a handler is told which requests came compressed")
  func requestFlags() throws {
    let conversation = Conversation(methods.definitions)
    let gzip = RequestRuleTests.gzipped
    let gzipHead: [(String, String?)] = [
      ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip"),
    ]
    _ = conversation.call(head("Zip", gzipHead), Conversation.frame(gzip, flag: 1))
    _ = conversation.call(head("Zip", gzipHead), Conversation.frame([5]))
    #expect(methods.flags.withLock { $0 } == [true, false])
    let body = Conversation.frame([1, 2]) + Conversation.frame(gzip, flag: 1)
    let answer = conversation.call(head("ZipChat", gzipHead), body)
    #expect(methods.flags.withLock { Array($0.suffix(2)) } == [false, true])
    let replies = try messages(answer.reply)
    #expect(replies.map(\.flag) == [0, 1])
    #expect(replies.map(\.content) == [[1, 2], Array("abc".utf8)])
  }

  @Test("metadata of the handler goes before and behind the reply; what cannot travel does not")
  func metadata() {
    let conversation = Conversation(methods.definitions)
    let answer = conversation.call(head("Meta"), Conversation.frame([]))
    let names = answer.headers.map(\.0)
    #expect(
      names == [
        ":status", "content-type", "x-initial", "x-initial-bin", "grpc-status", "x-trailing-bin",
      ])
    #expect(answer.header("x-initial-bin") == "AQI")
    #expect(answer.reply == Conversation.frame([7]))
    let refused = TestMethods.unsendable.map { _ in false }
    #expect(methods.answers.withLock { $0 } == [true, true] + refused)
    let failed = conversation.call(head("Meta"), Conversation.frame([1]))
    #expect(failed.header("x-initial") == "one")
    #expect(failed.header("grpc-status") == "10")
    #expect(failed.header("x-trailing-bin") == "Aw")
  }

  @Test("status details come back as they went, within their budget")
  func details() throws {
    let details = StatusDetails(
      violations: [.init(field: "steps[2].weight", description: "must be 0 to 100")],
      retryAfter: .milliseconds(1_500), reason: .init("QUOTA", domain: "windlass"))
    let status = RPCStatus(.invalidArgument, "steps: no", details: details)
    #expect(status.readDetails == details)
    // google.rpc.Status: code 3, then the message.
    #expect(status.details.prefix(4) == [8, 3, 0x12, 9])
    let many = StatusDetails(
      violations: (0..<500).map { .init(field: "f\($0)", description: "is wrong") })
    let cut = RPCStatus(.invalidArgument, "many", details: many)
    #expect(cut.details.count <= StatusDetails.bytesMax)
    #expect((100..<500).contains(try #require(cut.readDetails).violations.count))
    let long = RPCStatus(
      .internal, String(repeating: "é", count: 5_000), details: StatusDetails(retryAfter: .zero))
    #expect(long.readDetails?.retryAfter == .zero)
    #expect(RPCStatus(.ok).readDetails == nil)
  }

  @Test("details that are malformed are none", arguments: UInt64(0)..<20)
  func malformedDetails(seed: UInt64) {
    let details = StatusDetails(
      violations: [.init(field: "a", description: "b")], retryAfter: .seconds(3))
    let good = RPCStatus(.aborted, "x", details: details).details
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let read = StatusDetails(serialised: bytes)
      #expect(read.map { $0.violations.count <= bytes.count } ?? true)
    }
    #expect(StatusDetails(serialised: Array(good.dropLast())) == nil)
  }

  @Test("a status that no client would take loses its details, not its code")
  func oversizeDetails() {
    let method = MethodDefinition.unary("/test.Test/Echo", requestBytesMax: 10) { _, call in
      let message = String(repeating: "é", count: 4_000)
      call.reply(RPCStatus(.aborted, message, details: [UInt8](repeating: 1, count: 9_000)))
    }
    let answer = Conversation([method]).call(Conversation.frame([]))
    #expect(answer.header("grpc-status") == "10")
    #expect(answer.header("grpc-status-details-bin") == nil)
    #expect((1_000...2_048).contains(answer.header("grpc-message")?.utf8.count ?? 0))
  }
}
