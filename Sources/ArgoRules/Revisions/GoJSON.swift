/// JSON text byte for byte as Go's `encoding/json` writes it: no blanks, members in the order of
/// the Go struct, maps by key, and `<`, `>`, `&` escaped.
indirect enum GoJSON {
  case null
  case bool(Bool)
  case int(Int)
  case string(String)
  case array([GoJSON])
  case object([(String, GoJSON)])
  /// JSON text taken over as it is, without its blanks.
  case raw(String)

  static func map(_ entries: [String: GoJSON]) -> GoJSON {
    .object(entries.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) })
  }

  static func map(_ entries: [String: String]) -> GoJSON {
    map(entries.mapValues { GoJSON.string($0) })
  }

  var utf8: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes += String(value).utf8
    case .string(let value): Self.write(string: value, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(string: member.0, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.1.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    case .raw(let text): Self.write(raw: text, to: &bytes)
    }
  }

  private static func write(string: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": bytes += "\\\"".utf8
      case "\\": bytes += "\\\\".utf8
      case "\n": bytes += "\\n".utf8
      case "\r": bytes += "\\r".utf8
      case "\t": bytes += "\\t".utf8
      case "\u{8}": bytes += "\\b".utf8
      case "\u{C}": bytes += "\\f".utf8
      case "<", ">", "&", "\u{2028}", "\u{2029}": escape(scalar, to: &bytes)
      case let other where other.value < 0x20: escape(other, to: &bytes)
      default: bytes += Array(String(Character(scalar)).utf8)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    let digits = String(scalar.value, radix: 16)
    bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
  }

  /// Blanks outside strings go; the characters Go escapes inside a raw message are escaped.
  private static func write(raw text: String, to bytes: inout [UInt8]) {
    var inString = false
    var escaped = false
    for scalar in text.unicodeScalars {
      if inString {
        switch scalar {
        case "<", ">", "&", "\u{2028}", "\u{2029}": escape(scalar, to: &bytes)
        default: bytes += Array(String(Character(scalar)).utf8)
        }
        if escaped {
          escaped = false
        } else if scalar == "\\" {
          escaped = true
        } else if scalar == "\"" {
          inString = false
        }
        continue
      }
      if scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t" { continue }
      if scalar == "\"" { inString = true }
      bytes += Array(String(Character(scalar)).utf8)
    }
  }
}
