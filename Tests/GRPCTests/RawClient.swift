import HTTP2

/// An HTTP/2 client that sends whatever a test wants, right or wrong, and writes down the answers.
final class RawClient: HTTP2SessionDelegate {
  struct Exchange {
    var stream: Int32 = 0
    var body: [UInt8] = []
    var endsStream = true
    var headers: [(String, String)] = []
    var reply: [UInt8] = []
    var isComplete = false
    var closeCode: HTTP2ErrorCode?

    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
  }

  let session: HTTP2Session
  var exchanges: [Exchange] = []
  var goAways = 0
  /// Reads no payload: gives nothing back to the windows.
  var holdsWindow = false
  var held: [(stream: Int32, bytes: Int)] = []

  init(at now: MonotonicTime, limits: HTTP2Limits = HTTP2Limits()) {
    session = HTTP2Session(role: .client, limits: limits, at: now)
  }

  /// Starts a request and returns its index in `exchanges`.
  func request(
    _ headers: [(String, String)], body: [UInt8], endsStream: Bool = true, at now: MonotonicTime
  ) -> Int {
    let slot = exchanges.count
    var exchange = Exchange()
    exchange.body = body
    exchange.endsStream = endsStream
    exchange.stream =
      session.submitRequest(
        slot: slot, headers: headers.map { HeaderField($0.0, $0.1) }, hasBody: true, at: now) ?? 0
    exchanges.append(exchange)
    return slot
  }

  func append(_ bytes: [UInt8], to slot: Int, endsStream: Bool) {
    exchanges[slot].body += bytes
    exchanges[slot].endsStream = endsStream
    session.resume(exchanges[slot].stream)
  }

  func releaseWindow() {
    holdsWindow = false
    for item in held { session.consume(item.stream, bytes: item.bytes) }
    held = []
  }

  /// Reads so many bytes of each stream that holds some.
  func releaseBytes(_ count: Int) {
    var seen: Set<Int32> = []
    for index in held.indices where held[index].bytes > 0 {
      guard seen.insert(held[index].stream).inserted else { continue }
      let bytes = min(count, held[index].bytes)
      held[index].bytes -= bytes
      session.consume(held[index].stream, bytes: bytes)
    }
  }

  func streamOpened(_ stream: Int32) -> Int? { nil }

  func headers(_ slot: Int, _ block: HeaderBlock, isTrailers: Bool, overLimit: Bool) {
    block.visit { name, value in
      let name = String(decoding: [UInt8](copying: name), as: UTF8.self)
      let value = String(decoding: [UInt8](copying: value), as: UTF8.self)
      exchanges[slot].headers.append((name, value))
    }
  }

  func data(_ slot: Int, _ bytes: Span<UInt8>) {
    exchanges[slot].reply.append(copying: bytes)
    if holdsWindow {
      held.append((exchanges[slot].stream, bytes.count))
    } else {
      session.consume(exchanges[slot].stream, bytes: bytes.count)
    }
  }

  func inboundEnded(_ slot: Int) { exchanges[slot].isComplete = true }

  func streamClosed(_ slot: Int, _ code: HTTP2ErrorCode) { exchanges[slot].closeCode = code }

  func produce(_ slot: Int, into writer: inout OutputWriter) -> ProduceStep {
    let written = writer.write(exchanges[slot].body, from: 0)
    exchanges[slot].body.removeFirst(written)
    guard exchanges[slot].body.isEmpty else { return .more }
    return exchanges[slot].endsStream ? .end : .later
  }

  func goAwayReceived(_ code: HTTP2ErrorCode, debug: Span<UInt8>) { goAways += 1 }
}
