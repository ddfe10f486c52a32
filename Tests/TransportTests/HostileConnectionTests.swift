import GRPC
import Glibc
import HTTP2
import Synchronization
import Testing
import Transport

/// Clients that mean harm, over real sockets. Whatever they do: they are refused as said, a
/// neighbour's open call and its next one succeed on the connection it had, new connections are
/// served, and memory does not grow beyond what the limits say.
@Suite("Hostile connections", .serialized, .timeLimit(.minutes(5)))
struct HostileConnectionTests {
  enum Refusal: Sendable {
    /// GOAWAY with the code, then the end of the connection.
    case goAway(UInt8)
    /// The end of the connection; what the server said last may be lost with it.
    case ended
    /// RST_STREAM with the code; the connection lives on.
    case reset(stream: UInt8, UInt8)
    /// An answer of headers alone, which carry a status.
    case status(stream: UInt8)
    /// None: odd, but honest. The call is answered.
    case served(stream: UInt8)
    /// A few words of HTTP/1.1.
    case words(String)
  }

  struct Attack: Sendable, CustomTestStringConvertible {
    var id: String
    var bytes: [[UInt8]]
    var refusal: Refusal
    var limits = ServerLimits()
    var testDescription: String { id }

    init(
      _ id: String, _ refusal: Refusal, limits: ServerLimits = ServerLimits(),
      _ bytes: @autoclosure () -> [[UInt8]]
    ) {
      self.id = id
      self.refusal = refusal
      self.limits = limits
      self.bytes = bytes()
    }
  }

  /// Time limits short enough for a test to wait for.
  static let impatient: ServerLimits = {
    var limits = ServerLimits()
    limits.http2.prefaceTimeout = .milliseconds(300)
    limits.http2.settingsTimeout = .milliseconds(300)
    limits.http2.headerTimeout = .milliseconds(300)
    limits.grpc.sendStallTimeout = .milliseconds(300)
    limits.grpc.requestTimeout = .milliseconds(300)
    limits.grpc.unaryDeadlineMax = .milliseconds(300)
    return limits
  }()

  static func odd(_ count: Int) -> [UInt32] { (0..<UInt32(count)).map { $0 * 2 + 1 } }

  static func hpackBomb() -> [UInt8] {
    // One field of 4,000 bytes enters the table; then it is named by one byte, again and again.
    var block = Wire.block(Wire.head())
    block += [0x40, 1, 0x78, 0x7F, 0xA1, 0x1E] as [UInt8]
    block += [UInt8](repeating: 0x76, count: 4_000)
    block += [UInt8](repeating: 0xBE, count: 8_000)
    return Wire.frame(1, flags: 4, stream: 1, block)
  }

  static let floods: [Attack] = [
    Attack(
      "H2-RAPID-RESET", .ended,
      [Wire.hello] + odd(3_000).map { Wire.headers($0) + Wire.reset($0) }),
    Attack(
      "H2-RAPID-RESET-RUNNING", .ended,
      [Wire.hello] + odd(3_000).map { Wire.call($0, "Later") + Wire.reset($0) }),
    Attack(
      "H2-MADE-YOU-RESET-WINDOW", .ended,
      [Wire.hello] + odd(1_000).map { Wire.headers($0) + Wire.window($0, 0x7FFF_FFFF) }),
    Attack(
      "H2-MADE-YOU-RESET-ZERO-INCREMENT", .ended,
      [Wire.hello] + odd(1_000).map { Wire.headers($0) + Wire.window($0, 0) }),
    Attack(
      "H2-MADE-YOU-RESET-LENGTH", .ended,
      [Wire.hello]
        + odd(1_000).map { stream in
          Wire.headers(stream, Wire.head(more: [("content-length", "1")]))
            + Wire.data(stream, Wire.message(9))
        }),
    Attack(
      "H2-MADE-YOU-RESET-MALFORMED", .ended,
      [Wire.hello] + odd(1_000).map { Wire.headers($0, [(":method", "POST")]) }),
    Attack(
      "H2-CONTINUATION-FLOOD", .ended,
      [Wire.hello, Wire.headers(flags: 0), Wire.repeated(20_000, Wire.frame(9, stream: 1, [0]))]),
    Attack(
      "H2-CONTINUATION-FLOOD-EMPTY", .ended,
      [Wire.hello, Wire.headers(flags: 0), Wire.repeated(20_000, Wire.frame(9, stream: 1))]),
    Attack("H2-SETTINGS-FLOOD", .ended, [Wire.hello, Wire.repeated(50_000, Wire.frame(4))]),
    Attack(
      "H2-SETTINGS-ACK-FLOOD", .ended,
      [Wire.hello, Wire.repeated(50_000, Wire.frame(4, flags: 1))]),
    Attack(
      "H2-SETTINGS-ENTRIES", .goAway(11),
      [Wire.hello, Wire.settings(Array(repeating: (3, 9), count: 33))]),
    Attack(
      "H2-PING-FLOOD", .ended,
      [Wire.hello, Wire.repeated(50_000, Wire.frame(6, Wire.number(0) + Wire.number(0)))]),
    Attack(
      "H2-PING-STRIKES", .goAway(11),
      [Wire.hello, Wire.repeated(4, Wire.frame(6, Wire.number(0) + Wire.number(0)))]),
    Attack(
      "H2-PING-ACK-FLOOD", .ended,
      [Wire.hello, Wire.repeated(50_000, Wire.frame(6, flags: 1, Wire.number(0) + Wire.number(0)))]),
    Attack(
      "H2-PRIORITY-FLOOD", .ended,
      [Wire.hello, Wire.repeated(50_000, Wire.frame(2, stream: 1, Wire.number(3) + [1]))]),
    Attack(
      "H2-WINDOW-UPDATE-FLOOD", .ended, [Wire.hello, Wire.repeated(50_000, Wire.window(0, 1))]),
    Attack(
      "H2-WINDOW-UPDATE-FLOOD-CLOSED-STREAM", .ended,
      [Wire.hello, Wire.call(1), Wire.repeated(50_000, Wire.window(1, 1))]),
    Attack(
      "H2-EMPTY-DATA-FLOOD", .ended,
      [Wire.hello, Wire.headers(), Wire.repeated(50_000, Wire.data(1, [], ends: false))]),
    Attack(
      "H2-PADDED-DATA-FLOOD", .ended,
      [
        Wire.hello, Wire.headers(),
        Wire.repeated(50_000, Wire.frame(0, flags: 8, stream: 1, [3, 0, 0, 0])),
      ]),
    Attack(
      "H2-UNKNOWN-FRAME-FLOOD", .ended, [Wire.hello, Wire.repeated(50_000, Wire.frame(0xEE, [1]))]),
    Attack(
      "H2-GOAWAY-FLOOD", .ended,
      [
        Wire.hello, Wire.headers(),
        Wire.repeated(50_000, Wire.frame(7, Wire.number(0) + Wire.number(0))),
      ]),
    Attack("H2-HPACK-BOMB", .ended, [Wire.hello, hpackBomb()]),
    Attack(
      "H2-CONCURRENT-STREAMS", .goAway(1),
      [Wire.hello] + odd(257).map { Wire.headers($0, Wire.head("Later")) }),
  ]

  static let frames: [Attack] = [
    Attack("H2-EVEN-STREAM", .goAway(1), [Wire.hello, Wire.call(2)]),
    Attack("H2-STREAM-ZERO", .goAway(1), [Wire.hello, Wire.headers(0)]),
    Attack("H2-LOWER-STREAM", .goAway(1), [Wire.hello, Wire.headers(5), Wire.headers(3)]),
    Attack("H2-IDLE-STREAM-DATA", .goAway(1), [Wire.hello, Wire.data(7, [1])]),
    Attack(
      "H2-DATA-AFTER-END", .goAway(5),
      [Wire.hello, Wire.call(1, "Later"), Wire.data(1, [1])]),
    Attack(
      "H2-HEADERS-AFTER-END", .goAway(5), [Wire.hello, Wire.call(1, "Later"), Wire.headers(1)]),
    Attack(
      "H2-DATA-AFTER-RESET", .goAway(5),
      [Wire.hello, Wire.headers(), Wire.reset(1), Wire.data(1, [1])]),
    Attack(
      "H2-FRAME-TOO-LARGE", .goAway(6),
      [Wire.hello, Wire.headers(), [0xFF, 0xFF, 0xFF, 1, 4, 0, 0, 0, 3]]),
    Attack(
      "H2-PUSH-PROMISE", .goAway(1),
      [Wire.hello, Wire.headers(), Wire.frame(5, flags: 4, stream: 1, Wire.number(2))]),
    Attack("H2-CONTINUATION-ALONE", .goAway(1), [Wire.hello, Wire.frame(9, flags: 4, stream: 1)]),
    Attack(
      "H2-WINDOW-OVERFLOW", .goAway(3),
      [Wire.hello, Wire.window(0, 0x7FFF_FFFF), Wire.window(0, 0x7FFF_FFFF)]),
    Attack("H2-INITIAL-WINDOW-OVERFLOW", .goAway(3), [Wire.hello, Wire.settings([(4, 1 << 31)])]),
    Attack(
      "H2-UNWANTED-UPLOAD", .status(stream: 1),
      [Wire.hello, Wire.headers(1)]
        + (0..<1_500).map { _ in Wire.data(1, [UInt8](repeating: 0, count: 16_384), ends: false) }),
    Attack(
      "H2-HPACK-INDEX", .goAway(9),
      [Wire.hello, Wire.frame(1, flags: 5, stream: 1, [0xFF, 0x80, 1])]),
    Attack(
      "H2-HPACK-TABLE-RESIZE", .goAway(9),
      [
        Wire.hello,
        Wire.frame(1, flags: 5, stream: 1, [0x3F, 0xE2, 0x1F] + Wire.block(Wire.head())),
      ]),
    Attack(
      "H2-HUGE-HEADER", .ended,
      [
        Wire.hello,
        Wire.frame(
          1, flags: 0, stream: 1,
          Wire.block(Wire.head()) + [0, 1, 0x78, 0x7F, 0x81, 0x80, 0x80, 0x01]),
        Wire.repeated(4_000, Wire.frame(9, stream: 1, [UInt8](repeating: 0x61, count: 1_000))),
      ]),
    Attack(
      "H2-HEADER-LIST", .status(stream: 1),
      [
        Wire.hello,
        Wire.headers(flags: 0)
          + Wire.frame(
            9, flags: 4, stream: 1, Wire.block([("x-big", String(repeating: "v", count: 16_300))]))
          + Wire.data(1, Wire.message(0)),
      ]),
    Attack(
      "H2-HEADER-COUNT", .status(stream: 1),
      [
        Wire.hello,
        Wire.headers(1, Wire.head(more: (0..<70).map { ("x-\($0)", "v") }))
          + Wire.data(1, Wire.message(0)),
      ]),
    Attack(
      "H2-MISSING-TE", .status(stream: 1),
      [
        Wire.hello,
        Wire.headers(1, Wire.head().filter { $0.0 != "te" }) + Wire.data(1, Wire.message(0)),
      ]),
    Attack(
      "H2-TE-DEFLATE", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, Wire.head().dropLast() + [("te", "trailers, deflate")])]),
    Attack(
      "H2-UPPER-CASE", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, Wire.head(more: [("X-Upper", "v")]))]),
    Attack(
      "H2-CRLF-VALUE", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, Wire.head(more: [("x-a", "v\r\nx-b: w")]))]),
    Attack(
      "H2-NUL-VALUE", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, Wire.head(more: [("x-a", "v\0")]))]),
    Attack(
      "H2-CONNECTION-FIELD", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, Wire.head(more: [("transfer-encoding", "chunked")]))]),
    Attack(
      "H2-DUPLICATE-PATH", .reset(stream: 1, 1),
      [Wire.hello, Wire.headers(1, [(":path", "/other")] + Wire.head())]),
    Attack(
      "H2-CONTENT-LENGTH", .reset(stream: 1, 1),
      [
        Wire.hello,
        Wire.headers(1, Wire.head(more: [("content-length", "1")])) + Wire.data(1, Wire.message(9)),
      ]),
    Attack(
      "H2-GOAWAY-THEN-CALL", .served(stream: 1),
      [
        Wire.hello, Wire.headers() + Wire.frame(7, Wire.number(0) + Wire.number(0)),
        Wire.data(1, Wire.message(0)),
      ]),
    Attack(
      "H2-ONE-BYTE-FRAMES", .served(stream: 1),
      [Wire.hello, Wire.headers()] + Wire.message(3_000).map { Wire.data(1, [$0], ends: false) }
        + [Wire.data(1, [])]),
    Attack(
      "H2-ONE-BYTE-READS", .served(stream: 1), (Wire.hello + Wire.call(1)).map { [$0] }),
  ]

  static let other: [Attack] = [
    Attack("H2-HTTP1", .words("HTTP/1.1 400"), [Array("GET / HTTP/1.1\r\nhost: a\r\n\r\n".utf8)]),
    Attack(
      "H2-HTTP1-UPGRADE", .words("HTTP/1.1 400"),
      [Array("GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: h2c\r\n\r\n".utf8)]),
    Attack(
      "H2-HTTP1-SMUGGLED", .ended,
      [
        Wire.hello,
        Array("POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nGET / HTTP/1.1\r\n\r\n".utf8),
      ]),
    Attack(
      "H2-TLS-ON-CLEARTEXT", .ended,
      [[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 7, count: 500)]),
    Attack("H2-SLOW-PREFACE", .ended, limits: impatient, [Array(Wire.preface.prefix(5))]),
    Attack("H2-NO-SETTINGS", .ended, limits: impatient, [Wire.preface]),
    Attack(
      "H2-SETTINGS-NOT-ACKNOWLEDGED", .goAway(4), limits: impatient,
      [Wire.preface + Wire.frame(4)]),
    Attack(
      "H2-SLOW-HEADERS", .goAway(11), limits: impatient, [Wire.hello, Wire.headers(flags: 0)]),
    Attack("H2-SLOW-REQUEST", .status(stream: 1), limits: impatient, [Wire.hello, Wire.headers()]),
    Attack(
      "H2-SLOW-STREAM-REQUEST", .status(stream: 1), limits: impatient,
      [Wire.hello, Wire.headers(1, Wire.head("Flood"))]),
    Attack(
      "H2-ZERO-WINDOW", .reset(stream: 1, 8), limits: impatient,
      [Wire.hello + Wire.settings([(4, 0)]), Wire.call(1)]),
    Attack(
      "H2-ZERO-WINDOW-STREAM", .reset(stream: 1, 8), limits: impatient,
      [Wire.hello + Wire.settings([(4, 0)]), Wire.call(1, "Flood")]),
  ]

  @Test("is refused, and harms nobody", arguments: floods + frames + other)
  func attack(_ attack: Attack) async throws {
    let server = TestServer()
    let address = try await server.start(limits: attack.limits)
    let neighbour = try GRPCClient(endpoint: address)
    #expect(try await neighbour.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
    let before = Self.peakBytes()

    let socket = try RawSocket(address)
    for bytes in attack.bytes where !socket.isEnded { socket.send(bytes) }
    switch attack.refusal {
    case .goAway(let code):
      await socket.read { $0.frames.contains { $0.type == 7 && Array($0.payload)[7] == code } }
      let codes = socket.frames.filter { $0.type == 7 }.map { Array($0.payload)[7] }
      #expect(codes.contains(code), "GOAWAY codes \(codes)")
      await socket.read { _ in false }
    case .ended: await socket.read { _ in false }
    case .reset(let stream, let code):
      await socket.read {
        $0.frames.contains { $0.type == 3 && $0.stream == stream && $0.payload.last == code }
      }
      #expect(!socket.isEnded)
    case .status(let stream):
      await socket.read {
        $0.frames.contains { $0.type == 1 && $0.stream == stream && $0.flags & 1 == 1 }
      }
      #expect(!socket.frames.contains { $0.type == 0 })
      #expect(!socket.isEnded)
    case .served(let stream):
      await socket.read {
        $0.frames.contains { $0.type == 1 && $0.stream == stream && $0.flags & 1 == 1 }
      }
      #expect(socket.frames.contains { $0.type == 0 && $0.stream == stream })
    case .words(let words):
      await socket.read { _ in false }
      #expect(socket.text().hasPrefix(words))
    }

    let growth = Self.peakBytes() - before
    #expect(growth < Self.memoryFactor * 64 << 20, "grew by \(growth >> 20) MiB")
    // The neighbour is on the connection it had: a new one would make three.
    #expect(try await neighbour.unary("/test.Test/Echo", [2], timeout: .seconds(20)) == [2])
    let other = try GRPCClient(endpoint: address)
    #expect(try await other.unary("/test.Test/Echo", [3], timeout: .seconds(20)) == [3])
    await neighbour.shutdown()
    await other.shutdown()
    server.open.withLock { $0 = [] }
    await server.shutdown(grace: .zero)
  }

  @Test("H2-SLOW-READER a client that reads nothing makes the server produce next to nothing")
  func slowReader() async throws {
    let server = TestServer()
    let address = try await server.start()
    let before = Self.peakBytes()
    let sockets = try (0..<20).map { _ in try RawSocket(address, receiveBufferBytes: 4_096) }
    for socket in sockets {
      // Windows wide open: only TCP holds the server back.
      socket.send(Wire.hello + Wire.settings([(4, 0x7FFF_FFFF)]) + Wire.window(0, 0x7FFF_0000))
      for stream in Self.odd(100) { socket.send(Wire.call(stream, "Flood")) }
    }
    let neighbour = try GRPCClient(endpoint: address)
    for _ in 0..<200 {
      #expect(try await neighbour.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
    }
    #expect(Self.peakBytes() - before < Self.memoryFactor * 128 << 20)
    #expect(sockets.allSatisfy { !$0.isEnded })
    await neighbour.shutdown()
    await server.shutdown(grace: .zero)
  }

  @Test("H2-UNREAD-REPLIES large replies nobody reads are not piled up")
  func unreadReplies() async throws {
    let server = TestServer()
    let address = try await server.start()
    let neighbour = try GRPCClient(endpoint: address)
    #expect(try await neighbour.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
    let before = Self.peakBytes()
    let sockets = try (0..<10).map { _ in try RawSocket(address, receiveBufferBytes: 4_096) }
    for socket in sockets {
      socket.send(Wire.hello)
      for stream in Self.odd(200) { socket.send(Wire.call(stream, "Large")) }
    }
    for _ in 0..<200 {
      #expect(try await neighbour.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
    }
    // 10 x 200 x 200 KB are 400 MB.
    #expect(Self.peakBytes() - before < Self.memoryFactor * 96 << 20)
    await neighbour.shutdown()
    await server.shutdown(grace: .zero)
  }

  @Test("H2-IDLE-CONNECTIONS many idle ones cost little, and those over the limit are closed")
  func idleConnections() async throws {
    var limits = ServerLimits()
    limits.connectionsMax = 301
    let server = TestServer()
    let address = try await server.start(limits: limits)
    let neighbour = try GRPCClient(endpoint: address)
    #expect(try await neighbour.unary("/test.Test/Echo", [1], timeout: .seconds(20)) == [1])
    let before = Self.peakBytes()
    var sockets: [RawSocket] = []
    for _ in 0..<300 {
      let socket = try RawSocket(address)
      socket.send(Wire.hello)
      await socket.read { !$0.received.isEmpty }
      sockets.append(socket)
    }
    #expect(server.connections == 301)
    let extra = try RawSocket(address)
    await extra.read { _ in false }
    #expect(extra.isEnded)
    // 64 KiB each, and the client side of them in the same process.
    #expect(Self.peakBytes() - before < 300 * 96 << 10)
    #expect(try await neighbour.unary("/test.Test/Echo", [2], timeout: .seconds(20)) == [2])
    sockets = []
    await neighbour.shutdown()
    await server.shutdown(grace: .zero)
  }

  /// A sanitizer keeps what was freed for a while, and notes about every byte.
  private static let memoryFactor =
    unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil ? 8 : 1

  /// The most memory this process has had.
  private static func peakBytes() -> Int {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1_024
  }
}
