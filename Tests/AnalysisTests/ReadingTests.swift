import Analysis
import Testing

@Suite("Honest readings")
struct ReadingTests {
  @Test(
    "a metric's reading",
    arguments: [
      (metric(count: 2), "SS", .verified), (metric(count: 3, failureLimit: 2), "SFF", .verified),
      (metric(consecutiveSuccessLimit: 2), "SS", .verified),
      (metric(failureLimit: -1, consecutiveSuccessLimit: 2), "FSS", .verified),
      (metric(), "F", .failed), (metric(count: 2, failureLimit: 1), "FF", .failed),
      (metric(count: 2, failureLimit: -1, consecutiveSuccessLimit: 2), "SF", .failed),
      (metric(), "EEEEE", .noData), (metric(), "SEEEEE", .noData), (metric(), "I", .noData),
      (metric(count: 2, inconclusiveLimit: 2, failure: "result > 9"), "II", .noData),
      (
        metric(count: 4, failureLimit: 2, inconclusiveLimit: 4, failure: "result > 9"), "FFII",
        .failed
      ),
      (metric(count: 1, failureLimit: 1), "F", .vacuous),
      (metric(count: 1, failureLimit: 1), "S", .vacuous),
      (metric(count: 3, failureLimit: 3), "FFF", .vacuous),
      (metric(count: 3, failureLimit: 2), "SSS", .verified),
      (metric(count: 1, success: ""), "S", .vacuous),
      (metric(count: 1, success: " true "), "S", .vacuous),
      (metric(count: 1, success: "", failure: "false"), "S", .vacuous),
      (metric(count: 1, success: "true", failure: "false"), "S", .vacuous),
      (metric(count: 1, success: "true", failure: "result > 1"), "S", .verified),
      (metric(count: 1, success: "result > 1", failure: "false"), "S", .verified),
      (metric(count: 1, success: "", failure: "result > 1"), "S", .verified),
      (metric(count: 1, success: "", providers: [Provider(.job)]), "S", .verified),
      (metric(count: 1, failureLimit: 1, failure: "result > 9"), "S", .verified),
      (
        metric(count: 1, failureLimit: 1, inconclusiveLimit: 1, failure: "result > 9"), "S",
        .vacuous
      ),
      (metric(count: 2, failureLimit: 0, consecutiveSuccessLimit: 2, success: ""), "SS", .vacuous),
      (metric(count: -1), "E", .noData), (metric(count: 5), "SS", nil), (metric(), "", nil),
    ] as [(MetricSpecification, String, Reading?)])
  func metrics(metric: MetricSpecification, letters: String, reading: Reading?) throws {
    let run = try run(metric)
    let state = run.state(letters)
    let read = run.reading(ofMetric: 0, in: state)
    #expect(read.reading == reading, "\(read.why)")
    #expect(!read.why.isEmpty)
    // Of the one metric of a run the run says the same.
    #expect(run.reading(of: state).reading == reading)
  }

  @Test(
    "a run that was stopped is never verified",
    arguments: [
      ("", Reading.skipped), ("S", .stopped), ("R", .stopped), ("SSS", .stopped),
      ("F", .failed), ("I", .stopped),
    ])
  func stopped(letters: String, reading: Reading) throws {
    let run = try run(metric(count: 3))
    let state = run.state(letters, terminate: true)
    #expect(state.phase.isCompleted)
    #expect(run.reading(of: state).reading == reading)
  }

  @Test("siblings that a bad metric stopped are stopped, and those never measured are skipped")
  func siblings() throws {
    let run = try run(metric("bad"), metric("endless"), metric("job"), metric("waiting"))
    let state = run.settled(run.state("F", "S", "R"), now: at(2))
    #expect(
      (0..<4).map { run.reading(ofMetric: $0, in: state).reading }
        == [.failed, .stopped, .stopped, .skipped])
    #expect(run.reading(of: state).reading == .failed)
  }

  @Test("one metric that could have failed verifies a run, and the others are named")
  func mixed() throws {
    let run = try run(metric("real", count: 1), metric("empty", count: 1, success: ""))
    let read = run.reading(of: run.state("S", "S"))
    #expect(read.reading == .verified)
    #expect(read.why.contains("1 of 2 metrics could not have failed, such as \"empty\""))
    let vacuous = try AnalysisTests.run(metric("a", count: 1, success: ""))
    #expect(vacuous.reading(of: vacuous.state("S")).reading == .vacuous)
  }

  @Test("a run that only runs dry is vacuous; a dry metric does not count beside others")
  func dry() throws {
    let dry = try run(metric("dry"), dryRun: ["dry"])
    #expect(dry.reading(of: dry.state("F")).reading == .vacuous)
    let beside = try run(metric("real", count: 1), metric("dry"), dryRun: ["dry"])
    #expect(beside.reading(of: beside.state("S", "F")).reading == .verified)
  }

  @Test("a run that could not begin measured nothing")
  func refused() throws {
    let run = try run(metric())
    #expect(run.reading(of: RunState(refused: .init(message: "x"))).reading == .skipped)
  }
}
