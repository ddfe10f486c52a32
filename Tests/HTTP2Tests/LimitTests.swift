import HTTP2
import Testing

@Suite("Limits of a connection")
struct LimitTests {
  static let hello = Frames.preface + Frames.settings + Frames.settingsAck

  @Test("the first SETTINGS announces our limits")
  func announced() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    let settings = Frames.parse(peer.output).first
    #expect(settings?.type == 4)
    var entries: [Int: Int] = [:]
    let payload = settings?.payload ?? []
    for start in stride(from: 0, to: payload.count - 5, by: 6) {
      var value = 0
      for byte in payload[start + 2..<start + 6] { value = value * 256 + Int(byte) }
      entries[Int(payload[start + 1])] = value
    }
    #expect(entries == [3: 256, 4: 65_536, 6: 16_384, 9: 1])
  }

  @Test("HTTP/1.1 on the port is told apart")
  func http1() {
    #expect(ServerPeer().feed(Array("GET / HTTP/1.1\r\nhost: a\r\n\r\n".utf8)) == .notHTTP2)
  }

  struct Flood: Sendable, CustomTestStringConvertible {
    var name: String
    var frame: [UInt8]
    var limit: String
    var before: [UInt8] = []
    var testDescription: String { name }
  }

  @Test(
    "a flood of frames that carry nothing ends the connection",
    arguments: [
      Flood(
        name: "PRIORITY", frame: Frames.frame(type: 2, stream: 1, [0, 0, 0, 3, 1]),
        limit: "uselessFrameBurst"),
      Flood(
        name: "SETTINGS", frame: Frames.settings, limit: "uselessFrameBurst"),
      Flood(
        name: "unknown frame type", frame: Frames.frame(type: 0xEE, [1]),
        limit: "uselessFrameBurst"),
      Flood(
        name: "WINDOW_UPDATE of 1", frame: Frames.frame(type: 8, Frames.bytes(1)),
        limit: "uselessFrameBurst"),
      Flood(
        name: "empty DATA", frame: Frames.data(stream: 1, []), limit: "uselessFrameBurst",
        before: Frames.headers(stream: 1, flags: 4)),
      Flood(name: "PING", frame: Frames.ping(), limit: "pingStrikesMax"),
    ])
  func floods(flood: Flood) {
    let peer = ServerPeer()
    #expect(peer.feed(Self.hello + flood.before) == nil)
    var failure: HTTP2Error?
    for _ in 0..<1_000 where failure == nil {
      failure = peer.feed((0..<100).flatMap { _ in flood.frame })
    }
    #expect(failure == .limitExceeded(flood.limit))
    #expect(peer.goAways.contains(11))
  }

  @Test("a few frames that carry nothing are no offence")
  func fewUselessFrames() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    for _ in 0..<50 {
      #expect(peer.feed(Frames.frame(type: 2, stream: 1, [0, 0, 0, 3, 1])) == nil)
      #expect(peer.feed(Frames.frame(type: 0xEE, [1, 2])) == nil)
      #expect(peer.feed(Frames.frame(type: 8, Frames.bytes(1))) == nil)
    }
    #expect(peer.goAways.isEmpty)
  }

  @Test("payload pays for window updates in small pieces, which some proxies send")
  func smallWindowUpdates() {
    let peer = ServerPeer()
    peer.body = [UInt8](repeating: 1, count: 60_000)
    peer.feed(Self.hello)
    for index in UInt32(0)..<500 {
      let updates = (0..<30).flatMap { _ in Frames.frame(type: 8, Frames.bytes(2_000)) }
      #expect(peer.feed(Frames.headers(stream: index * 2 + 1) + updates) == nil)
    }
    #expect(peer.goAways.isEmpty)
  }

  @Test("pings five minutes apart, or with data in between, earn no strike")
  func politePings() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    for _ in 0..<10 {
      #expect(peer.feed(Frames.ping()) == nil)
      peer.now = peer.now.advanced(by: .seconds(300))
    }
    for stream in 0..<10 {
      #expect(peer.feed(Frames.ping() + Frames.headers(stream: UInt32(stream * 2 + 1))) == nil)
    }
    #expect(peer.goAways.isEmpty)
  }

  @Test("rapid reset ends the connection")
  func rapidReset() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    var stream: UInt32 = 1
    while peer.goAways.isEmpty, stream < 2_000 {
      peer.feed(Frames.headers(stream: stream, flags: 4) + Frames.reset(stream: stream))
      stream += 2
    }
    #expect((200...260).contains(stream))
    #expect(peer.session.isFinished)
  }

  @Test("making us reset streams ends the connection")
  func madeYouReset() {
    let peer = ServerPeer()
    peer.answers = false
    peer.feed(Self.hello)
    var failure: HTTP2Error?
    var stream: UInt32 = 1
    while failure == nil, peer.goAways.isEmpty, stream < 2_000 {
      // A window over 2^31-1 is a stream error (RFC 9113 §6.9.1).
      failure = peer.feed(
        Frames.headers(stream: stream, flags: 4)
          + Frames.frame(type: 8, stream: stream, Frames.bytes(0x7FFF_FFFF)))
      stream += 2
    }
    #expect((200...260).contains(stream))
    #expect(peer.goAways.contains(11))
  }

  @Test("a header block over the limit is cut and marked; its neighbours are not")
  func headerList() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    let many: [(String, String)] = Frames.request + (0..<61).map { ("x-\($0)", "v") }
    peer.feed(Frames.headers(stream: 1, Array(many.dropLast())))
    peer.feed(Frames.headers(stream: 3, many))
    let value = String(repeating: "v", count: 120)
    let long: [(String, String)] = Frames.request + (0..<60).map { ("x-\($0)", value) }
    peer.feed(Frames.headers(stream: 5, long))
    #expect(peer.fields[0]?.count == 64)
    #expect(peer.fields[1]?.count == 64)
    #expect(peer.overLimit == [1])
    #expect(peer.goAways.isEmpty)
  }

  @Test("a header block that blows up when decoded ends the connection")
  func hpackBomb() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    // One field of 4000 bytes enters the table; then it is named by one byte, again and again.
    var block = Frames.block(Frames.request)
    block += [0x40, 1, 0x78, 0x7F, 0xA1, 0x1E] as [UInt8]
    block += [UInt8](repeating: 0x76, count: 4_000)
    block += [UInt8](repeating: 0xBE, count: 8_000)
    let failure = peer.feed(Frames.frame(type: 1, flags: 5, stream: 1, block))
    #expect(failure == .limitExceeded("headerListBytesMax"))
  }

  @Test("one CONTINUATION arrives whole or byte by byte; a flood of them does not")
  func continuations() {
    let block = Frames.block(Frames.request)
    let start = Frames.frame(type: 1, flags: 1, stream: 1, Array(block.prefix(4)))
    let end = Frames.frame(type: 9, flags: 4, stream: 1, Array(block.dropFirst(4)))
    for chunk in [Int.max, 1] {
      let peer = ServerPeer()
      peer.feed(Self.hello)
      #expect(peer.feed(start + end, chunk: chunk) == nil)
      #expect(peer.ended == [0])
    }
    let peer = ServerPeer()
    peer.feed(Self.hello)
    let empty = Frames.frame(type: 9, flags: 0, stream: 1)
    let failure = peer.feed(start + (0..<100).flatMap { _ in empty })
    #expect(failure == .limitExceeded("continuationsMax"))
  }

  @Test("sixteen CONTINUATION frames are taken, byte by byte as well; one more is not")
  func continuationCount() {
    let block = Frames.block(Frames.request)
    let start = Frames.frame(type: 1, flags: 1, stream: 1, block)
    let empty = Frames.frame(type: 9, flags: 0, stream: 1)
    let end = Frames.frame(type: 9, flags: 4, stream: 1)
    for chunk in [Int.max, 1] {
      let peer = ServerPeer()
      peer.feed(Self.hello)
      let taken = start + (0..<15).flatMap { _ in empty } + end
      #expect(peer.feed(taken, chunk: chunk) == nil)
      #expect(peer.ended == [0])
      let other = ServerPeer()
      other.feed(Self.hello)
      let tooMany = start + (0..<16).flatMap { _ in empty } + end
      #expect(other.feed(tooMany, chunk: chunk) == .limitExceeded("continuationsMax"))
      #expect(other.goAways == [11])
    }
  }

  @Test("frames waiting to be sent have a limit")
  func queuedFrames() {
    var limits = HTTP2Limits()
    limits.queuedFramesMax = 50
    let peer = ServerPeer(limits)
    peer.feed(Self.hello)
    let calls = (0..<60).flatMap { Frames.headers(stream: $0 * 2 + 1) }
    #expect(peer.feed(calls) == .limitExceeded("queuedFramesMax"))
    let patient = ServerPeer(limits)
    patient.feed(Self.hello)
    for stream in UInt32(0)..<60 {
      #expect(patient.feed(Frames.headers(stream: stream * 2 + 1)) == nil)
    }
  }

  @Test("one ping too many is told why")
  func tooManyPings() {
    let peer = ServerPeer()
    peer.feed(Self.hello)
    for _ in 0..<3 { #expect(peer.feed(Frames.ping()) == nil) }
    #expect(peer.feed(Frames.ping()) == .limitExceeded("pingStrikesMax"))
    let goAway = Frames.parse(peer.output).first { $0.type == 7 }
    #expect(
      goAway.map { String(decoding: $0.payload.dropFirst(8), as: UTF8.self) } == "too_many_pings")
  }

  @Test("more SETTINGS entries than allowed end the connection")
  func settingsEntries() {
    let peer = ServerPeer()
    var entries: [UInt8] = []
    for _ in 0..<33 { entries += [0, 3, 0, 0, 0, 100] as [UInt8] }
    peer.feed(Frames.preface + Frames.frame(type: 4, entries))
    #expect(peer.goAways.contains(11))
  }

  @Test("acknowledgements that are not read pile up only so far")
  func ackQueue() {
    var limits = HTTP2Limits()
    limits.pingStrikesMax = .max
    let peer = ServerPeer(limits)
    peer.feed(Self.hello)
    let pings = (0..<200).flatMap { _ in Frames.ping() }
    #expect(peer.feed(pings) == .limitExceeded("outboundAcksMax"))
  }

  @Test("more streams than announced are refused, then end the connection")
  func concurrentStreams() {
    var limits = HTTP2Limits()
    limits.concurrentStreamsMax = 100
    let peer = ServerPeer(limits)
    peer.answers = false
    peer.feed(Self.hello)
    for index in 0..<101 { peer.feed(Frames.headers(stream: UInt32(index * 2 + 1))) }
    #expect(peer.streams.count == 100)
    #expect(peer.goAways == [1])
  }

  @Test("payload over the window resets the stream, and no more of it is taken")
  func windows() {
    let peer = ServerPeer()
    peer.consumes = false
    peer.feed(Self.hello)
    peer.feed(Frames.headers(stream: 1, flags: 4))
    let chunk = [UInt8](repeating: 0, count: 16_384)
    for _ in 0..<4 { peer.feed(Frames.data(stream: 1, chunk)) }
    #expect(peer.payload[0] == 65_536)
    peer.output = []
    // One byte over the stream's window.
    peer.feed(Frames.data(stream: 1, [0]))
    let frames = Frames.parse(peer.output)
    let wasReset = frames.contains { $0.type == 3 && $0.payload == Frames.bytes(3) }
    #expect(wasReset)
    let received = peer.payload[0] ?? 0
    for _ in 0..<4 { peer.feed(Frames.data(stream: 1, chunk)) }
    #expect(peer.payload[0] == received)
  }
}
