import Analysis

/// Numbers that look random and are the same for every seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

let start = Moment(seconds: 1_000)

func at(_ seconds: Int64) -> Moment { start + .seconds(seconds) }

/// A pattern is the name itself, `.*`, or a part of the name; `*` is none.
func naively(_ pattern: String, _ name: String) throws -> Bool {
  struct NoPattern: Error {}
  guard pattern != "*" else { throw NoPattern() }
  return pattern == ".*" || name.split(separator: pattern).count > 1 || name.contains(pattern)
}

func metric(
  _ name: String = "m", interval: String = "60s", initialDelay: String = "", count: Int64? = nil,
  failureLimit: Int64? = nil, inconclusiveLimit: Int64? = nil,
  consecutiveErrorLimit: Int64? = nil, consecutiveSuccessLimit: Int64? = nil,
  success: String = "result > 1", failure: String = "", providers: [Provider]? = [Provider(.web)]
) -> MetricSpecification {
  MetricSpecification(
    name: name, interval: interval, initialDelay: initialDelay,
    count: count.map { .number($0) }, successCondition: success, failureCondition: failure,
    failureLimit: failureLimit.map { .number($0) },
    inconclusiveLimit: inconclusiveLimit.map { .number($0) },
    consecutiveErrorLimit: consecutiveErrorLimit.map { .number($0) },
    consecutiveSuccessLimit: consecutiveSuccessLimit.map { .number($0) }, providers: providers)
}

func run(
  _ metrics: MetricSpecification..., dryRun: [String] = [],
  retention: [(String, Int64)] = []
) throws(RunRefusal) -> AnalysisRun {
  try AnalysisRun(
    RunSpecification(
      metrics: metrics, dryRun: dryRun.map { DryRunRule(metricName: $0) },
      measurementRetention: retention.map { RetentionRule(metricName: $0.0, limit: $0.1) }),
    matching: naively)
}

/// One letter per measurement: Successful, Failed, Inconclusive, Error, Running.
func measured(_ letters: String, message: String = "", at moment: Moment = start) -> [Measurement] {
  letters.map { letter in
    let phase: AnalysisPhase =
      switch letter {
      case "S": .successful
      case "F": .failed
      case "I": .inconclusive
      case "E": .error
      default: .running
      }
    return Measurement(
      phase, message: message, startedAt: moment, finishedAt: phase == .running ? nil : moment)
  }
}

extension AnalysisRun {
  /// Measurements of each metric, one a pass, the metrics together; then the last state.
  func state(_ sequences: String..., terminate: Bool = false, message: String = "") -> RunState {
    let lists = sequences.map { measured($0, message: message) }
    var state = restored(lists.map { Array($0.dropLast()) }, startedAt: start, now: start)
    let reports = lists.enumerated().compactMap { index, list in
      list.last.map { RunInputs.Report(metric: index, $0) }
    }
    advance(&state, RunInputs(reports, terminate: terminate), now: at(1))
    return state
  }
}

func refusal(_ specification: RunSpecification) -> String? {
  do throws(RunRefusal) {
    _ = try AnalysisRun(specification, matching: naively)
    return nil
  } catch {
    return error.message
  }
}
