internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

/// The message of one event type.
@safe
struct StoredEvent<Struct>: @unchecked Sendable {
  private let wireType: MessageType<Struct>
  private let scan: PreScan

  /// - Parameter initialise: the message's generated `…__init`.
  init(_ initialise: (UnsafeMutablePointer<Struct>?) -> Void) {
    wireType = unsafe MessageType(initialise)
    scan = PreScan(wireType, Limits.event)
  }

  /// - Parameter build: makes the struct, given the arena and the struct's header.
  @unsafe
  func encode(_ build: (Arena, ProtobufCMessage) -> Struct) -> [UInt8] {
    unsafe Arena.pack { arena in unsafe build(arena, wireType.base) }
  }

  @unsafe
  func decode<Value>(
    _ payload: [UInt8], _ read: (Struct) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    try unsafe wireType.decode(payload.span, scan, read)
  }

  /// The message as a tree, without regard to what its values mean.
  func fields(_ payload: [UInt8]) throws(WireError) -> FieldValue {
    try unsafe decode(payload) { (m) throws(WireError) in
      unsafe withUnsafePointer(to: m) { pointer in
        unsafe FieldWalk.message(UnsafeRawPointer(pointer), wireType.base.descriptor)
      }
    }
  }
}
