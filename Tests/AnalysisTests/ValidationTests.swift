import Analysis
import Testing

@Suite("Specifications")
struct ValidationTests {
  @Test("a run needs metrics")
  func empty() {
    #expect(SpecificationIssue.first(in: [])?.description == "no metrics specified")
  }

  @Test("a name is used once, and the second use is named")
  func duplicates() {
    let issue = SpecificationIssue.first(in: [metric("a"), metric("b"), metric("a")])
    #expect(issue?.description == "metrics[2]: duplicate name 'a'")
  }

  @Test(
    "each setting has its bounds",
    arguments: [
      (metric(consecutiveSuccessLimit: -1), "consecutiveSuccessLimit must be >= 0"),
      (metric(failureLimit: -2), "failureLimit must be >= -1"),
      (
        metric(failureLimit: -1),
        "failureLimit and consecutiveSuccessLimit cannot both be disabled"
      ),
      (metric(failureLimit: -1, consecutiveSuccessLimit: 1), nil),
      (metric(inconclusiveLimit: -1), "inconclusiveLimit must be >= 0"),
      (metric(consecutiveErrorLimit: -1), "consecutiveErrorLimit must be >= 0"),
      (metric(consecutiveErrorLimit: 0), nil),
      (metric(count: 1, failureLimit: 2), "count must be >= failureLimit"),
      (metric(count: 2, failureLimit: 2), nil),
      (metric(count: 0, failureLimit: 2), nil),
      (metric(failureLimit: 2), nil),
      (
        metric(count: 3, failureLimit: 2, consecutiveSuccessLimit: 2),
        "count must be >= failureLimit + consecutiveSuccessLimit"
      ),
      (metric(count: 4, failureLimit: 2, consecutiveSuccessLimit: 2), nil),
      (
        metric(count: 1, failureLimit: -1, consecutiveSuccessLimit: 2),
        "count must be >= consecutiveSuccessLimit"
      ),
      (metric(count: 2, failureLimit: -1, consecutiveSuccessLimit: 2), nil),
      (metric(count: 1, inconclusiveLimit: 2), "count must be >= inconclusiveLimit"),
      (metric(count: 2, inconclusiveLimit: 2), nil),
      (metric(interval: "", count: 2), "interval must be specified when count > 1"),
      (metric(interval: "", count: 1), nil),
      (
        metric(interval: "60s-typo", count: 2),
        #"invalid interval string: time: unknown unit "s-typo" in duration "60s-typo""#
      ),
      (
        metric(initialDelay: "60s-typo"),
        #"invalid startDelay string: time: unknown unit "s-typo" in duration "60s-typo""#
      ),
      (metric(providers: []), "no provider specified"),
      (metric(providers: [Provider(.web), Provider(.job)]), "multiple providers specified"),
      (metric(providers: nil), nil),
      (metric(count: 1, failureLimit: 1), nil),
      (metric(count: -1), nil),
    ] as [(MetricSpecification, String?)])
  func bounds(metric: MetricSpecification, issue: String?) {
    #expect(
      SpecificationIssue.first(in: [metric])?.description == issue.map { "metrics[0]: \($0)" })
  }

  @Test("checks come in Argo's order")
  func order() {
    var wrong = metric(
      interval: "x", initialDelay: "y", count: 2, failureLimit: -2, inconclusiveLimit: -1,
      consecutiveErrorLimit: -1, consecutiveSuccessLimit: -1, providers: [])
    var reasons: [String] = []
    func next(_ repair: (inout MetricSpecification) -> Void) {
      reasons.append(SpecificationIssue.first(in: [wrong])?.reason ?? "none")
      repair(&wrong)
    }
    next { $0.consecutiveSuccessLimit = nil }
    next { $0.failureLimit = .number(-1) }
    next { $0.failureLimit = .number(3) }
    next { $0.inconclusiveLimit = .number(3) }
    next { $0.consecutiveErrorLimit = nil }
    next { $0.failureLimit = nil }
    next { $0.inconclusiveLimit = nil }
    next { $0.interval = "" }
    next { $0.interval = "1s" }
    next { $0.initialDelay = "1s" }
    next { $0.providers = [Provider(.web)] }
    next { _ in }
    #expect(
      reasons == [
        "consecutiveSuccessLimit must be >= 0", "failureLimit must be >= -1",
        "failureLimit and consecutiveSuccessLimit cannot both be disabled",
        "inconclusiveLimit must be >= 0", "consecutiveErrorLimit must be >= 0",
        "count must be >= failureLimit", "count must be >= inconclusiveLimit",
        "invalid interval string: time: invalid duration \"x\"",
        "interval must be specified when count > 1",
        "invalid startDelay string: time: invalid duration \"y\"",
        "no provider specified", "none",
      ])
  }

  @Test("numbers may be texts, which Argo reads with Go's Atoi: what is no number is 0")
  func texts() {
    for (text, value) in [
      ("5", 5), ("+5", 5), ("-1", -1), ("", 0), ("five", 0), ("5%", 0), (" 5", 0), ("1_0", 0),
      ("0x10", 0), ("99999999999999999999", .max), ("-99999999999999999999", .min),
    ] as [(String, Int64)] {
      #expect(NumberSetting.text(text).value == value, "\(text)")
    }
    var wrong = metric()
    wrong.count = .text("five")
    wrong.failureLimit = .text("3")
    #expect(wrong.unreadableNumbers.map(\.setting) == ["count"])
  }

  @Test("a number beyond 32 bits is refused instead of wrapping around")
  func tooLarge() {
    #expect(
      SpecificationIssue.first(in: [metric(count: 1 << 31)])?.description
        == "metrics[0]: count must be between -2147483648 and 2147483647")
    var wrong = metric()
    wrong.failureLimit = .text("99999999999999999999")
    #expect(SpecificationIssue.first(in: [wrong])?.reason.hasPrefix("failureLimit") == true)
  }

  @Test(
    "the effective count is 1 without count and interval, none with an interval, else the count",
    arguments: [
      (nil, "", 1), (0, "", 1), (nil, "1s", nil), (0, "1s", nil), (5, "1s", 5), (1, "", 1),
      (-3, "", -3),
    ] as [(Int64?, String, Int64?)])
  func effectiveCount(count: Int64?, interval: String, expected: Int64?) throws {
    #expect(
      try run(metric(interval: interval, count: count)).metrics[0].effectiveCount == expected)
  }

  @Test(
    "durations are read as Go reads them",
    arguments: [
      ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000), ("-2m", -120_000_000_000), ("0", 0),
      ("+5s", 5_000_000_000), ("100ms", 100_000_000), ("1us", 1_000), ("1µs", 1_000), ("7ns", 7),
      (".5s", 500_000_000), ("1.s", 1_000_000_000), ("1m1m", 120_000_000_000),
      ("9223372036854775807ns", .max), ("-9223372036854775808ns", .min),
      ("0.3333333333333333333333h", 1_200_000_000_000),
    ] as [(String, Int64)])
  func durations(text: String, nanoseconds: Int64) throws {
    #expect(try GoDuration.parse(text).nanoseconds == nanoseconds)
  }

  @Test(
    "what is no duration is refused in Go's words",
    arguments: [
      ("abc", #"time: invalid duration "abc""#), ("", #"time: invalid duration """#),
      ("-", #"time: invalid duration "-""#), (".s", #"time: invalid duration ".s""#),
      ("10", #"time: missing unit in duration "10""#),
      ("1.", #"time: missing unit in duration "1.""#),
      ("1d", #"time: unknown unit "d" in duration "1d""#),
      ("9223372036854775808ns", #"time: invalid duration "9223372036854775808ns""#),
      ("99999999999h", #"time: invalid duration "99999999999h""#),
      ("1s ", #"time: unknown unit "s " in duration "1s ""#),
    ])
  func invalidDurations(text: String, message: String) {
    #expect(throws: GoDuration.Invalid.self) { try GoDuration.parse(text) }
    do {
      _ = try GoDuration.parse(text)
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test("durations of any bytes end in a value or an error", arguments: UInt64(0)..<50)
  func fuzzDurations(seed: UInt64) {
    var random = SeededRandom(seed)
    let parts = [
      "-", "+", ".", "0", "9", "9223372036854775807", "18446744073709551616", "s", "m",
      "h", "ms", "µs", "ns", "d", "\u{1F600}", " ", "\0", "\"", "\\",
    ]
    for _ in 0..<200 {
      let text = (0..<Int.random(in: 0...8, using: &random))
        .compactMap { _ in parts.randomElement(using: &random) }.joined()
      do throws(GoDuration.Invalid) {
        _ = try GoDuration.parse(text)
      } catch {
        #expect(error.description.hasPrefix("time: "))
      }
    }
  }
}
