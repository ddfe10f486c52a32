/// The parameters of one statement in libpq's binary format, in one buffer that can be used again.
public struct ParameterList: Sendable {
  /// The element types an array parameter can have, with their object ids.
  public enum ElementType: UInt32, Sendable {
    case bytes = 17
    case int8 = 20
    case int4 = 23
    case text = 25
    case uuid = 2950

    var arrayType: UInt32 {
      switch self {
      case .bytes: 1001
      case .int8: 1016
      case .int4: 1007
      case .text: 1009
      case .uuid: 2951
      }
    }
  }

  var bytes: [UInt8] = []
  /// Where each parameter starts in ``bytes``; it ends where the next one starts.
  var starts: [Int] = []
  var types: [UInt32] = []

  public init() {}

  /// The number of parameters.
  public var count: Int { starts.count }

  /// Forgets the parameters and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
  }

  public mutating func append(int4 value: Int32) {
    begin(ElementType.int4.rawValue)
    put(UInt32(bitPattern: value))
  }

  public mutating func append(int8 value: Int64) {
    begin(ElementType.int8.rawValue)
    put(UInt64(bitPattern: value))
  }

  public mutating func append(text value: String) {
    begin(ElementType.text.rawValue)
    bytes.append(contentsOf: value.utf8)
  }

  public mutating func append(bytes value: [UInt8]) {
    begin(ElementType.bytes.rawValue)
    bytes.append(contentsOf: value)
  }

  /// Starts an array of exactly `count` elements; as many `element` calls must follow.
  public mutating func appendArray(of type: ElementType, count: Int) {
    begin(type.arrayType)
    // Dimensions, a flag for nulls, the element type, then length and lower bound of the dimension.
    put(UInt32(count == 0 ? 0 : 1))
    put(UInt32(0))
    put(type.rawValue)
    if count > 0 {
      put(UInt32(truncatingIfNeeded: count))
      put(UInt32(1))
    }
  }

  public mutating func element(int4 value: Int32) {
    put(UInt32(4))
    put(UInt32(bitPattern: value))
  }

  public mutating func element(int8 value: Int64) {
    put(UInt32(8))
    put(UInt64(bitPattern: value))
  }

  public mutating func element(uuid high: UInt64, _ low: UInt64) {
    put(UInt32(16))
    put(high)
    put(low)
  }

  public mutating func element(text value: String) {
    put(UInt32(truncatingIfNeeded: value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  public mutating func element(bytes value: [UInt8]) {
    put(UInt32(truncatingIfNeeded: value.count))
    bytes.append(contentsOf: value)
  }

  private mutating func begin(_ type: UInt32) {
    starts.append(bytes.count)
    types.append(type)
  }

  private mutating func put(_ value: UInt32) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func put(_ value: UInt64) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }
}
