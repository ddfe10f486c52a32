extension AnalysisRun {
  /// What a run honestly says. The first rule that applies counts:
  ///
  /// 1. not completed → no reading yet
  /// 2. Failed → failed
  /// 3. no metric that counts was measured → skipped; where all metrics only run dry → vacuous
  /// 4. Error or Inconclusive: told to stop → stopped, else no data
  /// 5. Successful and told to stop → stopped
  /// 6. the first of *failed*, *no data*, *stopped*, *skipped* that some metric which counts has
  /// 7. some such metric *verified* → verified: the run would have failed with it
  /// 8. else → vacuous
  public func reading(of state: RunState) -> HonestReading {
    guard state.phase.isCompleted else {
      return HonestReading(nil, "The run is not completed.")
    }
    if state.phase == .failed {
      return HonestReading(.failed, sentence(state.message, "It failed"))
    }
    let counting = zip(metrics, state.metrics).filter { !$0.0.isDryRun }
    let readings = counting.map { metric, progress in
      (name: metric.name, read: Self.reading(metric, progress, isRunCompleted: true))
    }
    if counting.isEmpty && !state.metrics.isEmpty {
      return HonestReading(.vacuous, "All its metrics only run dry: none of them counts.")
    }
    guard counting.contains(where: { $0.1.wasMeasured }) else {
      return HonestReading(.skipped, sentence(state.message, "Nothing was measured"))
    }
    guard state.phase == .successful else {
      return HonestReading(
        state.isTerminateRequested ? .stopped : .noData,
        sentence(state.message, "It ended without a verdict"))
    }
    if state.isTerminateRequested {
      return HonestReading(
        .stopped, "It was told to stop, and what it had measured was within its limits.")
    }
    for reading in [Reading.failed, .noData, .stopped, .skipped] {
      guard let metric = readings.first(where: { $0.read.reading == reading }) else { continue }
      return HonestReading(reading, "Metric \"\(metric.name)\": \(metric.read.why)")
    }
    let vacuous = readings.filter { $0.read.reading == .vacuous }
    guard let verified = readings.first(where: { $0.read.reading == .verified }) else {
      let why = vacuous.first.map { "Metric \"\($0.name)\": \($0.read.why)" }
      return HonestReading(.vacuous, why ?? "No metric could have failed.")
    }
    var why = "Metric \"\(verified.name)\": \(verified.read.why)"
    if let other = vacuous.first {
      why +=
        " But \(vacuous.count) of \(readings.count) metrics could not have failed, such as "
        + "\"\(other.name)\"."
    }
    return HonestReading(.verified, why)
  }

  /// What one metric of a run honestly says. The first rule that applies counts:
  ///
  /// 1. never measured: run completed → skipped; else no reading yet
  /// 2. not completed: run completed → stopped; else no reading yet
  /// 3. Failed → failed
  /// 4. Error → no data
  /// 5. Inconclusive: because its unfinished measurement was ended → stopped; else no data
  /// 6. ended by termination → stopped
  /// 7. no measurement was good or bad → no data
  /// 8. could not have failed (``vacuity(of:)``, unless a measurement shows otherwise) → vacuous
  /// 9. no measurement was good → failed
  /// 10. else → verified
  public func reading(ofMetric index: Int, in state: RunState) -> HonestReading {
    guard metrics.indices.contains(index), state.metrics.indices.contains(index) else {
      return HonestReading(nil, "There is no such metric.")
    }
    return Self.reading(
      metrics[index], state.metrics[index], isRunCompleted: state.phase.isCompleted)
  }

  private static func reading(
    _ metric: Metric, _ progress: MetricState, isRunCompleted: Bool
  ) -> HonestReading {
    let counters = progress.counters
    guard progress.wasMeasured else {
      return isRunCompleted || progress.phase.isCompleted
        ? HonestReading(.skipped, "Nothing was measured.")
        : HonestReading(nil, "Nothing was measured yet.")
    }
    guard let end = progress.end, progress.phase.isCompleted else {
      return isRunCompleted
        ? HonestReading(.stopped, "The run ended before its measurement had.")
        : HonestReading(nil, "It is not completed.")
    }
    let taken =
      "\(counters.successful) good, \(counters.failed) bad, \(counters.inconclusive) inconclusive, "
      + "\(counters.error) without an answer"
    switch progress.phase {
    case .pending, .running: return HonestReading(nil, "It is not completed.")
    case .failed:
      let why = exceeded(metric, counters)?.text ?? "too few good measurements in a row (\(taken))"
      return HonestReading(.failed, "It failed: \(why).")
    case .error:
      return HonestReading(
        .noData, "The provider gave no answer \(counters.consecutiveError) times in a row.")
    case .inconclusive:
      if progress.measurements.last?.message == "Metric Terminated" {
        return HonestReading(.stopped, "Its measurement was ended before it was done.")
      }
      return HonestReading(.noData, "No verdict: \(taken).")
    case .successful: break
    }
    if end == .terminated {
      return HonestReading(.stopped, "It was ended before it was done: \(taken).")
    }
    guard counters.successful > 0 || counters.failed > 0 else {
      return HonestReading(.noData, "No measurement was good or bad: \(taken).")
    }
    if let vacuity = vacuity(
      of: metric, sawFailed: counters.failed > 0, sawInconclusive: counters.inconclusive > 0)
    {
      return HonestReading(.vacuous, "It could not have failed: \(vacuity) (\(taken)).")
    }
    guard counters.successful > 0 else {
      return HonestReading(.failed, "No measurement was good: \(taken).")
    }
    return HonestReading(.verified, "It kept within its limits: \(taken).")
  }

  /// Why a metric cannot fail by what it measures; `nil` if it can.
  ///
  /// It cannot if none of these holds: a measurement can be Failed, and the failure limit is on and
  /// below the number of measurements; one can be Inconclusive, and the inconclusive limit is below
  /// that number; one can be either, and so many good ones in a row are required. A measurement can
  /// be Failed where there is a condition (other than success `true` or failure `false`), or where
  /// a job, Kayenta or a plugin judges; Inconclusive with both conditions. Errors do not count: an
  /// outage says nothing about the release.
  public static func vacuity(of metric: Metric) -> String? {
    vacuity(of: metric, sawFailed: false, sawInconclusive: false)
  }

  private static func vacuity(
    of metric: Metric, sawFailed: Bool, sawInconclusive: Bool
  ) -> String? {
    let possible = Outcomes(of: metric.specification)
    let canFail = possible.failed || sawFailed
    let canBeInconclusive = possible.inconclusive || sawInconclusive
    guard canFail || canBeInconclusive else { return possible.whyAlwaysGood }
    if metric.consecutiveSuccessLimit != nil { return nil }
    // A negative count is reached by the first measurement.
    guard let measurements = metric.effectiveCount.map({ max($0, 1) }) else { return nil }
    if canFail, let limit = metric.failureLimit, measurements > limit { return nil }
    if canBeInconclusive, measurements > metric.inconclusiveLimit { return nil }
    return "failureLimit \(metric.failureLimit ?? -1) cannot be exceeded by \(measurements) "
      + "measurement\(measurements == 1 ? "" : "s")"
  }

  /// What measurements of a metric can come to, besides good.
  private struct Outcomes {
    var failed: Bool
    var inconclusive: Bool
    var whyAlwaysGood = "it has no conditions"

    init(of metric: MetricSpecification) {
      if let kind = metric.providers?.first?.kind, !kind.judgesByConditions {
        (failed, inconclusive) = (true, true)
        return
      }
      let success = Self.trimmed(metric.successCondition)
      let failure = Self.trimmed(metric.failureCondition)
      if success.isEmpty && failure.isEmpty {
        (failed, inconclusive) = (false, false)
        return
      }
      whyAlwaysGood = "its conditions are always good"
      let canFailureHold = !failure.isEmpty && failure != "false"
      let canSuccessMiss = !success.isEmpty && success != "true"
      failed = canFailureHold || (failure.isEmpty && canSuccessMiss)
      inconclusive = !failure.isEmpty && canSuccessMiss
    }

    private static func trimmed(_ condition: String) -> String {
      var text = condition[...]
      while let first = text.first, first.isWhitespace { text = text.dropFirst() }
      while let last = text.last, last.isWhitespace { text = text.dropLast() }
      return String(text)
    }
  }

  private func sentence(_ message: String, _ otherwise: String) -> String {
    (message.isEmpty ? otherwise : message) + "."
  }
}
