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
    for index in 0..<length {
      guard unsafe self[index] == text.utf8Start[index] else { return false }
    }
    return true
  }

  /// Whether the bytes are this text, ASCII letters of either case being the same. The text is in
  /// lower case.
  public func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in indices {
      let byte = self[index]
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      guard unsafe text.utf8Start[index] == (isUpper ? byte | 0x20 : byte) else { return false }
    }
    return true
  }
}
