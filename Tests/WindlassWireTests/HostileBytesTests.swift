import RolloutCore
import Testing
import WindlassWire

/// Bytes nobody's encoder makes, and some that a stock protobuf-c would swallow.
@Suite("hostile bytes")
struct HostileBytesTests {
  /// A legal request around `more`.
  private func request(_ more: ProtoBytes.Field...) -> [UInt8] {
    ProtoBytes.message(.message(1, .text(1, "k")), .text(2, "a/b"), .message(17))
      + more.flatMap(\.bytes)
  }

  private func refused(_ bytes: [UInt8], _ field: String, _ reason: String) {
    #expect(throws: WireError(field: field, reason: reason)) {
      try SubmitRequest(decoding: bytes.span)
    }
  }

  @Test("the request that the others are variants of is legal")
  func legal() throws {
    #expect(try SubmitRequest(decoding: request().span).command == .abort)
  }

  @Test("deep nesting is unknown fields to a request, and skipped unread in a response")
  func nesting() throws {
    var nested: [UInt8] = []
    for _ in 0..<5_000 { nested = ProtoBytes.Field.bytes(900, nested).bytes }
    refused(request(.bytes(900, nested)), "", "field 900 is unknown")
    let response = try Lease(
      cluster: ClusterName(validating: "c"), epoch: 1, remaining: .seconds(1))
    let bytes = response.encoded() + ProtoBytes.Field.bytes(900, nested).bytes
    #expect(try Lease(decoding: bytes.span) == response)
  }

  @Test(
    "text that is not UTF-8 is refused",
    arguments: [
      [0xff], [0x80], [0xc3], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xe0, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let message = ProtoBytes.message(
      .message(1, .text(1, "k"), .bytes(3, [0x61] + bytes)), .text(2, "a/b"), .message(17))
    refused(message, "envelope.reason", LimitTests.freeText)
    // In a response or event there is no limit, but it still has to be text.
    let event = ProtoBytes.message(.bytes(1, bytes), .message(2, .text(1, "p")))
    #expect(throws: WireError(field: "holder", reason: "must be UTF-8 without NUL")) {
      try EventCodec.decode(type: "lease-released.v1", payload: event)
    }
  }

  @Test("a NUL in text is refused: C would cut the text there")
  func nul() {
    let message = ProtoBytes.message(
      .message(1, .text(1, "k")), .text(2, "a/b\0evil"), .message(17))
    refused(message, "application", "must be UTF-8 without NUL")
    let event = ProtoBytes.message(.text(1, "agent\0"), .message(2, .text(1, "p")))
    #expect(throws: WireError(field: "holder", reason: "must be UTF-8 without NUL")) {
      try EventCodec.decode(type: "lease-released.v1", payload: event)
    }
  }

  @Test("a flood of empty messages is refused by count, before it becomes memory")
  func emptyMessages() {
    let policies = ProtoBytes.Field(
      bytes: [UInt8](repeating: 0, count: 2_000_000).indices.flatMap { _ in [0x1a, 0] as [UInt8] })
    let message = ProtoBytes.message(
      .message(1, .text(1, "k")), .text(2, "a/b"), .message(10, policies))
    #expect(throws: WireError(field: "apply.policies", reason: "has more than 100 elements")) {
      try SubmitRequest(decoding: message.span)
    }
  }

  @Test("a flood of numbers is refused by count, packed or not")
  func numbers() {
    let packed = ProtoBytes.Field.bytes(2, [UInt8](repeating: 1, count: 101))
    let single = (0..<101).map { _ in ProtoBytes.Field.number(2, 1) }
    for fields in [[packed], single] {
      let adopt = ProtoBytes.Field.bytes(23, [8, 1] + fields.flatMap(\.bytes))
      let message = ProtoBytes.message(.message(1, .text(1, "k")), .text(2, "a/b"), adopt)
      refused(message, "adopt.history", "has more than 100 elements")
    }
  }

  @Test("packed and unpacked numbers mean the same")
  func packing() throws {
    let head: [UInt8] = ProtoBytes.message(.message(1, .text(1, "k")), .text(2, "a/b"))
    let packed = head + ProtoBytes.message(.message(23, .number(1, 1), .bytes(2, [1, 2, 3])))
    let single =
      head
      + ProtoBytes.message(
        .message(23, .number(1, 1), .number(2, 1), .bytes(2, []), .bytes(2, [2]), .number(2, 3)))
    #expect(
      try SubmitRequest(decoding: packed.span) == SubmitRequest(decoding: single.span))
  }

  @Test("what is given twice, or beside its alternative, is refused")
  func twice() {
    let words = "is given twice, or beside another of which only one may be"
    refused(request(.text(2, "a/c")), "application", words)
    refused(request(.message(1, .text(1, "k2"))), "envelope", words)
    refused(request(.message(18)), "retry", words)
    refused(request(.message(17)), "abort", words)
  }

  @Test("an unknown field is refused in a request at any depth")
  func unknown() {
    refused(request(.number(99, 1)), "", "field 99 is unknown")
    let inner = ProtoBytes.message(
      .message(1, .text(1, "k"), .number(6, 1)), .text(2, "a/b"), .message(17))
    refused(inner, "envelope", "field 6 is unknown")
    let plain = ProtoBytes.message(
      .message(1, .text(1, "k")), .text(2, "a/b"), .message(17, .number(1, 1)))
    refused(plain, "abort", "field 1 is unknown")
  }

  @Test("a field of another wire type is refused")
  func wireType() {
    refused(
      ProtoBytes.message(.number(2, 5)), "application", "has wire type 0, not 2")
    refused(
      ProtoBytes.message(.message(1, .text(4, "7"))), "envelope.expected_version",
      "has wire type 2, not 0")
    refused([0x13], "", "field 2 has wire type 3")  // A group.
    refused([0x16], "", "field 2 has wire type 6")
    refused([0x02, 0], "", "has a field key that is not one")  // Field number 0.
  }

  @Test("numbers and lengths that overflow or overrun are refused")
  func overruns() {
    let ones = [UInt8](repeating: 0xff, count: 9)
    let version = "envelope.expected_version"
    refused([0x0a, 12, 0x20] + ones + [0x02, 0], version, "is not a number of at most 64 bits")
    refused([0x0a, 12, 0x20] + ones + [0x80, 1], version, "is not a number of at most 64 bits")
    refused([0x0a, 1, 0x20], version, "is not a number of at most 64 bits")
    refused([0x12, 5, 0x61], "application", "is cut short")
    refused([0x12], "application", "is cut short")
    refused([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], "application", "is cut short")
    refused([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "application", "is cut short")
    refused(
      [0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "", "has a field key that is not one")
    // An inner message may not reach past the one around it.
    refused(
      [0x0a, 3, 0x0a, 9, 0x61] + [UInt8](repeating: 0x61, count: 20),
      "envelope.idempotency_key", "is cut short")
  }

  @Test("every prefix of a message is refused or is one itself, never a trap")
  func prefixes() throws {
    for kind in MessageKind.all {
      var random = Generator(seed: 5)
      let bytes = try kind.bytes(&random)
      for count in bytes.indices {
        _ = try? kind.reencoded(Array(bytes[..<count]))
      }
    }
  }
}
