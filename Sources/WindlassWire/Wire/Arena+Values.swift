internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Values -> what C structs hold.

extension Arena {
  @unsafe
  func pointer<Value: Packed>(_ value: Value?) -> UnsafeMutablePointer<Value.Struct>? {
    guard let value else { return nil }
    return unsafe store(value.packed(in: self))
  }

  @unsafe
  func list<Value: Packed>(
    _ values: [Value]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<Value.Struct>?>? {
    unsafe array(values) { value in unsafe store(value.packed(in: self)) }
  }
}

/// A C boolean.
func flag(_ value: Bool) -> protobuf_c_boolean { value ? 1 : 0 }

/// 0 for none.
func plusOne(_ index: Int?) -> UInt32 {
  guard let index, index >= 0 else { return 0 }
  return UInt32(clamping: index.addingReportingOverflow(1).partialValue)
}

/// 0 for none.
func plusOne(_ position: LogPosition?) -> UInt64 {
  guard let position else { return 0 }
  return position.index == .max ? .max : position.index + 1
}
