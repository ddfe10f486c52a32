/// Numbers and bytes as a snapshot holds them, written.
struct SnapshotWriter {
  private(set) var bytes: [UInt8] = []

  /// Seven bits a byte, lowest first.
  mutating func put(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small numbers of either sign stay short.
  mutating func put(signed value: Int64) {
    put(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  mutating func put(byte: UInt8) { bytes.append(byte) }

  /// Length, then content.
  mutating func put(_ content: some Collection<UInt8>) {
    put(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// Content alone.
  mutating func append(_ content: [UInt8]) { bytes.append(contentsOf: content) }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// The same, read. Whatever the bytes say, it ends in a value or in a ``SnapshotRefused``.
struct SnapshotReader {
  let bytes: [UInt8]
  private(set) var offset: Int
  private(set) var end: Int

  /// - Parameter range: of `bytes`; the part to read.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  mutating func move(to range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    offset = range.lowerBound
    end = range.upperBound
  }

  var left: Int { end - offset }

  mutating func byte() throws(SnapshotRefused) -> UInt8 {
    guard offset < end else { throw .cut }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func number() throws(SnapshotRefused) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || bits <= 1 else { throw .malformed("a number has more than 64 bits") }
      value |= bits << shift
      if byte < 0x80 {
        // One way to write each number, so that equal states have equal bytes.
        guard byte != 0 || shift == 0 else { throw .malformed("a number has an empty end") }
        return value
      }
      shift += 7
      guard shift < 64 else { throw .malformed("a number has more than 64 bits") }
    }
  }

  mutating func signed() throws(SnapshotRefused) -> Int64 {
    let raw = try number()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// How many of something follow; each takes a byte at least.
  mutating func count() throws(SnapshotRefused) -> Int {
    let value = try number()
    guard value <= UInt64(left) else { throw .malformed("\(value) of something in \(left) bytes") }
    return Int(value)
  }

  /// Where a length and so many bytes stand.
  mutating func range() throws(SnapshotRefused) -> Range<Int> {
    let length = try count()
    defer { offset += length }
    return offset..<(offset + length)
  }

  mutating func content() throws(SnapshotRefused) -> ArraySlice<UInt8> { bytes[try range()] }

  mutating func text() throws(SnapshotRefused) -> String {
    guard let text = String(validating: try content(), as: UTF8.self) else {
      throw .malformed("a text is not UTF-8")
    }
    return text
  }
}
