/// Standard base64 with padding.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let rest = bytes.count - index
      let first = UInt32(bytes[index]) << 16
      let second = rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0
      let third = rest > 2 ? UInt32(bytes[index + 2]) : 0
      let group = first | second | third
      text.append(alphabet[Int(group >> 18 & 63)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(rest > 1 ? alphabet[Int(group >> 6 & 63)] : 61)
      text.append(rest > 2 ? alphabet[Int(group & 63)] : 61)
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or the place of the first wrong one. Line ends are skipped.
  static func decode(_ text: String) -> Result<[UInt8], Corrupt> {
    var digits: [UInt8] = []
    var bytes: [UInt8] = []
    var padding = 0
    var place = 0
    for byte in text.utf8 {
      defer { place += 1 }
      if byte == 10 || byte == 13 { continue }
      if byte == 61 {
        padding += 1
        guard padding <= 2, digits.count + padding <= 4, digits.count >= 2 else {
          return .failure(Corrupt(place: place))
        }
        continue
      }
      guard padding == 0, let digit = alphabet.firstIndex(of: byte) else {
        return .failure(Corrupt(place: place))
      }
      digits.append(UInt8(digit))
      if digits.count == 4 {
        bytes.append(digits[0] << 2 | digits[1] >> 4)
        bytes.append(digits[1] << 4 | digits[2] >> 2)
        bytes.append(digits[2] << 6 | digits[3])
        digits.removeAll(keepingCapacity: true)
      }
    }
    guard digits.count + padding == 4 || (digits.isEmpty && padding == 0) else {
      return .failure(Corrupt(place: place - digits.count - padding))
    }
    if digits.count >= 2 { bytes.append(digits[0] << 2 | digits[1] >> 4) }
    if digits.count == 3 { bytes.append(digits[1] << 4 | digits[2] >> 2) }
    return .success(bytes)
  }

  struct Corrupt: Error {
    var place: Int
  }
}
