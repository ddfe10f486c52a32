public import CProtobufC

/// A generated C struct and the descriptor it belongs to.
@safe
public struct MessageType<Struct>: @unchecked Sendable {
  /// The header of every struct of this type.
  @unsafe public let base: ProtobufCMessage

  /// - Parameter initialise: the struct's generated `…__init`; it alone knows the descriptor.
  @unsafe
  public init(_ initialise: (UnsafeMutablePointer<Struct>?) -> Void) {
    let blank = UnsafeMutablePointer<Struct>.allocate(capacity: 1)
    defer { unsafe blank.deallocate() }
    unsafe initialise(unsafe blank)
    unsafe base = UnsafeRawPointer(blank).assumingMemoryBound(to: ProtobufCMessage.self).pointee
    precondition(
      unsafe base.descriptor.pointee.sizeof_message == MemoryLayout<Struct>.size,
      "the C struct and its descriptor are of different versions")
  }

  var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { unsafe base.descriptor }
}
