/// A serialised protobuf message, as much of it as the test service needs.
struct WireMessage {
  struct Malformed: Error {}

  private var numbers: [UInt64: UInt64] = [:]
  private var contents: [UInt64: [[UInt8]]] = [:]

  init(_ bytes: [UInt8]) throws(Malformed) {
    var position = 0
    while position < bytes.count {
      let tag = try Self.varint(bytes, &position)
      switch tag & 7 {
      case 0: numbers[tag >> 3] = try Self.varint(bytes, &position)
      case 1: position += 8
      case 2:
        let length = try Self.varint(bytes, &position)
        guard length <= UInt64(bytes.count - position) else { throw Malformed() }
        contents[tag >> 3, default: []].append(Array(bytes[position..<position + Int(length)]))
        position += Int(length)
      case 5: position += 4
      default: throw Malformed()
      }
      guard position <= bytes.count else { throw Malformed() }
    }
  }

  private static func varint(_ bytes: [UInt8], _ position: inout Int) throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }

  /// An `int32` or `bool`; 0 when absent.
  func int(_ field: UInt64) -> Int {
    Int(Int32(truncatingIfNeeded: numbers[field] ?? 0))
  }

  /// The last of a `bytes` or `string` field; empty when absent.
  func bytes(_ field: UInt64) -> [UInt8] { contents[field]?.last ?? [] }

  /// A message inside this one, or `nil` when absent.
  func message(_ field: UInt64) throws(Malformed) -> WireMessage? {
    guard let content = contents[field]?.last else { return nil }
    return try WireMessage(content)
  }

  func messages(_ field: UInt64) throws(Malformed) -> [WireMessage] {
    var messages: [WireMessage] = []
    for content in contents[field] ?? [] { messages.append(try WireMessage(content)) }
    return messages
  }

  /// A field of number and content, for answers.
  static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(content.count)) + content
  }

  static func field(_ number: UInt8, _ value: Int) -> [UInt8] {
    value == 0 ? [] : [number << 3] + varint(UInt64(bitPattern: Int64(value)))
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }
}
