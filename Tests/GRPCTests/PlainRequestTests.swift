import GRPC
import HTTP2
import Testing

@Suite("Requests that are not gRPC")
struct PlainRequestTests {
  private let methods = TestMethods()

  private func head(_ method: String) -> [(String, String)] {
    Conversation.head([(":method", method), ("content-type", nil), ("te", nil)])
  }

  @Test(
    "are answered with HTTP and a few words, on any path",
    arguments: [("GET", "405"), ("PUT", "405"), ("OPTIONS", "405"), ("POST", "415")],
    ["/", "/test.Test/Echo", "/favicon.ico"])
  func answered(method: (name: String, status: String), path: String) {
    let conversation = Conversation(methods.definitions)
    let head = [(":path", path)] + head(method.name).filter { $0.0 != ":path" }
    let answer = conversation.call(head, [])
    #expect(answer.header(":status") == method.status)
    #expect(answer.header("content-type") == "text/plain")
    #expect(answer.header("content-length") == "\(answer.reply.count)")
    #expect(answer.header("allow") == (method.status == "405" ? "POST" : nil))
    #expect((10...200).contains(answer.reply.count))
    #expect(conversation.call(Conversation.frame([1])).header("grpc-status") == "0")
  }

  @Test("HEAD is answered without the words")
  func headRequest() {
    let answer = Conversation(methods.definitions).call(head("HEAD"), [])
    #expect(answer.header(":status") == "405")
    #expect(answer.reply.isEmpty)
    #expect(answer.isComplete)
  }

  @Test("are answered when they are complete, or when their time is up")
  func timing() {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("PUT"), [1, 2, 3], endsStream: false)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].headers.isEmpty)
    conversation.client.append([4], to: slot, endsStream: true)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].header(":status") == "405")

    let endless = conversation.request(head("PUT"), [1], endsStream: false)
    conversation.exchange()
    conversation.loop.advance(by: .seconds(30))
    #expect(conversation.server.nextTimer <= conversation.loop.now())
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[endless].header(":status") == "405")
    conversation.loop.advance(by: .seconds(1))
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[endless].closeCode == .noError)
  }

  @Test("an upload nobody asked for fills no memory and no window")
  func upload() {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("PUT"), [], endsStream: false)
    for _ in 0..<40 {
      conversation.client.append([UInt8](repeating: 0, count: 60_000), to: slot, endsStream: false)
      conversation.exchange()
    }
    #expect(conversation.client.exchanges[slot].body.isEmpty)
    #expect(conversation.call(Conversation.frame([1])).header("grpc-status") == "0")
  }
}
