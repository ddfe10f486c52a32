import HTTP2

/// A server session that answers every request with 200 and writes down what it hears.
final class ServerPeer: HTTP2SessionDelegate {
  private static let ok = StaticHeaders([(":status", "200")])

  let session: HTTP2Session
  var now = MonotonicTime(nanoseconds: 1_000_000_000)
  var answers = true
  /// Payload of every answer; none when empty.
  var body: [UInt8] = []
  private var bodySent: [Int: Int] = [:]
  var consumes = true
  var streams: [Int: Int32] = [:]
  var fields: [Int: [String]] = [:]
  var overLimit: Set<Int> = []
  var payload: [Int: Int] = [:]
  var ended: Set<Int> = []
  var closed: [Int: HTTP2ErrorCode] = [:]
  var output: [UInt8] = []

  init(_ limits: HTTP2Limits = HTTP2Limits()) {
    session = HTTP2Session(role: .server, limits: limits, at: now)
  }

  /// Feeds bytes, then takes everything there is to send. Returns the error, if any.
  @discardableResult
  func feed(_ bytes: [UInt8], chunk: Int = .max) -> HTTP2Error? {
    var failure: HTTP2Error?
    var start = 0
    while start < bytes.count, failure == nil {
      let end = start + min(chunk, bytes.count - start)
      do throws(HTTP2Error) {
        try session.receive(bytes[start..<end].span, at: now, self)
      } catch {
        failure = error
      }
      start = end
    }
    flush()
    return failure
  }

  func flush() {
    do throws(HTTP2Error) {
      while try session.send(self, { output.append(copying: $0) }) {}
    } catch {
      output.append(contentsOf: [])
    }
  }

  /// Codes of the GOAWAY frames sent so far.
  var goAways: [UInt8] {
    Frames.parse(output).filter { $0.type == 7 }.map { $0.payload[7] }
  }

  func streamOpened(_ stream: Int32) -> Int? {
    streams[streams.count] = stream
    return streams.count - 1
  }

  func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool) {
    block.visit { name, _ in
      fields[slot, default: []].append(String(decoding: [UInt8](copying: name), as: UTF8.self))
    }
    if overLimit { self.overLimit.insert(slot) }
  }

  func data(_ slot: Int, _ bytes: Span<UInt8>) {
    payload[slot, default: 0] += bytes.count
    if consumes, let stream = streams[slot] { session.consume(stream, bytes: bytes.count) }
  }

  func inboundEnded(_ slot: Int) {
    ended.insert(slot)
    guard answers, let stream = streams[slot] else { return }
    session.submitResponse(stream, slot: slot, headers: Self.ok, hasBody: !body.isEmpty)
  }

  func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode) { closed[slot] = code }

  func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep {
    let start = bodySent[slot] ?? 0
    let end = start + writer.write(body, from: start)
    bodySent[slot] = end
    return end == body.count ? .end : .more
  }

  func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>) {}
}
