/// Writes one state after the other, by the `Codable` conformance that the compiler derives: a
/// stored property cannot be forgotten.
///
/// Properties are written in their order and without their names, so only the same declarations read
/// them back; ``SnapshotVersion`` sees to that. Dictionaries and sets are sorted: equal states have
/// equal bytes.
final class StateEncoder: Encoder, SingleValueEncodingContainer {
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  private(set) var writer = SnapshotWriter()
  /// Every text that was written, in the order of first use.
  private(set) var texts = SnapshotTexts()
  /// While keys are compared, what they are written as must not depend on their order.
  private var comparing = false
  private var collections: [ObjectIdentifier: Bool] = [:]
  /// Hears of every type, property and case that is written, for the digest of the layout.
  private let trace: ((String) -> Void)?

  init(trace: ((String) -> Void)? = nil) { self.trace = trace }

  /// Takes what was written since the last time.
  func takeBytes() -> [UInt8] {
    defer { writer.removeAll() }
    return writer.bytes
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Keyed<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Uncounted() }
  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { writer.put(byte: 0) }
  func encode(_ value: Bool) { writer.put(byte: value ? 1 : 0) }
  func encode(_ value: Double) { writer.put(value.bitPattern) }
  func encode(_ value: Float) { writer.put(UInt64(value.bitPattern)) }
  func encode<T: FixedWidthInteger & SignedInteger & Encodable>(_ value: T) {
    writer.put(signed: Int64(value))
  }
  func encode<T: FixedWidthInteger & UnsignedInteger & Encodable>(_ value: T) {
    writer.put(UInt64(value))
  }

  func encode(_ value: String) {
    if comparing { writer.put(value.utf8) } else { texts.write(value, &writer) }
  }

  func encode<T: Encodable>(_ value: T) throws {
    let id = ObjectIdentifier(T.self)
    let isCollection: Bool
    if let known = collections[id] {
      isCollection = known
    } else {
      isCollection = value is any CountedState
      collections[id] = isCollection
    }
    guard isCollection, let collection = value as? any CountedState else {
      return try value.encode(to: self)
    }
    try collection.encodeCounted(to: self)
  }

  func note(_ text: @autoclosure () -> String) {
    if let trace { trace(text()) }
  }

  fileprivate func count(_ count: Int) { writer.put(UInt64(count)) }

  /// What a key is compared by.
  fileprivate func comparable<T: Encodable>(_ key: T) throws -> [UInt8] {
    let before = (writer, comparing)
    defer { (writer, comparing) = before }
    writer = SnapshotWriter()
    comparing = true
    try encode(key)
    return writer.bytes
  }
}

/// The properties of one value, or the one case of an enumeration with its values.
private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: StateEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { encoder.encodeNil() }
  func encode(_ value: Bool, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode(_ value: String, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode(_ value: Double, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode(_ value: Float, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode<T: FixedWidthInteger & SignedInteger & Encodable>(_ value: T, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode<T: FixedWidthInteger & UnsignedInteger & Encodable>(_ value: T, forKey key: Key) {
    note(key, value)
    encoder.encode(value)
  }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    note(key, value)
    try encoder.encode(value)
  }

  // All of them: the ones that come with the protocol would write nothing for `nil`.
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try put(value, key) }
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws { try put(value, key) }

  private func put<T: Encodable>(_ value: T?, _ key: Key) throws {
    note(key, value)
    guard let value else { return encoder.encodeNil() }
    encoder.encode(true)
    // A number's or a text's own `encode` finds its way to the method meant for it.
    try encoder.encode(value)
  }

  private func note<T>(_ key: Key, _ value: T) {
    encoder.note(
      "\(String(reflecting: Key.self)).\(key.stringValue): \(String(reflecting: T.self))")
    // A value of an enumeration is written by name, so all names are part of the layout.
    encoder.note(
      (T.self as? any CaseIterable.Type).map { "\(T.self): \(Self.names(of: $0))" } ?? "")
  }

  private static func names(of type: any CaseIterable.Type) -> String {
    func joined<T: CaseIterable>(_ type: T.Type) -> String {
      type.allCases.map { "\($0)" }.joined(separator: " ")
    }
    return joined(type)
  }

  /// Only the compiler's code for enumerations asks for it: the key is the case.
  func nestedContainer<Values: CodingKey>(
    keyedBy type: Values.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Values> {
    encoder.note("\(String(reflecting: Key.self)).\(key.stringValue)")
    encoder.encode(key.stringValue)
    return KeyedEncodingContainer<Values>(Keyed<Values>(encoder: encoder))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { Uncounted() }
  func superEncoder() -> any Encoder { encoder }
  func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

/// A list whose length is not known before its end has no form here: no state has one.
private struct Uncounted: UnkeyedEncodingContainer {
  var codingPath: [any CodingKey] { [] }
  var count: Int { 0 }

  private func refuse(_ value: Any) -> EncodingError {
    .invalidValue(
      value, .init(codingPath: [], debugDescription: "lists of this kind are not supported"))
  }

  func encodeNil() throws { throw refuse("nil") }
  func encode<T: Encodable>(_ value: T) throws { throw refuse(value) }
  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    preconditionFailure("lists of this kind are not supported")
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
  func superEncoder() -> any Encoder {
    preconditionFailure("lists of this kind are not supported")
  }
}

/// A list, set or dictionary of any type, written with its length first.
private protocol CountedState {
  func encodeCounted(to encoder: StateEncoder) throws
}

extension Array: CountedState where Element: Encodable {
  fileprivate func encodeCounted(to encoder: StateEncoder) throws {
    encoder.count(count)
    for element in self { try encoder.encode(element) }
  }
}

extension Set: CountedState where Element: Encodable {
  fileprivate func encodeCounted(to encoder: StateEncoder) throws {
    encoder.count(count)
    for element in try encoder.sorted(self) { try encoder.encode(element) }
  }
}

extension Dictionary: CountedState where Key: Encodable, Value: Encodable {
  fileprivate func encodeCounted(to encoder: StateEncoder) throws {
    // Keys and values in turn, as the standard library reads a dictionary.
    encoder.count(count * 2)
    guard count > 0 else { return }
    for key in try encoder.sorted(keys) {
      try encoder.encode(key)
      if let value = self[key] { try encoder.encode(value) }
    }
  }
}

extension StateEncoder {
  fileprivate func sorted<T: Encodable>(_ keys: some Collection<T>) throws -> [T] {
    if keys.count < 2 { return Array(keys) }
    return try keys.map { ($0, try comparable($0)) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }
      .map(\.0)
  }
}
