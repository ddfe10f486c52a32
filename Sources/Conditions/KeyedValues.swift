/// The entries of a map with keys of any scalar type, in the order they were first seen.
public struct KeyedValues: Sendable {
  public private(set) var entries: [(key: Value, value: Value)] = []
  private var places: [Key: Int] = [:]

  public var count: Int { entries.count }

  /// A key as it is told apart: an integer is never a float, text is told apart by bytes.
  enum Key: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case integer(Int64, IntegerType)
    case float(Double)
    case string([UInt8])
    case time(Int64, Int32)
    case duration(Int64)

    /// `nil` for what cannot be a key: lists, maps, zones.
    init?(_ value: Value) {
      switch value {
      case .null: self = .null
      case .bool(let flag): self = .bool(flag)
      case .int(let number): self = .int(number)
      case .integer(let number, let type): self = .integer(number, type)
      case .float(let number): self = .float(number)
      case .string(let text): self = .string(Array(text.utf8))
      case .time(let moment): self = .time(moment.seconds, moment.nanoseconds)
      case .duration(let nanoseconds): self = .duration(nanoseconds)
      case .list, .floats, .bytes, .map, .keyed, .zone: return nil
      }
    }
  }

  init() {}

  func value(of key: Key) -> Value? { places[key].map { entries[$0].value } }

  mutating func set(_ key: Key, as original: Value, to value: Value) {
    if let place = places[key] {
      entries[place].value = value
    } else {
      places[key] = entries.count
      entries.append((original, value))
    }
  }

  /// Appends to the list under a key, making it when there is none.
  mutating func append(_ element: Value, under key: Key, as original: Value) {
    guard let place = places[key] else {
      places[key] = entries.count
      entries.append((original, .list([element])))
      return
    }
    guard case .list(var elements) = entries[place].value else { return }
    entries[place].value = .null  // So that the list has one owner and grows in place.
    elements.append(element)
    entries[place].value = .list(elements)
  }
}
