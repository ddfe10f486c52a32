extension [UInt8] {
  /// Appends a copy of the span's bytes.
  public mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// An array with a copy of the span's bytes.
  public init(copying bytes: Span<UInt8>) {
    self.init()
    append(copying: bytes)
  }
}
