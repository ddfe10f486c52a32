public import Analysis

/// Answers cases: `windlass analysis assess`.
///
/// A case is read as ``AssessmentCase`` says. Its answer is an object with
///
/// - `phase`, `message`: of the run, as Argo has them after this pass
/// - `reading`, `why`: what it honestly says: `verified`, `failed`, `skipped`, `stopped`, `vacuous`
///   or `no data`; null while nothing is decided
/// - `terminating`: whether nothing new will be measured
/// - `startedAt`, `completedAt`, `expiresAt`, `nextLook`: times, or null
/// - `metrics`: of each `name`, `phase`, `message`, `reading`, `why`, `dryRun`, `endedBy`,
///   `effectiveCount`, `counters` and `retained` (measurements that stay readable)
/// - `plan`: list of `{"metric", "action"}`: what a pass at `now` would `measure`, `resume` or
///   `terminate`
/// - `summaries`: `run` and `dryRun`, each with `count`, `successful`, `failed`, `inconclusive` and
///   `error`
/// - `settled`: `phase`, `message` and `reading` once nothing changes any more without measurements
/// - `notes`: what a careful reader should know besides
public enum Assessment {
  /// The answer to one case.
  ///
  /// The pass that is assessed is the one that records each metric's last measurement; all others
  /// were recorded before it, one by one.
  ///
  /// - Parameters:
  ///   - now: used where the case has none; without one, the latest time in the case.
  ///   - matches: what reads the patterns of rules.
  /// - Throws: ``JSONError`` if the case cannot be read. A run that is wrong is an answer: Error.
  public static func answer(
    to value: JSONValue, now defaultNow: Moment? = nil, matching matches: NameMatching
  ) throws(JSONError) -> JSONValue {
    let question = try AssessmentCase(value)
    let times = question.measurements.joined().flatMap { [$0.startedAt, $0.finishedAt] }
      .compactMap(\.self)
    let now =
      question.now ?? defaultNow ?? times.max() ?? question.startedAt ?? Moment(nanoseconds: 0)
    let run: AnalysisRun
    do throws(RunRefusal) {
      run = try AnalysisRun(question.specification, matching: matches)
    } catch {
      return Answer(question, RunState(refused: error)).json
    }
    let startedAt = question.startedAt ?? times.min()
    let counted = question.measurements.indices.filter { question.counters[$0] == nil }
    var lists = question.measurements
    for index in lists.indices where question.counters[index] != nil { lists[index] = [] }
    let earlier = question.resumed(
      run.restored(lists.map { Array($0.dropLast()) }, startedAt: startedAt, now: now), run, now)
    let reports = counted.compactMap { index in
      lists[index].last.map { RunInputs.Report(metric: index, $0) }
    }
    var state = run.step(earlier, RunInputs(reports, terminate: question.terminate), now: now)
    let settled = run.settled(state, now: now)
    if question.settle { state = settled }
    // What this pass would have asked for, were nothing in yet but what is recorded.
    var before = question.resumed(
      run.restored(lists, startedAt: startedAt, now: now), run, now)
    if question.terminate { before = run.requestingTermination(before) }
    return Answer(
      question, state, run: run, plan: run.plan(before, now: now), settled: settled, now: now
    ).json
  }

  /// The answer to one line of a batch: one line of JSON.
  ///
  /// - Returns: with `isReadable` false, an object with the one member `error`.
  public static func line(
    _ bytes: [UInt8], now: Moment? = nil, matching matches: NameMatching
  ) -> (text: String, isReadable: Bool) {
    do throws(JSONError) {
      return (try answer(to: JSONReader.read(bytes), now: now, matching: matches).text, true)
    } catch {
      return (JSONValue.object([.init("error", .string(error.description))]).text, false)
    }
  }
}

extension AssessmentCase {
  /// A state with the metrics that come with counters.
  fileprivate func resumed(_ state: RunState, _ run: AnalysisRun, _ now: Moment) -> RunState {
    var state = state
    for (index, counters) in counters.enumerated() {
      guard let counters else { continue }
      state = run.resuming(
        index, counters: counters, measurements: measurements[index], in: state, now: now)
    }
    return state
  }
}
