/// Foreign text made fit for a log line: printable ASCII, bounded, one line, nothing ambiguous.
enum LogText {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Whatever is not printable ASCII, and quotes and backslashes, become `\xNN`; what is longer
  /// than `bytesMax` ends in `...`.
  static func escaped(_ text: String, bytesMax: Int = 256) -> String {
    var out: [UInt8] = []
    var left = bytesMax
    for byte in text.utf8 {
      guard left > 0 else {
        out.append(contentsOf: Array("...".utf8))
        break
      }
      left -= 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendEscape(byte, &out)
      case 0x20...0x7E: out.append(byte)
      default: appendEscape(byte, &out)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func appendEscape(_ byte: UInt8, _ out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    out.append(UInt8(ascii: "x"))
    out.append(digits[Int(byte >> 4)])
    out.append(digits[Int(byte & 15)])
  }
}
