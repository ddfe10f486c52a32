extension Span where Element == UInt8 {
  /// Whether the bytes are exactly this text.
  public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return hasPrefix(text)
  }

  /// Whether the bytes begin with this text.
  public func hasPrefix(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count >= length else { return false }
    return unsafe withUnsafeBufferPointer { bytes in
      let other = unsafe UnsafeBufferPointer(start: text.utf8Start, count: length)
      return unsafe bytes.prefix(length).elementsEqual(other)
    }
  }
}
