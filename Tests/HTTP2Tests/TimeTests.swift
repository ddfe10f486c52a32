import HTTP2
import Testing

@Suite("Time limits of a connection")
struct TimeTests {
  static let hello = Frames.preface + Frames.settings
  static let ready = hello + Frames.settingsAck

  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var seconds: Int
    var reason: String
    var testDescription: String { name }
  }

  @Test(
    "what takes too long ends the connection, and not a moment before",
    arguments: [
      Row(name: "silence after connecting", bytes: [], seconds: 10, reason: "prefaceTimeout"),
      Row(
        name: "a preface without SETTINGS", bytes: Frames.preface, seconds: 10,
        reason: "prefaceTimeout"),
      Row(
        name: "SETTINGS never acknowledged", bytes: hello, seconds: 10,
        reason: "settingsTimeout"),
      Row(
        name: "a header block never finished",
        bytes: ready + Frames.headers(stream: 1, flags: 1), seconds: 10, reason: "headerTimeout"),
    ])
  func timeouts(row: Row) {
    let peer = ServerPeer()
    peer.feed(row.bytes)
    peer.now = peer.now.advanced(by: .milliseconds(row.seconds * 1_000 - 1))
    #expect(peer.session.timePassed(peer.now) == nil)
    peer.now = peer.now.advanced(by: .milliseconds(1))
    #expect(peer.session.nextTimer <= peer.now)
    #expect(peer.session.timePassed(peer.now) == row.reason)
  }

  @Test("an idle connection is drained, one with a stream is not")
  func idle() {
    let idle = ServerPeer()
    idle.feed(Self.ready)
    let busy = ServerPeer()
    busy.answers = false
    busy.feed(Self.ready + Frames.headers(stream: 1))
    for peer in [idle, busy] {
      peer.now = peer.now.advanced(by: .seconds(600))
      peer.feed(Frames.frame(type: 0xEE))
      #expect(peer.session.timePassed(peer.now) == nil)
      peer.flush()
    }
    #expect(idle.session.isDraining)
    #expect(!busy.session.isDraining)
    #expect(idle.goAways == [0])
  }

  @Test("age is spread by its jitter, and then the connection is drained")
  func age() {
    let now = MonotonicTime(nanoseconds: 0)
    for (spread, seconds) in [(0.0, 1_620), (0.5, 1_800), (1.0, 1_980)] {
      var limits = HTTP2Limits()
      limits.idleTimeout = .seconds(1_000_000)
      limits.prefaceTimeout = .seconds(1_000_000)
      limits.settingsTimeout = .seconds(1_000_000)
      let session = HTTP2Session(role: .server, limits: limits, at: now, ageSpread: spread)
      #expect(session.timePassed(now.advanced(by: .seconds(seconds - 1))) == nil)
      #expect(!session.isDraining)
      #expect(session.timePassed(now.advanced(by: .seconds(seconds + 1))) == nil)
      #expect(session.isDraining)
    }
  }

  @Test("silence with a stream open is asked about, and no answer ends the connection")
  func keepalive() {
    let peer = ServerPeer()
    peer.answers = false
    peer.feed(Self.ready + Frames.headers(stream: 1))
    for _ in 0..<3 {
      peer.output = []
      peer.now = peer.now.advanced(by: .seconds(30))
      #expect(peer.session.timePassed(peer.now) == nil)
      peer.flush()
      let pings = Frames.parse(peer.output).filter { $0.type == 6 }
      #expect(pings.count == 1)
      peer.feed(Frames.frame(type: 6, flags: 1, pings.first?.payload ?? []))
    }
    peer.now = peer.now.advanced(by: .seconds(30))
    #expect(peer.session.timePassed(peer.now) == nil)
    peer.flush()
    peer.now = peer.now.advanced(by: .seconds(10))
    #expect(peer.session.timePassed(peer.now) == "keepaliveTimeout")
  }

  @Test("output that nobody takes ends the connection")
  func stall() {
    let peer = ServerPeer()
    peer.feed(Self.ready)
    peer.session.outputStalled(true, at: peer.now)
    peer.now = peer.now.advanced(by: .seconds(20))
    peer.session.outputStalled(true, at: peer.now)
    #expect(peer.session.timePassed(peer.now) == nil)
    peer.session.outputStalled(false, at: peer.now)
    peer.now = peer.now.advanced(by: .seconds(20))
    #expect(peer.session.timePassed(peer.now) == nil)
    peer.session.outputStalled(true, at: peer.now)
    peer.now = peer.now.advanced(by: .seconds(30))
    #expect(peer.session.timePassed(peer.now) == "outputStallTimeout")
  }

  @Test("a drain is a notice, a final GOAWAY and the end of open streams")
  func drain() {
    let peer = ServerPeer()
    peer.answers = false
    peer.feed(Self.ready + Frames.headers(stream: 1))
    peer.session.drain(grace: .seconds(30), at: peer.now)
    peer.flush()
    let notice = Frames.parse(peer.output).last { $0.type == 7 }
    #expect(notice?.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
    // A stream that crossed the notice is still served.
    peer.feed(Frames.headers(stream: 3))
    #expect(peer.streams.count == 2)
    peer.now = peer.now.advanced(by: .seconds(1))
    #expect(peer.session.timePassed(peer.now) == nil)
    peer.flush()
    let final = Frames.parse(peer.output).last { $0.type == 7 }
    #expect(final?.payload.prefix(4) == [0, 0, 0, 3])
    // One behind the final GOAWAY is not.
    peer.feed(Frames.headers(stream: 5))
    #expect(peer.streams.count == 2)
    #expect(!peer.session.isFinished)
    peer.feed(Frames.reset(stream: 1) + Frames.reset(stream: 3))
    #expect(peer.session.isFinished)
  }

  @Test("times stop at the ends of the clock instead of wrapping")
  func clock() {
    let late = MonotonicTime(nanoseconds: .max - 1)
    #expect(late.advanced(by: .seconds(Int64.max)) == .distantFuture)
    #expect(late.advanced(byNanoseconds: 5) == .distantFuture)
    let early = MonotonicTime(nanoseconds: .min)
    #expect(late.nanosecondsSince(early) == .max)
    #expect(early.nanosecondsSince(late) == .min)
    #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).clampedNanoseconds == .min)
  }
}
