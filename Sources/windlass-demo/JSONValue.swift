import Foundation

/// What `windlass --output json` printed, read by names. What is not there reads as null.
enum JSONValue: Sendable, Equatable, Decodable, CustomStringConvertible {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  struct Unreadable: Error, CustomStringConvertible {
    var description: String
  }

  /// - Throws: ``Unreadable`` with the beginning of what is no JSON.
  init(parsing text: String) throws {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    } catch {
      throw Unreadable(description: "not one JSON object: \(text.prefix(500))")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  subscript(name: String) -> JSONValue {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }

  var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }

  var text: String { if case .string(let text) = self { text } else { "" } }

  /// A number, or a 64-bit number in quotes.
  var int: Int {
    switch self {
    case .number(let value): Int(exactly: value.rounded()) ?? 0
    case .string(let text): Int(text) ?? 0
    case .null, .bool, .array, .object: 0
    }
  }

  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .string(let text): "\"\(text)\""
    case .array(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    case .object(let members):
      "{\(members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    }
  }
}
