import Crypto

/// A value as JSON without blanks, keys sorted by their bytes and nulls left out of mappings, so that
/// comments, quoting, order of keys and line breaks of the YAML do not matter. `yq -o=json -I=0`
/// with sorted keys gives the same bytes for an ordinary pod template.
enum CanonicalJSON {
  /// A SHA-256 in hex, bare and as a digest is written.
  struct Digest {
    let hex: String
    var text: String { "sha256:\(hex)" }
  }

  static func digest(of content: YAMLNode.Content) -> Digest {
    var bytes: [UInt8] = []
    write(content, into: &bytes)
    let digits = Array("0123456789abcdef")
    var hex = ""
    for byte in SHA256.hash(data: bytes) {
      hex.append(digits[Int(byte >> 4)])
      hex.append(digits[Int(byte & 15)])
    }
    return Digest(hex: hex)
  }

  static func write(_ content: YAMLNode.Content, into bytes: inout [UInt8]) {
    switch content {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let text): bytes += text.utf8
    case .text(let text): write(text, into: &bytes)
    case .sequence(let nodes):
      bytes.append(UInt8(ascii: "["))
      for (index, node) in nodes.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(node.content, into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .mapping(let entries):
      let sorted = entries.filter { $0.value.content != .null }
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      bytes.append(UInt8(ascii: "{"))
      for (index, entry) in sorted.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        write(entry.key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(entry.value.content, into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, into bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20: bytes += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
