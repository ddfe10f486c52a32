import Analysis

/// What is said about a case.
struct Answer {
  let question: AssessmentCase
  let state: RunState
  var run: AnalysisRun?
  var plan: [AnalysisRun.MetricTask] = []
  var settled: RunState?
  var now: Moment?

  init(
    _ question: AssessmentCase, _ state: RunState, run: AnalysisRun? = nil,
    plan: [AnalysisRun.MetricTask] = [], settled: RunState? = nil, now: Moment? = nil
  ) {
    self.question = question
    self.state = state
    self.run = run
    self.plan = plan
    self.settled = settled
    self.now = now
  }

  var json: JSONValue {
    let reading =
      run?.reading(of: state) ?? HonestReading(.skipped, "The run could not begin.")
    let settled = settled ?? state
    let settledReading = run?.reading(of: settled) ?? reading
    let next = run.flatMap { run in now.flatMap { run.nextLook(state, now: $0) } }
    return .object([
      .init("phase", .string(state.phase.rawValue)),
      .init("message", .string(state.message)),
      .init("reading", word(reading)),
      .init("why", .string(reading.why)),
      .init("terminating", .bool(state.isTerminating)),
      .init("startedAt", time(state.startedAt)),
      .init("completedAt", time(state.completedAt)),
      .init("expiresAt", time(question.timeToLive.end(of: state))),
      .init("nextLook", time(next)),
      .init("metrics", .array(state.metrics.indices.map(metric))),
      .init("plan", .array(plan.map(task))),
      .init(
        "summaries",
        .object([
          .init("run", summary(state.summary)), .init("dryRun", summary(state.dryRunSummary)),
        ])),
      .init(
        "settled",
        .object([
          .init("phase", .string(settled.phase.rawValue)),
          .init("message", .string(settled.message)),
          .init("reading", word(settledReading)),
        ])),
      .init("notes", .array(notes.map(JSONValue.string))),
    ])
  }

  private func word(_ reading: HonestReading) -> JSONValue {
    reading.reading.map { .string($0.rawValue) } ?? .null
  }

  private func time(_ moment: Moment?) -> JSONValue {
    guard let moment else { return .null }
    return question.countsSeconds
      ? .number(TimeText.seconds(moment)) : .string(TimeText.text(moment))
  }

  private func task(_ task: AnalysisRun.MetricTask) -> JSONValue {
    .object([
      .init("metric", .string(state.metrics[task.metric].name)),
      .init("action", .string(task.action.rawValue)),
    ])
  }

  private func metric(_ index: Int) -> JSONValue {
    let metric = state.metrics[index]
    let reading = run?.reading(ofMetric: index, in: state) ?? HonestReading(nil, "")
    let counters = metric.counters
    return .object([
      .init("name", .string(metric.name)),
      .init("phase", .string(metric.phase.rawValue)),
      .init("message", .string(metric.message)),
      .init("reading", word(reading)),
      .init("why", .string(reading.why)),
      .init("dryRun", .bool(metric.isDryRun)),
      .init("endedBy", metric.end.map { .string($0.rawValue) } ?? .null),
      .init(
        "effectiveCount", run?.metrics[index].effectiveCount.map { .integer($0) } ?? .null),
      .init(
        "counters",
        .object([
          .init("count", .integer(counters.count)),
          .init("successful", .integer(counters.successful)),
          .init("failed", .integer(counters.failed)),
          .init("inconclusive", .integer(counters.inconclusive)),
          .init("error", .integer(counters.error)),
          .init("consecutiveError", .integer(counters.consecutiveError)),
          .init("consecutiveSuccess", .integer(counters.consecutiveSuccess)),
        ])),
      .init("retained", .integer(metric.measurements.count)),
    ])
  }

  private func summary(_ summary: RunState.Summary) -> JSONValue {
    .object([
      .init("count", .integer(summary.count)),
      .init("successful", .integer(summary.successful)),
      .init("failed", .integer(summary.failed)),
      .init("inconclusive", .integer(summary.inconclusive)),
      .init("error", .integer(summary.error)),
    ])
  }

  /// What a careful reader should know besides.
  private var notes: [String] {
    let ignored = question.ignored.prefix(20).map { "\($0) is not read" }
    let numbers = (run?.metrics ?? []).flatMap { metric in
      metric.specification.unreadableNumbers.map { setting, text in
        "\(metric.name): \(setting) \"\(text.prefix(60))\" is no number, and counts as 0"
      }
    }
    return ignored + numbers.prefix(20)
  }
}
