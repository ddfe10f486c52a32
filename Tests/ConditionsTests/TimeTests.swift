import Conditions
import Testing

@Suite("times, zones and durations in conditions")
struct TimeTests {
  @Test(
    "a place keeps its offset by the season",
    arguments: [
      (
        "string(date(\"2024-07-02 10:00:00\", \"2006-01-02 15:04:05\", \"Europe/Berlin\"))",
        "2024-07-02 10:00:00 +0200 CEST"
      ),
      (
        "string(date(timezone(\"Europe/Berlin\"), \"2024-01-02\"))", "2024-01-02 00:00:00 +0100 CET"
      ),
      (
        "string(date(\"2024-07-04T12:00:00Z\").In(timezone(\"America/New_York\")))",
        "2024-07-04 08:00:00 -0400 EDT"
      ),
      // Spring in the south is autumn in the north.
      (
        "string(date(\"2024-12-24T12:00:00Z\").In(timezone(\"Australia/Sydney\")))",
        "2024-12-24 23:00:00 +1100 AEDT"
      ),
      (
        "string(date(timezone(\"Asia/Kolkata\"), \"2024-07-04 01:02:03\"))",
        "2024-07-04 01:02:03 +0530 IST"
      ),
      ("now().In(timezone(\"Asia/Tokyo\")).Location().String()", "Asia/Tokyo"),
    ] as [(String, String)])
  func places(expression: String, expected: String) throws {
    #expect(try text(expression) == expected)
  }

  @Test(
    "a local time that is skipped or shown twice is read as Go reads it",
    arguments: [
      ("2024-03-31 02:30:00", "2024-03-31 03:30:00 +0200 CEST"),
      ("2024-10-27 02:30:00", "2024-10-27 02:30:00 +0100 CET"),
    ] as [(String, String)])
  func edges(local: String, expected: String) throws {
    let expression =
      "string(date(\"\(local)\", \"2006-01-02 15:04:05\", \"Europe/Berlin\"))"
    #expect(try text(expression) == expected)
  }

  @Test("clocks move at the second")
  func transition() throws {
    let before = "date(\"2024-03-10T06:59:59Z\").In(timezone(\"America/New_York\"))"
    #expect(try text("string(\(before))") == "2024-03-10 01:59:59 -0500 EST")
    #expect(
      try text("string(\(before).Add(duration(\"1s\")))") == "2024-03-10 03:00:00 -0400 EDT")
    #expect(try text("string(\(before).IsDST())") == "false")
    #expect(try text("string(\(before).Add(duration(\"1s\")).IsDST())") == "true")
  }

  @Test("a time before what is known of a place is refused by name and moment")
  func unknownPast() {
    let expression = "date(timezone(\"America/New_York\"), \"1999-07-01\").Hour() == 0"
    let assessment = assess(success: expression, failure: "", result: .float(1), now: noon)
    #expect(assessment.phase == .error)
    #expect(assessment.error?.kind == .limit)
    #expect(
      assessment.error?.message
        == "times in America/New_York are known from 2007-03-11T07:00:00Z on only")
  }

  @Test(
    "names of places are the database's, to the letter",
    arguments: [
      ("europe/berlin", "unknown time zone europe/berlin"), ("Nope", "unknown time zone Nope"),
      ("../etc/passwd", "time: invalid location name"), ("UTC+1", "unknown time zone UTC+1"),
    ] as [(String, String)])
  func names(name: String, message: String) {
    let outcome = assess(
      success: "timezone(\"\(name)\") != nil", failure: "", result: .float(1), now: noon)
    #expect(outcome.error?.message == message)
  }

  @Test("business hours in a place hold by the measurement's time")
  func businessHours() throws {
    let condition = try CompiledCondition(
      parsing: """
        let here = now().In(timezone("Europe/Berlin"));
        here.Weekday().String() not in ["Saturday", "Sunday"] and here.Hour() in 9..16
        """)
    // Thursday 2026-07-02, 06:59 and 07:00 in UTC: summer time is two hours ahead.
    #expect(try !condition.holds(for: .null, now: Moment(seconds: 1_782_975_540)))
    #expect(try condition.holds(for: .null, now: Moment(seconds: 1_782_975_600)))
    #expect(try !condition.holds(for: .null, now: Moment(seconds: 1_783_148_400)))
  }

  @Test(
    "months and days of the week are types of their own",
    arguments: [
      ("string(date(\"2024-01-02\").Month())", "January"),
      ("date(\"2024-01-02\").Weekday().String()", "Tuesday"),
      ("string(int(date(\"2024-01-02\").Month()))", "1"),
      ("string(date(\"2024-01-02\").Month() == date(\"2025-01-31\").Month())", "true"),
      ("type(date(\"2024-01-02\").Weekday())", "time.Weekday"),
      ("string(first([date(\"2024-01-02\").Month()]) == 1)", "false"),
      ("string(date(\"2024-12-30\").ISOWeek())", "2025"),
      ("string(date(\"2024-01-31\").AddDate(0, 1, 0))", "2024-03-02 00:00:00 +0000 UTC"),
      (
        "string(date(\"2024-01-02T03:34:00Z\").Round(duration(\"1h\")))",
        "2024-01-02 04:00:00 +0000 UTC"
      ),
      ("string(duration(\"1h44m\").Round(duration(\"1h\")))", "2h0m0s"),
      ("toJSON(date(\"2024-01-02\").Month())", "1"),
    ] as [(String, String)])
  func calendar(expression: String, expected: String) throws {
    #expect(try text(expression) == expected)
  }

  @Test(
    "what cannot be compared is refused",
    arguments: [
      (
        "now().Month() == 5", "invalid operation: == (mismatched types time.Month and int)"
      ),
      (
        "now().Weekday() in [0, 6]", "cannot use time.Weekday as type int in array"
      ),
      ("now().Date() == 1", "func Date returns more then two values"),
      ("now().Add(60) > now()", "cannot use int as argument (type time.Duration) to call Add "),
      ("now().Nope()", "type time.Time has no method Nope"),
      (
        "now() > duration(\"1h\")",
        "invalid operation: > (mismatched types time.Time and time.Duration)"
      ),
    ] as [(String, String)])
  func mismatches(expression: String, message: String) {
    let outcome = assess(success: expression, failure: "", result: .float(1), now: noon)
    #expect(outcome.error?.message == message)
  }

  private func text(_ expression: String) throws -> String {
    try CompiledCondition(parsing: expression).evaluate(.null, now: noon).description
  }
}
