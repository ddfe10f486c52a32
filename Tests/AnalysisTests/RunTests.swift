import Analysis
import Testing

@Suite("Assessing a run")
struct RunTests {
  @Test(
    "a run has the worst phase of its metrics: Failed, Error, Inconclusive, Successful",
    arguments: [
      ("S", "S", AnalysisPhase.successful), ("S", "I", .inconclusive), ("I", "EEEEE", .error),
      ("EEEEE", "F", .failed), ("F", "I", .failed), ("S", "F", .failed),
    ])
  func worst(first: String, second: String, phase: AnalysisPhase) throws {
    let run = try run(metric("a", interval: "", count: 1), metric("b", interval: "", count: 1))
    #expect(run.state(first, second).phase == phase)
    #expect(run.state(second, first).phase == phase)
  }

  @Test("phases rank Successful, Running, Pending, Inconclusive, Error, Failed")
  func rank() {
    #expect(
      AnalysisPhase.allCases.sorted { $1.isWorse(than: $0) }
        == [.successful, .running, .pending, .inconclusive, .error, .failed])
  }

  @Test(
    "a run goes on while a metric is unfinished or was never measured",
    arguments: ["", "R", "S"])
  func unfinished(letters: String) throws {
    let run = try run(metric("a", interval: "", count: 1), metric("b"))
    let state = run.state("S", letters)
    #expect(state.phase == .running)
    #expect(state.message == "")
    #expect(state.completedAt == nil)
  }

  @Test("a metric that goes bad stops its siblings on the next pass")
  func siblings() throws {
    let run = try run(metric("bad"), metric("endless"), metric("job"), metric("waiting"))
    var state = run.state("F", "S", "R")
    #expect(state.phase == .running)
    #expect(state.metrics.map(\.phase) == [.failed, .running, .running, .pending])
    #expect(state.isTerminating)
    run.advance(&state, now: at(2))
    #expect(state.phase == .failed)
    #expect(state.metrics.map(\.phase) == [.failed, .successful, .running, .successful])
    #expect(state.message == "Metric \"bad\" assessed Failed due to failed (1) > failureLimit (0)")
    #expect(state.completedAt == at(2))
    #expect(state.completionEvent == "AnalysisRunFailed")
  }

  @Test("a job sibling that is ended does not beat Failed")
  func jobSibling() throws {
    let run = try run(metric("bad"), metric("job"))
    var state = run.state("F", "R")
    run.advance(&state, .init([.init(metric: 1, .init(.inconclusive))]), now: at(2))
    #expect(state.phase == .failed)
    #expect(state.metrics[1].phase == .inconclusive)
    #expect(state.metrics[1].message == "Metric Terminated")
  }

  @Test("a run that is stopped before any result is Successful, Run Terminated")
  func stopped() throws {
    let run = try run(metric(initialDelay: "20s"))
    let state = run.step(run.initial, .init(terminate: true), now: at(0))
    #expect(state.phase == .successful)
    #expect(state.message == "Run Terminated")
    #expect(state.startedAt == at(0) && state.completedAt == at(0))
    #expect(state.summary.count == 1 && state.summary.successful == 0)
  }

  @Test("a run that is stopped has the worst phase so far, and its message")
  func stoppedBad() throws {
    let run = try run(metric("a"), metric("b"))
    let state = run.state("F", "R", terminate: true)
    #expect(state.phase == .failed)
    #expect(state.message == "Metric \"a\" assessed Failed due to failed (1) > failureLimit (0)")
    let good = run.state("S", "R", terminate: true)
    #expect(good.phase == .successful && good.message == "Run Terminated")
    let unfinished = run.state("R", "R", terminate: true)
    #expect(unfinished.phase == .successful && unfinished.message == "Run Terminated")
  }

  @Test(
    "the message names the limit, and the metric's own message",
    arguments: [
      ("F", "", "Metric \"m\" assessed Failed due to failed (1) > failureLimit (0)"),
      (
        "F", "boom",
        "Metric \"m\" assessed Failed due to failed (1) > failureLimit (0): \"Error Message: boom\""
      ),
      (
        "I", "",
        "Metric \"m\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)"
      ),
      (
        "EEEEE", "no host",
        "Metric \"m\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "
          + "\"Error Message: no host\""
      ),
    ])
  func message(letters: String, text: String, expected: String) throws {
    #expect(try run(metric()).state(letters, message: text).message == expected)
  }

  @Test("the first metric that is strictly worse than all before gives the message")
  func firstWorse() throws {
    let run = try run(
      metric("a"), metric("b"), metric("c"), metric("d", interval: "", count: 1))
    #expect(run.state("I", "F", "F", "S").message.hasPrefix("Metric \"b\""))
    #expect(run.state("F", "F", "I", "S").message.hasPrefix("Metric \"a\""))
  }

  @Test("a metric that failed because its count ran out has no limit to name, and counts as good")
  func noText() throws {
    let run = try run(metric(count: 2, failureLimit: -1, consecutiveSuccessLimit: 2))
    let state = run.state("SF")
    #expect(state.phase == .failed && state.message == "")
    #expect(state.summary.successful == 1 && state.summary.failed == 0)
  }

  @Test("summaries count metrics by outcome, those that run dry by themselves")
  func summaries() throws {
    let run = try run(
      metric("a", interval: ""), metric("b", interval: ""), metric("c", interval: ""),
      metric("dry-1", interval: ""), metric("dry-2", interval: ""), dryRun: ["dry"])
    let state = run.state("S", "I", "F", "F", "EEEEE")
    #expect(state.summary.count == 3 && state.summary.successful == 1)
    #expect(state.summary.inconclusive == 1 && state.summary.failed == 1)
    #expect(state.summary.error == 0)
    #expect(state.dryRunSummary.count == 2)
    #expect(state.dryRunSummary.failed == 1 && state.dryRunSummary.error == 1)
  }

  @Test("a metric that runs dry never counts, stops nobody, and says why in its own message")
  func dryRun() throws {
    let run = try run(metric("real", interval: "", count: 1), metric("dry"), dryRun: ["dry"])
    let state = run.state("S", "F", message: "boom")
    #expect(state.phase == .successful && state.message == "")
    #expect(state.metrics[1].phase == .failed)
    #expect(
      state.metrics[1].message == "Metric assessed Failed due to failed (1) > failureLimit (0)")
    let waiting = run.state("R", "F")
    #expect(waiting.phase == .running && !waiting.isTerminating)
    let alone = try AnalysisTests.run(metric("dry"), dryRun: [".*"])
    #expect(alone.state("F").phase == .successful)
  }

  @Test("rules match anywhere in a name; one that matches nothing, or is none, is an error")
  func rules() throws {
    let run = try run(metric("latency-p99"), metric("errors"), dryRun: ["p99"])
    #expect(run.metrics.map(\.isDryRun) == [true, false])
    for pattern in ["none", "*"] {
      #expect(
        refusal(
          RunSpecification(metrics: [metric()], dryRun: [.init(metricName: pattern)]))
          == "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)")
      #expect(
        refusal(
          RunSpecification(
            metrics: [metric()],
            measurementRetention: [
              .init(metricName: "m", limit: 1), .init(metricName: pattern, limit: 1),
            ]))
          == "Analysis spec invalid: measurementRetention[1]: Rule didn't match any metric name(s)")
    }
  }

  @Test("rules match the names after arguments were filled in")
  func resolvedNames() throws {
    let specification = RunSpecification(
      metrics: [metric("{{args.n}}")], arguments: [.init(name: "n", value: "latency")],
      dryRun: [.init(metricName: "latency")])
    #expect(try AnalysisRun(specification, matching: naively).metrics[0].isDryRun)
  }

  @Test(
    "the newest ten measurements stay, or as many as the last matching rule above 0 says",
    arguments: [
      ([], 10), ([("m", 3)], 3), ([("m", 0)], 10), ([("m", -1)], 10), ([("m", 3), (".*", 5)], 5),
      ([("m", 3), (".*", 0)], 10), ([("m", 25)], 25), ([("m", 1 << 40)], 25),
    ] as [([(String, Int64)], Int)])
  func retention(rules: [(String, Int64)], kept: Int) throws {
    let run = try run(metric(), retention: rules)
    var state = run.initial
    for second in 0..<25 {
      let measurement = Measurement(.successful, value: "\(second)")
      run.advance(&state, .init([.init(metric: 0, measurement)]), now: at(Int64(second)))
    }
    #expect(state.metrics[0].measurements.map(\.value) == ((25 - kept)..<25).map { "\($0)" })
    #expect(state.metrics[0].counters.count == 25)
  }

  @Test("a completed run stays as it is, whatever comes")
  func completed() throws {
    let run = try run(metric(interval: "", count: 1))
    let state = run.state("S")
    let report = RunInputs.Report(metric: 0, .init(.failed))
    #expect(run.step(state, .init([report], terminate: true), now: at(99)) == state)
    #expect(run.requestingTermination(state) == state)
    #expect(run.plan(state, now: at(99)).isEmpty && run.nextLook(state, now: at(99)) == nil)
  }

  @Test("reports of metrics that are not there are passed over")
  func strangers() throws {
    let run = try run(metric())
    let reports = [-1, 1, .max].map { RunInputs.Report(metric: $0, .init(.failed)) }
    #expect(run.step(run.initial, .init(reports), now: at(0)).metrics == run.initial.metrics)
  }

  @Test(
    "a run is kept for more whole seconds than its time to live",
    arguments: [
      ("S", TimeToLive(afterCompletion: 9, afterSuccess: 5, afterFailure: 7), 5),
      ("F", TimeToLive(afterCompletion: 9, afterSuccess: 5, afterFailure: 7), 7),
      ("I", TimeToLive(afterCompletion: 9, afterSuccess: 5, afterFailure: 7), 9),
      ("EEEEE", TimeToLive(afterCompletion: 9, afterSuccess: 5, afterFailure: 7), 9),
      ("S", TimeToLive(afterCompletion: 9), 9), ("F", TimeToLive(afterSuccess: 5), nil),
      ("I", TimeToLive(afterSuccess: 5, afterFailure: 7), nil), ("S", TimeToLive(), nil),
      ("R", TimeToLive(afterCompletion: 9), nil), ("S", TimeToLive(afterSuccess: 0), 0),
    ] as [(String, TimeToLive, Int64?)])
  func timeToLive(letters: String, strategy: TimeToLive, seconds: Int64?) throws {
    let state = try run(metric(interval: "", count: 1)).state(letters)
    guard let seconds else {
      #expect(!strategy.isOver(state, now: at(1 << 32)) && strategy.end(of: state) == nil)
      return
    }
    let completed = try #require(state.completedAt)
    #expect(!strategy.isOver(state, now: completed + .seconds(seconds)))
    #expect(strategy.isOver(state, now: completed + .seconds(seconds + 1)))
    #expect(strategy.end(of: state) == completed + .seconds(seconds + 1))
  }

  @Test("no time to live ends a run that could not begin")
  func refused() {
    let state = RunState(refused: RunRefusal(message: "x"))
    #expect(!TimeToLive(afterCompletion: 0).isOver(state, now: at(1 << 32)))
    #expect(state.completionEvent == "AnalysisRunError")
  }
}
