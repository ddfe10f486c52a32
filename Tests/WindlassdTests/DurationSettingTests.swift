import Testing

@testable import windlassd

@Suite("Durations in settings")
struct DurationSettingTests {
  @Test(
    "a duration is a whole number and its unit",
    arguments: [
      ("500ms", .milliseconds(500)), ("1s", .seconds(1)), ("30m", .seconds(1_800)),
      ("2h", .seconds(7_200)), ("0s", .zero), ("999999999h", .seconds(999_999_999 * 3_600)),
    ] as [(String, Duration)])
  func read(text: String, duration: Duration) {
    #expect(DurationSetting.parse(text) == duration)
  }

  @Test(
    "anything else is none",
    arguments: ["", "1", "s", "1 s", "1.5s", "-1s", "+1s", "1d", "1S", "\u{0661}s", "1234567890s"])
  func refused(text: String) {
    #expect(DurationSetting.parse(text) == nil)
  }
}
