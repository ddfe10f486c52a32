/// Reads the few protobuf messages this module speaks itself, field by field.
struct WireReader {
  struct Malformed: Error {}

  enum Value {
    case varint(UInt64)
    case content([UInt8])

    func number() throws(Malformed) -> UInt64 {
      guard case .varint(let value) = self else { throw Malformed() }
      return value
    }

    func bytes() throws(Malformed) -> [UInt8] {
      guard case .content(let content) = self else { throw Malformed() }
      return content
    }

    func text() throws(Malformed) -> String {
      guard let text = String(validating: try bytes(), as: UTF8.self) else { throw Malformed() }
      return text
    }
  }

  private let source: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { source = bytes }

  /// The next field, or `nil` at the end. Fields of fixed size are passed over.
  mutating func next() throws(Malformed) -> (number: UInt64, value: Value)? {
    while index < source.count {
      let key = try varint()
      guard key >> 3 > 0 else { throw Malformed() }
      switch key & 7 {
      case 0: return (key >> 3, .varint(try varint()))
      case 1: _ = try take(8)
      case 2:
        guard let length = Int(exactly: try varint()) else { throw Malformed() }
        return (key >> 3, .content(Array(try take(length))))
      case 5: _ = try take(4)
      default: throw Malformed()
      }
    }
    return nil
  }

  private mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= source.count - index else { throw Malformed() }
    defer { index += count }
    return source[index..<index + count]
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard index < source.count else { throw Malformed() }
      let byte = source[index]
      index += 1
      guard shift < 63 || byte <= 1 else { throw Malformed() }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed()
  }
}
