/// The words of a condition, for what can be seen without understanding it.
struct ConditionWords {
  enum Word: Equatable {
    case name(String)
    case number(Double)
    case string(String)
    case sign(String)
  }

  private(set) var words: [Word] = []
  /// Whether a short text may ask for much work: a range, or a text repeated.
  let isCostly: Bool

  init(_ source: String) {
    let bytes = Array(source.utf8)
    isCostly = source.contains("..") || source.contains("repeat")
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
        var end = index + 1
        while end < bytes.count, bytes[end] != byte {
          end += bytes[end] == UInt8(ascii: "\\") && byte != UInt8(ascii: "`") ? 2 : 1
        }
        let inner = bytes[(index + 1)..<min(max(end, index + 1), bytes.count)]
        words.append(.string(String(decoding: inner, as: UTF8.self)))
        index = end + 1
      case UInt8(ascii: "/") where index + 1 < bytes.count && bytes[index + 1] == byte:
        index = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      case _ where Self.isDigit(byte):
        let end =
          bytes[index...].firstIndex {
            !Self.isDigit($0) && !Self.isLetter($0) && $0 != UInt8(ascii: ".")
          } ?? bytes.count
        let text = String(decoding: bytes[index..<end], as: UTF8.self).filter { $0 != "_" }
        if let value = Double(text) { words.append(.number(value)) }
        index = end
      case _ where Self.isLetter(byte):
        let end =
          bytes[index...].firstIndex { !Self.isDigit($0) && !Self.isLetter($0) } ?? bytes.count
        words.append(.name(String(decoding: bytes[index..<end], as: UTF8.self)))
        index = end
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): index += 1
      default:
        let two = bytes[index..<min(index + 2, bytes.count)]
        let length = Self.pairs.contains { $0.utf8.elementsEqual(two) } ? 2 : 1
        words.append(
          .sign(String(decoding: bytes[index..<min(index + length, bytes.count)], as: UTF8.self)))
        index += length
      }
    }
  }

  private static let pairs = ["==", "!=", "<=", ">=", "?.", "??", "&&", "||", "**"]
  private static let comparisons: Set<String> = ["==", "!=", "<", "<=", ">", ">="]

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }

  func has(_ name: String) -> Bool { words.contains(.name(name)) }

  /// Whether a function of that name is called.
  func calls(_ name: String) -> Bool {
    zip(words, words.dropFirst()).contains { $0 == .name(name) && $1 == .sign("(") }
  }

  /// `isNil` or `default` called with something else than the whole result.
  var misledCall: String? {
    for index in words.indices {
      guard case .name(let name) = words[index], name == "isNil" || name == "default",
        word(index + 1) == .sign("("), index == 0 || words[index - 1] != .sign(".")
      else { continue }
      let isWhole =
        word(index + 2) == .name("result")
        && (word(index + 3) == .sign(")") || word(index + 3) == .sign(","))
      if !isWhole { return name }
    }
    return nil
  }

  /// A number in quotes beside a comparison with the result.
  var quotedNumber: String? {
    for index in words.indices {
      guard case .string(let text) = words[index], Double(text) != nil else { continue }
      for neighbour in [index - 1, index + 1] {
        if case .sign(let sign)? = word(neighbour), Self.comparisons.contains(sign) { return text }
      }
    }
    return nil
  }

  /// Numbers and texts that are written, at most 16 of each.
  var numbers: [Double] {
    Array(
      words.lazy.compactMap { if case .number(let value) = $0 { value } else { nil } }.prefix(16))
  }

  var strings: [String] {
    Array(words.lazy.compactMap { if case .string(let text) = $0 { text } else { nil } }.prefix(16))
  }

  /// Whether the result itself is looked into: then its inner shape matters, which nobody knows here.
  var looksInside: Bool {
    words.indices.contains { index in
      guard case .sign(let sign) = words[index] else { return false }
      return ["[", ".", "?.", "#", "{"].contains(sign)
    }
  }

  private func word(_ index: Int) -> Word? { words.indices.contains(index) ? words[index] : nil }
}
