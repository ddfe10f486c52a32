/// A JSON value. Members keep their order; of two with one name the reader refuses.
public indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number, as it was written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Equatable, Sendable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number("\(value)") }

  /// The member of an object; `nil` if there is none or this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// What kind of value it is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// One line, without a line break at its end.
  public var text: String {
    var result = ""
    write(to: &result, indent: nil)
    return result
  }

  /// Indented by two spaces, without a line break at its end.
  public var indented: String {
    var result = ""
    write(to: &result, indent: 0)
    return result
  }

  private func write(to result: inout String, indent: Int?) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .number(let digits): result += digits
    case .string(let text): Self.write(text, to: &result)
    case .array(let values):
      Self.write(values, "[", "]", to: &result, indent: indent) { value, result, deeper in
        value.write(to: &result, indent: deeper)
      }
    case .object(let members):
      Self.write(members, "{", "}", to: &result, indent: indent) { member, result, deeper in
        Self.write(member.name, to: &result)
        result += deeper == nil ? ":" : ": "
        member.value.write(to: &result, indent: deeper)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], _ open: String, _ close: String, to result: inout String, indent: Int?,
    _ writeItem: (Item, inout String, Int?) -> Void
  ) {
    result += open
    let deeper = indent.map { $0 + 2 }
    for (index, item) in items.enumerated() {
      if index > 0 { result += "," }
      if let deeper { result += "\n" + String(repeating: " ", count: deeper) }
      writeItem(item, &result, deeper)
    }
    if let indent, !items.isEmpty { result += "\n" + String(repeating: " ", count: indent) }
    result += close
  }

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
        // Control characters and line separators: a terminal and a line-based reader see none.
        guard
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        else {
          result.unicodeScalars.append(scalar)
          continue
        }
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    result += "\""
  }
}
