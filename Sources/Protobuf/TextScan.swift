/// Well-formed UTF-8 (Unicode 15, table 3-7) without NUL, and without control characters where the
/// rule says so. Works on bytes: a Swift `Character` may hide a newline.
enum TextScan {
  static func isLegal(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ rule: FieldRule.Text) -> Bool {
    var index = 0
    while index < count {
      let byte = unsafe bytes[index]
      if byte < 0x80 {
        if byte < 0x20 || byte == 0x7f {
          guard isLegalControl(byte, rule) else { return false }
        }
        index += 1
        continue
      }
      guard rule != .printableASCII else { return false }
      let second = unsafe index + 1 < count ? bytes[index + 1] : 0
      let length: Int
      let range: ClosedRange<UInt8>
      switch byte {
      case 0xc2...0xdf: (length, range) = (2, 0x80...0xbf)
      case 0xe0: (length, range) = (3, 0xa0...0xbf)
      case 0xe1...0xec, 0xee...0xef: (length, range) = (3, 0x80...0xbf)
      case 0xed: (length, range) = (3, 0x80...0x9f)  // No surrogates.
      case 0xf0: (length, range) = (4, 0x90...0xbf)
      case 0xf1...0xf3: (length, range) = (4, 0x80...0xbf)
      case 0xf4: (length, range) = (4, 0x80...0x8f)
      default: return false
      }
      guard length <= count - index, range.contains(second) else { return false }
      for trail in 2..<max(length, 2) {
        guard unsafe bytes[index + trail] & 0xc0 == 0x80 else { return false }
      }
      // U+0080...U+009F are control characters too.
      if byte == 0xc2, second < 0xa0, rule != .noNUL { return false }
      index += length
    }
    return true
  }

  private static func isLegalControl(_ byte: UInt8, _ rule: FieldRule.Text) -> Bool {
    switch rule {
    case .noNUL: byte != 0
    case .free: byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
    case .line, .printableASCII: false
    }
  }
}
