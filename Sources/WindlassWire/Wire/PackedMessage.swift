internal import CWindlassProto
internal import Protobuf

/// An outermost message: the two halves of ``WireMessage`` by way of its C struct.
protocol PackedMessage: Packed, WireMessage {
  static var scan: PreScan { get }
}

extension PackedMessage {
  @safe
  public init(decoding bytes: Span<UInt8>) throws(WireError) {
    self = try unsafe Self.wireType.decode(bytes, Self.scan) { (m) throws(WireError) in
      try unsafe Self(wire: m)
    }
  }

  @safe
  public func encoded() -> [UInt8] {
    unsafe Arena.pack { arena in unsafe packed(in: arena) }
  }
}

extension MessageType {
  /// Decodes, with one kind of error.
  @unsafe
  func decode<Value>(
    _ bytes: Span<UInt8>, _ scan: PreScan, _ body: (Struct) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    let value: Result<Value, WireError>
    do {
      value = try unsafe unpack(bytes, scan) { m in
        do throws(WireError) {
          return .success(try body(m))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw WireError(field: error.field, reason: error.reason)
    }
    switch consume value {
    case .success(let value): return value
    case .failure(let error): throw error
    }
  }
}
