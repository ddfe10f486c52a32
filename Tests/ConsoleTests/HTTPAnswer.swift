/// An HTTP/1.1 response taken apart, leniently: a test looks at what is there.
struct HTTPAnswer {
  let status: Int
  let headers: [String: String]
  let body: String

  init(_ text: String) {
    let bytes = Array(text.utf8)
    let split = Self.firstIndex(of: Array("\r\n\r\n".utf8), in: bytes) ?? bytes.count
    let head = String(decoding: bytes[..<split], as: UTF8.self).unicodeScalars
      .split(whereSeparator: { $0 == "\r" || $0 == "\n" }).map(String.init)
    status = head.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in head.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    self.headers = headers
    body = String(decoding: bytes.dropFirst(split + 4), as: UTF8.self)
  }

  private static func firstIndex(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= needle.count else { return nil }
    return (0...(bytes.count - needle.count)).first {
      bytes[$0..<($0 + needle.count)] == needle[...]
    }
  }
}
