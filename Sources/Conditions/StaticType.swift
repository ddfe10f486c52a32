/// What is known of a value before anything runs.
indirect enum StaticType: Sendable {
  /// Found out when it is used: elements of lists and fields of maps. Where the language has a
  /// declared type for it messages say `interface {}`, elsewhere `unknown`; nothing else differs.
  case open(declared: Bool)
  case null
  case bool, int, float, text
  /// Integers with a type of their own: counts of seconds, and bytes.
  case int64, byte
  case month, weekday
  /// - named: whether messages name the type of the elements.
  case list(StaticType, named: Bool)
  case map
  /// A map with keys of any type; its values have one.
  case keyed(StaticType)
  case time, duration, zone
  /// With the signature messages show.
  case function(String)

  static let any = StaticType.open(declared: false)
  static let declared = StaticType.open(declared: true)

  static func list(_ element: StaticType) -> StaticType { .list(element, named: false) }

  /// The type a provider's value is checked with.
  init(of value: Value) {
    switch value {
    case .null: self = .null
    case .bool: self = .bool
    case .int: self = .int
    case .integer(_, let type): self = Self(of: type)
    case .float: self = .float
    case .string: self = .text
    case .list: self = .list(.declared)
    case .floats: self = .list(.float, named: true)
    case .bytes: self = .list(.byte, named: true)
    case .map: self = .map
    case .keyed: self = .keyed(.declared)
    case .time: self = .time
    case .duration: self = .duration
    case .zone: self = .zone
    }
  }

  init(of type: IntegerType) {
    switch type {
    case .int64: self = .int64
    case .byte: self = .byte
    case .month: self = .month
    case .weekday: self = .weekday
    }
  }

  var isOpen: Bool {
    guard case .open = self else { return false }
    return true
  }

  /// Months and days of the week are integers that count as none, as durations are.
  var isInteger: Bool { self == .int || self == .int64 || self == .byte }

  var isNumber: Bool { isInteger || self == .float }

  var isList: Bool {
    guard case .list = self else { return false }
    return true
  }

  /// Both are told apart by kind only: lists of anything are alike.
  func isSameKind(as other: StaticType) -> Bool {
    switch (self, other) {
    case (.list, .list), (.map, .map): true
    default: self == other
    }
  }

  func canEqual(_ other: StaticType) -> Bool {
    if isOpen || other.isOpen || self == .null || other == .null { return true }
    return (isNumber && other.isNumber) || isSameKind(as: other)
  }

  /// As messages name it: Go's names.
  var shown: String {
    switch self {
    case .open(let declared): declared ? "interface {}" : "unknown"
    case .null: "unknown"
    case .bool: "bool"
    case .int: "int"
    case .int64: "int64"
    case .byte: "uint8"
    case .month: "time.Month"
    case .weekday: "time.Weekday"
    case .float: "float64"
    case .text: "string"
    case .list(let element, let named): named ? "[]\(element.shown)" : "[]interface {}"
    case .map: "map[string]interface {}"
    case .keyed(let element):
      "map[interface {}]\(element.isList ? "[]interface {}" : "interface {}")"
    case .time: "time.Time"
    case .duration: "time.Duration"
    case .zone: "time.Location"
    case .function(let signature): signature
    }
  }

  /// As the checks of functions name it; a type that is not there prints oddly in Go.
  var shownToFunctions: String {
    self == .null ? "%!s(<nil>)" : self == .zone ? "*time.Location" : shown
  }
}

extension StaticType: Equatable {
  static func == (left: StaticType, right: StaticType) -> Bool {
    switch (left, right) {
    case (.open, .open), (.null, .null), (.bool, .bool), (.int, .int), (.int64, .int64),
      (.byte, .byte), (.month, .month), (.weekday, .weekday), (.float, .float), (.text, .text),
      (.map, .map), (.time, .time), (.duration, .duration), (.zone, .zone):
      true
    case (.list(let l, let lNamed), .list(let r, let rNamed)): l == r && lNamed == rNamed
    case (.keyed(let l), .keyed(let r)): l == r
    case (.function(let l), .function(let r)): l == r
    default: false
    }
  }
}
