extension AnalysisRun {
  /// Brings a metric's phase up to date.
  static func assess(_ metric: Metric, _ progress: inout MetricState, _ isTerminating: Bool) {
    let (phase, end) = verdict(metric, progress, isTerminating)
    guard phase != progress.phase else { return }
    progress.phase = phase
    progress.end = end
    if let last = progress.measurements.last { progress.message = last.message }
  }

  /// The phase of a metric, and what completes it. Earlier rules win.
  private static func verdict(
    _ metric: Metric, _ progress: MetricState, _ isTerminating: Bool
  ) -> (AnalysisPhase, MetricState.End?) {
    guard !progress.phase.isCompleted else { return (progress.phase, progress.end) }
    guard let last = progress.measurements.last else {
      return isTerminating ? (.successful, .terminated) : (.pending, nil)
    }
    // The run may end without it; the metric itself waits for its provider.
    guard last.isFinished else { return (.running, nil) }
    if let exceeded = exceeded(metric, progress.counters) { return (exceeded.phase, exceeded.end) }
    if let limit = metric.consecutiveSuccessLimit, progress.counters.consecutiveSuccess >= limit {
      return (.successful, .consecutiveSuccessLimit)
    }
    if metric.isCountReached(progress.counters.count) {
      guard metric.consecutiveSuccessLimit != nil else { return (.successful, .count) }
      // All measurements taken, and never enough good ones in a row.
      return (metric.failureLimit == nil ? .failed : .inconclusive, .count)
    }
    return isTerminating ? (.successful, .terminated) : (.running, nil)
  }

  /// A limit that is exceeded, as Argo words it.
  struct Exceeded {
    var phase: AnalysisPhase
    var end: MetricState.End
    var text: String
  }

  /// Error hides Inconclusive, which hides Failed.
  static func exceeded(_ metric: Metric, _ counters: MetricState.Counters) -> Exceeded? {
    if counters.consecutiveError > metric.consecutiveErrorLimit {
      return Exceeded(
        phase: .error, end: .consecutiveErrorLimit,
        text: "consecutiveErrors (\(counters.consecutiveError)) > consecutiveErrorLimit "
          + "(\(metric.consecutiveErrorLimit))")
    }
    if counters.inconclusive > metric.inconclusiveLimit {
      return Exceeded(
        phase: .inconclusive, end: .inconclusiveLimit,
        text: "inconclusive (\(counters.inconclusive)) > inconclusiveLimit "
          + "(\(metric.inconclusiveLimit))")
    }
    if let limit = metric.failureLimit, counters.failed > limit {
      return Exceeded(
        phase: .failed, end: .failureLimit,
        text: "failed (\(counters.failed)) > failureLimit (\(limit))")
    }
    return nil
  }

  /// Assesses metrics and run.
  func assess(_ state: inout RunState, _ isTerminating: Bool, now: Moment) {
    if state.startedAt == nil { state.startedAt = now }
    var worst: AnalysisPhase?
    var message = state.isTerminateRequested ? "Run Terminated" : ""
    var areAllCompleted = true
    var summaries = (counting: RunState.Summary(), dryRun: RunState.Summary())
    for (index, metric) in metrics.enumerated() where state.metrics.indices.contains(index) {
      Self.assess(metric, &state.metrics[index], isTerminating)
      let progress = state.metrics[index]
      if metric.isDryRun { summaries.dryRun.count += 1 } else { summaries.counting.count += 1 }
      guard progress.wasMeasured, progress.phase.isCompleted else {
        areAllCompleted = false
        continue
      }
      let exceeded = Self.exceeded(metric, progress.counters)
      if metric.isDryRun {
        // Its phase counts for nothing, except that something has completed.
        worst = worst ?? .successful
        summaries.dryRun.add(exceeded?.phase ?? .successful)
        if let exceeded {
          state.metrics[index].message =
            "Metric assessed \(progress.phase.rawValue) due to \(exceeded.text)"
        }
        continue
      }
      summaries.counting.add(exceeded?.phase ?? .successful)
      guard worst.map({ progress.phase.isWorse(than: $0) }) ?? true else { continue }
      worst = progress.phase
      guard let exceeded else { continue }
      message =
        "Metric \"\(metric.name)\" assessed \(progress.phase.rawValue) due to \(exceeded.text)"
      if !progress.message.isEmpty { message += ": \"Error Message: \(progress.message)\"" }
    }
    state.summary = summaries.counting
    state.dryRunSummary = summaries.dryRun
    let phase: AnalysisPhase =
      isTerminating ? worst ?? .successful : areAllCompleted ? worst ?? .running : .running
    guard phase != state.phase else { return }
    state.phase = phase
    state.message = phase == .running ? "" : message
    if phase.isCompleted { state.completedAt = now }
  }
}

extension RunState.Summary {
  /// Counts a metric that is completed.
  fileprivate mutating func add(_ phase: AnalysisPhase) {
    switch phase {
    case .pending, .running: return
    case .successful: successful += 1
    case .failed: failed += 1
    case .inconclusive: inconclusive += 1
    case .error: error += 1
    }
  }
}
