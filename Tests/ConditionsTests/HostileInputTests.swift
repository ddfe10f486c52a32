import Conditions
import Testing

@Suite("conditions from outside")
struct HostileInputTests {
  static let hostile: [String] = [
    String(repeating: "(", count: 20_000) + "1", String(repeating: "[", count: 20_000),
    String(repeating: "not ", count: 10_000) + "true", String(repeating: "-", count: 9_000) + "1",
    "1" + String(repeating: " + 1", count: 9_000), "1" + String(repeating: "?1:1", count: 9_000),
    "result" + String(repeating: "[0]", count: 5_000), String(repeating: "{a:", count: 9_000),
    "1" + String(repeating: " ** 2", count: 4_000),
    String(repeating: "if true {1} else ", count: 2_000),
    String(repeating: "map([1], ", count: 3_000), String(repeating: "a", count: 70_000),
    "len(1..1000000000000) > 0", "len(1..9223372036854775807) > 0",
    "-9223372036854775807..9223372036854775807",
    "repeat(\"a\", 1000000000)", "reduce(1..60, #acc + #acc, \"a\")",
    "reduce(1..60, concat(#acc, #acc), [1])",
    "reduce(1..100000, [#acc])", "reduce(1..60, [#acc, #acc])",
    "string(reduce(1..60, {a: #acc, b: #acc}))",
    "map(1..10000, map(1..10000, map(1..10000, #)))", "all(1..9999, all(1..9999, true))",
    "uniq(1..900000)", "flatten(map(1..1000, 1..1000))",
    "replace(repeat(\"a\", 99999), \"\", repeat(\"b\", 99999))",
    "\"a\" matches \"((a{1000}){1000}){1000}\"", "\"a\" matches \"(((a*)*)*)*b\"",
    "repeat(\"a\", 50000) matches \"(a|a)*(a|aa)+(a*)*b$\"",
    "repeat(\"a\", 900000) matches \"(a?){500}b\"",
    "\"a\" matches \"" + String(repeating: "(", count: 3_000) + "\"",
    "\"a\" matches \"[\\\\x{ffffffffffff}]\"",
    "bitshl(1, 9223372036854775807)", "-9223372036854775807 % -1",
    "int(-9223372036854775807 - 1) % -1",
    "[1][9223372036854775807]", "[1][-9223372036854775807 - 1]", "[1][1e300:]",
    "take([1], 9223372036854775807)",
    "split(\"abc\", \"\", 9223372036854775807)", "duration(\"9999999999999999999h\")",
    "fromJSON(repeat(\"[\", 99999))",
    "date(\"9999-12-31\").AddDate(9223372036854775807, 9223372036854775807, 9223372036854775807).Year()",
    "date(\"9999-12-31\").UnixNano()", "(date(\"9999-12-31\") - date(\"0000-01-01\")).Hours()",
    "\u{0}", "\u{ff}", "",
    "'\\U00110000'", "\"\\", "`", "0x", "1e99999", "#", "let", "?.", "..", "::", "\u{1F600}",
  ]

  @Test("is refused or answered, whatever it is", arguments: hostile)
  func refused(expression: String) {
    for result in [Value.null, .float(.nan), .list([.list([])]), .string("a")] {
      let verdict = assess(success: expression, failure: "", result: result, now: noon)
      #expect(verdict.message.utf8.count < 400_000)
    }
  }

  @Test("deep or long expressions are refused by limit")
  func limits() throws {
    for expression in Self.hostile.prefix(12) {
      do throws(ConditionError) {
        _ = try CompiledCondition(parsing: expression)
        Issue.record("accepted \(expression.prefix(20))")
      } catch {
        #expect(error.kind == .limit)
      }
    }
  }

  /// A small generator, so that a failing seed fails again.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  static let seeds: [String] = [
    "result[0] >= 0.95 and not (result[1] in 1..3)",
    "let x = result?.a ?? 2; x ** 2 > 1 ? x : [x, {a: 1}]",
    "all(filter(result, # > 1), {#.a matches \"^(a|b)+[^c]{2,}$\"})",
    "sortBy(result, -#, \"desc\") | map(#index) | sum()",
    "if now() > date(\"2024-01-02\") { duration(\"1h30m\").Minutes() } else { toJSON({b: 'c', \"d\": nil}) }",
    "reduce(result, #acc + # * 0x1f, 1_000) % 7 == asInt(\"12\") or isNaN(asFloat(result))",
    "split(replace(\"a,b\", \",\", `;`), \";\")[-1:] == [\"b\"] // end",
    "groupBy(result, type(#)) | keys() | sort()",
  ]

  @Test("mutated expressions never trap", arguments: UInt64(0)..<40)
  func mutations(seed: UInt64) throws {
    var random = Seeded(state: seed &* 7_919 &+ 1)
    let values: [Value] = [
      .null, .float(1.5), .string("abc"), .list([.float(1), .string("a"), .null]),
      .floats([.nan, 2]),
      .map(Fields([("a", .float(1))])), .bool(true), .int(.min),
    ]
    for _ in 0..<150 {
      var text = Array((Self.seeds.randomElement(using: &random) ?? "").unicodeScalars)
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let place = Int.random(in: 0...text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where place < text.count: text.remove(at: place)
        case 1 where place < text.count:
          text[place] = Unicode.Scalar(UInt8.random(in: 0..<128, using: &random))
        case 2:
          let other = Array((Self.seeds.randomElement(using: &random) ?? "").unicodeScalars)
          let start = Int.random(in: 0..<other.count, using: &random)
          text.insert(contentsOf: other[start..<min(start + 9, other.count)], at: place)
        default:
          text.insert(
            contentsOf: "([{#.?&|9'\"".unicodeScalars.shuffled(using: &random).prefix(2), at: place)
        }
      }
      var source = ""
      source.unicodeScalars.append(contentsOf: text)
      guard let value = values.randomElement(using: &random) else { continue }
      let once = assess(success: source, failure: "", result: value, now: noon)
      let again = assess(success: source, failure: "", result: value, now: noon)
      #expect(once == again)
    }
  }

  @Test(
    "JSON is read strictly",
    arguments: [
      "", "01", "1.", "[1,]", "{\"a\"}", "'a'", "nul", "1 2", "1e400", "\"\\x\"", "\"\n\"",
      String(repeating: "[", count: 100_000),
    ])
  func json(text: String) {
    #expect(throws: ConditionError.self) { try Value(json: text) }
  }
}
