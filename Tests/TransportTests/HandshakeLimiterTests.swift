import Testing

@testable import Transport

@Suite("Handshakes at once")
struct HandshakeLimiterTests {
  @Test("they are limited in all and by source, and an end makes room again")
  func limits() {
    let limiter = HandshakeLimiter(max: 4, perSourceMax: 2)
    #expect(limiter.begin("a"))
    #expect(limiter.begin("a"))
    #expect(!limiter.begin("a"))
    #expect(limiter.begin("b"))
    #expect(limiter.begin(nil))
    #expect(!limiter.begin("c"))
    #expect(!limiter.begin(nil))
    #expect(limiter.underWay == 4)
    limiter.end("a")
    #expect(limiter.begin("a"))
    limiter.end("a")
    limiter.end("a")
    limiter.end("b")
    limiter.end(nil)
    #expect(limiter.underWay == 0)
  }

  @Test("a source without a limit of its own counts in all only")
  func unlimitedSource() {
    let limiter = HandshakeLimiter(max: 3, perSourceMax: 1)
    #expect(limiter.begin(nil) && limiter.begin(nil) && limiter.begin(nil))
    #expect(!limiter.begin(nil))
  }
}
