import ArgoManifests

/// The text of a scenario file, checked before any parser sees it.
///
/// Aliases and nested complex keys are what makes YAML cost more than its length. A scenario needs
/// neither: aliases are refused, complex keys bounded from the bytes alone.
struct ScenarioText {
  /// Without a byte order mark.
  let text: String

  /// Why a file is not even looked at by the parser.
  struct Unreadable: Error {
    var line: Int
    var reason: String
  }

  init(_ bytes: [UInt8]) throws(Unreadable) {
    guard bytes.count <= ScenarioLimits.fileBytes else {
      throw Unreadable(
        line: 1, reason: "must be at most \(ScenarioLimits.fileBytes) bytes, has \(bytes.count)")
    }
    let body = bytes.starts(with: Self.mark) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: body, as: UTF8.self) else {
      throw Unreadable(line: Self.lineOfInvalidUTF8(body), reason: "must be UTF-8, is not here")
    }
    try Self.checkCharacters(text)
    try Self.checkWork(body)
    self.text = text
  }

  /// The byte order mark in UTF-8.
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func lineOfInvalidUTF8(_ bytes: ArraySlice<UInt8>) -> Int {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return line
  }

  /// Control characters, and the line breaks that only some readers of YAML take for one: a line
  /// number has to mean the same to everybody.
  private static func checkCharacters(_ text: String) throws(Unreadable) {
    var line = 1
    var previous: Unicode.Scalar = "\n"
    for scalar in text.unicodeScalars {
      if previous == "\r" && scalar != "\n" { throw loneReturn(line) }
      previous = scalar
      switch scalar.value {
      case 0x0A: line += 1
      case 0x09, 0x0D: continue
      case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
        throw Unreadable(
          line: line, reason: "must not hold the control character \(scalar.value)")
      default: continue
      }
    }
    if previous == "\r" { throw loneReturn(line) }
  }

  private static func loneReturn(_ line: Int) -> Unreadable {
    Unreadable(line: line, reason: "must end its lines with LF or CR LF, not with CR")
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

  /// Looks for what could be an alias or a complex key. Comments and quoted text are not told
  /// apart: too many is possible, too few is not.
  private static func checkWork(_ bytes: ArraySlice<UInt8>) throws(Unreadable) {
    var anchors: Set<ArraySlice<UInt8>> = []
    var aliases: [(name: ArraySlice<UInt8>, line: Int)] = []
    var complexKeys = 0
    var line = 1
    var flowKeys = 0
    // The last byte of this line that is no blank.
    var previous: UInt8?
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        (previous, flowKeys) = (nil, 0)
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): continue
      case UInt8(ascii: "&"), UInt8(ascii: "*"):
        let name = bytes[(index + 1)...].prefix(while: isNameByte)
        if !name.isEmpty && byte == UInt8(ascii: "&") { anchors.insert(name) }
        if !name.isEmpty && byte == UInt8(ascii: "*") { aliases.append((name, line)) }
      case UInt8(ascii: "?"):
        if previous.map({ "-?:{[,".utf8.contains($0) }) ?? true { complexKeys += 1 }
      case UInt8(ascii: ":"):
        // A list or mapping as a key without '? ' ends on the line where it begins.
        guard previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}") else { break }
        flowKeys += 1
        guard flowKeys <= ScenarioLimits.flowKeysPerLine else {
          throw Unreadable(
            line: line,
            reason: "has more than \(ScenarioLimits.flowKeysPerLine) of ']:' and '}:' in one line")
        }
      default: break
      }
      previous = byte
    }
    guard complexKeys * bytes.count <= ScenarioLimits.complexKeyBytes else {
      throw Unreadable(line: 1, reason: "has too many complex keys ('? '): \(complexKeys)")
    }
    if let used = aliases.first(where: { anchors.contains($0.name) }) {
      throw Unreadable(
        line: used.line, reason: "has an alias (*name), which is not read here; write the value out"
      )
    }
  }
}
