import RolloutCore

/// Rows of one table as a JSON array of objects, which PostgreSQL reads as rows of that table.
///
/// Texts go in as they are: whatever they hold ends inside a JSON string, and the whole array is
/// one parameter. Columns that are not named are null.
struct RowText {
  private(set) var bytes: [UInt8] = [UInt8(ascii: "[")]
  private(set) var count = 0
  private var needsComma = false

  /// The array so far, closed.
  var text: String { String(decoding: bytes + [UInt8(ascii: "]")], as: UTF8.self) }

  mutating func row(_ columns: (inout RowText) -> Void) {
    if count > 0 { bytes.append(UInt8(ascii: ",")) }
    count += 1
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    columns(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  // MARK: Columns

  /// An empty text is no text.
  mutating func text(_ column: StaticString, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    name(column)
    quote(value)
  }

  mutating func number(_ column: StaticString, _ value: UInt32?) {
    number(column, value.map(Int64.init))
  }

  mutating func number(_ column: StaticString, _ value: LogPosition?) {
    number(column, value.map { Int64(clamping: $0.index) })
  }

  mutating func number(_ column: StaticString, _ value: Int64?) {
    guard let value else { return }
    name(column)
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func flag(_ column: StaticString, _ value: Bool?) {
    guard let value else { return }
    name(column)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func moment(_ column: StaticString, _ value: Timestamp?) {
    guard let value else { return }
    name(column)
    quote(Self.text(of: value))
  }

  mutating func seconds(_ column: StaticString, _ value: Interval?) {
    guard let value else { return }
    name(column)
    bytes.append(contentsOf: String(Double(value.microseconds) / 1_000_000).utf8)
  }

  mutating func texts(_ column: StaticString, _ values: [String]?) {
    guard let values else { return }
    name(column)
    list(values) { $0.quote($1) }
  }

  mutating func numbers(_ column: StaticString, _ values: [UInt32]?) {
    guard let values else { return }
    name(column)
    list(values) { $0.bytes.append(contentsOf: String($1).utf8) }
  }

  /// An object of texts, for a column of JSON.
  mutating func object(_ column: StaticString, _ pairs: [(key: String, value: String)]?) {
    guard let pairs else { return }
    name(column)
    bytes.append(UInt8(ascii: "{"))
    for (index, pair) in pairs.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      quote(pair.key)
      bytes.append(UInt8(ascii: ":"))
      quote(pair.value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// A list of objects, for a column of JSON.
  mutating func objects<Value>(
    _ column: StaticString, _ values: [Value]?, _ columns: (inout RowText, Value) -> Void
  ) {
    guard let values else { return }
    name(column)
    list(values) { text, value in
      text.bytes.append(UInt8(ascii: "{"))
      text.needsComma = false
      columns(&text, value)
      text.bytes.append(UInt8(ascii: "}"))
    }
    needsComma = true
  }

  // MARK: Pieces

  private mutating func name(_ column: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    quote(column.description)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func list<Value>(_ values: [Value], _ write: (inout RowText, Value) -> Void) {
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(&self, value)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func quote(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0:
        // PostgreSQL has no such character; events hold none, this is for whoever builds them.
        bytes.append(contentsOf: "\u{FFFD}".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(Self.hex(byte >> 4))
        bytes.append(Self.hex(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func hex(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }

  /// A moment in UTC with its microseconds; `infinity` for what lies beyond the year 9999, which
  /// stands for never.
  static func text(of moment: Timestamp) -> String {
    let yearOne: Int64 = -62_135_596_800_000_000
    let yearTenThousand: Int64 = 253_402_300_800_000_000
    guard moment.microseconds < yearTenThousand else { return "infinity" }
    guard moment.microseconds >= yearOne else { return "-infinity" }
    var fraction = moment.microseconds % 1_000_000
    if fraction < 0 { fraction += 1_000_000 }
    let digits = String(fraction)
    return moment.utcText.dropLast() + "." + String(repeating: "0", count: 6 - digits.count)
      + digits + "Z"
  }
}
