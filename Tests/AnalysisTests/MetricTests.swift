import Analysis
import Testing

@Suite("Recording and assessing a metric")
struct MetricTests {
  @Test(
    "counters follow the outcomes: an error is no count, and breaks and makes its own row",
    arguments: [
      ("S", [1, 1, 0, 0, 0, 0, 1]), ("SS", [2, 2, 0, 0, 0, 0, 2]), ("SF", [2, 1, 1, 0, 0, 0, 0]),
      ("SI", [2, 1, 0, 1, 0, 0, 0]), ("SE", [1, 1, 0, 0, 1, 1, 0]), ("EE", [0, 0, 0, 0, 2, 2, 0]),
      ("EES", [1, 1, 0, 0, 2, 0, 1]), ("EF", [1, 0, 1, 0, 1, 0, 0]), ("EI", [1, 0, 0, 1, 1, 0, 0]),
      ("R", [0, 0, 0, 0, 0, 0, 0]), ("SR", [1, 1, 0, 0, 0, 0, 1]),
    ] as [(String, [Int64])])
  func counters(letters: String, expected: [Int64]) throws {
    let run = try run(metric(failureLimit: 9, inconclusiveLimit: 9))
    let counters = run.state(letters).metrics[0].counters
    #expect(
      [
        counters.count, counters.successful, counters.failed, counters.inconclusive,
        counters.error, counters.consecutiveError, counters.consecutiveSuccess,
      ] == expected)
  }

  @Test("an unfinished measurement is continued by the next report, not counted twice")
  func continued() throws {
    let run = try run(metric(count: 2))
    let state = run.state("RRSR")
    #expect(state.metrics[0].measurements.map(\.phase) == [.successful, .running])
    #expect(state.metrics[0].counters.count == 1)
  }

  @Test("a finished measurement has a time of finishing, an unfinished one has none")
  func finishing() throws {
    let run = try run(metric())
    var state = run.initial
    run.advance(&state, .init([.init(metric: 0, .init(.successful))]), now: at(5))
    #expect(state.metrics[0].measurements.last?.finishedAt == at(5))
    let odd = Measurement(.running, finishedAt: at(6), resumeAt: at(9))
    run.advance(&state, .init([.init(metric: 0, odd)]), now: at(7))
    #expect(state.metrics[0].measurements.last?.finishedAt == nil)
    #expect(state.metrics[0].measurements.last?.resumeAt == at(9))
  }

  @Test(
    "limits are exceeded strictly; success and count are reached",
    arguments: [
      // failureLimit
      (metric(), "F", .failed), (metric(failureLimit: 1), "F", .running),
      (metric(failureLimit: 1), "FF", .failed), (metric(failureLimit: 1), "FSF", .failed),
      (metric(failureLimit: -1, consecutiveSuccessLimit: 9), "FFFFF", .running),
      // inconclusiveLimit
      (metric(), "I", .inconclusive), (metric(inconclusiveLimit: 1), "I", .running),
      (metric(inconclusiveLimit: 1), "ISI", .inconclusive),
      // consecutiveErrorLimit
      (metric(), "EEEE", .running), (metric(), "EEEEE", .error), (metric(), "EEEESE", .running),
      (metric(consecutiveErrorLimit: 0), "E", .error),
      (metric(consecutiveErrorLimit: 1), "ESESES", .running),
      // consecutiveSuccessLimit
      (metric(consecutiveSuccessLimit: 2), "S", .running),
      (metric(consecutiveSuccessLimit: 2), "SS", .successful),
      (metric(failureLimit: 1, consecutiveSuccessLimit: 2), "SFSS", .successful),
      (metric(failureLimit: -1, consecutiveSuccessLimit: 2), "FFSFSS", .successful),
      (metric(consecutiveSuccessLimit: 2), "SES", .running),
      // count
      (metric(count: 3), "SS", .running), (metric(count: 3), "SSS", .successful),
      (metric(count: 3), "SSE", .running), (metric(count: 3, failureLimit: 2), "SFF", .successful),
      (metric(count: 1, failureLimit: 1), "F", .successful),
      (metric(count: 2, failureLimit: 0, inconclusiveLimit: 2), "II", .successful),
      (metric(interval: ""), "S", .successful), (metric(interval: "", count: 0), "S", .successful),
      (metric(interval: ""), "E", .running), (metric(interval: ""), "EF", .failed),
      // count without enough in a row
      (metric(count: 3, failureLimit: 1, consecutiveSuccessLimit: 2), "SFS", .inconclusive),
      (metric(count: 3, failureLimit: -1, consecutiveSuccessLimit: 2), "SFS", .failed),
      (metric(count: 3, failureLimit: 1, consecutiveSuccessLimit: 2), "FSS", .successful),
      // nothing, or nothing finished
      (metric(), "", .pending), (metric(), "R", .running), (metric(count: 1), "R", .running),
      (metric(), "SR", .running),
      // a negative count is reached at once
      (metric(count: -1), "E", .successful),
    ] as [(MetricSpecification, String, AnalysisPhase)])
  func assessing(metric: MetricSpecification, letters: String, phase: AnalysisPhase) throws {
    #expect(try run(metric).state(letters).metrics[0].phase == phase)
  }

  @Test(
    "where several limits are exceeded, Error hides Inconclusive, which hides Failed",
    arguments: [
      (1, 1, 5, AnalysisPhase.error), (1, 1, 4, .inconclusive), (1, 0, 4, .failed),
      (0, 1, 5, .error), (0, 0, 5, .error), (1, 0, 5, .error), (0, 0, 4, .running),
    ])
  func precedence(failed: Int64, inconclusive: Int64, errors: Int64, phase: AnalysisPhase) throws {
    let run = try run(metric())
    let counters = MetricState.Counters(
      count: failed + inconclusive, failed: failed, inconclusive: inconclusive, error: errors,
      consecutiveError: errors)
    let state = run.resuming(
      0, counters: counters, measurements: measured("E"), in: run.initial, now: start)
    #expect(run.step(state, now: start).metrics[0].phase == phase)
  }

  @Test("limits come before the consecutive success limit, and that before the count")
  func order() throws {
    let run = try run(metric(count: 5, failureLimit: 3, consecutiveSuccessLimit: 2))
    for (failed, row, phase) in [
      (4, 2, .failed), (3, 2, .successful), (3, 1, .inconclusive),
    ] as [(Int64, Int64, AnalysisPhase)] {
      let counters = MetricState.Counters(
        count: 6, successful: 6 - failed, failed: failed, consecutiveSuccess: row)
      let state = run.resuming(
        0, counters: counters, measurements: measured("S"), in: run.initial, now: start)
      #expect(run.step(state, now: start).metrics[0].phase == phase)
    }
  }

  @Test("counters of a status may be anything, and never trap")
  func anyCounters() throws {
    let run = try run(metric(count: 5))
    for edge in [Int64.min, -1, 0, .max] {
      let counters = MetricState.Counters(
        count: edge, successful: edge, failed: edge, inconclusive: edge, error: edge,
        consecutiveError: edge, consecutiveSuccess: edge)
      for letters in ["", "S", "E", "R"] {
        let state = run.resuming(
          0, counters: counters, measurements: measured(letters), in: run.initial, now: start)
        let next = run.step(
          state, .init([.init(metric: 0, .init(.error)), .init(metric: 0, .init(.failed))]),
          now: start)
        _ = (run.reading(of: next), run.nextLook(next, now: start), run.plan(next, now: start))
      }
    }
  }

  @Test(
    "terminating completes what has a result, and no unfinished measurement",
    arguments: [
      ("", AnalysisPhase.successful), ("S", .successful), ("F", .failed), ("E", .successful),
      ("I", .inconclusive), ("R", .running), ("SR", .running),
    ])
  func terminating(letters: String, phase: AnalysisPhase) throws {
    #expect(try run(metric()).state(letters, terminate: true).metrics[0].phase == phase)
  }

  @Test("limits come before termination, and so does the count")
  func limitsFirst() throws {
    let run = try run(metric(count: 2, failureLimit: 1, consecutiveSuccessLimit: 1))
    #expect(run.state("FF", terminate: true).metrics[0].phase == .failed)
    let row = try AnalysisTests.run(metric(count: 3, failureLimit: 1, consecutiveSuccessLimit: 2))
    #expect(row.state("SFS", terminate: true).metrics[0].phase == .inconclusive)
    #expect(row.state("SF", terminate: true).metrics[0].phase == .successful)
  }

  @Test("a completed metric never changes")
  func completed() throws {
    let run = try run(metric(), metric("other"))
    var state = run.state("F", "S")
    let before = state.metrics[0]
    run.advance(
      &state, .init([.init(metric: 0, .init(.successful)), .init(metric: 0, .init(.error))]),
      now: at(9))
    #expect(state.metrics[0] == before)
  }

  @Test("a metric has the last measurement's message from when its phase changed")
  func message() throws {
    let run = try run(metric(failureLimit: 1), metric("other"))
    var state = run.initial
    run.advance(&state, .init([.init(metric: 0, .init(.failed, message: "one"))]), now: at(0))
    #expect(state.metrics[0].message == "")
    run.advance(&state, .init([.init(metric: 0, .init(.failed, message: "two"))]), now: at(1))
    #expect(state.metrics[0].message == "two")
  }

  @Test(
    "a measurement that is ended says so if its provider calls it Successful or Inconclusive",
    arguments: [
      (AnalysisPhase.successful, "Metric Terminated"), (.inconclusive, "Metric Terminated"),
      (.failed, "own"), (.error, "own"),
    ])
  func ended(phase: AnalysisPhase, message: String) throws {
    let run = try run(metric("bad"), metric("job", providers: [Provider(.job)]))
    var state = run.state("F", "R")
    #expect(state.phase == .running)
    #expect(run.plan(state, now: at(1)) == [.init(metric: 1, action: .terminate)])
    run.advance(&state, .init([.init(metric: 1, .init(phase, message: "own"))]), now: at(2))
    #expect(state.metrics[1].measurements.last?.message == message)
  }

  @Test("a measurement that was not ended keeps its message")
  func notEnded() throws {
    let run = try run(metric())
    var state = run.state("R")
    run.advance(
      &state, .init([.init(metric: 0, .init(.successful, message: "own"))]), now: at(2))
    #expect(state.metrics[0].measurements.last?.message == "own")
  }
}
