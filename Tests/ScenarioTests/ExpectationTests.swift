import ArgoManifests
import Testing

@testable import Scenarios

@Suite("expectations")
struct ExpectationTests {
  /// A state, what holds in it, and what does not.
  struct Row: Sendable, CustomTestStringConvertible {
    var field: ExpectedField
    var steps: String
    var right: String
    var wrong: String
    var head: String
    var testDescription: String { field.rawValue }

    init(
      _ field: ExpectedField, _ steps: String, right: String, wrong: String,
      head: String = Stage.head
    ) {
      self.field = field
      self.steps = steps
      self.right = right
      self.wrong = wrong
      self.head = head
    }
  }

  static let inside = Stage.threeStable + "- rollback: v2\n"
  static let outside = Stage.threeStable + "- rollback: v1\n"
  static let refused =
    Stage.threeStable + "- rollback: {to: v1, class: emergency}\n  reason: down\n"
  static let underWay = Stage.threeStable + "- start: v4\n- follow: {until: background}\n"
  static let leaked = inside + "- run-created: {run: background, name: leak}\n"
  static let failed =
    Stage.threeStable
    + "- start: v4\n- follow: {until: step 2}\n- run-finished: {run: step 2, phase: failed}\n"

  static let twoColours =
    "- apply: [v1, v2]\n- start: v1\n- follow: true\n- start: v2\n"

  static let rows: [Row] = [
    Row(.answer, inside, right: "allowed", wrong: "already-satisfied"),
    Row(.answer, refused, right: "refused", wrong: "allowed"),
    Row(.answer, "- start: v1\n", right: "not-found", wrong: "refused"),
    Row(.answer, "- apply: v1\n- start: v9\n", right: "refused", wrong: "not-found"),
    Row(.rule, refused, right: "emergency-outside-window", wrong: "held-revision"),
    Row(.kind, inside, right: "rollback", wrong: "forward"),
    Row(.origin, inside, right: "commanded", wrong: "observed"),
    Row(.track, inside, right: "fast", wrong: "full"),
    Row(.rollbackClass, outside, right: "regular", wrong: "emergency"),
    Row(
      .rules, outside,
      right:
        "[rollback-by-number, window-from-policy, window-revisions-exceeded, outside-means-full]",
      wrong: "[rollback-by-number, outside-means-full]"),
    Row(.window, outside, right: "outside-by-revisions", wrong: "inside"),
    Row(.window, underWay, right: "none", wrong: "inside"),
    Row(.windowSource, inside, right: "policy checkout-window", wrong: "manifest"),
    Row(.between, outside, right: "[v2]", wrong: "[]"),
    Row(.between, outside, right: "[2]", wrong: "[3]"),
    Row(.attempt, inside, right: "4", wrong: "3"),
    Row(.verdict, Stage.threeStable, right: "promoted", wrong: "aborted"),
    Row(.verdict, inside, right: "none", wrong: "promoted"),
    Row(.cause, failed, right: "step 2", wrong: "person"),
    Row(.contract, leaked, right: "violated", wrong: "open"),
    Row(.violations, leaked, right: "[leak]", wrong: "[]"),
    Row(.phase, underWay, right: "paused", wrong: "progressing"),
    Row(.stable, inside, right: "v3", wrong: "v2"),
    Row(.stable, inside, right: "3", wrong: "2"),
    Row(.desired, inside, right: "v2", wrong: "none"),
    Row(.weight, underWay, right: "20", wrong: "60"),
    Row(.step, underWay, right: "1", wrong: "none"),
    Row(.runs, underWay, right: "[background]", wrong: "[background, step 2]"),
    Row(
      .forbidden, inside,
      right: "[background, step, pre-promotion, post-promotion, experiment, plugin]",
      wrong: "none"),
    Row(.nextTimer, underWay, right: "2s", wrong: "none"),
    Row(.scheduled, underWay, right: "[background]", wrong: "[]"),
    Row(.cancelled, failed, right: "[background]", wrong: "[step 2]"),
    Row(
      .events, leaked, right: "[contract of attempt 4 violated by leak]", wrong: "[]"),
    Row(.eventsContain, leaked, right: "violated by leak", wrong: "kept"),
    Row(
      .explanationContains, outside, right: "With a window of 2 revisions",
      wrong: "inside the window, nothing"),
    Row(.time, underWay, right: "8s4us", wrong: "5s"),
    Row(.pods, underWay, right: "1 desired, 4 stable", wrong: "none"),
    Row(.routes, underWay, right: "[]", wrong: "[header a]"),
    Row(.active, underWay, right: "none", wrong: "v3"),
    Row(.active, twoColours, right: "v1", wrong: "v2", head: Stage.blueGreen),
    Row(.preview, twoColours, right: "v2", wrong: "v1", head: Stage.blueGreen),
    Row(.argoPhase, underWay, right: "Paused", wrong: "Healthy"),
    Row(.argoMessage, underWay, right: "CanaryPauseStep", wrong: "none"),
    Row(.warnings, inside, right: "[]", wrong: "[unknown-controller]"),
    Row(.owed, inside, right: "[]", wrong: "[v2]"),
    Row(.watched, Stage.threeStable, right: "none", wrong: "v3"),
  ]

  @Test("every field has a pair")
  func isComplete() {
    #expect(Set(Self.rows.map(\.field)) == Set(ExpectedField.allCases))
  }

  @Test("an expectation that holds says nothing", arguments: rows)
  func holds(row: Row) throws {
    let steps = row.steps + expect(row, row.right)
    #expect(try Stage.play(steps, head: row.head).map(\.text) == [])
  }

  @Test("an expectation that does not hold names its line and both values", arguments: rows)
  func fires(row: Row) throws {
    let text = row.head + row.steps + expect(row, row.wrong)
    let failures = try Stage.play(file: Stage.file(text)).flatMap(\.failures)
    let failure = try #require(failures.first { $0.field.hasSuffix(".\(row.field.rawValue)") })
    // The last line of the text is the expectation.
    #expect(failure.location.line == text.utf8.count { $0 == UInt8(ascii: "\n") })
    #expect(failure.expected != failure.actual)
    #expect(failure.text.contains("story.yaml:\(failure.location.line)"))
  }

  /// As part of the last step, and as the text's last line.
  private func expect(_ row: Row, _ value: String) -> String {
    let answers: Set<ExpectedField> = [.answer, .rule]
    let rest =
      row.steps == Self.refused && !answers.contains(row.field) ? "    answer: refused\n" : ""
    return "  expect:\n\(rest)    \(row.field.rawValue): \(value)\n"
  }

  @Test("a refusal that nobody expected fails")
  func unexpectedRefusal() throws {
    let failures = try Stage.play(Stage.threeStable + "- resume: true\n")
    #expect(failures.count == 1)
    #expect(failures.first?.actual.first?.contains("not-progressing") == true)
    #expect(
      try Stage.play(Stage.threeStable + "- resume: true\n  expect: {rule: not-progressing}\n")
        == [])
  }

  @Test("a cluster of its own answer is compared alone")
  func perCluster() throws {
    let head = Stage.head.replacing("[eu-1]", with: "[eu-1, eu-2]")
    let steps = """
      - apply: [v1, v2]
      - start: v1
        cluster: eu-1
        expect-on:
          eu-1: {phase: progressing}
          eu-2: {phase: empty}
      """
    #expect(try Stage.play(steps, head: head) == [])
    let wrong = try Stage.play(steps.replacing("empty", with: "healthy"), head: head)
    #expect(wrong.map(\.cluster) == ["eu-2"])
  }

  @Test("a list is shown item by item, with what is the same unmarked")
  func difference() {
    #expect(
      ScenarioFailure.difference(["a", "b", "c"], ["a", "c", "d"])
        == ["  a", "- b", "  c", "+ d"])
    #expect(ScenarioFailure.difference(["fast"], ["full"]) == ["- fast", "+ full"])
    #expect(ScenarioFailure.difference([], ["a"]) == ["- (nothing)", "+ a"])
  }
}
