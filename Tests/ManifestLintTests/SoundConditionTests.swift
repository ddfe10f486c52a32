import Testing

@testable import ManifestLint

@Suite("Sound conditions are left alone")
struct SoundConditionTests {
  static let web = "web: {url: https://a.invalid}"

  @Test(
    "what people rightly write is neither an error nor a warning",
    arguments: [
      (web, "successCondition: \"result.ok && result.rate < 0.05\""),
      (web, "successCondition: \"result == 'ok'\""),
      (web, "successCondition: \"asInt(result) >= 200 && asInt(result) < 300\""),
      (web, "successCondition: \"result in ['a', 'b']\""),
      (web, "successCondition: \"result matches '^2..$'\""),
      (web, "failureCondition: \"result matches '^5..$'\""),
      (web, "failureCondition: \"result != nil && len(result) > 3\""),
      (web, "failureCondition: \"result > 5 and result < 6\""),
      ("datadog: {query: q}", "successCondition: \"default(result, 0) < 0.05\""),
      (
        "datadog: {query: q}",
        "successCondition: \"result <= 0.05\", failureCondition: \"result > 0.1\""
      ),
      ("cloudWatch: {}", "successCondition: \"all(result[0].Values, {# <= 0.5})\""),
      ("newRelic: {query: q}", "successCondition: \"result.successRate >= 0.95\""),
      ("graphite: {query: q}", "successCondition: \"result[0] < 5\""),
      ("influxdb: {query: q}", "successCondition: \"result[0] == 100\""),
      (
        "skywalking: {query: q}",
        "successCondition: \"all(result.a.values.values, {asFloat(.value) >= 9900})\""
      ),
      ("wavefront: {query: q}", "successCondition: \"result < 0.05\""),
      ("plugin: {a/b: {}}", "successCondition: \"result.anything > 3\""),
      ("prometheus: {query: q}", "successCondition: \"all(result, # > 0.95)\""),
      ("prometheus: {query: q}", "successCondition: \"isNaN(result[0]) || result[0] < 0.05\""),
      (
        "prometheus: {query: q}",
        "successCondition: \"result[0] < 0.05\", failureCondition: \"result[0] >= 0.1\""
      ),
      ("prometheus: {query: q}", "successCondition: \"result[0] < 0.05 && result[1] < 0.05\""),
      ("prometheus: {query: q}", "successCondition: \"result[0] >= {{args.least}}\""),
    ])
  func sound(provider: String, conditions: String) {
    let report = lint(
      Sample.metric("provider: {\(provider)}, \(conditions)", args: "{name: least}"))
    #expect(report.findings.filter { $0.severity > .info } == [])
  }
}
