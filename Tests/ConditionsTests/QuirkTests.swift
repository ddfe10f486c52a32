import Conditions
import Testing

@Suite("corners of the language that conditions run into")
struct QuirkTests {
  @Test(
    "only a literal's own quote is escaped in it",
    arguments: [
      ("'\\''", "\"'\""), ("'\\\"'", "error"), ("\"\\\"\"", "\"\\\"\""), ("\"\\'\"", "error"),
      ("'\\u{1F600}'", "\"😀\""), ("'\\u{110000}'", "error"), ("'\\400'", "error"),
      ("b\"\\x41\"[0]", "65"), ("b\"\\u00e9\"", "error"), ("'\\ud83d' == \"\\ufffd\"", "true"),
    ] as [(String, String)])
  func quotes(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "blanks are Unicode's, names too",
    arguments: [
      ("1\u{2028}+\u{3000}1", "2"), ("let größe = 2; größe", "2"), ("let ñ_1$ = 3; ñ_1$", "3"),
      ("1\u{200b}", "error"), ("let e\u{301} = 1; 1", "error"),
    ] as [(String, String)])
  func blanks(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "a list that is not known until it is there takes any bound",
    arguments: [
      ("result.l[1.9:]", "[1,2]"), ("result.l[:\"a\"]", "error"), ("[1, 2][1.5:]", "error"),
      ("result.m[1:]", "error"), ("result.s[-2:]", "\"bc\""), ("result.l[:-1]", "[3,1]"),
      ("result.nil[:1]", "error"),
    ] as [(String, String)])
  func slices(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "a comma after the last argument is allowed, unless a predicate could follow",
    arguments: [
      ("len([1],)", "1"), ("all([1], true,)", "true"), ("sum([1],)", "error"),
      ("reduce([1, 2], #acc + #,)", "error"), ("sortBy([2, 1], #, \"asc\",)", "[1,2]"),
    ] as [(String, String)])
  func commas(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "maps with other keys are another type than maps",
    arguments: [
      ("groupBy([1], #) == {}", "error"), ("fromPairs([[\"a\", 1]]) != {a: 1}", "error"),
      ("fromPairs([[\"a\", 1]]) == fromPairs([[\"a\", 1]])", "true"),
      ("max(result.m)", "{\"x\":1}"),
      ("find(result.m, false)", "null"), ("filter(result.m, true)", "error"),
      ("\"\" in now()", "false"), ("\"a\" in \"abc\"", "error"),
    ] as [(String, String)])
  func maps(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "bytes are small integers",
    arguments: [
      ("b\"ab\" == [97, 98]", "true"), ("-b\"a\"[0]", "159"), ("type(b\"a\"[0])", "\"uint\""),
      ("toJSON(b\"ab\")", "\"\\\"YWI=\\\"\""), ("sum(b\"ab\")", "195"),
      ("b\"ab\" matches \"^a\"", "true"), ("b\"ab\" contains \"a\"", "error"),
      ("result.s[0] == 97", "true"), ("type(result.s[0])", "\"uint\""),
    ] as [(String, String)])
  func bytes(expression: String, expected: String) throws {
    #expect(try outcome(expression) == expected)
  }

  @Test(
    "a repetition after flags is of what stands before them",
    arguments: [("ab(?i)+", "abbb", true), ("(?i)+", "a", nil), ("(?P<n>a)(?P<n>b)", "ab", true)]
      as [(String, String, Bool?)])
  func flags(pattern: String, text: String, expected: Bool?) throws {
    let condition = try CompiledCondition(parsing: "\"\(text)\" matches result")
    guard let expected else {
      #expect(throws: ConditionError.self) {
        try condition.evaluate(.string(pattern), now: noon)
      }
      return
    }
    #expect(try condition.evaluate(.string(pattern), now: noon) == .bool(expected))
  }

  @Test("the lexer's error counts only once the parser is there")
  func firstError() throws {
    let error = assess(success: ") @", failure: "", result: .null, now: noon).error
    #expect(error?.message == "unexpected token Bracket(\")\")")
    let other = assess(success: "1 @", failure: "", result: .null, now: noon).error
    #expect(other?.message == "unrecognized character: U+0040 '@'")
  }
}
