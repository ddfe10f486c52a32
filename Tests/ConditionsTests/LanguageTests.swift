import Conditions
import Testing

let noon = Moment(seconds: 1_700_000_000)

/// A value of the result the tables below are applied to.
let sample = """
  {"n":5,"z":0,"f":1.5,"s":"abc","t":"12","b":true,"nil":null,"l":[3,1,2],"m":{"x":1},"e":[],
  "mix":[1,"a",null,true],"ms":[{"k":"a","v":2},{"k":"b","v":1},{"k":"a","v":3}]}
  """

/// What an expression yields for a JSON result: its JSON, or `error`.
func outcome(_ expression: String, _ result: String = sample) throws -> String {
  let value = try Value(json: result)
  do throws(ConditionError) {
    let yielded = try CompiledCondition(parsing: expression).evaluate(value, now: noon)
    return yielded.json ?? yielded.description
  } catch {
    return "error"
  }
}

@Suite("the language of conditions")
struct LanguageTests {
  @Test(
    "literals",
    arguments: [
      ("0x2A", "42"), ("0b11", "3"), ("0o17", "15"), ("017", "17"), ("1_000", "1000"),
      (".5", "0.5"),
      ("5.", "5"), ("1e3", "1000"), ("1._5", "1.5"), ("'\\x41\\u00e9\\n'", "\"Aé\\n\""),
      ("'\\101'", "\"A\""), ("`raw \\n`", "\"raw \\\\n\""), ("`a``b`", "\"a`b\""),
      ("'\\u{41}'", "\"A\""), ("1 // c", "1"), ("/* c */ 1", "1"), ("[1,2,]", "[1,2]"),
      ("{a:1,}", "{\"a\":1}"), ("{1.5: 2}", "{\"1.5\":2}"), ("{\"a\": 1, \"a\": 2}.a", "1"),
      ("9223372036854775808", "error"), ("0xffffffffffffffff", "error"), ("'\\q'", "error"),
      ("'\\0'", "error"), ("1 /* c", "error"), ("1e", "error"), ("0b12", "error"), ("1.a", "error"),
      ("a@b", "error"), ("'a\nb'", "error"),
    ] as [(String, String)])
  func literals(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "precedence and grouping",
    arguments: [
      ("not true == false", "true"), ("-2 ** 2", "-4"), ("2 ** 3 ** 2", "512"),
      ("1 + 2 * 3 ** 2", "19"), ("10 - 2 - 3", "5"), ("8 / 2.0 / 2", "2"), ("2 * 3 % 4", "2"),
      ("false || true && false", "false"), ("1..2+1 == [1,2,3]", "true"), ("1 < 3 < 2", "false"),
      ("1 < x", "error"), ("1 < 2 == true", "true"), ("5 > 3 >= 3", "true"),
      ("1 + 1 in [2]", "true"), ("1 not in [2]", "true"), ("not 1 in [2]", "error"),
      ("not 1 == 2", "error"), ("true ? false ? 1 : 2 : 3", "2"), ("false ?: 2", "2"),
      ("1 ?? 2 + 3", "error"), ("(1 ?? 2) + 3", "4"), ("1 + result.zz ?? 2", "3"),
      ("result.zz ?? \"a\" | upper()", "\"A\""), ("1 + 2 | string()", "\"3\""),
      ("if true {1} else if false {2} else {3}", "1"), ("if true {1}", "error"),
      ("1 + if true {1} else {2}", "error"), ("1;2", "2"), ("1;", "1"), (";1", "error"),
      ("let x = 1; let y = x + 1; y", "2"), ("let x = 1; let x = 2; x", "error"),
      ("let len = 1; len", "error"), ("let result = 1; 1", "error"), ("let isNil = 1; 1", "error"),
      ("(let x = 1; x) + 1", "2"), ("a not", "error"), ("1 & 2", "error"), ("1 === 1", "error"),
    ] as [(String, String)])
  func precedence(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "members, chains and slices",
    arguments: [
      ("result.m.x", "1"), ("result[\"m\"][\"x\"]", "1"), ("result.zz", "null"),
      ("result.nil.c", "error"), ("result.nil?.c.d", "null"), ("result.nil?.c[\"d\"]", "error"),
      ("(result.nil?.c).d", "null"), ("result?.[\"n\"]", "5"), ("result.l[-1]", "2"),
      ("result.l[3]", "error"), ("result.l[-4]", "error"), ("result.l[1.9]", "1"),
      ("result.l[\"a\"]", "error"), ("result.l.x", "error"), ("result.n.x", "error"),
      ("result.m[0]", "error"), ("result.s[0]", "97"), ("result.s[1:]", "\"bc\""),
      ("result.l[-2:]", "[1,2]"), ("result.l[2:1]", "[]"), ("result.l[:9]", "[3,1,2]"),
      ("result.in", "null"), ("nil.a", "error"), ("(1).a", "error"), ("$env.result.n", "5"),
      ("$env[\"result\"].n", "5"), ("$env.foo", "error"), ("result.n()", "error"),
      ("result.s.upper()", "error"),
    ] as [(String, String)])
  func members(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "operators on values whose type is found out late",
    arguments: [
      ("result.n == \"a\"", "false"), ("result.n != \"5\"", "true"), ("result.n > \"a\"", "error"),
      ("result.nil > 1", "error"), ("result.nil == nil", "true"), ("result.n % 2", "error"),
      ("int(result.n) % 2", "1"), ("7 % 0", "error"), ("false and 7 % 0 == 1", "error"),
      ("5 / 2", "2.5"), ("result.n / 0 > 1", "true"), ("1 / 0 > 1", "true"),
      ("0.0 / 0 == 0.0 / 0", "false"), ("0.0 / 0 != 1", "true"), ("2 ** -1", "0.5"),
      ("9223372036854775807 + 1", "-9223372036854775808"), ("9223372036854775807 * 2", "-2"),
      ("9007199254740993 == 9007199254740992.0", "true"), ("!result.n", "error"),
      ("result.b and result.n", "5"), ("true or result.nil.x", "true"),
      ("result.nil.x and false", "false"), ("result.nil.x or false", "error"),
      ("result.n > \"a\" and 1 == 2", "false"), ("result.n in [1, 2, \"5\"]", "false"),
      ("result.n in [\"5\"]", "error"), ("result.nil in [\"5\"]", "false"),
      ("2 in [1, 2.0]", "true"),
      ("\"x\" in result.m", "true"), ("1 in result.m", "error"), ("1 in result.nil", "false"),
      ("result.nil contains \"b\"", "false"), ("result.n contains \"b\"", "error"),
      ("[1] == [1.0]", "true"), ("{a:1} == {a:1.0}", "false"), ("result.f..3", "[1,2,3]"),
      ("3..1", "[]"), ("result.zz ?? result.nil ?? 7", "7"), ("\"é\" == \"e\\u0301\"", "false"),
    ] as [(String, String)])
  func operators(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "what can be seen to be wrong is refused even where it is not reached",
    arguments: [
      ("result > 1", "\"abc\""), ("result >= 0.95", "[0.97]"), ("true or result > 1", "\"a\""),
      ("true or unknown", "1"), ("result < 1", "null"), ("!result", "null"), ("result[0]", "null"),
      ("isNil(result) or len(result) > 0", "null"), ("isNil(result) or result.a", "null"),
      ("true or result == \"a\"", "1"), ("result[0] == 1", "\"a\""), ("isNaN(\"a\")", "1"),
      ("true ? 1 : 1 + \"a\"", "1"), ("max(1, 2.5) == 2", "1"), ("isNaN(len(\"a\"))", "1"),
      ("\"a\" in [1]", "1"), ("1 in {a: 1}", "1"), ("all([1], # + 1)", "1"),
      ("map([1], #acc)", "1"),
      ("\"a\" matches \"(\"", "1"), ("filter([1], # > \"a\")", "1"), ("[1, 2][0] + \"a\"", "1"),
    ] as [(String, String)])
  func staticCheck(expression: String, result: String) throws {
    #expect(try outcome(expression, result) == "error")
  }

  @Test("a provider's list of floats is checked as floats")
  func floats() throws {
    let condition = try CompiledCondition(parsing: "result[0] == \"a\"")
    #expect(try condition.evaluate(.list([.float(1)]), now: noon) == .bool(false))
    #expect(throws: ConditionError.self) { try condition.evaluate(.floats([1]), now: noon) }
  }

  @Test(
    "a null result can be compared for equality, defaulted and asked for",
    arguments: [
      ("result == nil", "true"), ("result == 0", "false"), ("isNil(result)", "true"),
      ("default(result, 0) < 1", "true"), ("result ?? 3", "3"), ("result?.a", "error"),
    ] as [(String, String)])
  func null(expression: String, expected: String) throws {
    #expect(try outcome(expression, "null") == expected)
  }

  @Test(
    "predicates",
    arguments: [
      ("all([], false)", "true"), ("any([], true)", "false"), ("none([], true)", "true"),
      ("one(result.l, # == 1)", "true"), ("filter(result.l, {# > 1})", "[3,2]"),
      ("map(result.ms, .v)", "[2,1,3]"), ("result.l | map(#index)", "[0,1,2]"),
      ("filter(result.l, #index == 0)", "error"), ("find(result.l, # == 9)", "null"),
      ("findIndex(result.l, # == 2)", "2"), ("findIndex(result.l, # == 9)", "null"),
      ("findIndex(result.l, # == 9) == -1", "error"), ("findLast(result.l, # > 1)", "2"),
      ("count([true, false, true])", "2"), ("count(result.mix, # > 0) > 0", "true"),
      ("count(result.mix, # > 0) > 1", "error"), ("sum(result.ms, .v)", "6"),
      ("sum([1, 2.5])", "3.5"), ("sum([\"a\"])", "error"), ("reduce(result.l, #acc + #, 10)", "16"),
      ("reduce([], #acc + #)", "error"), ("sortBy(result.ms, .v, \"desc\")[0].v", "3"),
      ("len(groupBy(result.ms, .k).a)", "2"), ("groupBy(result.l, # > 1)[true]", "[3,2]"),
      ("all([[1], [2]], any(#, # > 0))", "true"), ("all(result.n, true)", "error"),
      ("all(result.m, true)", "true"), ("all(result.m, # > 0)", "error"), ("#", "error"),
      ("all([1], {let y = #; y == 1})", "true"), ("all([1], # == 1; true)", "error"),
      ("filter(result.mix, # > 0)[0]", "1"), ("filter(result.l, # > 9)[0]", "error"),
    ] as [(String, String)])
  func predicates(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "functions",
    arguments: [
      ("len(\"é\")", "1"), ("len(result.n)", "error"), ("type(1.0)", "\"float\""),
      ("type(nil)", "\"nil\""), ("abs(-1.5)", "1.5"), ("ceil(1)", "1"), ("round(-2.5)", "-3"),
      ("int(\"+5\")", "5"), ("int(\" 5\")", "error"), ("int(1e30)", "-9223372036854775808"),
      ("float(\"1_0\")", "10"), ("float(\"1e400\")", "error"), ("string(1e20)", "\"1e+20\""),
      ("string(1000000.0)", "\"1e+06\""),
      ("string([1, 2.5, \"a\", nil])", "\"[1 2.5 a \\u003cnil\\u003e]\""),
      ("trim(\"xxaxx\", \"x\")", "\"a\""), ("trimPrefix(\"abc\", \"ab\")", "\"c\""),
      ("upper(\"aß\")", "\"Aß\""), ("split(\"a,b,c\", \",\", 2)", "[\"a\",\"b,c\"]"),
      ("splitAfter(\"a,b\", \",\")", "[\"a,\",\"b\"]"),
      ("replace(\"abc\", \"\", \"-\")", "\"-a-b-c-\""),
      ("repeat(\"ab\", 2)", "\"abab\""), ("repeat(\"ab\", -1)", "error"),
      ("join([\"a\", \"b\"], \",\")", "\"a,b\""),
      ("indexOf(\"éa\", \"a\")", "2"), ("lastIndexOf(\"abca\", \"a\")", "3"),
      ("hasSuffix(\"abc\", \"c\")", "true"),
      ("max([1, 5], 3)", "5"), ("max([])", "null"), ("min(result.mix)", "error"), ("mean([])", "0"),
      ("median(1, 2, 3, 4)", "2.5"),
      (
        "toJSON({b: [1], a: \"<\"})",
        "\"{\\n  \\\"a\\\": \\\"\\\\u003c\\\",\\n  \\\"b\\\": [\\n    1\\n  ]\\n}\""
      ),
      ("fromJSON(\"01\")", "error"), ("fromBase64(toBase64(\"hello\"))", "\"hello\""),
      ("fromBase64(\"aGk\")", "error"), ("first([])", "null"), ("last(result.l)", "2"),
      ("get(result.l, 10)", "null"), ("take(result.l, 2)", "[3,1]"),
      ("take(result.l, -1)", "error"),
      ("keys({b: 1, a: 2})", "[\"a\",\"b\"]"), ("toPairs({a: 1})", "[[\"a\",1]]"),
      ("fromPairs([[1, 2]])[1]", "2"), ("fromPairs([[1]])", "error"), ("reverse([1, 2])", "[2,1]"),
      ("uniq([1, 1.0, \"a\"])", "[1,\"a\"]"), ("concat([1], [2])", "[1,2]"),
      ("flatten([1, [2, [3]]])", "[1,2,3]"),
      ("sort([\"b\", \"a\"])", "[\"a\",\"b\"]"), ("sort([1, 2.5], \"desc\")", "[2.5,1]"),
      ("sort(result.mix)", "error"),
      ("bitnand(6, 3)", "4"), ("bitushr(-8, 1)", "9223372036854775804"), ("bitshl(1, 64)", "0"),
      ("bitshl(1, -1)", "error"), ("asInt(\"+5\")", "5"), ("asInt(\"0x10\")", "error"),
      ("asInt(\"1.1\")", "error"),
      ("asInt(1.9)", "1"), ("asInt(true)", "error"), ("asFloat(\"1.5\")", "1.5"),
      ("asFloat(nil)", "error"),
      ("isNaN(0.0 / 0)", "true"), ("isInf(1 / 0)", "true"), ("isNaN(5)", "false"),
      ("isNil(nil)", "false"),
      ("default(1, 2) == result", "true"), ("upper()", "error"), ("len([1], 2)", "error"),
      ("string(duration(\"1h30m\"))", "\"1h30m0s\""), ("duration(\"1.5h\").Minutes()", "90"),
      ("duration(\"1d\")", "error"), ("now().Unix()", "1700000000"),
      ("now() - now() < duration(\"1s\")", "true"),
      ("string(date(\"2024-01-02T03:04:05+02:00\"))", "\"2024-01-02 03:04:05 +0200 +0200\""),
      ("date(\"2024-02-30\")", "error"),
      ("date(\"2024-01-02\").Format(\"Jan 2, 2006\")", "\"Jan 2, 2024\""),
      ("date(\"2024-03-01\") - date(\"2024-02-28\") == duration(\"48h\")", "true"),
      ("now() > 1", "error"),
      ("timezone(\"Nope\")", "error"),
    ] as [(String, String)])
  func functions(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "patterns",
    arguments: [
      ("ABC", "(?i)abc", true), ("a\nb", "a.b", false), ("a\nb", "(?s)a.b", true),
      ("aé", "^a.$", true),
      ("é", "\\w", false), ("é", "\\pL", true), ("aaa", "^a{2,3}$", true),
      ("aaaa", "^a{2,3}$", false),
      ("a{,2}", "^a{,2}$", true), ("ab", "\\Aab\\z", true), ("x", "(?P<n>x)", true),
      ("a.b", "\\Qa.b\\E", true),
      ("a b", "\\bb", true), ("]", "[]]", true), ("-", "[a-]", true), ("5", "[[:^alpha:]]", true),
      ("a\nb", "(?m)^b$", true), ("a\nb", "^b$", false), ("α", "\\p{Greek}", true),
      ("ſ", "(?i)^s$", true),
    ] as [(String, String, Bool)])
  func patterns(text: String, pattern: String, expected: Bool) throws {
    let condition = try CompiledCondition(parsing: "result.t matches result.p")
    let value = Value.map(Fields([("t", .string(text)), ("p", .string(pattern))]))
    #expect(try condition.evaluate(value, now: noon) == .bool(expected))
  }

  @Test(
    "patterns that are none",
    arguments: [
      "(", ")", "a**", "*", "[z-a]", "a{1001}", "a(?=b)", "(a)\\1", "\\8", "ab\\Z", "[a", "(?P<1",
      "\\pX",
      "a{2,1}", "\\",
    ])
  func badPatterns(pattern: String) throws {
    let condition = try CompiledCondition(parsing: "\"a\" matches result")
    #expect(throws: ConditionError.self) { try condition.evaluate(.string(pattern), now: noon) }
  }
}
