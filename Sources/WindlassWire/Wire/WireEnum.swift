internal import CWindlassProto
internal import RolloutCore

/// An enum with numbers in the proto files. One `switch` each is the table for both directions.
protocol WireEnum: CaseIterable {
  associatedtype Number: RawRepresentable<UInt32>
  var wire: Number { get }
}

extension WireEnum {
  /// 0, the proto file's *unspecified*, means none.
  static func optional(_ number: Number, _ field: String) throws(WireError) -> Self? {
    if number.rawValue == 0 { return nil }
    for value in allCases where value.wire.rawValue == number.rawValue { return value }
    throw WireError(field: field, reason: "\(number.rawValue) is not a value this version knows")
  }

  static func required(_ number: Number, _ field: String) throws(WireError) -> Self {
    guard let value = try optional(number, field) else {
      throw WireError(field: field, reason: "is missing")
    }
    return value
  }
}

extension Optional where Wrapped: WireEnum {
  /// *Unspecified* for none.
  func wire(none: Wrapped.Number) -> Wrapped.Number { self?.wire ?? none }
}
