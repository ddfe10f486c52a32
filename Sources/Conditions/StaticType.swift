/// What is known of a value before anything runs.
indirect enum StaticType: Equatable, Sendable {
  /// Found out when it is used: elements of lists and fields of maps.
  case any
  case null
  case bool, int, float, text
  case list(StaticType)
  case map
  /// A map with keys of any type; its values have one.
  case keyed(StaticType)
  case time, duration, zone
  case function

  /// The type a provider's value is checked with.
  init(of value: Value) {
    switch value {
    case .null: self = .null
    case .bool: self = .bool
    case .int: self = .int
    case .float: self = .float
    case .string: self = .text
    case .list: self = .list(.any)
    case .floats: self = .list(.float)
    case .map: self = .map
    case .keyed: self = .keyed(.any)
    case .time: self = .time
    case .duration: self = .duration
    case .zone: self = .zone
    }
  }

  var isNumber: Bool { self == .int || self == .float }

  var isList: Bool {
    guard case .list = self else { return false }
    return true
  }

  /// Both are told apart by kind only: lists of anything are alike.
  func isSameKind(as other: StaticType) -> Bool {
    switch (self, other) {
    case (.list, .list), (.map, .map), (.keyed, .keyed), (.map, .keyed), (.keyed, .map): true
    default: self == other
    }
  }

  func canEqual(_ other: StaticType) -> Bool {
    if self == .any || other == .any || self == .null || other == .null { return true }
    return (isNumber && other.isNumber) || isSameKind(as: other)
  }

  /// As messages name it: Go's names.
  var shown: String {
    switch self {
    case .any, .null: "unknown"
    case .bool: "bool"
    case .int: "int"
    case .float: "float64"
    case .text: "string"
    case .list(.float): "[]float64"
    case .list: "[]interface {}"
    case .map: "map[string]interface {}"
    case .keyed: "map[interface {}]interface {}"
    case .time: "time.Time"
    case .duration: "time.Duration"
    case .zone: "*time.Location"
    case .function: "func(...interface {}) (interface {}, error)"
    }
  }
}
