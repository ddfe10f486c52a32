import HTTP2
import Testing

@testable import GRPC

@Suite("Timeouts, percent-encoding, base64, methods")
struct EncodingTests {
  @Test(
    "a timeout is one to eight digits and a unit",
    arguments: [
      ("1n", 1), ("0S", 0), ("5u", 5_000), ("12m", 12_000_000),
      ("99999999S", 99_999_999_000_000_000),
      ("1M", 60_000_000_000), ("1H", 3_600_000_000_000), ("99999999H", .max), ("", nil), ("1", nil),
      ("n", nil), ("+1S", nil), ("1 S", nil), ("1.5S", nil), ("000000001S", nil), ("١S", nil),
    ] as [(String, Int64?)])
  func timeout(text: String, nanoseconds: Int64?) {
    let bytes = Array(text.utf8)
    #expect(GRPCTimeout.nanoseconds(bytes.span) == nanoseconds)
  }

  @Test(
    "a written timeout is never shorter than asked",
    arguments: [
      (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"), (100_000_001, "100001u"),
      (30_000_000_000, "30000000u"), (0, "1n"), (-5, "1n"), (.max, "2562048H"),
    ] as [(Int64, String)])
  func timeoutText(nanoseconds: Int64, text: String) {
    #expect(GRPCTimeout.text(nanoseconds: nanoseconds) == text)
  }

  @Test(
    "percent-encoding comes back as it went",
    arguments: ["", "plain", "100 %", "\t\r\n", "é 漢 🙂", "%41", "a\u{0}b"])
  func percent(text: String) {
    let encoded = PercentEncoding.encode(text)
    #expect(encoded.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test("what is no escape stays as it is")
  func lenientPercent() {
    #expect(PercentEncoding.decode(Array("50%, %zz %4".utf8)) == "50%, %zz %4")
    #expect(PercentEncoding.encode(String(repeating: "é", count: 5), bytesMax: 17).count == 12)
  }

  @Test("base64 is read with and without padding, and nothing else")
  func base64() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      let text = Base64.encode(bytes)
      #expect(Base64.decode(text[...]) == bytes)
      let padded = text + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
      #expect(Base64.decode(padded[...]) == bytes)
    }
    for wrong in ["A", "AAAAA", "A===", "AA=", "AA A", "AA==AA", "Ä"] {
      #expect(Base64.decode(Array(wrong.utf8)[...]) == nil)
    }
  }

  @Test("a method is found by exactly its path")
  func methodTable() {
    let paths = (0..<300).map { "/package.Service\($0 % 7)/Method\($0)" }
    let table = MethodTable(paths.map { .unary($0, requestBytesMax: 1) { _, _ in } })
    for (index, path) in paths.enumerated() {
      let bytes = Array(path.utf8)
      #expect(table.index(of: bytes.span) == index)
      let longer = bytes + [UInt8(ascii: "x")]
      #expect(table.index(of: longer.span) == nil)
    }
    let empty: [UInt8] = []
    #expect(table.index(of: empty.span) == nil)
    #expect(table.allPaths == paths)
  }

  @Test("a client reads HTTP answers as gRPC says")
  func httpStatus() {
    #expect(RPCCode(httpStatus: 400) == .internal)
    #expect(RPCCode(httpStatus: 401) == .unauthenticated)
    #expect(RPCCode(httpStatus: 403) == .permissionDenied)
    #expect(RPCCode(httpStatus: 404) == .unimplemented)
    for status in [429, 502, 503, 504] { #expect(RPCCode(httpStatus: status) == .unavailable) }
    #expect(RPCCode(httpStatus: 500) == .unknown)
  }
}
