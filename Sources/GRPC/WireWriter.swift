/// Writes the few protobuf messages this module speaks itself.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ field: UInt64, _ value: UInt64) {
    raw(field << 3)
    raw(value)
  }

  mutating func bytes(_ field: UInt64, _ content: [UInt8]) {
    raw(field << 3 | 2)
    raw(UInt64(content.count))
    bytes += content
  }

  private mutating func raw(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
