/// A value of the expression language: what providers measure, and what expressions yield.
///
/// Numbers from JSON are `float`, whatever they look like; integers come from literals and
/// functions.
public enum Value: Sendable {
  case null
  case bool(Bool)
  /// 64 bits, wrapping.
  case int(Int64)
  /// An integer of another type than `int`, as Argo's and the clock's functions yield it.
  case integer(Int64, IntegerType)
  case float(Double)
  /// Compared and ordered by bytes, never by Unicode equivalence.
  case string(String)
  /// A list of values of any type: elements are checked when they are used.
  case list([Value])
  /// A list a provider declares to hold numbers only (a Prometheus vector): its elements are
  /// checked as floats before anything runs.
  case floats([Double])
  /// A literal with a `b` before its quotes.
  case bytes([UInt8])
  case map(Fields)
  /// A map whose keys need not be strings, as `groupBy` and `fromPairs` make it.
  case keyed(KeyedValues)
  case time(Moment)
  /// Nanoseconds.
  case duration(Int64)
  case zone(Moment.Zone)
}

extension Value: ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) { self = .map(Fields(elements)) }
}
