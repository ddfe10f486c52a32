/// The text of a file, checked before any parser sees it.
///
/// The parser behind Yams limits nesting and refuses duplicate keys by hashing them. Two things would
/// make that work without end: aliases, which multiply what they stand for, and complex keys, which
/// are hashed once for every level of nesting. Both are bounded here from the bytes alone.
struct YAMLText {
  /// Without a byte order mark.
  let text: String

  /// Why a file is not even looked at by the parser.
  struct Unreadable: Error {
    var line: Int
    var reason: String
  }

  init(_ bytes: [UInt8]) throws(Unreadable) {
    guard bytes.count <= ManifestLimits.fileBytes else {
      throw Unreadable(
        line: 1,
        reason: "must be at most \(ManifestLimits.fileBytes) bytes, has \(bytes.count)")
    }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
      throw Unreadable(line: 1, reason: "must be UTF-8, looks like UTF-16")
    }
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    try Self.checkControls(body)
    guard let text = String(validating: body, as: UTF8.self) else {
      throw Unreadable(line: Self.lineOfInvalidUTF8(body), reason: "must be UTF-8, is not here")
    }
    try Self.checkWork(body)
    self.text = text
  }

  private static func checkControls(_ bytes: ArraySlice<UInt8>) throws(Unreadable) {
    var line = 1
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "\t"), UInt8(ascii: "\r"): continue
      case 0..<0x20, 0x7F:
        throw Unreadable(
          line: line, reason: "must not hold the control character \(byte)")
      default: continue
      }
    }
  }

  private static func lineOfInvalidUTF8(_ bytes: ArraySlice<UInt8>) -> Int {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return line
  }

  /// Whether a byte may stand in the name of an anchor.
  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Counts what could be an alias or an explicit complex key. Comments and quoted text are not told
  /// apart: too many is possible, too few is not.
  private static func checkWork(_ bytes: ArraySlice<UInt8>) throws(Unreadable) {
    var anchors: Set<ArraySlice<UInt8>> = []
    var aliases: [ArraySlice<UInt8>] = []
    var complexKeys = 0
    var line = 1
    var flowKeys = 0
    // The last byte of this line that is no blank.
    var previous: UInt8?
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        if byte == UInt8(ascii: "\n") { line += 1 }
        (previous, flowKeys) = (nil, 0)
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"): continue
      case UInt8(ascii: "&"), UInt8(ascii: "*"):
        let name = bytes[(index + 1)...].prefix(while: isNameByte)
        if !name.isEmpty && byte == UInt8(ascii: "&") { anchors.insert(name) }
        if !name.isEmpty && byte == UInt8(ascii: "*") { aliases.append(name) }
      case UInt8(ascii: "?"):
        if previous.map({ "-?:{[,".utf8.contains($0) }) ?? true { complexKeys += 1 }
      case UInt8(ascii: ":"):
        // A list or mapping as a key without '? ' ends on the line where it begins.
        guard previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}") else { break }
        flowKeys += 1
        guard flowKeys <= ManifestLimits.flowKeysPerLine else {
          throw Unreadable(
            line: line,
            reason: "has more than \(ManifestLimits.flowKeysPerLine) of ']:' and '}:' in one line")
        }
      default: break
      }
      previous = byte
    }
    guard complexKeys * bytes.count <= ManifestLimits.complexKeyBytes else {
      throw Unreadable(line: 1, reason: "has too many complex keys ('? '): \(complexKeys)")
    }
    let used = aliases.count(where: { anchors.contains($0) })
    guard used == 0 || expansion(of: used) * bytes.count <= ManifestLimits.expandedBytes else {
      throw Unreadable(
        line: 1,
        reason: "has too many aliases (*name) for its size: \(used) could expand beyond "
          + "\(ManifestLimits.expandedBytes) bytes; write the values out")
    }
  }

  /// How many copies of the file `aliases` aliases can stand for: the largest product of numbers
  /// with that sum, since each of a chain of anchors multiplies the one before.
  private static func expansion(of aliases: Int) -> Int {
    var (product, left) = (1, aliases)
    while left > 4 {
      guard product <= ManifestLimits.expandedBytes else { return product }
      product *= 3
      left -= 3
    }
    return product * max(left, 1)
  }
}
