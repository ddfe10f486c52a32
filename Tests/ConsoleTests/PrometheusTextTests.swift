import Testing

@testable import Console

@Suite("Prometheus text")
struct PrometheusTextTests {
  private func rendered(label value: String) -> String {
    PrometheusText.render([
      MetricFamily(
        name: "m", help: "h", kind: .gauge,
        samples: [.init(labels: [.init("l", value)], value: 1)])
    ])
  }

  @Test(
    "label values are escaped by bytes",
    arguments: [
      ("plain", "plain"),
      ("a\"b", "a\\\"b"),
      ("a\\b", "a\\\\b"),
      ("a\nb", "a\\nb"),
      // CR and LF are one Character, a quote with an accent is one Character.
      ("a\r\nb", "a\r\\nb"),
      ("\"\u{0301}", "\\\"\u{0301}"),
      ("\\n", "\\\\n"),
      ("caf\u{00E9} \u{1F600}", "caf\u{00E9} \u{1F600}"),
    ])
  func labels(value: String, expected: String) {
    let line = Array("\nm{l=\"\(expected)\"} 1\n".utf8)
    #expect(Array(rendered(label: value).utf8).suffix(line.count) == line[...])
  }

  @Test("help escapes backslash and line feed, and leaves quotes")
  func help() {
    let text = PrometheusText.render([
      MetricFamily(name: "m", help: "a\\b\r\n\"c\"", kind: .gauge, samples: [])
    ])
    #expect(text == "# HELP m a\\\\b\r\\n\"c\"\n# TYPE m gauge\n")
  }

  @Test(
    "numbers",
    arguments: [
      (0, "0"), (-0.0, "0"), (3, "3"), (-7, "-7"), (0.25, "0.25"),
      (9_007_199_254_740_992, "9007199254740992"), (1e300, "1e+300"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ] as [(Double, String)])
  func numbers(value: Double, expected: String) {
    #expect(PrometheusText.number(value) == expected)
  }

  @Test("a histogram writes its buckets, sum and count under one family")
  func histogram() {
    let family = MetricFamily(
      name: "windlass_append_seconds", help: "Time to durable.", kind: .histogram,
      samples: [
        .init(suffix: "_bucket", labels: [.init("le", "0.005")], value: 2),
        .init(suffix: "_bucket", labels: [.init("le", "+Inf")], value: 3),
        .init(suffix: "_sum", value: 0.5), .init(suffix: "_count", value: 3),
      ])
    #expect(
      PrometheusText.render([family]) == """
        # HELP windlass_append_seconds Time to durable.
        # TYPE windlass_append_seconds histogram
        windlass_append_seconds_bucket{le="0.005"} 2
        windlass_append_seconds_bucket{le="+Inf"} 3
        windlass_append_seconds_sum 0.5
        windlass_append_seconds_count 3

        """)
  }

  @Test(
    "metric names",
    arguments: [
      ("windlass_commands_total", true), ("a:b", true), ("_x9", true), ("", false), ("9a", false),
      ("a-b", false), ("a b", false), ("a\n", false), ("caf\u{00E9}", false),
    ])
  func names(name: String, valid: Bool) {
    #expect(MetricFamily.isMetricName(name) == valid)
  }

  @Test("label names", arguments: [("le", true), ("__name__", false), ("a:b", false), ("", false)])
  func labelNames(name: String, valid: Bool) {
    #expect(MetricFamily.isLabelName(name) == valid)
  }

  @Test("a name that is none stops the program that wrote it")
  func brokenName() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricFamily(name: "not a name", help: "", kind: .gauge, samples: [])
    }
  }
}
