import GRPC
import HTTP2
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Transport

@Suite("The client among several servers", .timeLimit(.minutes(5)))
struct ClientTests {
  /// An endpoint on which nobody listens.
  private func nobody() async throws -> String {
    let server = TestServer()
    let address = try await server.start()
    await server.shutdown()
    return address
  }

  private func peerEcho(_ client: GRPCClient) async throws(RPCError) -> [UInt8] {
    try await client.unary("/test.Test/Echo", [1], timeout: .seconds(20))
  }

  @Test("an endpoint that does not answer is passed over")
  func failOver() async throws {
    let server = TestServer()
    let address = try await server.start()
    let client = try GRPCClient(endpoints: [try await nobody(), try await nobody(), address])
    #expect(try await peerEcho(client) == [1])
    #expect(server.connections == 1)
    await client.shutdown()
    await server.shutdown()
  }

  @Test("an endpoint that takes connections and says nothing is passed over, and never sent a call")
  func deadServer() async throws {
    let dead = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let address = "127.0.0.1:\(dead.localAddress?.port ?? 0)"
    var options = GRPCClient.Options()
    options.connectTimeout = .milliseconds(50)
    let lonely = try GRPCClient(endpoint: address, options: options)
    let error = await #expect(throws: RPCError.self) { try await peerEcho(lonely) }
    #expect(error?.status.code == .unavailable)
    #expect(error?.wasSent == false)
    #expect(error?.status.message.contains(address) == true)

    options.connectTimeout = .seconds(2)
    let server = TestServer()
    let client = try GRPCClient(endpoints: [address, try await server.start()], options: options)
    #expect(try await peerEcho(client) == [1])
    await client.shutdown()
    await server.shutdown()
    try await dead.close()
  }

  @Test("when a server goes away its calls go to the next, and none that was not sent fails")
  func serverGone() async throws {
    let first = TestServer()
    let second = TestServer()
    let client = try GRPCClient(endpoints: [try await first.start(), try await second.start()])
    #expect(try await peerEcho(client) == [1])
    #expect(first.connections == 1)
    await first.shutdown()
    for _ in 0..<20 { #expect(try await peerEcho(client) == [1]) }
    #expect(second.connections == 1)
    await client.shutdown()
    await second.shutdown()
  }

  @Test("calls made while a server drains are all answered by one or the other")
  func drainUnderLoad() async throws {
    let first = TestServer()
    let second = TestServer()
    let client = try GRPCClient(endpoints: [try await first.start(), try await second.start()])
    #expect(try await peerEcho(client) == [1])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            let reply = try await client.unary("/test.Test/Echo", [1], timeout: .seconds(20))
            #expect(reply == [1])
          }
        }
      }
      group.addTask { await first.shutdown(grace: .seconds(20)) }
      try await group.waitForAll()
    }
    await client.shutdown()
    await second.shutdown()
  }

  @Test("when nobody answers the error says why of each, and that nothing was sent")
  func allDown() async throws {
    let endpoints = [try await nobody(), try await nobody()]
    let client = try GRPCClient(endpoints: endpoints)
    let error = await #expect(throws: RPCError.self) { try await peerEcho(client) }
    #expect(error?.status.code == .unavailable)
    #expect(error?.wasSent == false)
    for endpoint in endpoints { #expect(error?.status.message.contains(endpoint) == true) }
  }

  @Test("endpoints are tried in the order given, or shuffled by the chance given")
  func order() async throws {
    let first = TestServer()
    let second = TestServer()
    let endpoints = [try await first.start(), try await second.start()]
    for (chance, server) in [(0.0, first), (0.99, second)] {
      var options = GRPCClient.Options()
      options.shufflesEndpoints = true
      options.chance = { chance }
      let client = try GRPCClient(endpoints: endpoints, options: options)
      #expect(try await peerEcho(client) == [1])
      #expect(server.connections == 1)
      await client.shutdown()
    }
    await first.shutdown()
    await second.shutdown()
  }

  @Test("a list of endpoints needs one, and each must be readable")
  func endpointLists() {
    #expect(throws: EndpointError.self) { try GRPCClient(endpoints: []) }
    let error = #expect(throws: EndpointError.self) {
      try GRPCClient(endpoints: ["127.0.0.1:1", "b"])
    }
    #expect(error?.endpoint == "b")
  }

  @Test("every call of a traced client is a span of its own of the same trace")
  func trace() async throws {
    let server = TestServer()
    let parent = try #require(
      TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    var options = GRPCClient.Options()
    options.trace = parent
    let client = try GRPCClient(endpoint: try await server.start(), options: options)
    var spans: Set<String> = []
    for _ in 0..<5 {
      let reply = try await client.unary("/test.Test/Trace", [], timeout: .seconds(20))
      let context = try #require(
        TraceContext(traceparent: String(decoding: reply, as: UTF8.self)))
      #expect(context.traceID == parent.traceID)
      #expect(context.flags == 1)
      #expect(context.spanID != parent.spanID)
      spans.insert(context.spanID)
    }
    #expect(spans.count == 5)
    let own = "00-11111111111111111111111111111111-2222222222222222-00"
    let reply = try await client.unary(
      "/test.Test/Trace", [], timeout: .seconds(20), metadata: [("traceparent", own)])
    #expect(String(decoding: reply, as: UTF8.self) == own)
    await server.shutdown()
  }

  @Test("streams that the server refused for being too many are called again, unseen")
  func refusedStreams() async throws {
    let server = TestServer()
    var limits = ServerLimits()
    limits.http2.concurrentStreamsMax = 4
    let client = try GRPCClient(endpoint: try await server.start(limits: limits))
    // All at once, before the client can have heard of the limit.
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for number in 0..<60 {
        group.addTask {
          try await client.unary("/test.Test/Echo", [UInt8(number)], timeout: .seconds(30))
        }
      }
      var replies: Set<[UInt8]> = []
      for try await reply in group { replies.insert(reply) }
      #expect(replies.count == 60)
    }
    await client.shutdown()
    await server.shutdown()
  }

  @Test("a call that the server may have acted on is not repeated, whatever its status")
  func notRepeated() async throws {
    let server = TestServer()
    let client = try GRPCClient(endpoint: try await server.start())
    let error = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Unavailable", [], timeout: .seconds(20))
    }
    #expect(error?.status.code == .unavailable)
    #expect(error?.wasSent == true)
    #expect(error?.isAnswer == true)
    #expect(server.unavailable.withLock { $0 } == 1)
    await client.shutdown()
    await server.shutdown()
  }

  @Test("a client that was shut down says so, and a call waiting for a connection ends")
  func shutdown() async throws {
    var options = GRPCClient.Options()
    options.backoffMin = .seconds(3_600)
    options.backoffMax = .seconds(3_600)
    let client = try GRPCClient(endpoint: try await nobody(), options: options)
    await #expect(throws: RPCError.self) { try await peerEcho(client) }
    // The next round is an hour away: this one waits, and is told when it is over.
    let error = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Echo", [], timeout: .milliseconds(100))
    }
    #expect(error?.status.code == .unavailable)
    #expect(error?.status.message.contains("cannot connect") == true)
    await client.shutdown()
    let late = await #expect(throws: RPCError.self) { try await peerEcho(client) }
    #expect(late?.status.code == .cancelled)
    #expect(late?.wasSent == false)
  }
}
