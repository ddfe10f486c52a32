internal import CProtobufC
internal import CWindlassProto

/// Reads a decoded message by its descriptor, whatever its type.
enum FieldWalk {
  @unsafe
  static func message(
    _ base: UnsafeRawPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> FieldValue {
    let count = unsafe Int(descriptor.pointee.n_fields)
    var fields: [(number: UInt32, member: FieldValue.Member)] = []
    fields.reserveCapacity(count)
    for index in 0..<count {
      let field = unsafe descriptor.pointee.fields + index
      guard let value = unsafe value(base, field) else { continue }
      unsafe fields.append((field.pointee.id, .init(jsonName(field), value)))
    }
    // protobuf-c keeps fields by number as it is; the order is promised, so it is made sure of.
    fields.sort { $0.number < $1.number }
    return .message(fields.map(\.member))
  }

  @unsafe
  private static func value(
    _ base: UnsafeRawPointer, _ field: UnsafePointer<ProtobufCFieldDescriptor>
  ) -> FieldValue? {
    let place = unsafe base + Int(field.pointee.offset)
    if unsafe field.pointee.label == PROTOBUF_C_LABEL_REPEATED {
      let quantifier = unsafe base + Int(field.pointee.quantifier_offset)
      let count = unsafe quantifier.load(as: Int.self)
      guard count > 0, let first = unsafe place.load(as: UnsafeRawPointer?.self) else {
        return .list([])
      }
      let stride = unsafe size(of: field.pointee.type)
      return .list(
        (0..<count).compactMap { unsafe element(first + $0 * stride, field) })
    }
    let isOneof =
      unsafe field.pointee.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
    if isOneof {
      let quantifier = unsafe base + Int(field.pointee.quantifier_offset)
      guard unsafe quantifier.load(as: UInt32.self) == field.pointee.id else { return nil }
    }
    return unsafe element(place, field)
  }

  @unsafe
  private static func element(
    _ place: UnsafeRawPointer, _ field: UnsafePointer<ProtobufCFieldDescriptor>
  ) -> FieldValue? {
    switch unsafe field.pointee.type {
    case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32:
      return unsafe .number(Int64(place.load(as: Int32.self)))
    case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
      return unsafe .number(Int64(place.load(as: UInt32.self)))
    case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
      return unsafe .long(String(place.load(as: Int64.self)))
    case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
      return unsafe .long(String(place.load(as: UInt64.self)))
    case PROTOBUF_C_TYPE_FLOAT: return unsafe .text("\(place.load(as: Float.self))")
    case PROTOBUF_C_TYPE_DOUBLE: return unsafe .text("\(place.load(as: Double.self))")
    case PROTOBUF_C_TYPE_BOOL:
      return unsafe .bool(place.load(as: protobuf_c_boolean.self) != 0)
    case PROTOBUF_C_TYPE_ENUM:
      let number = unsafe place.load(as: Int32.self)
      guard let raw = unsafe field.pointee.descriptor else { return .number(Int64(number)) }
      let type = unsafe raw.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
      guard let value = unsafe protobuf_c_enum_descriptor_get_value(type, number),
        let name = unsafe value.pointee.name
      else { return .number(Int64(number)) }
      return unsafe .text(String(cString: name))
    case PROTOBUF_C_TYPE_STRING:
      guard let text = unsafe place.load(as: UnsafePointer<CChar>?.self) else { return .text("") }
      return unsafe .text(String(cString: text))
    case PROTOBUF_C_TYPE_BYTES:
      return unsafe .bytes(WindlassWire.bytes(place.load(as: ProtobufCBinaryData.self)))
    case PROTOBUF_C_TYPE_MESSAGE:
      guard let message = unsafe place.load(as: UnsafeRawPointer?.self),
        let raw = unsafe field.pointee.descriptor
      else { return nil }
      return unsafe self.message(
        message, raw.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    default: return nil
    }
  }

  /// Of one element in a repeated field.
  private static func size(of type: ProtobufCType) -> Int {
    switch type {
    case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32,
      PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FLOAT,
      PROTOBUF_C_TYPE_ENUM:
      4
    case PROTOBUF_C_TYPE_BOOL: MemoryLayout<protobuf_c_boolean>.size
    case PROTOBUF_C_TYPE_BYTES: unsafe MemoryLayout<ProtobufCBinaryData>.stride
    default: 8
    }
  }

  /// `now_microseconds` is `nowMicroseconds` in JSON.
  @unsafe
  private static func jsonName(_ field: UnsafePointer<ProtobufCFieldDescriptor>) -> String {
    guard let name = unsafe field.pointee.name else { return "" }
    var result = ""
    var isUpper = false
    for character in unsafe String(cString: name) {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }
}
