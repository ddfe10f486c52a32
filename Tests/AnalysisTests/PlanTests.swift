import Analysis
import Testing

@Suite("Planning and the next look")
struct PlanTests {
  private func finished(_ phase: AnalysisPhase, at seconds: Int64) -> Measurement {
    Measurement(phase, startedAt: at(seconds), finishedAt: at(seconds))
  }

  private func state(
    _ run: AnalysisRun, _ measurements: [Measurement], startedAt: Moment? = start
  ) -> RunState {
    run.restored([measurements], startedAt: startedAt, now: start)
  }

  @Test("a metric that was never measured is measured now")
  func first() throws {
    let run = try run(metric("a"), metric("b", interval: ""))
    #expect(
      run.plan(run.initial, now: at(0))
        == [.init(metric: 0, action: .measure), .init(metric: 1, action: .measure)])
  }

  @Test(
    "an initial delay counts from the start of the run, which the first assessment records",
    arguments: [(nil, 99, false), (0, 19, false), (0, 20, true), (0, 21, true)]
      as [(Int64?, Int64, Bool)])
  func initialDelay(started: Int64?, now: Int64, isMeasured: Bool) throws {
    let run = try run(metric(initialDelay: "20s"))
    let state = state(run, [], startedAt: started.map { at($0) })
    #expect(run.plan(state, now: at(now)).isEmpty == !isMeasured)
    #expect(run.nextLook(state, now: at(now)) == at((started ?? now) + 20))
  }

  @Test("the delay does not count for a metric that was measured before")
  func delayOnce() throws {
    let run = try run(metric(interval: "1s", initialDelay: "20s"))
    let state = state(run, [finished(.successful, at: 0)])
    #expect(run.plan(state, now: at(2)) == [.init(metric: 0, action: .measure)])
  }

  @Test(
    "the next measurement is due strictly after the wait: the interval, 10 s after an error",
    arguments: [
      ("60s", AnalysisPhase.successful, 60), ("60s", .failed, 60), ("60s", .inconclusive, 60),
      ("5m", .error, 10), ("1s", .error, 10), ("", .error, 10),
    ] as [(String, AnalysisPhase, Int64)])
  func interval(interval: String, phase: AnalysisPhase, wait: Int64) throws {
    let run = try run(metric(interval: interval, failureLimit: 9, inconclusiveLimit: 9))
    let state = state(run, [finished(phase, at: 0)])
    #expect(run.plan(state, now: at(wait)).isEmpty)
    let after = Moment(nanoseconds: at(wait).nanoseconds + 1)
    #expect(run.plan(state, now: after) == [.init(metric: 0, action: .measure)])
    #expect(run.nextLook(state, now: at(1)) == at(wait))
  }

  @Test("nothing is measured once the count is reached, and nothing is waited for")
  func count() throws {
    let run = try run(metric(count: 2), metric("other"))
    let state = run.restored(
      [[finished(.successful, at: 0), finished(.successful, at: 0)], []], startedAt: start,
      now: start)
    #expect(run.plan(state, now: at(999)) == [.init(metric: 1, action: .measure)])
    #expect(run.nextLook(state, now: at(999)) == nil)
  }

  @Test("errors are no count: the metric is tried again")
  func retry() throws {
    let run = try run(metric(interval: ""))
    let state = state(run, [finished(.error, at: 0)])
    #expect(run.plan(state, now: at(11)) == [.init(metric: 0, action: .measure)])
  }

  @Test(
    "an unfinished measurement is resumed when its time has come, or at once without one",
    arguments: [(nil, true), (50, true), (51, false), (49, true)] as [(Int64?, Bool)])
  func resume(resumeAt: Int64?, isResumed: Bool) throws {
    let run = try run(metric())
    let state = state(
      run, [Measurement(.running, startedAt: at(0), resumeAt: resumeAt.map { at($0) })])
    #expect(
      run.plan(state, now: at(50)) == (isResumed ? [.init(metric: 0, action: .resume)] : []))
    #expect(run.nextLook(state, now: at(50)) == resumeAt.map { at($0) })
  }

  @Test("a terminating run ends what is unfinished, whenever it would resume, and measures nothing")
  func terminating() throws {
    let run = try run(metric("a"), metric("b"), metric("c", interval: "1s"))
    let state = run.requestingTermination(
      run.restored(
        [[], [Measurement(.running, resumeAt: at(999))], [finished(.successful, at: 0)]],
        startedAt: start, now: start))
    #expect(run.plan(state, now: at(50)) == [.init(metric: 1, action: .terminate)])
  }

  @Test(
    "a metric that counts and is bad makes the run terminating, one that runs dry does not",
    arguments: [("F", true), ("I", true), ("EEEEE", true), ("S", false)])
  func badSibling(letters: String, isTerminating: Bool) throws {
    let run = try run(metric("a"), metric("b"))
    let state = run.state(letters, "")
    #expect(state.isTerminating == isTerminating)
    #expect(run.plan(state, now: at(50)).contains { $0.metric == 1 } == !isTerminating)
    let dry = try AnalysisTests.run(metric("a"), metric("b"), dryRun: ["a"])
    #expect(!dry.state(letters, "").isTerminating)
    #expect(dry.plan(dry.state(letters, ""), now: at(50)).contains { $0.metric == 1 })
  }

  @Test("the next look is the earliest of all metrics")
  func earliest() throws {
    let run = try run(
      metric("a", interval: "5m"), metric("b", interval: "30s"), metric("c", initialDelay: "40s"),
      metric("d"))
    let state = run.restored(
      [
        [finished(.successful, at: 0)], [finished(.successful, at: 5)], [],
        [Measurement(.running, resumeAt: at(36))],
      ], startedAt: start, now: start)
    #expect(run.nextLook(state, now: at(6)) == at(35))
  }

  @Test("without anything to wait for there is no next look")
  func nothing() throws {
    let run = try run(metric("a"))
    #expect(run.nextLook(run.initial, now: at(0)) == nil)
    #expect(run.nextLook(run.state("R"), now: at(0)) == nil)
  }

  @Test("moments and durations at the edges saturate")
  func edges() throws {
    let run = try run(metric(interval: "2562047h47m16.854775807s", initialDelay: "2562047h"))
    for edge in [Int64.min, -1, 0, 1, .max] {
      let moment = Moment(nanoseconds: edge)
      let waiting = run.restored([[]], startedAt: moment, now: moment)
      _ = run.plan(waiting, now: Moment(nanoseconds: .max))
      let measured = run.restored(
        [[Measurement(.successful, finishedAt: moment)]], startedAt: moment, now: moment)
      _ = run.plan(measured, now: Moment(nanoseconds: .min))
      _ = run.nextLook(measured, now: moment)
      #expect(Moment(nanoseconds: .max) + .seconds(1) == Moment(nanoseconds: .max))
      #expect(moment.since(moment).nanoseconds == 0)
    }
    #expect(Moment(nanoseconds: .max).since(Moment(nanoseconds: .min)).nanoseconds == .max)
    #expect(Moment(nanoseconds: .min).since(Moment(nanoseconds: .max)).nanoseconds == .min)
    #expect(Moment(seconds: .min).nanoseconds == .min)
  }
}
