internal import Proofs

/// Writes one line of JSON without a space, members in a fixed order.
struct LineWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func begin(_ name: StaticString? = nil) {
    put(name)
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func beginList(_ name: StaticString) {
    put(name)
    bytes.append(UInt8(ascii: "["))
    needsComma = false
  }

  mutating func endList() {
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  mutating func number(_ name: StaticString, _ value: some BinaryInteger) {
    put(name)
    bytes.append(contentsOf: "\(value)".utf8)
    needsComma = true
  }

  mutating func flag(_ name: StaticString, _ value: Bool) {
    put(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
    needsComma = true
  }

  /// Bytes in base 64; none are an empty text.
  mutating func data(_ name: StaticString?, _ value: [UInt8]?) {
    put(name)
    bytes.append(UInt8(ascii: "\""))
    Base64.append(value ?? [], to: &bytes)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  mutating func text(_ name: StaticString, _ value: String) {
    put(name)
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: Self.lineFeed)
      case 0..<0x20, 0x7F:
        bytes.append(contentsOf: Self.escape)
        bytes.append(Self.digits[Int(byte >> 4)])
        bytes.append(Self.digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  private mutating func put(_ name: StaticString?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    guard let name else { return }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.description.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  static let lineFeed = Array("\\n".utf8)
  static let escape = Array("\\u00".utf8)
  static let digits = Array("0123456789abcdef".utf8)
}

/// Reads a line that ``LineWriter`` wrote, and nothing else: what a JSON reader would take for the
/// same value in another spelling is refused, so that no byte of evidence can be another one.
struct LineReader {
  private let bytes: ArraySlice<UInt8>
  private var index: Int
  private var needsComma = false

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    index = bytes.startIndex
  }

  mutating func begin(_ name: StaticString? = nil) throws(ArchiveError) {
    try expect(name)
    try expect(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Which of some names comes next.
  mutating func beginOne(of names: [String]) throws(ArchiveError) -> String {
    try expect(UInt8(ascii: "\""))
    let rest = bytes[index...].prefix(32)
    guard let close = rest.firstIndex(of: UInt8(ascii: "\"")) else { throw unreadable }
    let name = String(decoding: bytes[index..<close], as: UTF8.self)
    guard names.contains(name) else {
      throw ArchiveError("it is none of \(names.joined(separator: ", "))")
    }
    index = close + 1
    try expect(UInt8(ascii: ":"))
    try expect(UInt8(ascii: "{"))
    return name
  }

  mutating func end() throws(ArchiveError) {
    try expect(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Nothing may follow.
  func finish() throws(ArchiveError) {
    guard index == bytes.endIndex else { throw ArchiveError("something follows the object") }
  }

  /// Elements until the list ends.
  mutating func list<Element>(
    _ name: StaticString, max: Int,
    _ element: (inout LineReader) throws(ArchiveError) -> Element
  ) throws(ArchiveError) -> [Element] {
    try expect(name)
    try expect(UInt8(ascii: "["))
    needsComma = false
    var elements: [Element] = []
    while index < bytes.endIndex, bytes[index] != UInt8(ascii: "]") {
      guard elements.count < max else {
        throw ArchiveError("\(name) has more than \(max) elements")
      }
      elements.append(try element(&self))
    }
    try expect(UInt8(ascii: "]"))
    needsComma = true
    return elements
  }

  mutating func number<Number: FixedWidthInteger>(
    _ name: StaticString, as type: Number.Type = Number.self
  ) throws(ArchiveError) -> Number {
    try expect(name)
    let digits = bytes[index...].prefix(21).prefix {
      (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
    }
    let text = String(decoding: digits, as: UTF8.self)
    guard let value = Number(text), "\(value)" == text else {
      throw ArchiveError("\(name) must be a whole number from \(Number.min) to \(Number.max)")
    }
    index = digits.endIndex
    needsComma = true
    return value
  }

  mutating func flag(_ name: StaticString) throws(ArchiveError) -> Bool {
    try expect(name)
    needsComma = true
    for (text, value) in [(Self.yes, true), (Self.no, false)]
    where bytes[index...].starts(with: text) {
      index += text.count
      return value
    }
    throw ArchiveError("\(name) must be true or false")
  }

  /// - Parameter sizes: in bytes.
  mutating func data(
    _ name: StaticString?, _ sizes: ClosedRange<Int>
  ) throws(ArchiveError) -> [UInt8] {
    try expect(name)
    try expect(UInt8(ascii: "\""))
    guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "\"")),
      let data = Base64.decode(bytes[index..<close])
    else { throw ArchiveError("\(name?.description ?? "an element") must be base 64 with padding") }
    guard sizes.contains(data.count) else {
      throw ArchiveError(
        "\(name?.description ?? "an element") must be \(sizes.lowerBound) to \(sizes.upperBound) "
          + "bytes")
    }
    index = close + 1
    needsComma = true
    return data
  }

  /// Bytes of one size, or none.
  mutating func optionalData(
    _ name: StaticString, _ size: Int
  ) throws(ArchiveError) -> [UInt8]? {
    let data = try data(name, 0...size)
    guard data.isEmpty || data.count == size else {
      throw ArchiveError("\(name) must be \(size) bytes or none")
    }
    return data.isEmpty ? nil : data
  }

  mutating func hash(_ name: StaticString?) throws(ArchiveError) -> MerkleHash {
    guard let hash = MerkleHash(try data(name, 32...32)) else { throw unreadable }
    return hash
  }

  mutating func text(_ name: StaticString, max: Int) throws(ArchiveError) -> String {
    try expect(name)
    try expect(UInt8(ascii: "\""))
    var text: [UInt8] = []
    while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\"") {
      text.append(try character())
      guard text.count <= max else { throw ArchiveError("\(name) must be at most \(max) bytes") }
    }
    try expect(UInt8(ascii: "\""))
    needsComma = true
    guard let value = String(validating: text, as: UTF8.self) else {
      throw ArchiveError("\(name) must be UTF-8")
    }
    return value
  }

  private mutating func character() throws(ArchiveError) -> UInt8 {
    let byte = bytes[index]
    index += 1
    guard byte == UInt8(ascii: "\\") else {
      guard byte >= 0x20, byte != 0x7F else { throw unreadable }
      return byte
    }
    guard index < bytes.endIndex else { throw unreadable }
    let escaped = bytes[index]
    index += 1
    switch escaped {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return escaped
    case UInt8(ascii: "n"): return UInt8(ascii: "\n")
    case UInt8(ascii: "u"):
      let code = bytes[index...].prefix(4)
      guard code.starts(with: LineWriter.escape.dropFirst(2)),
        let high = code.dropFirst(2).first.flatMap({ LineWriter.digits.firstIndex(of: $0) }),
        let low = code.dropFirst(3).first.flatMap({ LineWriter.digits.firstIndex(of: $0) })
      else { throw unreadable }
      let byte = UInt8(high * 16 + low)
      guard byte < 0x20 && byte != 0x0A || byte == 0x7F else { throw unreadable }
      index += 4
      return byte
    default: throw unreadable
    }
  }

  private mutating func expect(_ name: StaticString?) throws(ArchiveError) {
    if needsComma { try expect(UInt8(ascii: ",")) }
    guard let name else { return }
    let text = "\"\(name)\":".utf8
    guard bytes[index...].starts(with: text) else {
      throw ArchiveError("\(name) is missing or stands elsewhere")
    }
    index += text.count
  }

  private mutating func expect(_ byte: UInt8) throws(ArchiveError) {
    guard index < bytes.endIndex, bytes[index] == byte else { throw unreadable }
    index += 1
  }

  private var unreadable: ArchiveError { ArchiveError("it is not as it was written") }

  private static let yes = Array("true".utf8)
  private static let no = Array("false".utf8)
}

/// Why a line is not one of an archive, as a clause about it.
public struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}
