import GRPC
import HTTP2
import Synchronization
import Testing

/// A client that takes a byte now and then must cost the server no more than its limits say, in
/// each of the four shapes of calls.
@Suite("Slow readers and shut windows")
struct BackPressureTests {
  let methods = TestMethods()

  private func head(_ method: String, _ more: [(String, String?)] = []) -> [(String, String)] {
    Conversation.head([(":path", "/test.Test/\(method)")] + more)
  }

  /// Reads what is there to read, a byte per second and stream, for a while.
  private func trickle(_ conversation: Conversation, seconds: Int) {
    for _ in 0..<seconds {
      conversation.loop.advance(by: .seconds(1))
      conversation.client.releaseBytes(1)
      conversation.exchange()
      _ = conversation.server.timePassed()
    }
  }

  @Test("unary: replies not read hold back the requests behind them")
  func unary() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let slots = (0..<200).map { _ in conversation.request(head("Big"), Conversation.frame([])) }
    conversation.exchange()
    // One MiB of finished replies, the one that passes it, and what the windows took: not 40 MB.
    #expect(methods.produced.withLock { $0 } <= 6 + 1)
    trickle(conversation, seconds: 5)
    #expect(methods.produced.withLock { $0 } <= 6 + 1)
    // Once it reads, all are answered, in time.
    conversation.client.releaseWindow()
    conversation.exchange()
    #expect(slots.allSatisfy { conversation.client.exchanges[$0].reply.count == 200_005 })
    #expect(slots.allSatisfy { conversation.client.exchanges[$0].header("grpc-status") == "0" })
  }

  @Test("unary: a call that waits for the reader keeps its deadline, and can be cancelled")
  func waitingDeadline() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    for _ in 0..<20 { _ = conversation.request(head("Big"), Conversation.frame([])) }
    let waiting = conversation.request(
      head("Big", [("grpc-timeout", "2S")]), Conversation.frame([]))
    let cancelled = conversation.request(head("Big"), Conversation.frame([]))
    conversation.exchange()
    let produced = methods.produced.withLock { $0 }
    conversation.client.session.reset(conversation.client.exchanges[cancelled].stream, .cancel)
    conversation.loop.advance(by: .seconds(2))
    _ = conversation.server.timePassed()
    conversation.exchange()
    #expect(conversation.client.exchanges[waiting].header("grpc-status") == "4")
    #expect(methods.produced.withLock { $0 } == produced)
    conversation.client.releaseWindow()
    conversation.exchange()
    #expect(methods.produced.withLock { $0 } == 20)
  }

  @Test("server streaming: nothing is produced ahead of the reader")
  func serverStreaming() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let slot = conversation.request(head("Flood"), Conversation.frame([]))
    conversation.exchange()
    let before = methods.produced.withLock { $0 }
    trickle(conversation, seconds: 59)
    #expect(conversation.client.exchanges[slot].closeCode == nil)
    #expect(conversation.client.exchanges[slot].reply.count == 65_536)
    #expect(methods.produced.withLock { $0 } == before)
  }

  @Test("a window that opens byte by byte gets its bytes, one by one")
  func oneByteWindows() throws {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    _ = conversation.request(head("Flood"), Conversation.frame([]))
    conversation.exchange()
    let before = methods.produced.withLock { $0 }
    let update: [UInt8] = [0, 0, 4, 8, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    for _ in 0..<3_000 {
      conversation.loop.advance(by: .seconds(1))
      try conversation.server.receive(update.span)
      let output = try conversation.serverOutput()
      #expect(output?.count == 9 + 1)
      #expect(try conversation.serverOutput() == nil)
      // PINGs of silence are not what this is about: only the call's own time.
      guard conversation.loop.now().nanoseconds < 500_000_000_000 else { break }
    }
    #expect(methods.produced.withLock { $0 } <= before + 2)
    #expect(methods.cancelled.withLock { $0 } == 0)
  }

  @Test("client streaming: requests are taken no faster than the windows give")
  func clientStreaming() {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Sum"), [], endsStream: false)
    for _ in 0..<50 {
      let message = Conversation.frame([UInt8](repeating: 0, count: 40_000))
      conversation.client.append(message, to: slot, endsStream: false)
      conversation.exchange()
    }
    conversation.client.append([], to: slot, endsStream: true)
    conversation.exchange()
    #expect(
      conversation.client.exchanges[slot].reply
        == Conversation.frame([UInt8(truncatingIfNeeded: 2_000)]))
  }

  @Test("bidirectional: a dialogue whose answers are not read is not listened to")
  func bidirectional() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let slots = (0..<50).map { _ in
      conversation.request(
        head("Chat"), (0..<100).flatMap { _ in Conversation.frame([1]) })
    }
    conversation.exchange()
    // 16 answers of 20,000 bytes are the limit of one dialogue; together they have one MiB.
    let taken = methods.received.withLock { $0.count }
    #expect(taken <= (1 << 20) / 20_000 + 60)
    trickle(conversation, seconds: 5)
    #expect(methods.received.withLock { $0.count } <= taken + 5)
    conversation.client.releaseWindow()
    conversation.exchange()
    #expect(slots.allSatisfy { conversation.client.exchanges[$0].reply.count == 100 * 20_005 })
    #expect(methods.received.withLock { $0.count } == 5_000)
  }

  @Test("a window that stays shut ends the call, not the connection", arguments: ["Big", "Flood"])
  func shutWindow(method: String) {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let slot = conversation.request(head(method), Conversation.frame([]))
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].reply.count == 65_536)
    conversation.loop.advance(by: .seconds(59))
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].closeCode == nil)
    conversation.loop.advance(by: .seconds(1))
    #expect(conversation.server.nextTimer <= conversation.loop.now())
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].closeCode == .cancel)
    #expect(methods.cancelled.withLock { $0 } == (method == "Flood" ? 1 : 0))
    #expect(conversation.call(Conversation.frame([1])).header("grpc-status") == "0")
  }

  @Test("a stream with nothing to say may be silent for long")
  func silentStream() throws {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Watch"), Conversation.frame([]))
    conversation.exchange()
    for _ in 0..<20 {
      conversation.loop.advance(by: .seconds(29))
      #expect(conversation.server.timePassed() == nil)
      conversation.exchange()
    }
    methods.produced.withLock { $0 = 1 }
    try #require(methods.streams.withLock { $0.first }).wake()
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].reply == Conversation.frame([9]))
  }

  @Test("a request for a stream that is never finished has a time")
  func slowRequest() {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Watch"), [0, 0, 0], endsStream: false)
    conversation.exchange()
    conversation.loop.advance(by: .seconds(30))
    _ = conversation.server.timePassed()
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].header("grpc-status") == "4")
    // A complete one has only the deadline that the client names.
    let watch = conversation.request(
      head("Watch", [("grpc-timeout", "50S")]), Conversation.frame([]))
    conversation.exchange()
    conversation.loop.advance(by: .seconds(49))
    _ = conversation.server.timePassed()
    conversation.exchange()
    #expect(!conversation.client.exchanges[watch].isComplete)
    conversation.loop.advance(by: .seconds(1))
    _ = conversation.server.timePassed()
    conversation.exchange()
    #expect(conversation.client.exchanges[watch].header("grpc-status") == "4")
  }

  @Test("request bytes waiting for the rest of their messages have a limit per connection")
  func bufferedRequests() {
    var limits = GRPCLimits()
    limits.bufferedRequestBytesMax = 100_000
    let large = MethodDefinition.unary("/test.Test/Echo", requestBytesMax: 1 << 20) { _, call in
      call.reply([])
    }
    let conversation = Conversation([large], grpc: limits)
    let part = Array(Conversation.frame([UInt8](repeating: 0, count: 60_000)).dropLast())
    let first = conversation.request(Conversation.head, part, endsStream: false)
    let second = conversation.request(Conversation.head, part, endsStream: false)
    conversation.exchange()
    let statuses = [first, second].map { conversation.client.exchanges[$0].header("grpc-status") }
    #expect(statuses.compactMap { $0 } == ["8"])
    #expect(conversation.call(Conversation.frame([])).header("grpc-status") == "0")
  }

  @Test("request bytes that wait are limited by connection, and for a server's together")
  func requestBytes() {
    var limits = GRPCLimits()
    limits.bufferedRequestBytesMax = 3_000
    let budget = RequestBudget(bytesMax: 5_000)
    // A message of 1,000 bytes without its last one.
    let part = Array(Conversation.frame([UInt8](repeating: 1, count: 1_000)).dropLast())
    func connect() -> Conversation {
      Conversation(methods.definitions, grpc: limits, budget: budget)
    }
    func begin(_ conversation: Conversation) -> RawClient.Exchange {
      let slot = conversation.request(Conversation.head, part, endsStream: false)
      conversation.exchange()
      return conversation.client.exchanges[slot]
    }
    let first = connect()
    let held = begin(first)
    #expect(held.header("grpc-status") == nil)
    #expect(begin(first).header("grpc-status") == nil)
    let third = begin(first)
    #expect(third.header("grpc-status") == "8")
    #expect(third.header("grpc-message")?.contains("on this connection") == true)
    #expect(budget.bytesTaken == 2 * part.count)

    let second = connect()
    for _ in 0..<2 { #expect(begin(second).header("grpc-status") == nil) }
    let excess = begin(connect())
    #expect(excess.header("grpc-status") == "8")
    #expect(excess.header("grpc-message")?.contains("on this server") == true)
    #expect(budget.bytesTaken == 4 * part.count)

    // What is complete, reset or cut off waits no longer.
    first.client.session.reset(held.stream, .cancel)
    first.exchange()
    #expect(budget.bytesTaken == 3 * part.count)
    second.server.connectionLost()
    #expect(budget.bytesTaken == part.count)
    #expect(first.call(Conversation.frame([7])).header("grpc-status") == "0")
    #expect(budget.bytesTaken == part.count)
    first.server.connectionLost()
    #expect(budget.bytesTaken == 0)
  }
}
