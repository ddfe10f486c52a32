import Analysis
import Testing

@Suite("Properties")
struct PropertyTests {
  private func randomMetric(_ name: String, _ random: inout SeededRandom) -> MetricSpecification {
    func maybe(_ range: ClosedRange<Int64>) -> Int64? {
      Bool.random(using: &random) ? Int64.random(in: range, using: &random) : nil
    }
    return metric(
      name, interval: ["", "1s", "60s", "5m", "0", "-3s"].randomElement(using: &random) ?? "",
      initialDelay: ["", "", "20s", "2m"].randomElement(using: &random) ?? "",
      count: maybe(-2...6), failureLimit: maybe(-1...3), inconclusiveLimit: maybe(0...3),
      consecutiveErrorLimit: maybe(0...3), consecutiveSuccessLimit: maybe(0...3))
  }

  /// A run that is valid, of up to four metrics.
  private func randomRun(_ random: inout SeededRandom) -> AnalysisRun {
    while true {
      let metrics = (0..<Int.random(in: 1...4, using: &random))
        .map { randomMetric("m\($0)", &random) }
      let dryRun = Bool.random(using: &random) ? [DryRunRule(metricName: "m1")] : []
      do throws(RunRefusal) {
        return try AnalysisRun(
          RunSpecification(metrics: metrics, dryRun: metrics.count > 1 ? dryRun : []),
          matching: naively)
      } catch {
        continue
      }
    }
  }

  private func randomPhase(_ random: inout SeededRandom) -> AnalysisPhase {
    [.successful, .successful, .failed, .inconclusive, .error, .running, .pending]
      .randomElement(using: &random) ?? .successful
  }

  @Test("a run that does what is planned keeps every promise", arguments: UInt64(0)..<200)
  func promises(seed: UInt64) {
    var random = SeededRandom(seed)
    let run = randomRun(&random)
    var state = run.initial
    var now = start
    for _ in 0..<60 {
      now = now + .seconds(Int64.random(in: 0...40, using: &random))
      let before = state
      let plan = run.plan(state, now: now)
      var reports: [RunInputs.Report] = []
      for task in plan {
        let metric = run.metrics[task.metric]
        let progress = state.metrics[task.metric]
        switch task.action {
        case .measure:
          #expect(!state.isTerminating)
          if let last = progress.measurements.last, let finished = last.finishedAt {
            let wait = last.phase == .error ? .seconds(10) : metric.interval ?? .seconds(10)
            #expect(now > finished + wait)
            #expect(!metric.isCountReached(progress.counters.count))
          } else if let delay = metric.initialDelay {
            #expect(state.startedAt.map { now >= $0 + delay } == true)
          }
        case .resume: #expect(!state.isTerminating)
        case .terminate: #expect(state.isTerminating)
        }
        let phase = randomPhase(&random)
        reports.append(.init(metric: task.metric, Measurement(phase, startedAt: now)))
      }
      let terminate = Int.random(in: 0..<40, using: &random) == 0
      run.advance(&state, RunInputs(reports, terminate: terminate), now: now)
      expectSound(run, state, after: before)
    }
  }

  private func expectSound(_ run: AnalysisRun, _ state: RunState, after before: RunState) {
    for (old, new) in zip(before.metrics, state.metrics) {
      let counters = new.counters
      #expect(counters.count == counters.successful + counters.failed + counters.inconclusive)
      #expect(counters.consecutiveError == 0 || counters.consecutiveSuccess == 0)
      #expect(counters.consecutiveSuccess <= counters.successful)
      #expect(counters.consecutiveError <= counters.error)
      if old.phase.isCompleted { #expect(old == new) }
      #expect(new.measurements.count <= 10)
    }
    if before.phase.isCompleted { #expect(before == state) }
    if before.isTerminating { #expect(state.isTerminating) }
    let counting = zip(run.metrics, state.metrics).filter { !$0.0.isDryRun }.map(\.1)
    // Terminating never improves a phase: no completed metric is worse than its run.
    if state.phase.isCompleted {
      for metric in counting where metric.phase.isCompleted {
        #expect(!metric.phase.isWorse(than: state.phase))
      }
      #expect(state.completedAt != nil && run.reading(of: state).reading != nil)
      if state.isTerminateRequested { #expect(run.reading(of: state).reading != .verified) }
      if state.phase != .successful { #expect(run.reading(of: state).reading != .verified) }
    } else {
      #expect(run.reading(of: state).reading == nil)
    }
    #expect(state.summary.count + state.dryRunSummary.count == run.metrics.count)
    let completed = counting.count { $0.wasMeasured && $0.phase.isCompleted }
    let summary = state.summary
    #expect(
      summary.successful + summary.failed + summary.inconclusive + summary.error == completed)
  }

  @Test("assessment is a function of the measurement sequence", arguments: UInt64(0)..<200)
  func sequence(seed: UInt64) {
    var random = SeededRandom(seed)
    let run = randomRun(&random)
    let lists = run.metrics.map { _ in
      (0..<Int.random(in: 0...12, using: &random)).map { _ in Measurement(randomPhase(&random)) }
    }
    let once = run.restored(lists, startedAt: start, now: start)
    // The metrics' measurements come interleaved in any way, and many or few a pass.
    var order = lists.indices.flatMap { index in lists[index].map { _ in index } }
    order.shuffle(using: &random)
    var places = lists.map { _ in 0 }
    var other = run.restored([], startedAt: start, now: start)
    for index in order {
      other = run.restoring(lists[index][places[index]], of: index, into: other)
      places[index] += 1
    }
    #expect(run.step(other, now: start) == run.step(once, now: start))
  }

  @Test("stopping never makes a metric that is bad better", arguments: UInt64(0)..<200)
  func stopping(seed: UInt64) {
    var random = SeededRandom(seed)
    let run = randomRun(&random)
    let lists = run.metrics.map { _ in
      (0..<Int.random(in: 0...6, using: &random)).map { _ in Measurement(randomPhase(&random)) }
    }
    let state = run.restored(lists, startedAt: start, now: start)
    let running = run.step(state, now: start)
    let stopped = run.step(state, RunInputs(terminate: true), now: start)
    #expect(stopped.phase.isCompleted)
    for (a, b) in zip(running.metrics, stopped.metrics) where a.phase.isCompleted {
      #expect(a.phase == b.phase)
    }
    if running.phase.isBad { #expect(!running.phase.isWorse(than: stopped.phase)) }
  }

  @Test("a metric that runs dry changes nothing about the run", arguments: UInt64(0)..<100)
  func dry(seed: UInt64) throws {
    var random = SeededRandom(seed)
    let run = try run(
      metric("a", count: 3, failureLimit: 1), metric("dry", count: 2), dryRun: ["dry"])
    let letters = (0..<3).map { _ in ["S", "F", "I", "E"].randomElement(using: &random) ?? "S" }
    let dry = (0..<4).map { _ in ["S", "F", "I", "E"].randomElement(using: &random) ?? "S" }
    let alone = try AnalysisTests.run(metric("a", count: 3, failureLimit: 1))
    let expected = alone.state(letters.joined())
    let state = run.state(letters.joined(), dry.joined())
    #expect(state.metrics[0] == expected.metrics[0])
    #expect(state.summary == expected.summary)
    if state.phase.isCompleted { #expect(state.phase == expected.phase) }
  }
}

extension AnalysisRun {
  /// One more measurement of a pass before, without assessing the run.
  fileprivate func restoring(
    _ measurement: Measurement, of metric: Int, into state: RunState
  ) -> RunState {
    var lists = self.metrics.map { _ in [Measurement]() }
    lists[metric] = [measurement]
    return restored(lists, after: state, now: start)
  }
}
