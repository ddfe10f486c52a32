import Testing

@testable import Scenarios

@Suite("time in scenarios")
struct TimeTests {
  static let paused = Stage.threeStable + "- start: v4\n- follow: {until: paused}\n"

  @Test("no time passes unless a step says so")
  func standsStill() throws {
    #expect(try Stage.play("- apply: v1\n- tick: true\n- start: v1\n  expect: {time: 0s}\n") == [])
  }

  @Test(
    "a timer fires strictly after its pause, however the time passes",
    arguments: [
      ("- after: 2s\n", "1"), ("- after: 2s\n- after: 1us\n", "2"), ("- after: 1h\n", "2"),
      ("- follow: {for: 2s}\n", "1"), ("- follow: {for: 2s1us}\n", "2"),
    ])
  func timer(step: String, index: String) throws {
    #expect(try Stage.play(Self.paused + step + "  expect: {step: \(index)}\n").map(\.text) == [])
  }

  @Test("timers that come due on the way fire at their own moment, before the step's command")
  func order() throws {
    let steps =
      Self.paused + """
        - after: 1h
          abort: true
          expect:
            events:
            - step 2 reached (pause-elapsed)
            - step 2 run scheduled
            - background run missing
            - step 2 run missing
            - background run cancelled (attempt-ended)
            - step 2 run cancelled (attempt-ended)
            - attempt 4 aborted by a person
        """
    // `until: paused` stops before the background run is created, which it needs not be.
    #expect(try Stage.play(steps).map(\.text) == [])
  }

  @Test("`at` counts from the beginning and never goes back")
  func absolute() throws {
    #expect(try Stage.play("- at: 1h\n- at: 1h\n- at: 90m\n  expect: {time: 1h30m}\n") == [])
    let failures = try Stage.play("- at: 1h\n- at: 59m\n")
    #expect(failures.map(\.actual) == [["1h passed"]])
  }

  @Test("a cluster that follows takes as long as pauses and templates say")
  func follows() throws {
    // 2 s and 1 s of pauses, each with its microsecond, and 1 s between two measurements.
    let steps = "- apply: [v1, v2]\n- start: v1\n- follow: true\n- start: v2\n- follow: true\n"
    #expect(try Stage.play(steps + "  expect: {time: 4s2us, stable: v2}\n").map(\.text) == [])
  }

  @Test("`follow` says where a goal is never reached")
  func unreached() throws {
    let failures = try Stage.play(Stage.threeStable + "- follow: {until: step 2}\n")
    #expect(failures.first?.expected == ["step 2 is reached"])
  }

  @Test("time that no clock could hold does not trap")
  func saturates() throws {
    let years = String(repeating: "- after: 36500d\n", count: 200)
    #expect(try Stage.play(Self.paused + years + "  expect: {step: 2}\n").map(\.text) == [])
  }
}
