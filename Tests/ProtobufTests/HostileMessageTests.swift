import Glibc
import Testing

@testable import Protobuf

/// Messages that mean harm. Each is refused with its field and reason, before protobuf-c sees it or
/// within the arena's budget; a good message is read right after it, and memory stays where it was.
@Suite("Hostile messages")
struct HostileMessageTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var id: String
    var bytes: [UInt8]
    /// `nil` when the message is odd but legal.
    var refusal: MalformedMessage?
    var keepsUnknown = false
    var testDescription: String { id }

    init(
      _ id: String, _ bytes: [UInt8], field: String = "", _ reason: String?,
      keepsUnknown: Bool = false
    ) {
      self.id = id
      self.bytes = bytes
      refusal = reason.map { MalformedMessage(field: field, reason: $0) }
      self.keepsUnknown = keepsUnknown
    }
  }

  static let rules: [String: FieldRule] = [
    "Node.name": .line(0...64), "Node.word": .free(0...64), "Node.weights": .count(100),
    "Node.marks": .count(100), "Node.children": .count(50),
  ]

  static func scan(keepsUnknown: Bool = false) -> PreScan {
    PreScanTests.scan(
      fields: rules, countMax: 100, fieldsMax: 500, refusesUnknownFields: !keepsUnknown)
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func name(_ text: [UInt8]) -> [UInt8] { [0x12] + varint(UInt64(text.count)) + text }

  static let notAKey = "has a field key that is not one"
  static let notANumber = "is not a number of at most 64 bits"
  static let line = "must be at most 64 bytes without control characters"

  static let shapes: [Attack] = [
    Attack(
      "F6-DEPTH-5000", PreScanTests.nested(5_000),
      field: Array(repeating: "children[0]", count: 16).joined(separator: "."),
      "is nested more than 16 messages deep"),
    Attack(
      "F6-DEPTH-17", PreScanTests.nested(17),
      field: Array(repeating: "children[0]", count: 16).joined(separator: "."),
      "is nested more than 16 messages deep"),
    Attack("F6-DEPTH-16-IS-LEGAL", PreScanTests.nested(16), nil),
    Attack(
      "F6-EMPTY-MESSAGES", (0..<2_000_000).flatMap { _ in [0x0a, 0] as [UInt8] },
      field: "children", "has more than 50 elements"),
    Attack(
      "F6-EMPTY-MESSAGES-SPREAD",
      (0..<40).flatMap { _ in [0x0a, 100] + (0..<50).flatMap { _ in [0x0a, 0] as [UInt8] } },
      field: "children[9]", "has more than 500 fields"),
    Attack("F6-UTF8-INVALID", name([0xff, 0xfe]), field: "name", line),
    Attack("F6-UTF8-CUT", name([0x61, 0xe2, 0x82]), field: "name", line),
    Attack("F6-UTF8-OVERLONG", name([0xc0, 0xaf]), field: "name", line),
    Attack("F6-UTF8-SURROGATE", name([0xed, 0xa0, 0x80]), field: "name", line),
    Attack("F6-UTF8-BEYOND", name([0xf4, 0x90, 0x80, 0x80]), field: "name", line),
    Attack("F6-NUL", name(Array("adm\0in".utf8)), field: "name", line),
    Attack("PB-CONTROL-C0", name(Array("a\nb".utf8)), field: "name", line),
    Attack("PB-CONTROL-C1", name([0x61, 0xc2, 0x85]), field: "name", line),
    Attack(
      "PB-TEXT-TOO-LONG", name([UInt8](repeating: 0x61, count: 65)), field: "name", line),
    Attack("PB-TEXT-IN-BYTES-IS-LEGAL", [0x2a, 3, 0, 0xff, 0x0a], nil),
  ]

  static let keys: [Attack] = [
    Attack("PB-KEY-ZERO", [0x02, 0], notAKey),
    Attack("PB-KEY-OVERLONG", [0xa0, 0x80, 0x80, 0x80, 0x80, 0x00, 1], notAKey),
    Attack("PB-KEY-OVER-32-BITS", [0xff, 0xff, 0xff, 0xff, 0x7f, 1], notAKey),
    Attack("PB-KEY-UNFINISHED", [0xa0], notAKey),
    Attack(
      "PB-KEY-HIGHEST-NUMBER", [0xf8, 0xff, 0xff, 0xff, 0x0f, 1], "field 536870911 is unknown"),
    Attack("PB-WIRE-TYPE-3-GROUP", [0x23, 0x24], "field 4 has wire type 3"),
    Attack("PB-WIRE-TYPE-4-GROUP", [0x24], "field 4 has wire type 4"),
    Attack("PB-WIRE-TYPE-6", [0x26, 0], "field 4 has wire type 6"),
    Attack("PB-WIRE-TYPE-7", [0x27, 0], "field 4 has wire type 7"),
    Attack("PB-WRONG-WIRE-TYPE-TEXT", [0x10, 1], field: "name", "has wire type 0, not 2"),
    Attack("PB-WRONG-WIRE-TYPE-NUMBER", [0x22, 1, 1], field: "count", "has wire type 2, not 0"),
    Attack(
      "PB-WRONG-WIRE-TYPE-FIXED", [0x19, 0, 0, 0, 0, 0, 0, 0, 0], field: "weights",
      "has wire type 1, not 5"),
    Attack("PB-WRONG-WIRE-TYPE-MESSAGE", [0x08, 1], field: "children", "has wire type 0, not 2"),
    Attack("PB-UNKNOWN-FIELD", [0x78, 1], "field 15 is unknown"),
    Attack("PB-UNKNOWN-FIELD-KEPT", [0x78, 1], nil, keepsUnknown: true),
    Attack(
      "PB-UNKNOWN-FIELD-INSIDE", [0x0a, 2, 0x78, 1], field: "children[0]", "field 15 is unknown"),
    Attack(
      "PB-UNKNOWN-FLOOD", (0..<600).flatMap { _ in [0x78, 1] as [UInt8] },
      "has more than 500 fields", keepsUnknown: true),
    Attack("PB-UNKNOWN-CUT", [0x7a, 5, 1], "field 15 is cut short", keepsUnknown: true),
  ]

  static let values: [Attack] = [
    Attack(
      "PB-VARINT-11-BYTES", [0x20] + [UInt8](repeating: 0x80, count: 10) + [0], field: "count",
      notANumber),
    Attack(
      "PB-VARINT-65-BITS", [0x20] + [UInt8](repeating: 0xff, count: 9) + [2], field: "count",
      notANumber),
    Attack("PB-VARINT-LARGEST-IS-LEGAL", [0x20] + varint(.max), nil),
    Attack("PB-VARINT-UNFINISHED", [0x20, 0x80], field: "count", notANumber),
    Attack(
      "PB-VARINT-OVERLONG-ZERO-IS-LEGAL", [0x20, 0x80, 0x80, 0x00], nil),
    Attack(
      "PB-DUPLICATE-SINGULAR", [0x20, 1, 0x20, 2], field: "count",
      "is given twice, or beside another of which only one may be"),
    Attack(
      "PB-DUPLICATE-TEXT", name([0x61]) + name([0x62]), field: "name",
      "is given twice, or beside another of which only one may be"),
    Attack(
      "PB-ONEOF-BOTH", [0x38, 1, 0x42, 1, 0x61], field: "word",
      "is given twice, or beside another of which only one may be"),
    Attack(
      "PB-ONEOF-TWICE", [0x38, 1, 0x38, 2], field: "number",
      "is given twice, or beside another of which only one may be"),
    Attack(
      "PB-PACKED-AND-UNPACKED-ARE-LEGAL",
      [0x1a, 4, 1, 0, 0, 0, 0x1d, 2, 0, 0, 0, 0x30, 5, 0x32, 2, 6, 7], nil),
    Attack("PB-PACKED-CUT", [0x1a, 6, 1, 2, 3, 4, 5, 6], field: "weights", "is cut short"),
    Attack(
      "PB-PACKED-VARINT-UNFINISHED", [0x32, 2, 1, 0x80], field: "marks",
      "holds what is not a number of at most 64 bits"),
    Attack(
      "PB-PACKED-FLOOD", [0x32, 101] + [UInt8](repeating: 1, count: 101), field: "marks",
      "has more than 100 elements"),
    Attack(
      "PB-UNPACKED-FLOOD", (0..<101).flatMap { _ in [0x30, 1] as [UInt8] }, field: "marks",
      "has more than 100 elements"),
    Attack("PB-FIXED-CUT", [0x1d, 1, 2, 3], field: "weights", "is cut short"),
    Attack("PB-LENGTH-OVER-END", [0x12, 5, 0x61], field: "name", "is cut short"),
    Attack(
      "PB-LENGTH-4-GIB", [0x2a] + varint(0xffff_ffff) + [1], field: "blob", "is cut short"),
    Attack("PB-LENGTH-OVER-32-BITS", [0x2a] + varint(1 << 35), field: "blob", "is cut short"),
    Attack("PB-LENGTH-NEGATIVE", [0x2a] + varint(.max), field: "blob", "is cut short"),
    Attack(
      "PB-LENGTH-OVER-PARENT", [0x0a, 3, 0x12, 9, 0x61, 0, 0, 0, 0, 0, 0, 0, 0],
      field: "children[0].name", "is cut short"),
    Attack("PB-LENGTH-MISSING", [0x12], field: "name", "is cut short"),
  ]

  @Test("is refused by name, or read, and harms nobody", arguments: shapes + keys + values)
  func attack(_ attack: Attack) throws {
    let scan = Self.scan(keepsUnknown: attack.keepsUnknown)
    let before = Self.peakBytes()
    if let refusal = attack.refusal {
      let error = #expect(throws: MalformedMessage.self) {
        try PreScanTests.name(of: attack.bytes, scan)
      }
      #expect(error == refusal)
    } else {
      _ = try PreScanTests.name(of: attack.bytes, scan)
    }
    #expect(Self.peakBytes() - before < 32 << 20)
    #expect(try PreScanTests.name(of: Self.name([0x6f, 0x6b]), scan) == "ok")
  }

  @Test("PB-TRUNCATED every beginning of a message is refused or is a message itself")
  func truncated() throws {
    let child = Self.name([0x61]) + [0x20, 1]
    let whole = [0x0a, UInt8(child.count)] + child + Self.name([0x62]) + [0x1a, 4, 1, 2, 3, 4]
    let scan = Self.scan()
    var legal: [Int] = []
    for count in 0...whole.count {
      do {
        _ = try PreScanTests.name(of: Array(whole.prefix(count)), scan)
        legal.append(count)
      } catch {
        #expect(error is MalformedMessage)
      }
    }
    #expect(legal == [0, 7, 10, 16])
  }

  @Test("PB-RANDOM what the scan lets pass, protobuf-c reads", arguments: UInt64(0)..<50)
  func random(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces: [[UInt8]] = [
      [0x0a, 0], [0x0a, 3, 0x12, 1, 0x61], [0x12, 1, 0x62], [0x1a, 4, 1, 2, 3, 4],
      [0x1d, 0, 0, 0, 1],
      [0x20, 0xff, 1], [0x2a, 2, 0, 0], [0x30, 9], [0x32, 3, 1, 2, 3], [0x38, 1], [0x42, 1, 0x63],
    ]
    let scan = Self.scan(keepsUnknown: seed % 2 == 0)
    for _ in 0..<400 {
      var bytes = (0..<next(6)).flatMap { _ in pieces[next(pieces.count)] }
      for _ in 0..<next(3) where !bytes.isEmpty { bytes[next(bytes.count)] = UInt8(next(256)) }
      do {
        _ = try PreScanTests.name(of: bytes, scan)
      } catch {
        // "is malformed" is protobuf-c's own refusal: the scan should have had a better word.
        #expect((error as? MalformedMessage)?.reason != "is malformed", "\(bytes)")
      }
    }
  }

  private static func peakBytes() -> Int {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1_024
  }
}
