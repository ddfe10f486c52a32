extension AnalysisRun {
  /// Something to ask a provider now.
  public struct MetricTask: Hashable, Sendable {
    /// Place of the metric.
    public var metric: Int
    public var action: Action

    public init(metric: Int, action: Action) {
      self.metric = metric
      self.action = action
    }

    public enum Action: String, CaseIterable, Sendable {
      /// Take a new measurement.
      case measure
      /// Ask about the one that is unfinished.
      case resume
      /// End the one that is unfinished: nothing will be measured any more.
      case terminate
    }
  }

  /// How long Argo waits after an error whatever the interval, and where there is none.
  static let retryAfter = Moment.Span.seconds(10)

  /// What to measure in the pass at `now`, in the order of the metrics.
  ///
  /// Nothing is measured before its initial delay or its interval has passed, nor once the run is
  /// terminating, nor of a metric or run that is completed.
  public func plan(_ state: RunState, now: Moment) -> [MetricTask] {
    guard !state.phase.isCompleted else { return [] }
    let isTerminating = state.isTerminating
    var tasks: [MetricTask] = []
    for (index, (metric, progress)) in zip(metrics, state.metrics).enumerated()
    where !progress.phase.isCompleted {
      guard let last = progress.measurements.last else {
        guard !isTerminating, isDue(metric, startedAt: state.startedAt, now: now) else { continue }
        tasks.append(MetricTask(metric: index, action: .measure))
        continue
      }
      guard let finishedAt = last.finishedAt else {
        if isTerminating {
          tasks.append(MetricTask(metric: index, action: .terminate))
        } else if last.resumeAt.map({ $0 <= now }) ?? true {
          tasks.append(MetricTask(metric: index, action: .resume))
        }
        continue
      }
      guard !isTerminating, !metric.isCountReached(progress.counters.count) else { continue }
      let wait = last.phase == .error ? Self.retryAfter : metric.interval ?? Self.retryAfter
      // Strictly after: at the very moment it is too early.
      if now > finishedAt + wait { tasks.append(MetricTask(metric: index, action: .measure)) }
    }
    return tasks
  }

  /// Whether a metric may be measured for the first time. With a delay only once the start is
  /// known, which the first assessment records.
  private func isDue(_ metric: Metric, startedAt: Moment?, now: Moment) -> Bool {
    guard let delay = metric.initialDelay else { return true }
    guard let startedAt else { return false }
    return startedAt + delay <= now
  }

  /// When the next pass is due.
  ///
  /// The earliest over the metrics that are not completed, as Argo has it; where several wait, for
  /// the first. A moment that is past means at once. Without a delay or a measurement, while
  /// waiting for a provider that will say when, and for a metric whose count is reached, there is
  /// nothing to wait for.
  ///
  /// - Returns: `nil` if nothing is to be expected from time passing.
  public func nextLook(_ state: RunState, now: Moment) -> Moment? {
    guard !state.phase.isCompleted else { return nil }
    return zip(metrics, state.metrics)
      .compactMap { nextLook($0, $1, startedAt: state.startedAt ?? now) }
      .min()
  }

  private func nextLook(
    _ metric: Metric, _ progress: MetricState, startedAt: Moment
  ) -> Moment? {
    guard !progress.phase.isCompleted else { return nil }
    guard let last = progress.measurements.last else {
      return metric.initialDelay.map { startedAt + $0 }
    }
    guard let finishedAt = last.finishedAt else { return last.resumeAt }
    guard !metric.isCountReached(progress.counters.count) else { return nil }
    if last.phase == .error { return finishedAt + Self.retryAfter }
    return metric.interval.map { finishedAt + $0 }
  }
}
