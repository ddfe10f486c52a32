/// A JSON value whose members keep their order, and its text.
indirect enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Int64)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One name and its value.
  struct Member: Equatable, Sendable {
    var name: String
    var value: JSON
  }

  /// An object without the members whose value is absent.
  static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
  }

  /// A 64-bit number as proto3 JSON has it: in quotes, since not every reader holds 64 bits.
  static func long(_ value: UInt64) -> JSON { .string("\(value)") }
  static func long(_ value: Int64) -> JSON { .string("\(value)") }

  static func number(_ value: UInt32) -> JSON { .number(Int64(value)) }
  static func number(_ value: Int) -> JSON { .number(Int64(value)) }

  /// One line without a line break at its end.
  var compact: String { text(pretty: false) }

  /// Indented by two spaces, without a line break at its end.
  var pretty: String { text(pretty: true) }

  private func text(pretty: Bool) -> String {
    var result = ""
    write(to: &result, indent: pretty ? 0 : nil)
    return result
  }

  private func write(to result: inout String, indent: Int?) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .number(let value): result += "\(value)"
    case .string(let value): Self.write(value, to: &result)
    case .array(let values):
      Self.write(values, brackets: ("[", "]"), to: &result, indent: indent) {
        value, result, deeper in
        value.write(to: &result, indent: deeper)
      }
    case .object(let members):
      Self.write(members, brackets: ("{", "}"), to: &result, indent: indent) {
        member, result, deeper in
        Self.write(member.name, to: &result)
        result += deeper == nil ? ":" : ": "
        member.value.write(to: &result, indent: deeper)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], brackets: (String, String), to result: inout String, indent: Int?,
    _ writeItem: (Item, inout String, Int?) -> Void
  ) {
    result += brackets.0
    let deeper = indent.map { $0 + 2 }
    for (index, item) in items.enumerated() {
      if index > 0 { result += "," }
      if let deeper { result += "\n" + String(repeating: " ", count: deeper) }
      writeItem(item, &result, deeper)
    }
    if let indent, !items.isEmpty { result += "\n" + String(repeating: " ", count: indent) }
    result += brackets.1
  }

  /// Escapes more than JSON asks for, so that a terminal shows the text instead of obeying it.
  private static func write(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        guard SafeText.isUnsafe(scalar) else {
          result.unicodeScalars.append(scalar)
          continue
        }
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    result += "\""
  }
}
