internal import CWindlassProto
internal import Protobuf

/// A value with a C struct of its own, to and fro.
protocol Packed {
  associatedtype Struct

  static var wireType: MessageType<Struct> { get }

  /// The struct's strings and bytes have been scanned: they are as long and as legal as the rules
  /// of the outermost message ask. Anything may be absent, and numbers and names may be anything.
  @unsafe init(wire m: Struct) throws(WireError)

  /// The struct, pointing into `arena`.
  @unsafe func packed(in arena: Arena) -> Struct
}

extension Packed {
  /// The message behind `pointer`, which must be there.
  @unsafe
  static func required(
    _ pointer: UnsafeMutablePointer<Struct>?, _ field: String
  ) throws(WireError) -> Self {
    guard let value = try unsafe optional(pointer, field) else {
      throw WireError(field: field, reason: "is missing")
    }
    return value
  }

  @unsafe
  static func optional(
    _ pointer: UnsafeMutablePointer<Struct>?, _ field: String
  ) throws(WireError) -> Self? {
    guard let pointer = unsafe pointer else { return nil }
    do {
      return try unsafe Self(wire: pointer.pointee)
    } catch {
      throw error.under(field)
    }
  }

  @unsafe
  static func list(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>?, _ field: String
  ) throws(WireError) -> [Self] {
    guard let pointers = unsafe pointers else { return [] }
    var values: [Self] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let element = unsafe pointers[index] else { continue }
      do {
        values.append(try unsafe Self(wire: element.pointee))
      } catch {
        throw error.under("\(field)[\(index)]")
      }
    }
    return values
  }
}
