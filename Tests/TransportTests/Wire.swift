/// Frames as bytes (RFC 9113 §4.1), for tests that no honest client could make.
enum Wire {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// Preface, SETTINGS, and the acknowledgement of the server's.
  static let hello = preface + frame(4) + frame(4, flags: 1)

  static func frame(
    _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    Array(number(UInt32(payload.count)).dropFirst()) + [type, flags] + number(stream) + payload
  }

  static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { (shift: UInt32) -> UInt8 in UInt8(truncatingIfNeeded: value >> shift) }
  }

  /// Literal fields without indexing (RFC 7541 §6.2.2).
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { name, value in [0] + text(name) + text(value) }
  }

  private static func text(_ text: String) -> [UInt8] {
    var length: [UInt8] = []
    var rest = text.utf8.count
    if rest < 127 {
      length.append(UInt8(rest))
    } else {
      rest -= 127
      length.append(127)
      while rest >= 128 {
        length.append(UInt8(rest & 127) | 128)
        rest >>= 7
      }
      length.append(UInt8(rest))
    }
    return length + text.utf8
  }

  static func head(_ method: String = "Echo", more: [(String, String)] = []) -> [(String, String)] {
    [
      (":method", "POST"), (":scheme", "http"), (":path", "/test.Test/\(method)"),
      (":authority", "test"), ("content-type", "application/grpc"), ("te", "trailers"),
    ] + more
  }

  /// HEADERS; the end of headers is in the flags, the end of the stream is not.
  static func headers(
    _ stream: UInt32 = 1, _ fields: [(String, String)] = head(), flags: UInt8 = 4
  ) -> [UInt8] {
    frame(1, flags: flags, stream: stream, block(fields))
  }

  static func data(_ stream: UInt32, _ payload: [UInt8], ends: Bool = true) -> [UInt8] {
    frame(0, flags: ends ? 1 : 0, stream: stream, payload)
  }

  /// A gRPC message of some bytes.
  static func message(_ count: Int) -> [UInt8] {
    [0] + number(UInt32(count)) + [UInt8](repeating: 0, count: count)
  }

  /// A whole call with an empty message.
  static func call(_ stream: UInt32, _ method: String = "Echo") -> [UInt8] {
    headers(stream, head(method)) + data(stream, message(0))
  }

  static func reset(_ stream: UInt32) -> [UInt8] { frame(3, stream: stream, number(8)) }

  static func window(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(8, stream: stream, number(increment))
  }

  static func settings(_ entries: [(UInt8, UInt32)]) -> [UInt8] {
    frame(4, entries.flatMap { [0, $0.0] + number($0.1) })
  }

  static func repeated(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
    (0..<count).flatMap { _ in bytes }
  }
}
