import GRPC
import HTTP2
import Synchronization
import Testing

@Suite("The life of calls on a server")
struct CallLifeTests {
  let methods = TestMethods()

  private func head(_ method: String, _ more: [(String, String?)] = []) -> [(String, String)] {
    Conversation.head([(":path", "/test.Test/\(method)")] + more)
  }

  @Test("a call may be answered later, from another thread, once")
  func lateReply() throws {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Later"), Conversation.frame([]))
    conversation.exchange()
    let call = try #require(methods.open.withLock { $0.popLast() })
    #expect(!conversation.client.exchanges[slot].isComplete)
    conversation.loop.elsewhere {
      call.reply([1])
      call.reply([2])
      call.reply(RPCStatus(.internal))
    }
    #expect(conversation.loop.queued == 1)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].reply == Conversation.frame([1]))
    #expect(conversation.client.exchanges[slot].header("grpc-status") == "0")
    #expect(methods.cancelled.withLock { $0 } == 0)
  }

  @Test("an answer to a call that is over reaches nobody")
  func replyAfterReset() throws {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Later"), Conversation.frame([]))
    conversation.exchange()
    conversation.client.session.reset(conversation.client.exchanges[slot].stream, .cancel)
    conversation.exchange()
    let call = try #require(methods.open.withLock { $0.popLast() })
    #expect(call.isCancelled)
    #expect(methods.cancelled.withLock { $0 } == 1)
    // Another call must not get it, even if it takes the same place.
    let other = conversation.request(head("Later"), Conversation.frame([]))
    conversation.exchange()
    call.reply([1])
    conversation.exchange()
    #expect(conversation.client.exchanges[other].reply.isEmpty)
    var ran = false
    withExtendedLifetime(call) {
      let flag = Atomic(false)
      call.onCancel { flag.store(true, ordering: .relaxed) }
      ran = flag.load(ordering: .relaxed)
    }
    #expect(ran)
  }

  @Test(
    "a unary deadline is the client's, at most 30 s, and 30 s when none is given",
    arguments: [(nil, 30_000), ("5S", 5_000), ("1H", 30_000), ("250m", 250)] as [(String?, Int64)])
  func unaryDeadline(timeout: String?, milliseconds: Int64) throws {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(
      head("Later", [("grpc-timeout", timeout)]), Conversation.frame([]))
    conversation.exchange()
    let call = try #require(methods.open.withLock { $0.first })
    #expect(call.remaining == .milliseconds(milliseconds))
    conversation.loop.advance(by: .milliseconds(milliseconds - 1))
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(!conversation.client.exchanges[slot].isComplete)
    conversation.loop.advance(by: .milliseconds(1))
    #expect(conversation.server.nextTimer <= conversation.loop.now())
    #expect(conversation.server.timePassed() == nil)
    conversation.exchange()
    #expect(conversation.client.exchanges[slot].header("grpc-status") == "4")
    #expect(methods.cancelled.withLock { $0 } == 1)
    #expect(call.isCancelled)
  }

  @Test("a stream has no deadline unless the client names one")
  func streamDeadline() {
    let conversation = Conversation(methods.definitions)
    let endless = conversation.request(head("Watch"), Conversation.frame([]))
    let limited = conversation.request(
      head("Watch", [("grpc-timeout", "90S")]), Conversation.frame([]))
    conversation.exchange()
    conversation.loop.advance(by: .seconds(91))
    _ = conversation.server.timePassed()
    conversation.exchange()
    #expect(!conversation.client.exchanges[endless].isComplete)
    #expect(conversation.client.exchanges[limited].header("grpc-status") == "4")
  }

  @Test("a server stream sends its messages in order, then its status")
  func serverStream() {
    let conversation = Conversation(methods.definitions)
    let answer = conversation.call(head("Count"), Conversation.frame([3]))
    #expect(answer.reply == [1, 2, 3].flatMap { Conversation.frame([$0]) })
    #expect(answer.header("grpc-status") == "0")
    #expect(methods.cancelled.withLock { $0 } == 0)
  }

  @Test("a reader that does not read is produced for only as far as its window")
  func slowReader() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let slot = conversation.request(head("Flood"), Conversation.frame([]))
    conversation.exchange()
    let received = conversation.client.exchanges[slot].reply.count
    #expect(received <= 65_536)
    #expect(methods.produced.withLock { $0 } <= 66)
    conversation.client.session.reset(conversation.client.exchanges[slot].stream, .cancel)
    conversation.exchange()
    #expect(methods.cancelled.withLock { $0 } == 1)
  }

  @Test("an idle stream goes on when it is woken, from any thread")
  func wake() throws {
    let conversation = Conversation(methods.definitions)
    let slot = conversation.request(head("Watch"), Conversation.frame([]))
    conversation.exchange()
    let stream = try #require(methods.streams.withLock { $0.first })
    for round in 1...3 {
      methods.produced.withLock { $0 = 2 }
      conversation.loop.elsewhere {
        stream.wake()
        stream.wake()
      }
      #expect(conversation.loop.queued == 1)
      conversation.exchange()
      #expect(conversation.client.exchanges[slot].reply.count == round * 12)
    }
  }

  @Test("requests of a dialogue wait while its answers are not read")
  func dialogueBackPressure() {
    let conversation = Conversation(methods.definitions)
    conversation.client.holdsWindow = true
    let requests = (0..<200).flatMap { Conversation.frame([UInt8($0)]) }
    let slot = conversation.request(head("Chat"), requests)
    conversation.exchange()
    #expect(methods.received.withLock { $0.count } <= 16 + 4)
    conversation.client.releaseWindow()
    conversation.exchange()
    #expect(methods.received.withLock { $0.count } == 200)
    #expect(conversation.client.exchanges[slot].reply.count == 200 * 20_005)
    #expect(conversation.client.exchanges[slot].header("grpc-status") == "0")
  }

  @Test("losing the connection cancels every open call once")
  func connectionLost() {
    let conversation = Conversation(methods.definitions)
    for method in ["Later", "Watch", "Later", "Chat"] {
      _ = conversation.request(
        head(method), method == "Chat" ? [] : Conversation.frame([]), endsStream: method != "Chat")
    }
    conversation.exchange()
    conversation.server.connectionLost()
    #expect(methods.cancelled.withLock { $0 } == 4)
    for call in methods.open.withLock({ $0 }) { call.reply([1]) }
    #expect(methods.cancelled.withLock { $0 } == 4)
  }

  @Test("a drain ends streams with UNAVAILABLE, answers running calls, then closes")
  func drain() throws {
    let conversation = Conversation(methods.definitions)
    let watch = conversation.request(head("Watch"), Conversation.frame([]))
    let later = conversation.request(head("Later"), Conversation.frame([]))
    conversation.exchange()
    conversation.server.drain(grace: .seconds(5))
    // Sent before the client has heard of it: served all the same.
    let crossing = conversation.request(head("Echo"), Conversation.frame([8]))
    conversation.exchange()
    #expect(conversation.client.exchanges[watch].header("grpc-status") == "14")
    #expect(conversation.client.exchanges[crossing].reply == Conversation.frame([8]))
    #expect(conversation.client.goAways == 2)
    #expect(!conversation.server.isFinished)
    try #require(methods.open.withLock { $0.popLast() }).reply([1])
    conversation.exchange()
    #expect(conversation.client.exchanges[later].header("grpc-status") == "0")
    #expect(conversation.server.isFinished)
  }

  @Test("a drain has a hard end")
  func drainDeadline() {
    let conversation = Conversation(methods.definitions)
    _ = conversation.request(head("Later"), Conversation.frame([]))
    conversation.exchange()
    conversation.server.drain(grace: .seconds(5))
    conversation.exchange()
    conversation.loop.advance(by: .seconds(5))
    #expect(conversation.server.timePassed() == "drainGrace")
  }

  @Test("resetting calls whose handlers still run does not make room for ever more")
  func orphans() {
    var limits = HTTP2Limits()
    limits.concurrentStreamsMax = 10
    let conversation = Conversation(methods.definitions, http2: limits)
    var refused = 0
    for _ in 0..<60 {
      let slot = conversation.request(head("Later"), Conversation.frame([]))
      conversation.exchange()
      let exchange = conversation.client.exchanges[slot]
      if exchange.closeCode == .refusedStream { refused += 1 }
      conversation.client.session.reset(exchange.stream, .cancel)
      conversation.exchange()
    }
    #expect(methods.open.withLock { $0.count } <= 21)
    #expect(refused >= 39)
    methods.open.withLock { $0 = [] }
    #expect(conversation.call(Conversation.frame([1])).header("grpc-status") == "0")
  }

  @Test("an observer hears of every call with its status")
  func observer() {
    final class Log: CallObserver {
      let entries = Mutex<[RPCCode]>([])
      func callEnded(_ call: borrowing FinishedCall) {
        let code = call.code
        entries.withLock { $0.append(code) }
      }
    }
    let log = Log()
    let conversation = Conversation(methods.definitions, observer: log)
    _ = conversation.call(head("Echo"), Conversation.frame([]))
    _ = conversation.call(head("Fail"), Conversation.frame([]))
    _ = conversation.call(head("None"), Conversation.frame([]))
    _ = conversation.call(head("Count"), Conversation.frame([2]))
    #expect(log.entries.withLock { $0 } == [.ok, .aborted, .unimplemented, .ok])
  }
}
