/// What happened to a run since its last pass.
public struct RunInputs: Equatable, Sendable {
  /// In the order in which they came; usually one per task of the plan.
  public var reports: [Report]
  /// The run is to stop. Once given it holds for the rest of the run.
  public var terminate: Bool

  public init(_ reports: [Report] = [], terminate: Bool = false) {
    self.reports = reports
    self.terminate = terminate
  }

  /// An outcome of a task.
  public struct Report: Equatable, Sendable {
    /// Place of the metric; one that is not there is passed over.
    public var metric: Int
    /// A new measurement, or what became of the unfinished one. An error for a provider that cannot
    /// be set up.
    public var measurement: Measurement

    public init(metric: Int, _ measurement: Measurement) {
      self.metric = metric
      self.measurement = measurement
    }
  }
}

extension AnalysisRun {
  /// The state after a pass: measurements recorded, metrics and run assessed.
  ///
  /// A completed run stays as it is, and so does a completed metric. `state` must be of this run;
  /// metrics that one of the two does not have are passed over.
  public func step(_ state: RunState, _ inputs: RunInputs = RunInputs(), now: Moment) -> RunState {
    var state = state
    advance(&state, inputs, now: now)
    return state
  }

  /// As ``step(_:_:now:)``, in place: then no measurement is copied.
  public func advance(_ state: inout RunState, _ inputs: RunInputs = RunInputs(), now: Moment) {
    guard !state.phase.isCompleted else { return }
    if inputs.terminate { state.isTerminateRequested = true }
    // As of before this pass: whoever goes bad now stops its siblings in the next.
    let isTerminating = state.isTerminating
    for report in inputs.reports {
      guard metrics.indices.contains(report.metric), state.metrics.indices.contains(report.metric)
      else { continue }
      let metric = metrics[report.metric]
      Self.record(report.measurement, in: &state.metrics[report.metric], isTerminating, now: now)
      // At once, so that several reports of one metric count as they would one by one.
      Self.assess(metric, &state.metrics[report.metric], isTerminating)
    }
    assess(&state, isTerminating, now: now)
  }

  /// The state with the request to stop, before the pass that heeds it. A completed run stays.
  public func requestingTermination(_ state: RunState) -> RunState {
    guard !state.phase.isCompleted else { return state }
    var state = state
    state.isTerminateRequested = true
    return state
  }

  /// Steps with no new measurements until nothing changes: what the run comes to by itself.
  public func settled(_ state: RunState, now: Moment) -> RunState {
    // The first pass may stop siblings; the second can only complete the run.
    step(step(state, now: now), now: now)
  }

  private static func record(
    _ measurement: Measurement, in progress: inout MetricState, _ isTerminating: Bool, now: Moment
  ) {
    guard !progress.phase.isCompleted else { return }
    var measurement = measurement
    measurement.finishedAt =
      measurement.isFinished ? measurement.finishedAt ?? measurement.startedAt ?? now : nil
    if measurement.isFinished { measurement.resumeAt = nil }
    let continues = progress.measurements.last.map { !$0.isFinished } ?? false
    if isTerminating && continues
      && (measurement.phase == .successful || measurement.phase == .inconclusive)
    {
      measurement.message = "Metric Terminated"
    }
    if continues {
      progress.measurements.replaceLast(with: measurement)
    } else {
      if !progress.wasMeasured { progress.phase = .running }
      progress.measurements.append(measurement)
    }
    progress.counters.add(measurement.phase)
  }
}

extension AnalysisRun {
  /// The state that measurements of earlier passes have left behind, one after the other.
  ///
  /// Metrics are assessed as they go, so nothing counts that was recorded after a metric was
  /// completed; the run itself is not assessed, which the next ``step(_:_:now:)`` does.
  ///
  /// - Parameters:
  ///   - measurements: per metric, oldest first; missing lists are empty.
  ///   - startedAt: of the run; `nil` if no pass has assessed it yet.
  ///   - now: the end of measurements that say no time.
  public func restored(
    _ measurements: [[Measurement]], startedAt: Moment?, now: Moment
  ) -> RunState {
    var state = initial
    state.startedAt = startedAt
    return restored(measurements, after: state, now: now)
  }

  /// As ``restored(_:startedAt:now:)``, after what is in a state already.
  public func restored(
    _ measurements: [[Measurement]], after state: RunState, now: Moment
  ) -> RunState {
    guard !state.phase.isCompleted else { return state }
    var state = state
    for (index, list) in measurements.enumerated()
    where metrics.indices.contains(index) && state.metrics.indices.contains(index) {
      for measurement in list {
        Self.record(measurement, in: &state.metrics[index], false, now: now)
        Self.assess(metrics[index], &state.metrics[index], false)
      }
    }
    return state
  }

  /// A state with a metric as the status of a run has it: counters, and the measurements that are
  /// left, which the counters have counted already. It is assessed by the next step, not before.
  ///
  /// This is how a run is taken over whose older measurements are forgotten.
  public func resuming(
    _ metric: Int, counters: MetricState.Counters, measurements: [Measurement],
    in state: RunState, now: Moment
  ) -> RunState {
    guard metrics.indices.contains(metric), state.metrics.indices.contains(metric),
      !state.phase.isCompleted
    else { return state }
    var state = state
    var progress = MetricState(
      name: metrics[metric].name, isDryRun: metrics[metric].isDryRun,
      retained: metrics[metric].retained)
    for measurement in measurements { Self.record(measurement, in: &progress, false, now: now) }
    progress.counters = counters
    state.metrics[metric] = progress
    return state
  }
}
