/// The names of custom metadata.
public enum MetadataName {
  /// Whether applications may send a field of this name: lower-case letters, digits, `_`, `-` and
  /// `.`, and none that HTTP/2 or gRPC use themselves. Source: the gRPC protocol document.
  public static func isFree(_ name: String) -> Bool {
    guard !name.isEmpty, !name.hasPrefix("grpc-"), !reserved.contains(name) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }

  /// Whether a value can travel as text: space to tilde.
  public static func isSendable(_ value: String) -> Bool {
    value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  /// Names and values a server may add to headers, and again to trailers: stock clients take 8 KiB
  /// of header list by default.
  static let replyBytesMax = 4 << 10

  private static let reserved: Set<String> = [
    "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te",
    "trailer", "transfer-encoding", "upgrade", "user-agent",
  ]
}
