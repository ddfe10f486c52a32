import GRPC
import GRPCServices
import Synchronization
import Testing
import Transport

@Suite("Calls over real sockets", .timeLimit(.minutes(5)))
struct SocketTests {
  let server = TestServer()

  @Test("unary calls are answered, one after the other and many at once")
  func unary() async throws {
    let client = try GRPCClient(endpoint: "http://" + (try await server.start()))
    for size in [0, 1, 1_000, 70_000, 1_000_000] {
      let message = [UInt8](repeating: 3, count: size)
      let reply = try await client.unary("/test.Test/Echo", message, timeout: .seconds(10))
      #expect(reply == message)
    }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<500 {
        group.addTask {
          let message = [UInt8](repeating: UInt8(number % 256), count: number)
          return try await client.unary("/test.Test/Echo", message, timeout: .seconds(10))
            == message
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
    await client.shutdown()
    await server.shutdown()
  }

  @Test("an error comes with code, text and details, and says that it is an answer")
  func status() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let error = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Fail", [], timeout: .seconds(10))
    }
    #expect(error?.status == RPCStatus(.notFound, "nö", details: [1]))
    #expect(error?.wasSent == true)
    #expect(error?.isAnswer == true)
    let unknown = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/None", [], timeout: .seconds(10))
    }
    #expect(unknown?.status.code == .unimplemented)
    await server.shutdown()
  }

  @Test("a server that is not there is UNAVAILABLE, names the address, and nothing was sent")
  func unreachable() async throws {
    let address = try await server.start()
    await server.shutdown()
    let client = try GRPCClient(endpoint: address)
    let error = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Echo", [], timeout: .seconds(10))
    }
    #expect(error?.status.code == .unavailable)
    #expect(error?.status.message.contains(address) == true)
    #expect(error?.wasSent == false)
    await client.shutdown()
  }

  @Test("a connection lost under a running call is UNAVAILABLE and was sent")
  func lost() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let call = Task { try await client.unary("/test.Test/Later", [], timeout: .seconds(20)) }
    await TestServer.until { server.open.withLock { !$0.isEmpty } }
    await server.shutdown(grace: .zero)
    let error = await #expect(throws: RPCError.self) { try await call.value }
    #expect(error?.status.code == .unavailable)
    #expect(error?.wasSent == true)
    await TestServer.until { server.cancelled.withLock { $0 == 1 } }
  }

  @Test("a deadline ends the call on both sides")
  func deadline() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    // Connected before, so that the short time is the call's alone.
    _ = try await client.unary("/test.Test/Echo", [], timeout: .seconds(30))
    let error = await #expect(throws: RPCError.self) {
      try await client.unary("/test.Test/Later", [], timeout: .milliseconds(300))
    }
    #expect(error?.status.code == .deadlineExceeded)
    #expect(error?.wasSent == true)
    await TestServer.until { server.cancelled.withLock { $0 == 1 } }
    await server.shutdown()
  }

  @Test("cancelling the task resets the call")
  func cancel() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let task = Task {
      try await client.unary("/test.Test/Later", [], timeout: .seconds(20))
    }
    await TestServer.until { server.open.withLock { !$0.isEmpty } }
    task.cancel()
    await TestServer.until { server.cancelled.withLock { $0 == 1 } }
    let error = await #expect(throws: RPCError.self) { try await task.value }
    #expect(error?.status.code == .cancelled)
    await server.shutdown()
  }

  @Test("a stream arrives whole; a slow reader holds the server back")
  func stream() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let stream = client.serverStreaming("/test.Test/Flood", [], timeout: nil)
    var iterator = stream.makeAsyncIterator()
    _ = try await iterator.next()
    // Other calls on the same connection go on while nobody reads the stream.
    for _ in 0..<50 {
      _ = try await client.unary("/test.Test/Echo", [1], timeout: .seconds(10))
    }
    #expect(server.produced.withLock { $0 } < 2_000)
    var count = 1
    while let message = try await iterator.next() {
      #expect(message.count == 1_000)
      count += 1
    }
    #expect(count == 5_000)
    #expect(server.cancelled.withLock { $0 } == 0)
    await server.shutdown()
  }

  @Test("leaving a stream early cancels it on the server")
  func leave() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    for try await _ in client.serverStreaming("/test.Test/Flood", [], timeout: nil) { break }
    await TestServer.until { server.cancelled.withLock { $0 == 1 } }
    await server.shutdown()
  }

  @Test("health is checked and watched; a drain ends the watch with UNAVAILABLE")
  func health() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let path = "/grpc.health.v1.Health/"
    #expect(try await client.unary(path + "Check", [], timeout: .seconds(10)) == [8, 1])
    let watch = client.serverStreaming(path + "Watch", [], timeout: nil)
    var iterator = watch.makeAsyncIterator()
    #expect(try await iterator.next() == [8, 1])
    server.health.set(.notServing)
    #expect(try await iterator.next() == [8, 2])
    async let stopped: Void = server.shutdown()
    do throws(RPCError) {
      #expect(try await iterator.next() == nil)
      Issue.record("the watch ended with OK")
    } catch {
      #expect(error.status.code == .unavailable)
    }
    await stopped
  }

  @Test("a drain fails no call that was accepted, and the client finds the next server")
  func drainAndReconnect() async throws {
    let address = try await server.start()
    let port = Int(address.split(separator: ":").last ?? "") ?? 0
    let client = try GRPCClient(endpoint: address)
    async let answer = client.unary("/test.Test/Later", [], timeout: .seconds(20))
    await TestServer.until { server.open.withLock { !$0.isEmpty } }
    async let stopped: Void = server.shutdown()
    server.open.withLock { $0.popLast() }?.reply([7])
    #expect(try await answer == [7])
    await stopped
    let next = TestServer()
    _ = try await next.start(port: port)
    var reply: [UInt8]?
    while reply == nil {
      do throws(RPCError) {
        reply = try await client.unary("/test.Test/Echo", [5], timeout: .seconds(10))
      } catch {
        #expect(error.status.code == .unavailable)
        #expect(!error.wasSent)
      }
    }
    #expect(reply == [5])
    await next.shutdown()
  }

  @Test("connections over the limit are closed, those under it live on")
  func connectionLimit() async throws {
    var limits = ServerLimits()
    limits.connectionsMax = 1
    let address = try await server.start(limits: limits)
    let first = try GRPCClient(endpoint: address)
    #expect(try await first.unary("/test.Test/Echo", [1], timeout: .seconds(10)) == [1])
    let second = try GRPCClient(endpoint: address)
    let error = await #expect(throws: RPCError.self) {
      try await second.unary("/test.Test/Echo", [2], timeout: .seconds(10))
    }
    #expect(error?.status.code == .unavailable)
    #expect(try await first.unary("/test.Test/Echo", [3], timeout: .seconds(10)) == [3])
    await server.shutdown()
  }

  @Test("an address in use is an error that says so")
  func addressInUse() async throws {
    let address = try await server.start()
    let port = Int(address.split(separator: ":").last ?? "") ?? 0
    let error = await #expect(throws: ListenError.self) {
      try await TestServer().start(port: port)
    }
    #expect(error?.address == address)
    await server.shutdown()
  }

  @Test(
    "endpoints are read as people write them",
    arguments: [
      ("localhost:80", "localhost:80"), ("http://a.b:7443", "a.b:7443"),
      ("http://[::1]:5/", "[::1]:5"), ("https://a:1", "a:1"), ("ftp://a:1", nil), ("a", nil),
      ("a:", nil),
      ("a:0", nil), ("a:65536", nil), (":1", nil), ("::1:5", nil), ("[::1]", nil),
      ("http://a:1/path", nil), ("", nil),
    ] as [(String, String?)])
  func endpoints(text: String, address: String?) throws {
    guard let address else {
      #expect(throws: EndpointError.self) { try GRPCClient(endpoint: text) }
      return
    }
    #expect(try GRPCClient(endpoint: text).address == address)
  }

  @Test("metadata that cannot be sent is refused before anything is")
  func badMetadata() async throws {
    let client = try GRPCClient(endpoint: "127.0.0.1:1")
    for (name, value) in [
      ("Upper", "v"), ("", "v"), ("a b", "v"), (":path", "v"), ("a", "\n"), ("te", "v"),
      ("grpc-timeout", "1S"), ("content-type", "v"),
    ] {
      let error = await #expect(throws: RPCError.self) {
        try await client.unary("/a/B", [], timeout: .seconds(1), metadata: [(name, value)])
      }
      #expect(error?.status.code == .internal)
      #expect(error?.wasSent == false)
    }
  }
}
