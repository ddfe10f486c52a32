import Testing

@testable import HTTP2

@Suite("Walking frames by their heads")
struct FrameScannerTests {
  private static let frames: [[UInt8]] = [
    Frames.settings, Frames.headers(stream: 1), Frames.data(stream: 1, [1, 2, 3]),
    Frames.frame(type: 2, stream: 5, [0x80, 0, 0, 5, 1]), Frames.frame(type: 2, stream: 5, [0, 0]),
    Frames.frame(type: 2, stream: 0x8000_0007, [0, 0, 0, 9, 1]), Frames.ping(),
    Frames.frame(type: 0xEE, flags: 7, stream: 9, [UInt8](repeating: 1, count: 70_000)),
    Frames.data(stream: 3, []),
  ]

  private func scan(_ bytes: [UInt8], every size: Int) -> [FrameScanner.Frame] {
    var scanner = FrameScanner(prefaceBytes: 24)
    var found: [FrameScanner.Frame] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + size)
      let chunk = Array(bytes[start..<end])
      var index = 0
      while var frame = scanner.next(chunk.span, &index) {
        #expect((0...index).contains(frame.start))
        frame.start = 0
        found.append(frame)
      }
      #expect(index == chunk.count)
      start = end
    }
    return found
  }

  @Test(
    "the same frames are found however the bytes come", arguments: [1, 2, 3, 9, 13, 1_000, .max])
  func chunks(size: Int) {
    let bytes = Frames.preface + Self.frames.joined()
    let found = scan(bytes, every: min(size, bytes.count))
    let expected = Frames.parse(Array(Self.frames.joined()))
    #expect(found.map(\.type) == expected.map(\.type))
    #expect(found.map(\.length) == expected.map(\.payload.count))
    #expect(found.map(\.flags) == expected.map(\.flags))
    #expect(found.map(\.stream) == [0, 1, 1, 5, 5, 7, 0, 9, 3])
    // The parent is read where there is one to read, without its exclusive bit.
    #expect(found.map(\.parent) == [0, 0, 0, 5, 0, 9, 0, 0, 0])
  }

  @Test("a frame's place is where its head begins in the bytes at hand")
  func places() {
    var scanner = FrameScanner(prefaceBytes: 0)
    let bytes = Frames.data(stream: 1, [1, 2]) + Frames.ping()
    var index = 0
    #expect(scanner.next(bytes.span, &index)?.start == 0)
    #expect(scanner.next(bytes.span, &index)?.start == 11)
    #expect(scanner.next(bytes.span, &index) == nil)
  }

  @Test("how a stream ended is remembered for the last 128")
  func closedStreams() {
    var streams = ClosedStreams()
    for stream in stride(from: Int32(1), to: 401, by: 2) {
      streams.opened(stream)
      #expect(!streams.mayBeClosed(stream))
      streams.closed(stream, byUs: stream % 4 == 1)
      #expect(streams.mayBeClosed(stream))
    }
    #expect(streams.reason(399) == .byPeer)
    #expect(streams.reason(397) == .byUs)
    #expect(streams.reason(145) == .byUs)
    #expect(streams.reason(143) == .unknown)
    #expect(!streams.mayBeClosed(401))
    #expect(!streams.mayBeClosed(0))
    #expect(!streams.mayBeClosed(2))
    #expect(!streams.mayBeClosed(-3))
  }
}
