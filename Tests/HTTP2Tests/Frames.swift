/// Frames as bytes, right or wrong (RFC 9113 §4.1).
enum Frames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  static let settings = frame(type: 4)
  static let settingsAck = frame(type: 4, flags: 1)

  static func frame(
    type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    let length = UInt32(payload.count)
    var frame = Array(bytes(length).dropFirst())
    frame.append(type)
    frame.append(flags)
    frame += bytes(stream)
    frame += payload
    return frame
  }

  static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { (shift: UInt32) -> UInt8 in UInt8(truncatingIfNeeded: number >> shift) }
  }

  /// A header block of literal fields without indexing (RFC 7541 §6.2.2), lengths under 127.
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    var block: [UInt8] = []
    for (name, value) in fields {
      block.append(0)
      block.append(UInt8(name.utf8.count))
      block += name.utf8
      block.append(UInt8(value.utf8.count))
      block += value.utf8
    }
    return block
  }

  static let request: [(String, String)] = [
    (":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "h"),
  ]

  static func headers(
    stream: UInt32, _ fields: [(String, String)] = request, flags: UInt8 = 5
  ) -> [UInt8] {
    frame(type: 1, flags: flags, stream: stream, block(fields))
  }

  static func data(stream: UInt32, _ payload: [UInt8], flags: UInt8 = 0) -> [UInt8] {
    frame(type: 0, flags: flags, stream: stream, payload)
  }

  static func reset(stream: UInt32) -> [UInt8] {
    frame(type: 3, stream: stream, bytes(8))
  }

  static func ping() -> [UInt8] { frame(type: 6, [UInt8](repeating: 0, count: 8)) }

  /// The frames in some bytes: type, flags, stream, payload.
  static func parse(
    _ bytes: [UInt8]
  ) -> [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
    var frames: [(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      var length = 0
      for byte in head[0...2] { length = length * 256 + Int(byte) }
      var stream: UInt32 = 0
      for byte in head[5...8] { stream = stream * 256 + UInt32(byte) }
      rest = rest.dropFirst(9)
      frames.append((head[3], head[4], stream, Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return frames
  }
}
