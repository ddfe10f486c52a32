/// Percent-encoding of `grpc-message`: printable ASCII stays, except `%`.
enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// At most `bytesMax` bytes come out; a longer text is cut between characters.
  static func encode(_ text: String, bytesMax: Int = 2_048) -> [UInt8] {
    var encoded: [UInt8] = []
    var left = bytesMax
    for scalar in text.unicodeScalars {
      let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      let isPlain = scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7F && scalar != "%"
      left -= isPlain ? 1 : bytes.count * 3
      guard left >= 0 else { break }
      for byte in bytes {
        if isPlain {
          encoded.append(byte)
        } else {
          encoded.append(UInt8(ascii: "%"))
          encoded.append(digits[Int(byte >> 4)])
          encoded.append(digits[Int(byte & 15)])
        }
      }
    }
    return encoded
  }

  /// Lenient, as the protocol asks: what is not a valid escape stays as it is.
  static func decode(_ bytes: [UInt8]) -> String {
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), bytes.count - index > 2,
        let high = value(bytes[index + 1]), let low = value(bytes[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
