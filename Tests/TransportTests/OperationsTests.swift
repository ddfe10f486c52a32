import GRPC
import Logging
import Synchronization
import Testing

@testable import Transport

@Suite("Figures, logs and traces of a server", .timeLimit(.minutes(5)))
struct OperationsTests {
  let server = TestServer()

  private func series(_ method: String?, _ code: RPCCode) -> TransportSnapshot.Series? {
    server.metrics.series.first { $0.method == method && $0.code == code }
  }

  @Test("calls are counted by method and status; what a client invents is one method")
  func counts() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    for size in 0..<10 {
      let message = [UInt8](repeating: 1, count: size * 100)
      _ = try await client.unary("/test.Test/Echo", message, timeout: .seconds(20))
    }
    for method in ["/test.Test/Fail", "/test.Test/A", "/test.Test/B", "/x"] {
      await #expect(throws: RPCError.self) {
        try await client.unary(method, [], timeout: .seconds(20))
      }
    }
    await TestServer.until { series(nil, .unimplemented)?.calls == 3 }
    let echo = try #require(series("/test.Test/Echo", .ok))
    #expect(echo.calls == 10)
    #expect(echo.buckets.reduce(0, +) == 10)
    #expect(echo.buckets.count == TransportSnapshot.bucketSeconds.count + 1)
    // Each message has a prefix of five bytes.
    #expect(echo.requestBytes == 4_550)
    #expect(echo.replyBytes == 4_550)
    #expect(series("/test.Test/Fail", .notFound)?.calls == 1)
    #expect(server.metrics.series.count == 3)
    #expect(server.metrics.connectionsOpen == 1)
    #expect(server.metrics.connectionsAccepted == 1)
    await client.shutdown()
    await TestServer.until { server.metrics.connectionsOpen == 0 }
    await server.shutdown()
  }

  @Test("open streams are counted while they are open, and not after their connection is lost")
  func streams() async throws {
    let client = try GRPCClient(endpoint: try await server.start())
    let watch = client.serverStreaming("/grpc.health.v1.Health/Watch", [], timeout: nil)
    var first = watch.makeAsyncIterator()
    var second = watch.makeAsyncIterator()
    _ = try await first.next()
    _ = try await second.next()
    await TestServer.until { server.metrics.streamsOpen == 2 }
    await client.shutdown()
    await TestServer.until { server.metrics.streamsOpen == 0 }
    await server.shutdown()
  }

  @Test("connections over the limit are counted as refused")
  func refused() async throws {
    var limits = ServerLimits()
    limits.connectionsMax = 1
    let address = try await server.start(limits: limits)
    let client = try GRPCClient(endpoint: address)
    _ = try await client.unary("/test.Test/Echo", [], timeout: .seconds(20))
    let other = try GRPCClient(endpoint: address)
    await #expect(throws: RPCError.self) {
      try await other.unary("/test.Test/Echo", [], timeout: .seconds(20))
    }
    #expect(server.metrics.connectionsRefused >= 1)
    #expect(server.metrics.connectionsOpen == 1)
    await server.shutdown()
  }

  @Test("a duration falls into the first bucket that holds it")
  func buckets() {
    let metrics = LoopMetrics(methodCount: 1)
    let bounds = LoopMetrics.bucketNanoseconds
    #expect(bounds == bounds.sorted())
    for bound in bounds {
      for nanoseconds in [bound, bound + 1] {
        metrics.callEnded(
          method: 0, code: .ok, nanoseconds: nanoseconds, requestBytes: 0, replyBytes: 0)
      }
    }
    // What no clock should say is counted nevertheless, and traps nowhere.
    for nanoseconds in [Int64.min, -1, 0, .max] {
      metrics.callEnded(
        method: 0, code: .ok, nanoseconds: nanoseconds, requestBytes: -1, replyBytes: .max)
    }
    var snapshot = TransportSnapshot()
    var rows = [[TransportSnapshot.Series?]](repeating: Array(repeating: nil, count: 17), count: 2)
    metrics.add(to: &snapshot, &rows)
    let buckets = rows[0][0]?.buckets ?? []
    #expect(buckets.first == 4)
    #expect(buckets.dropFirst().dropLast().allSatisfy { $0 == 2 })
    #expect(buckets.last == 2)
    #expect(rows[1].allSatisfy { $0 == nil })
  }

  @Test("a method beyond the table is counted as unknown")
  func beyond() {
    let metrics = LoopMetrics(methodCount: 2)
    for method in [2, 3, .max] {
      metrics.callEnded(method: method, code: .ok, nanoseconds: 1, requestBytes: 0, replyBytes: 0)
    }
    var snapshot = TransportSnapshot()
    var rows = [[TransportSnapshot.Series?]](repeating: Array(repeating: nil, count: 17), count: 3)
    metrics.add(to: &snapshot, &rows)
    #expect(rows[2][0]?.calls == 3)
  }

  @Test("the figures of several loops are one sum")
  func merged() {
    let metrics = TransportMetrics(methods: MethodTable(server.methods))
    let keys = [TestServer(), TestServer()]
    for key in keys {
      let loop = metrics.loop(ObjectIdentifier(key))
      #expect(loop === metrics.loop(ObjectIdentifier(key)))
      loop.connectionOpened()
      loop.streams(changedBy: 3)
      loop.callEnded(method: 0, code: .ok, nanoseconds: 1, requestBytes: 1, replyBytes: 2)
    }
    let sum = metrics.snapshot()
    #expect(sum.connectionsOpen == 2)
    #expect(sum.streamsOpen == 6)
    #expect(sum.series.count == 1)
    #expect(sum.series.first?.calls == 2)
    #expect(sum.series.first?.replyBytes == 4)
  }

  @Test(
    "cleartext beyond this host is said in the log", arguments: [("0.0.0.0", 1), ("127.0.0.1", 0)])
  func cleartext(host: String, count: Int) async throws {
    let lines = LogLines()
    let server = GRPCServer(
      host: host, port: 0, methods: MethodTable(server.methods),
      logger: Logger(label: "test") { _ in lines })
    _ = try await server.start()
    #expect(lines.lines.filter { $0.level == .notice }.count == count)
    await server.shutdown(gracePeriod: .zero)
  }

  @Test("every n-th call is logged, with what one needs to find it again")
  func accessLog() async throws {
    var log = CallLog()
    log.sampleEvery = 3
    log.slowCallMin = nil
    let lines = LogLines()
    let client = try GRPCClient(endpoint: try await server.start(callLog: log, lines: lines))
    for number in 0..<9 {
      _ = try await client.unary(
        "/test.Test/Echo", [1, 2], timeout: .seconds(20),
        metadata: [
          ("x-request-id", "run-\(number)\\\""),
          ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ])
    }
    await TestServer.until { series("/test.Test/Echo", .ok)?.calls == 9 }
    let calls = lines.lines("call")
    #expect(calls.count == 3)
    let fields = try #require(calls.first?.fields)
    #expect(fields["method"] == "/test.Test/Echo")
    #expect(fields["status"] == "OK")
    #expect(fields["request_id"] == "run-0\\x5c\\x22")
    #expect(fields["request_bytes"] == "7")
    #expect(fields["reply_bytes"] == "7")
    #expect(fields["principal"] == "-")
    #expect(fields["peer"]?.hasPrefix("127.0.0.1:") == true)
    #expect(fields["trace_id"] == "0af7651916cd43dd8448eb211c80319c")
    #expect(fields["parent_span_id"] == "b7ad6b7169203331")
    #expect(fields["span_id"]?.utf8.count == 16)
    #expect(calls.first?.level == .info)
    await server.shutdown()
  }

  @Test("slow unary calls are logged although nothing is sampled; quick ones and streams are not")
  func slowCalls() async throws {
    let settings = CallLog()
    let lines = LogLines()
    let logger = CallLogger(
      settings, methods: MethodTable(server.methods),
      logger: Logger(label: "test") { _ in lines })
    let paths = MethodTable(server.methods).allPaths
    let echo = try #require(paths.firstIndex(of: "/test.Test/Echo"))
    let flood = try #require(paths.firstIndex(of: "/test.Test/Flood"))
    #expect(logger.level(method: echo, nanoseconds: 999_999_999) == nil)
    #expect(logger.level(method: echo, nanoseconds: 1_000_000_000) == .notice)
    #expect(logger.level(method: nil, nanoseconds: 1_000_000_000) == .notice)
    #expect(logger.level(method: flood, nanoseconds: 1_000_000_000_000) == nil)
    let all = CallLogger(
      .all, methods: MethodTable(server.methods),
      logger: Logger(label: "test") { _ in lines })
    #expect(all.level(method: flood, nanoseconds: 1) == .info)
    #expect(all.level(method: echo, nanoseconds: 2_000_000_000) == .notice)
  }

  @Test(
    "foreign text is one line of printable ASCII, and bounded",
    arguments: [
      ("plain text", "plain text"), ("a\r\nforged", "a\\x0d\\x0aforged"),
      ("\u{1B}[31m", "\\x1b[31m"),
      ("\"\\", "\\x22\\x5c"), ("é", "\\xc3\\xa9"), ("\u{202E}", "\\xe2\\x80\\xae"), ("", ""),
      ("\0", "\\x00"), ("12345678", "12345678"), ("123456789", "12345678..."),
    ])
  func escaping(text: String, expected: String) {
    let bytesMax = text.hasPrefix("1234") ? 8 : 256
    #expect(LogText.escaped(text, bytesMax: bytesMax) == expected)
  }

  private static let trace = "0af7651916cd43dd8448eb211c80319c"

  @Test(
    "a traceparent is taken when it is well-formed, else it is as if it were not there",
    arguments: [
      ("00-\(trace)-b7ad6b7169203331-01", true), ("00-\(trace)-b7ad6b7169203331-00", true),
      ("00-\(trace)-b7ad6b7169203331-ff", true), ("cc-\(trace)-b7ad6b7169203331-01", true),
      ("cc-\(trace)-b7ad6b7169203331-01-more", true),
      ("00-\(trace)-b7ad6b7169203331-01-more", false),
      ("cc-\(trace)-b7ad6b7169203331-01more", false), ("ff-\(trace)-b7ad6b7169203331-01", false),
      ("00-\(trace)-0000000000000000-01", false),
      ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
      ("00-\(trace.uppercased())-b7ad6b7169203331-01", false),
      ("00-\(trace)-b7ad6b7169203331-0", false), ("00-\(trace)-b7ad6b716920333-01", false),
      ("00_\(trace)_b7ad6b7169203331_01", false), ("", false), ("00", false),
      ("00-\(trace)-b7ad6b716920333g-01", false), (String(repeating: "0", count: 55), false),
      ("0x-\(trace)-b7ad6b7169203331-01", false),
    ])
  func traceparent(text: String, isGood: Bool) {
    let context = TraceContext(traceparent: text)
    #expect((context != nil) == isGood)
    #expect(context.map { $0.traceID == Self.trace && $0.spanID == "b7ad6b7169203331" } ?? true)
    if let context {
      #expect(TraceContext(traceparent: context.traceparent) == context)
      let child = context.child()
      #expect(child.traceID == context.traceID && child.span != 0)
      #expect(context.child(span: 0).span != 0)
    }
  }

  @Test("more than one traceparent is none")
  func severalTraces() {
    let value = "00-\(Self.trace)-b7ad6b7169203331-01"
    #expect(RequestMetadata([("traceparent", value)]).traceContext != nil)
    let both = [("traceparent", value), ("traceparent", value)]
    #expect(RequestMetadata(both).traceContext == nil)
    #expect(RequestMetadata([]).traceContext == nil)
  }
}
