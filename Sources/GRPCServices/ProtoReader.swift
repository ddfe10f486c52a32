/// Reads the fields of one serialised protobuf message; bounded by it, whatever the bytes say.
struct ProtoReader {
  struct Malformed: Error {}

  enum Value {
    case varint(UInt64)
    /// Length-delimited content: a range of the message's bytes.
    case bytes(Range<Int>)
    /// Fixed-width numbers, which the messages read here do not have.
    case fixed(Void)
  }

  let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, bytes.indices)
  }

  /// Reads a message inside another one.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or `nil` at the end.
  mutating func next() throws(Malformed) -> (number: UInt64, value: Value)? {
    guard position < end else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number > 0 else { throw Malformed() }
    switch tag & 7 {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .fixed(try skip(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else { throw Malformed() }
      let start = position
      position += Int(length)
      return (number, .bytes(start..<position))
    case 5: return (number, .fixed(try skip(4)))
    default: throw Malformed()
    }
  }

  /// A field's text. Invalid UTF-8 is malformed (proto3 `string`).
  func text(_ range: Range<Int>) throws(Malformed) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw Malformed() }
    return text
  }

  private mutating func skip(_ count: Int) throws(Malformed) {
    guard end - position >= count else { throw Malformed() }
    position += count
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Malformed()
  }
}
