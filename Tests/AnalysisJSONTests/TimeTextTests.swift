import Analysis
import AnalysisJSON
import Testing

@Suite("Times in JSON")
struct TimeTextTests {
  @Test(
    "RFC 3339 times are read and written",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
      ("2026-08-17T10:00:00Z", 1_786_960_800_000_000_000, "2026-08-17T10:00:00Z"),
      ("2000-02-29T23:59:59.5+02:00", 951_861_599_500_000_000, "2000-02-29T21:59:59.5Z"),
      ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
    ] as [(String, Int64, String)])
  func times(text: String, nanoseconds: Int64, written: String) {
    #expect(TimeText.parse(text)?.nanoseconds == nanoseconds)
    #expect(TimeText.text(Moment(nanoseconds: nanoseconds)) == written)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026-08-17", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-08-17T24:00:00Z",
      "2026-08-17T10:00:60Z", "2026-08-17T10:00:00", "2026-08-17T10:00:00.Z",
      "2026-08-17T10:00:00+0200", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z",
      "2026-08-17T10:00:00.1234567890Z", "2026-08-17T10:00:00ZZ",
    ])
  func noTimes(text: String) {
    #expect(TimeText.parse(text) == nil)
  }

  @Test("every day reads back as it was written")
  func days() {
    for day in stride(from: Int64(-106_000), to: 106_000, by: 7) {
      let moment = Moment(seconds: day * 86_400)
      #expect(TimeText.parse(TimeText.text(moment)) == moment)
    }
  }

  @Test("seconds keep nine decimals and refuse more than fits")
  func seconds() {
    #expect(TimeText.parse(seconds: "1.5")?.nanoseconds == 1_500_000_000)
    #expect(TimeText.parse(seconds: "-1.5")?.nanoseconds == -1_500_000_000)
    #expect(TimeText.seconds(Moment(nanoseconds: -1_500_000_000)) == "-1.5")
    #expect(TimeText.seconds(Moment(nanoseconds: 10_000_000_000)) == "10")
    for text in ["1e3", "99999999999999999999", "9223372036854775807", "1.", "1.0000000001", "--1"]
    {
      #expect(TimeText.parse(seconds: text) == nil, "\(text)")
    }
  }
}
