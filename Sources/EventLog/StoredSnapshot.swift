/// What is known of a snapshot without reading it.
public struct StoredSnapshot: Equatable, Sendable {
  /// The store's own number.
  public var id: Int64
  /// The batch boundary whose folded state it holds.
  public var head: LogHead
  /// Of layout and folding, 1...64 bytes; opaque to the store.
  public var version: [UInt8]
  /// SHA-256 of its bytes.
  public var digest: [UInt8]
  public var byteCount: Int

  public init(id: Int64 = 0, head: LogHead, version: [UInt8], digest: [UInt8], byteCount: Int) {
    self.id = id
    self.head = head
    self.version = version
    self.digest = digest
    self.byteCount = byteCount
  }
}
