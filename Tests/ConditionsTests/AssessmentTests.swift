import Conditions
import Testing

@Suite("success and failure conditions together")
struct AssessmentTests {
  @Test(
    "the phase follows from the two conditions",
    arguments: [
      ("", "", .successful), ("true", "", .successful), ("false", "", .failed),
      ("", "true", .failed),
      ("", "false", .successful), ("true", "true", .failed), ("false", "true", .failed),
      ("true", "false", .successful), ("false", "false", .inconclusive), ("1", "", .error),
      ("x", "true", .error), ("true", "x", .error),
    ] as [(String, String, MeasurementPhase)])
  func combination(success: String, failure: String, expected: MeasurementPhase) {
    #expect(
      assess(success: success, failure: failure, result: .float(1), now: noon).phase == expected)
  }

  @Test("NaN fails a success condition and passes a failure condition")
  func notANumber() {
    let nan = Value.float(.nan)
    #expect(assess(success: "result >= 0.9", failure: "", result: nan, now: noon).phase == .failed)
    #expect(
      assess(success: "", failure: "result < 0.9", result: nan, now: noon).phase == .successful)
  }

  @Test("an error names the condition and the cause")
  func message() {
    let success = assess(success: "result > 1", failure: "", result: .string("a"), now: noon)
    #expect(
      success.message
        == "could not evaluate successCondition \"result > 1\": invalid operation: > (mismatched types string and int)"
    )
    let failure = assess(success: "true", failure: "result", result: .float(1), now: noon)
    #expect(
      failure.message
        == "could not evaluate failureCondition \"result\": expected bool, but got float64")
  }

  @Test(
    "nothing measured is said in one sentence",
    arguments: [.null, .list([]), .floats([])] as [Value])
  func noData(result: Value) {
    #expect(
      assess(success: "result[0] > 1", failure: "", result: result, now: noon).message
        == "could not evaluate successCondition \"result[0] > 1\": metric result is nil or empty: no data returned from the metric provider"
    )
  }

  @Test("an error points at its place with a caret")
  func caret() throws {
    let error = assess(success: "1 +\n  (2 >)", failure: "", result: .null, now: noon).error
    let found = try #require(error)
    #expect(found.description == "unexpected token Bracket(\")\") (2:7)\n |   (2 >)\n | ......^")
  }

  @Test("a condition keeps to the time it is given")
  func time() throws {
    let condition = try CompiledCondition(parsing: "now().Hour() >= 22")
    #expect(try condition.holds(for: .null, now: Moment(seconds: 22 * 3_600)))
    #expect(try !condition.holds(for: .null, now: Moment(seconds: 21 * 3_600)))
  }
}
