import ArgoManifests
import RolloutCore
import Testing

@Suite("Durations")
struct DurationTextTests {
  @Test(
    "a duration is a sum of numbers with units",
    arguments: [
      ("30s", 30_000_000), ("1m30s", 90_000_000), ("500ms", 500_000), ("1.5h", 5_400_000_000),
      ("2d", 172_800_000_000), ("1d1h1m1s1ms1us", 90_061_001_001), (".5s", 500_000),
      ("0.0000019s", 1), ("1.s", 1_000_000), ("876000h", 3_153_600_000_000_000),
      ("0s1us", 1), ("+5s", 5_000_000), ("1500ns", 1), ("500ns500ns", 1), ("3\u{B5}s", 3),
      ("3\u{3BC}s", 3), ("+876000h", 3_153_600_000_000_000),
    ] as [(String, Int64)])
  func legal(text: String, microseconds: Int64) throws {
    #expect(try DurationText.parse(text, days: true) == Interval(microseconds: microseconds))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "5", "s", ".s", "5 s", "-5s", "+", "++5s", "+-5s", "5+s", "5S", "999ns", "3\u{B5}", "5w",
      "1h-1s", "0", "0s", "0.0000001s",
      "876000.1h", "876001h", "9223372036854775807s", "9223372036854775808us",
      "106751991d106751991d", "1\u{0661}s", "5s\n", "1e3s", "٣s",
      String(repeating: "9", count: 63) + "h", String(repeating: "1s", count: 33),
    ])
  func illegal(text: String) {
    #expect(throws: DurationText.Invalid.self) { try DurationText.parse(text, days: true) }
  }

  @Test("days are for policies only")
  func days() {
    #expect(throws: DurationText.Invalid.self) { try DurationText.parse("1d", days: false) }
    #expect(throws: DurationText.Invalid.self) { try DurationText.seconds(0) }
    #expect(throws: DurationText.Invalid.self) { try DurationText.seconds(.max) }
    #expect(throws: DurationText.Invalid.self) { try DurationText.seconds(.min) }
  }
}
