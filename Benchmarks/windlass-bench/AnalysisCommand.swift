import Analysis
import ArgoManifests
import ArgumentParser
import Conditions
import ManifestLint

/// Judges measurements and manifests: one condition, one pass over a run, many documents.
struct AnalysisCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysis", abstract: "Evaluate conditions, assess a run, lint documents.")

  @Option(help: "Times each part is measured; the median counts.") var rounds = 5

  func validate() throws {
    guard (1...100).contains(rounds) else { throw ValidationError("rounds must be 1 to 100") }
  }

  func run() throws {
    var figures = Figures()
    figures["condition_ns"] = try median { try Self.condition() }
    figures["assess_1000_ns"] = try median { try Self.assess(past: 1_000) }
    figures["assess_100000_ns"] = try median { try Self.assess(past: 100_000) }
    figures["lint_1000_per_s"] = median { Self.lint(documents: 1_000) }
    figures["lint_10000_per_s"] = median { Self.lint(documents: 10_000) }
    try figures.print()
  }

  private func median(_ measure: () throws -> Double) rethrows -> Double {
    var values: [Double] = []
    for _ in 0..<rounds { values.append(try measure()) }
    return values.sorted()[values.count / 2]
  }

  /// Nanoseconds for one evaluation of a compiled condition on a Prometheus vector.
  private static func condition() throws -> Double {
    let conditions = MeasurementConditions(success: "result[0] >= 0.95", failure: "")
    let result = Value.floats([0.97])
    let moment = Conditions.Moment(seconds: 1_800_000_000)
    let count = 200_000
    var successful = 0
    let start = ContinuousClock.now
    for _ in 0..<count where conditions.assess(result, now: moment).phase == .successful {
      successful += 1
    }
    let elapsed = start.duration(to: .now)
    guard successful == count else { throw BenchError("the condition did not hold") }
    return elapsed.microseconds * 1_000 / Double(count)
  }

  /// Nanoseconds for a pass that adds one measurement to a run with `past` of them.
  private static func assess(past: Int) throws -> Double {
    let metric = MetricSpecification(
      name: "errors", interval: "1s", successCondition: "result[0] < 0.05",
      failureLimit: .number(3), providers: [Provider(.prometheus)])
    let run = try AnalysisRun(RunSpecification(metrics: [metric])) { _, _ in false }
    var state = run.initial
    var seconds: Int64 = 1_800_000_000
    func measure(_ count: Int) {
      for _ in 0..<count {
        seconds += 2
        let moment = Analysis.Moment(microseconds: seconds * 1_000_000)
        run.advance(
          &state,
          RunInputs([
            .init(metric: 0, Measurement(.successful, startedAt: moment, finishedAt: moment))
          ]), now: moment)
      }
    }
    measure(past)
    let count = 20_000
    let start = ContinuousClock.now
    measure(count)
    return start.duration(to: .now).microseconds * 1_000 / Double(count)
  }

  /// Documents linted a second.
  private static func lint(documents: Int) -> Double {
    let text = (0..<documents).map { number in
      """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata: {name: t\(number)}
      spec:
        metrics:
        - {name: m, interval: 1m, count: 3, failureLimit: 1, successCondition: "result[0] > 0.9",
           provider: {prometheus: {query: up}}}
      """
    }.joined(separator: "\n---\n")
    // Files are bounded; many documents come as many files.
    let lines = text.split(separator: "\n---\n")
    let files = stride(from: 0, to: lines.count, by: 500).map { start in
      SourceFile(
        name: "f\(start).yaml",
        bytes: Array(lines[start..<min(start + 500, lines.count)].joined(separator: "\n---\n").utf8)
      )
    }
    let start = ContinuousClock.now
    let report = Linter().lint(files)
    return Double(report.documents) / start.duration(to: .now).seconds
  }
}
