extension Value {
  var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// What Argo takes for no data: nil, or a list without elements.
  public var isNothing: Bool {
    switch self {
    case .null: true
    case .list(let values): values.isEmpty
    case .floats(let values): values.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .bool, .int, .integer, .float, .string, .map, .keyed, .time, .duration, .zone: false
    }
  }

  /// Number of entries of a list or map.
  var size: Int? {
    switch self {
    case .list(let values): values.count
    case .floats(let values): values.count
    case .bytes(let bytes): bytes.count
    case .map(let fields): fields.count
    case .keyed(let values): values.count
    case .null, .bool, .int, .integer, .float, .string, .time, .duration, .zone: nil
    }
  }

  /// The elements of a list; nothing of anything else.
  var elements: [Value] {
    switch self {
    case .list(let values): values
    case .floats(let values): values.map { .float($0) }
    case .bytes(let bytes): bytes.map { .integer(Int64($0), .byte) }
    case .null, .bool, .int, .integer, .float, .string, .map, .keyed, .time, .duration, .zone: []
    }
  }

  /// Integers of other types that mix with numbers, as plain ones.
  var plainNumber: Value {
    guard case .integer(let number, let type) = self, type.isNumber else { return self }
    return .int(number)
  }

  /// Of any type that counts as an integer.
  var anyInteger: Int64? {
    switch self {
    case .int(let number): number
    case .integer(let number, let type): type.isNumber ? number : nil
    default: nil
    }
  }

  /// As error messages name the type: Go's names.
  var typeName: String {
    switch self {
    case .null: "<nil>"
    case .bool: "bool"
    case .int: "int"
    case .integer(_, let type): type.name
    case .float: "float64"
    case .string: "string"
    case .list: "[]interface {}"
    case .floats: "[]float64"
    case .bytes: "[]uint8"
    case .map: "map[string]interface {}"
    case .keyed: "map[interface {}]interface {}"
    case .time: "time.Time"
    case .duration: "time.Duration"
    case .zone: "time.Location"
    }
  }

  /// As the checks of functions name it, where nil prints oddly.
  var goTypeName: String { isNull ? "%!s(<nil>)" : typeName }

  /// As failed conversions name it.
  var conversionName: String { isNull ? "nil" : typeName }

  /// As reflection names its kind.
  var kindName: String {
    switch self {
    case .null: "invalid"
    case .list, .floats, .bytes: "slice"
    case .map, .keyed: "map"
    case .duration: "int64"
    case .time, .zone: "struct"
    case .integer(_, let type): type.isNumber ? type.name : "int"
    case .bool, .int, .float, .string: typeName
    }
  }

  /// What `type()` answers.
  var languageType: String {
    switch self {
    case .null: "nil"
    case .bool: "bool"
    case .int: "int"
    case .integer(_, .int64): "int"
    case .integer(_, .byte): "uint"
    case .integer(_, let type): type.name
    case .float: "float"
    case .string: "string"
    case .list, .floats, .bytes: "array"
    case .map, .keyed: "map"
    case .time: "time.Time"
    case .duration: "time.Duration"
    case .zone: "time.Location"
    }
  }

  /// As `string()` prints it; not bounded, so for small values and after a size check only.
  var text: String {
    switch self {
    case .null: return "<nil>"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .integer(let number, let type): return type.text(of: number)
    case .float(let number): return Numbers.goText(number)
    case .string(let text): return text
    case .list, .floats, .bytes:
      return "[" + elements.map(\.text).joined(separator: " ") + "]"
    case .map(let fields):
      return "map[" + fields.entries.map { $0.key + ":" + $0.value.text }.joined(separator: " ")
        + "]"
    case .keyed(let values):
      return "map["
        + values.entries.sorted { left, right in
          switch (left.key, right.key) {
          case (.int(let l), .int(let r)): l < r
          case (.float(let l), .float(let r)): l < r
          default: left.key.text.bytesLess(right.key.text)
          }
        }
        .map { $0.key.text + ":" + $0.value.text }.joined(separator: " ") + "]"
    case .time(let moment): return moment.description
    case .duration(let nanoseconds): return Durations.text(nanoseconds)
    case .zone(let zone): return zone.name.isEmpty ? "UTC" : zone.name
    }
  }
}

extension Value: CustomStringConvertible {
  /// The value as the language prints it: `[1 2.5 a <nil>]`, `map[a:1]`.
  public var description: String { text }
}

extension Value: Equatable {
  /// Equal in type and value; text by bytes, NaN equal to nothing.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let l), .bool(let r)): return l == r
    case (.int(let l), .int(let r)): return l == r
    case (.integer(let l, let lType), .integer(let r, let rType)): return l == r && lType == rType
    case (.bytes(let l), .bytes(let r)): return l == r
    case (.float(let l), .float(let r)): return l == r
    case (.string(let l), .string(let r)): return l.bytesEqual(r)
    case (.list(let l), .list(let r)): return l == r
    case (.floats(let l), .floats(let r)): return l == r
    case (.map(let l), .map(let r)):
      return l.entries.elementsEqual(r.entries) {
        $0.key.bytesEqual($1.key) && $0.value == $1.value
      }
    case (.keyed(let l), .keyed(let r)):
      return l.count == r.count
        && l.entries.allSatisfy { entry in
          KeyedValues.Key(entry.key).flatMap { r.value(of: $0) } == entry.value
        }
    case (.time(let l), .time(let r)): return l == r
    case (.duration(let l), .duration(let r)): return l == r
    case (.zone(let l), .zone(let r)): return l == r
    default: return false
    }
  }
}
