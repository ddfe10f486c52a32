import Conditions
import Testing

@Suite("what Argo adds to the language, and how it says what is wrong")
struct ArgoFunctionTests {
  @Test(
    "the cause is the language's own message, without its place",
    arguments: [
      ("result.a.b > 1", "{}", "cannot fetch b from <nil>"),
      ("result[1] > 1", "[1]", "index out of range: 1 (array length is 1)"),
      ("result > 1", "[1]", "invalid operation: > (mismatched types []interface {} and int)"),
      (
        "result and true", "[1]",
        "invalid operation: and (mismatched types []interface {} and bool)"
      ),
      (
        "result[0] and []", "[1]",
        "invalid operation: and (mismatched types interface {} and []interface {})"
      ),
      (
        "result.a and []", "{}",
        "invalid operation: and (mismatched types interface {} and []interface {})"
      ),
      ("results > 1", "1", "unknown name results"),
      ("result", "1", "expected bool, but got float64"),
      ("asInt(result)", "1", "expected bool, but got int64"),
      ("asInt(result) > 1", "true", "asInt() not supported on bool true"),
      ("asFloat(result[0]) > 1", "[null]", "asFloat() not supported on <nil> <nil>"),
      ("asInt(result) > 1", "\"1.5\"", "strconv.ParseInt: parsing \"1.5\": invalid syntax"),
      (
        "asInt(result) > 1", "\"9223372036854775808\"",
        "strconv.ParseInt: parsing \"9223372036854775808\": value out of range"
      ),
      (
        "asFloat(result) > 1", "\"1e999\"",
        "strconv.ParseFloat: parsing \"1e999\": value out of range"
      ),
      ("asInt()", "1", "not enough arguments to call asInt"),
      ("isNaN(result)", "\"a\"", "cannot use string as argument (type float64) to call isNaN "),
      ("result >", "1", "unexpected token EOF"),
      ("result == '\\\"'", "1", "invalid char escape"),
      ("len(result) > 1", "1", "invalid argument for len (type float64)"),
      ("result matches \"(\"", "\"a\"", "error parsing regexp: missing closing ): `(`"),
      (
        "result ?? 1 > 0", "1",
        "Operator (>) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses."
      ),
      ("let result = 1; true", "1", "cannot redeclare result"),
      ("all(result)", "[1]", "expected at least 2 arguments"),
    ] as [(String, String, String)])
  func causes(condition: String, result: String, cause: String) throws {
    let outcome = assess(
      success: condition, failure: "", result: try Value(json: result), now: noon)
    #expect(outcome.phase == .error)
    #expect(outcome.message == "could not evaluate successCondition \"\(condition)\": \(cause)")
  }

  @Test("the condition stands in its message as it was written, quotes and all")
  func asWritten() {
    let outcome = assess(
      success: "", failure: "result > \"a\"", result: .float(1), now: noon)
    #expect(
      outcome.message == "could not evaluate failureCondition \"result > \"a\"\": "
        + "invalid operation: > (mismatched types float64 and string)")
  }

  @Test(
    "asInt yields an integer of another type, which shows where types are strict",
    arguments: [
      ("asInt(\"5\") == 5", "true"), ("asInt(\"5\") % 2 == 1", "true"),
      ("[1, 2, 3][asInt(\"1\")] == 2", "true"), ("asInt(\"2\") in [1, 2]", "true"),
      ("{a: asInt(\"5\")} == {a: 5}", "false"), ("{a: asInt(\"5\") + 0} == {a: 5}", "true"),
      ("groupBy([asInt(\"5\")], #)[5] == nil", "true"), ("bitand(asInt(\"5\"), 1) == 1", "true"),
      ("type(asInt(\"5\")) == \"int\"", "true"), ("repeat(\"a\", asInt(\"2\")) == \"aa\"", "true"),
      ("asInt(\"5\") == findIndex([1], # > 1)", "false"), ("-asInt(\"5\") < 0", "true"),
    ] as [(String, String)])
  func int64(expression: String, expected: String) throws {
    #expect(try outcome(expression, "1") == expected)
  }
}
