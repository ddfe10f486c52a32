/// Messages written by hand, legal or not.
enum ProtoBytes {
  struct Field: Sendable {
    var bytes: [UInt8]

    static func number(_ number: UInt64, _ value: UInt64) -> Self {
      Self(bytes: varint(number << 3) + varint(value))
    }

    static func bytes(_ number: UInt64, _ content: [UInt8]) -> Self {
      Self(bytes: varint(number << 3 | 2) + varint(UInt64(content.count)) + content)
    }

    static func text(_ number: UInt64, _ text: String) -> Self { bytes(number, Array(text.utf8)) }

    static func message(_ number: UInt64, _ fields: Field...) -> Self {
      bytes(number, fields.flatMap(\.bytes))
    }
  }

  static func message(_ fields: Field...) -> [UInt8] { fields.flatMap(\.bytes) }

  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }
}
