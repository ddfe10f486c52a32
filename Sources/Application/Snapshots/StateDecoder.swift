/// Reads what a ``StateEncoder`` wrote, property by property in the order of their declaration.
///
/// Whatever the bytes say, it ends in a value or in an error.
final class StateDecoder: Decoder, SingleValueDecodingContainer {
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  private var reader: SnapshotReader
  private let texts: [String]

  /// - Parameter texts: of the whole snapshot.
  init(_ reader: SnapshotReader, texts: [String]) {
    self.reader = reader
    self.texts = texts
  }

  /// Reads one value that fills a range of the snapshot.
  func read<T: Decodable>(_ type: T.Type, _ range: Range<Int>) throws -> T {
    reader.move(to: range)
    let value = try T(from: self)
    guard reader.left == 0 else { throw SnapshotRefused.malformed("something follows a state") }
    return value
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    Counted(decoder: self, length: try reader.count())
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { false }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch try reader.byte() {
    case 0: return false
    case 1: return true
    case let byte: throw SnapshotRefused.malformed("\(byte) is neither true nor false")
    }
  }

  func decode(_ type: String.Type) throws -> String {
    let place = try reader.number()
    guard place > 0 else { return try reader.text() }
    guard place <= UInt64(texts.count) else {
      throw SnapshotRefused.malformed("there is no text \(place)")
    }
    return texts[Int(place) - 1]
  }

  func decode(_ type: Double.Type) throws -> Double { Double(bitPattern: try reader.number()) }

  func decode(_ type: Float.Type) throws -> Float {
    Float(bitPattern: try decode(UInt32.self))
  }

  func decode<T: FixedWidthInteger & SignedInteger & Decodable>(_ type: T.Type) throws -> T {
    guard let value = T(exactly: try reader.signed()) else {
      throw SnapshotRefused.malformed("a number is out of range")
    }
    return value
  }

  func decode<T: FixedWidthInteger & UnsignedInteger & Decodable>(_ type: T.Type) throws -> T {
    guard let value = T(exactly: try reader.number()) else {
      throw SnapshotRefused.malformed("a number is out of range")
    }
    return value
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }

  /// The name of an enumeration's case; `nil` when there is none.
  fileprivate func caseName() -> String? {
    do { return try decode(String.self) } catch { return nil }
  }
}

/// The properties of one value, or the one case of an enumeration with its values.
private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: StateDecoder
  var codingPath: [any CodingKey] { [] }

  /// Only the compiler's code for enumerations asks for it, and the key is the case.
  ///
  /// What cannot be read is no case.
  var allKeys: [Key] { decoder.caseName().flatMap { Key(stringValue: $0) }.map { [$0] } ?? [] }

  func contains(_ key: Key) -> Bool { true }
  func decodeNil(forKey key: Key) throws -> Bool { try !decoder.decode(Bool.self) }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder.decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder.decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder.decode(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try decoder.decode(type) }
  func decode<T: FixedWidthInteger & SignedInteger & Decodable>(
    _ type: T.Type, forKey key: Key
  ) throws -> T { try decoder.decode(type) }
  func decode<T: FixedWidthInteger & UnsignedInteger & Decodable>(
    _ type: T.Type, forKey key: Key
  ) throws -> T { try decoder.decode(type) }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try T(from: decoder)
  }

  func nestedContainer<Values: CodingKey>(
    keyedBy type: Values.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Values> {
    KeyedDecodingContainer<Values>(Keyed<Values>(decoder: decoder))
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder.unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { decoder }
}

/// A list, a set, or a dictionary as keys and values in turn.
private struct Counted: UnkeyedDecodingContainer {
  let decoder: StateDecoder
  let length: Int
  var codingPath: [any CodingKey] { [] }
  var count: Int? { length }
  var isAtEnd: Bool { currentIndex >= length }
  private(set) var currentIndex = 0

  init(decoder: StateDecoder, length: Int) {
    self.decoder = decoder
    self.length = length
  }

  private mutating func step() throws {
    guard currentIndex < length else { throw SnapshotRefused.cut }
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool { false }
  mutating func decode(_ type: Bool.Type) throws -> Bool {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode(_ type: String.Type) throws -> String {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode(_ type: Double.Type) throws -> Double {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode(_ type: Float.Type) throws -> Float {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode<T: FixedWidthInteger & SignedInteger & Decodable>(
    _ type: T.Type
  ) throws -> T {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode<T: FixedWidthInteger & UnsignedInteger & Decodable>(
    _ type: T.Type
  ) throws -> T {
    try step()
    return try decoder.decode(type)
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try step()
    return try T(from: decoder)
  }

  mutating func nestedContainer<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    try step()
    return try decoder.container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try step()
    return try decoder.unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    try step()
    return decoder
  }
}
