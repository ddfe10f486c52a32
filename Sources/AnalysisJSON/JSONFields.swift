import Analysis

/// Reads the members of one JSON object, and remembers which were not asked for.
struct JSONFields {
  /// Where the object stands, for messages: `metrics[0]`, or empty for the outermost.
  let path: String
  private let members: [JSONValue.Member]
  private var known: Set<String> = []

  init(_ value: JSONValue, at path: String) throws(JSONError) {
    guard case .object(let members) = value else {
      throw JSONError("\(path.isEmpty ? "the case" : path) must be an object, is \(value.kind)")
    }
    self.path = path
    self.members = members
  }

  func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Members that nobody asked for.
  var unknown: [String] { members.map(\.name).filter { !known.contains($0) }.map(place) }

  /// A member; `nil` if it is absent or null.
  mutating func value(_ name: String) -> JSONValue? {
    known.insert(name)
    guard let value = members.first(where: { $0.name == name })?.value, value != .null else {
      return nil
    }
    return value
  }

  mutating func text(_ name: String) throws(JSONError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let text) = value else {
      throw JSONError("\(place(name)) must be a text, is \(value.kind)")
    }
    return text
  }

  mutating func flag(_ name: String) throws(JSONError) -> Bool {
    guard let value = value(name) else { return false }
    guard case .bool(let flag) = value else {
      throw JSONError("\(place(name)) must be true or false, is \(value.kind)")
    }
    return flag
  }

  mutating func integer(_ name: String) throws(JSONError) -> Int64? {
    guard let value = value(name) else { return nil }
    guard case .number(let digits) = value, let integer = Int64(digits) else {
      throw JSONError("\(place(name)) must be a whole number of at most 64 bits")
    }
    return integer
  }

  mutating func setting(_ name: String) throws(JSONError) -> NumberSetting? {
    switch value(name) {
    case nil: return nil
    case .string(let text)?: return .text(text)
    case .number(let digits)?:
      guard let integer = Int64(digits) else {
        throw JSONError("\(place(name)) must be a whole number, is \(digits.prefix(40))")
      }
      return .number(integer)
    case let other?:
      throw JSONError("\(place(name)) must be a number or a text, is \(other.kind)")
    }
  }

  mutating func moment(_ name: String) throws(JSONError) -> Moment? {
    let moment: Moment?
    switch value(name) {
    case nil: return nil
    case .string(let text)?: moment = TimeText.parse(text)
    case .number(let digits)?: moment = TimeText.parse(seconds: digits)
    case .null?, .bool?, .array?, .object?: moment = nil
    }
    guard let moment else {
      throw JSONError(
        "\(place(name)) must be a time between 1678 and 2261, such as 2026-08-17T10:00:00Z, or "
          + "seconds since 1970")
    }
    return moment
  }

  mutating func list(_ name: String, atMost limit: Int) throws(JSONError) -> [JSONValue] {
    guard let value = value(name) else { return [] }
    guard case .array(let values) = value else {
      throw JSONError("\(place(name)) must be a list, is \(value.kind)")
    }
    guard values.count <= limit else {
      throw JSONError("\(place(name)) must have at most \(limit) items, has \(values.count)")
    }
    return values
  }
}
