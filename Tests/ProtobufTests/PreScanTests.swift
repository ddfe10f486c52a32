import Testing

@testable import Protobuf

@Suite("the scan before protobuf-c")
struct PreScanTests {
  static func scan(
    fields: [String: FieldRule] = [:], countMax: Int = 1_000_000, fieldsMax: Int = 1_000_000,
    refusesUnknownFields: Bool = false
  ) -> PreScan {
    unsafe PreScan(
      NodeMessage.shared.type,
      ScanRules(
        fields: fields, countMax: countMax, fieldsMax: fieldsMax,
        refusesUnknownFields: refusesUnknownFields))
  }

  /// A node in a node ..., `depth` in all.
  static func nested(_ depth: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 1..<depth {
      var length: [UInt8] = []
      var rest = bytes.count
      while rest >= 0x80 {
        length.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      bytes = [0x0a] + length + [UInt8(rest)] + bytes
    }
    return bytes
  }

  @Test("messages nest 16 deep, not deeper")
  func depth() throws {
    try Self.scan().check(Self.nested(16))
    for depth in [17, 5_000] {
      let error = #expect(throws: MalformedMessage.self) {
        try Self.scan().check(Self.nested(depth))
      }
      #expect(error?.reason == "is nested more than 16 messages deep")
      #expect(error?.field.hasPrefix("children[0].children[0].") == true)
    }
  }

  @Test("the whole message has a limit of fields, elements of packed ones included")
  func fields() throws {
    let scan = Self.scan(fieldsMax: 10)
    let node: [UInt8] = [0x0a, 0]
    try scan.check(Array(repeating: node, count: 10).flatMap { $0 })
    let packed: [UInt8] = [0x1a, 36] + [UInt8](repeating: 0, count: 36)
    try scan.check(packed)
    let tooMany = MalformedMessage(field: "", reason: "has more than 10 fields")
    for bytes in [Array(repeating: node, count: 11).flatMap { $0 }, packed + node] {
      #expect(throws: tooMany) { try scan.check(bytes) }
    }
  }

  @Test("elements are counted for each message by itself")
  func counts() throws {
    let scan = Self.scan(fields: ["Node.children": .count(2)])
    try scan.check([0x0a, 4, 0x0a, 0, 0x0a, 0, 0x0a, 4, 0x0a, 0, 0x0a, 0])
    #expect(
      throws: MalformedMessage(field: "children[1].children", reason: "has more than 2 elements")
    ) { try scan.check([0x0a, 0, 0x0a, 6, 0x0a, 0, 0x0a, 0, 0x0a, 0]) }
  }

  @Test("packed numbers of a fixed size must be whole")
  func packedFixed() throws {
    try Self.scan().check([0x1a, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(throws: MalformedMessage(field: "weights", reason: "is cut short")) {
      try Self.scan().check([0x1a, 6, 1, 2, 3, 4, 5, 6])
    }
    #expect(throws: MalformedMessage(field: "weights", reason: "is cut short")) {
      try Self.scan().check([0x1d, 1, 2, 3])
    }
  }

  @Test("no bytes are a message without fields")
  func empty() throws {
    let none: [UInt8] = []
    try Self.scan().check(none)
    #expect(try Self.name(of: none, Self.scan()) == "")
  }

  @Test("a field that must be there must not be empty either")
  func required() throws {
    let scan = Self.scan(fields: ["Node.name": .line(1...3)])
    try scan.check([0x12, 3, 0x61, 0x61, 0x61])
    let rule = "must be 1 to 3 bytes without control characters"
    for bytes in [[], [0x12, 0], [0x12, 4, 0x61, 0x61, 0x61, 0x61]] as [[UInt8]] {
      #expect(throws: MalformedMessage(field: "name", reason: rule)) {
        try scan.check(bytes)
      }
    }
  }

  @Test("text survives whole, at every length")
  func text() throws {
    for count in [0, 1, 15, 16, 127, 128, 5_000] {
      let text = String(repeating: "x", count: count)
      let length = count < 128 ? [UInt8(count)] : [UInt8(count & 0x7f) | 0x80, UInt8(count >> 7)]
      #expect(try Self.name(of: [0x12] + length + Array(text.utf8), Self.scan()) == text)
    }
  }

  @Test("legal UTF-8 is what the standard library says", arguments: UInt64(0)..<40)
  func utf8(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let bytes: [UInt8] =
      [0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf]
      + [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]
    for _ in 0..<500 {
      let sample = (0..<5).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return bytes[Int(state >> 33) % bytes.count]
      }
      let isLegal = TextScan.isLegal(sample)
      #expect(isLegal == (String(validating: sample, as: UTF8.self) != nil))
    }
  }

  static func name(of bytes: [UInt8], _ scan: PreScan) throws -> String {
    try unsafe NodeMessage.shared.type.unpack(bytes.span, scan) { node in
      guard let name = unsafe node.name else { return "" }
      return unsafe String(cString: name)
    }
  }
}

extension PreScan {
  fileprivate func check(_ bytes: [UInt8]) throws { try check(bytes.span) }
}

extension TextScan {
  fileprivate static func isLegal(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return true }
      return unsafe isLegal(first, buffer.count, .noNUL)
    }
  }
}
