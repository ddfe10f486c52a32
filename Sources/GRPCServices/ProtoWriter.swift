/// Builds one serialised protobuf message.
struct ProtoWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ number: UInt64, _ value: UInt64) {
    append(number << 3)
    append(value)
  }

  mutating func field(_ number: UInt64, _ content: some Collection<UInt8>) {
    append(number << 3 | 2)
    append(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
