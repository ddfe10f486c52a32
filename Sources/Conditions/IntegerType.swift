/// Types of integers beside `int`. They matter where the language is strict about types: keys of
/// maps, equality of maps, and messages.
public enum IntegerType: Equatable, Hashable, Sendable {
  /// What `asInt` and counts of seconds are; it mixes with other numbers.
  case int64
  /// An element of a text or of bytes; it mixes with other numbers.
  case byte
  /// 1...12; equal to months only, and compared with nothing.
  case month
  /// 0...6, Sunday first; equal to days only, and compared with nothing.
  case weekday

  /// As messages name it: Go's names.
  var name: String {
    switch self {
    case .int64: "int64"
    case .byte: "uint8"
    case .month: "time.Month"
    case .weekday: "time.Weekday"
    }
  }

  /// Whether arithmetic takes it for a number.
  var isNumber: Bool { self == .int64 || self == .byte }

  func text(of number: Int64) -> String {
    switch self {
    case .int64, .byte: return String(number)
    case .month:
      guard (1...12).contains(number) else { return "%!Month(\(number))" }
      return Moment.months[Int(number) - 1]
    case .weekday:
      guard (0...6).contains(number) else { return "%!Weekday(\(number))" }
      return Moment.weekdays[Int(number)]
    }
  }
}
