/// An event a writer wants to append.
public struct NewEvent: Equatable, Sendable {
  /// The longest type name, in bytes.
  public static let typeBytesMax = 100
  /// The largest payload, in bytes.
  public static let payloadBytesMax = 256 * 1024

  /// `attempt-classified.v1`: a name on disk, never a Swift type's name. 1...100 bytes of printable
  /// ASCII without space.
  public var type: String
  /// Opaque to the log; at most 256 KiB.
  public var payload: [UInt8]

  public init(type: String, payload: [UInt8]) {
    self.type = type
    self.payload = payload
  }
}
