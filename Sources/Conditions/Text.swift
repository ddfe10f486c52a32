/// Text helpers the standard library has no word for.
enum Text {
  /// In double quotes, as Go quotes: what does not print is escaped.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{7}": quoted += "\\a"
      case "\u{8}": quoted += "\\b"
      case "\u{c}": quoted += "\\f"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{b}": quoted += "\\v"
      default:
        if isPrinted(scalar) {
          quoted.unicodeScalars.append(scalar)
        } else if scalar.value < 0x80 {
          quoted += "\\x" + hex(scalar.value, width: 2)
        } else if scalar.value < 0x10000 {
          quoted += "\\u" + hex(scalar.value, width: 4)
        } else {
          quoted += "\\U" + hex(scalar.value, width: 8)
        }
      }
    }
    return quoted + "\""
  }

  /// Letters, marks, numbers, punctuation, symbols and the plain blank.
  static func isPrinted(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  static func hex(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// `U+0040 '@'`
  static func codePoint(_ scalar: Unicode.Scalar) -> String {
    "U+" + hex(scalar.value, width: 4).uppercased() + (isPrinted(scalar) ? " '\(scalar)'" : "")
  }

  /// The value of a digit of a base up to 16.
  static func digit(_ scalar: Unicode.Scalar) -> UInt32? {
    switch scalar {
    case "0"..."9": scalar.value - 48
    case "a"..."f": scalar.value - 87
    case "A"..."F": scalar.value - 55
    default: nil
    }
  }

  /// First place of a needle, in time linear in both (a naive search is not, on hostile text).
  static func find(_ needle: [UInt8], in text: [UInt8]) -> Int? {
    guard !needle.isEmpty else { return 0 }
    guard text.count >= needle.count else { return nil }
    var finder = Finder(needle)
    for (index, byte) in text.enumerated() where finder.advance(byte) {
      return index - needle.count + 1
    }
    return nil
  }

  /// Searches for a text byte by byte (Knuth, Morris, Pratt); found places do not overlap.
  struct Finder {
    private let needle: [UInt8]
    /// For each prefix, the length of the longest proper prefix that is also its suffix.
    private var border: [Int]
    private var matched = 0

    /// - Parameter needle: not empty.
    init(_ needle: [UInt8]) {
      self.needle = needle
      border = [Int](repeating: 0, count: needle.count)
      var length = 0
      for index in needle.indices.dropFirst() {
        while length > 0, needle[index] != needle[length] { length = border[length - 1] }
        if needle[index] == needle[length] { length += 1 }
        border[index] = length
      }
    }

    /// Whether the text read so far ends with the needle.
    mutating func advance(_ byte: UInt8) -> Bool {
      while matched > 0, needle[matched] != byte { matched = border[matched - 1] }
      if matched < needle.count, needle[matched] == byte { matched += 1 }
      guard matched == needle.count else { return false }
      matched = 0
      return true
    }
  }
}
