internal import HTTP2

/// The custom metadata of one call: header fields in order, names in lower case.
///
/// Kept as raw bytes in one block; text is only made when somebody asks for it.
public struct RequestMetadata: Sendable {
  private struct Field: Sendable {
    var start: Int
    var nameBytes: Int
    var valueBytes: Int
  }

  private var bytes: [UInt8] = []
  private var fields: [Field] = []

  public init() {}

  /// Metadata from pairs of name (lower case) and value as it would appear on the wire.
  public init(_ pairs: [(name: String, value: String)]) {
    for (name, value) in pairs { append(Array(name.utf8).span, Array(value.utf8).span) }
  }

  public var count: Int { fields.count }

  /// The first value of a field as text, or `nil` when absent or not UTF-8.
  public func text(_ name: String) -> String? {
    for field in fields where matches(field, name) { return text(of: field) }
    return nil
  }

  /// Every value of a field as text, in order.
  public func texts(_ name: String) -> [String] {
    fields.compactMap { matches($0, name) ? text(of: $0) : nil }
  }

  /// Every value of a `-bin` field, decoded from base64 (padded or not, comma-joined or repeated).
  /// Values that are not base64 are left out.
  public func binary(_ name: String) -> [[UInt8]] {
    var values: [[UInt8]] = []
    for field in fields where matches(field, name) {
      let start = field.start + field.nameBytes
      let value = bytes[start..<start + field.valueBytes]
      for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        if let decoded = Base64.decode(part) { values.append(decoded) }
      }
    }
    return values
  }

  mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    fields.append(Field(start: bytes.count, nameBytes: name.count, valueBytes: value.count))
    bytes.append(copying: name)
    bytes.append(copying: value)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }

  private func text(of field: Field) -> String? {
    let start = field.start + field.nameBytes
    return String(validating: bytes[start..<start + field.valueBytes], as: UTF8.self)
  }

  private func matches(_ field: Field, _ name: String) -> Bool {
    guard name.utf8.count == field.nameBytes else { return false }
    return bytes[field.start..<field.start + field.nameBytes].elementsEqual(name.utf8)
  }
}
