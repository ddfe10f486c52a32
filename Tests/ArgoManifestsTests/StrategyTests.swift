import ArgoManifests
import RolloutCore
import Testing

@Suite("A canary's steps, window and size")
struct StrategyTests {
  private func strategy(_ canary: String, spec: String = "  replicas: 1") throws -> Strategy {
    try #require(try read(rollout(canary: canary, spec: spec)).rollouts.first).strategy
  }

  @Test("weights and pauses are read in order")
  func steps() throws {
    let steps = try strategy(
      """
            steps:
            - setWeight: 0
            - pause: {}
            - pause: {duration: 30}
            - pause: {duration: "45"}
            - pause: {duration: 1m30s}
            - pause: {duration: 500ms}
            - setWeight: 100
      """
    ).steps
    #expect(
      steps == [
        .setWeight(0), .pause(nil), .pause(.seconds(30)), .pause(.seconds(45)),
        .pause(.seconds(90)), .pause(Interval(microseconds: 500_000)), .setWeight(100),
      ])
  }

  @Test(
    "a step that cannot be meant is refused",
    arguments: [
      ("setWeight: 101", ".setWeight: must be 0 to 100, is 101"),
      ("setWeight: -1", ".setWeight: must be 0 to 100, is -1"),
      ("setWeight: '20'", ".setWeight: must be a decimal integer, is text"),
      ("setWeight: 010", ".setWeight: must be a decimal integer, is a number"),
      ("setWeight: 1e1", ".setWeight: must be a decimal integer, is a number"),
      ("setWeight: 99999999999999999999", ".setWeight: must be a decimal integer, is a number"),
      ("pause:", ": must say what to do; a pause until someone resumes is 'pause: {}'"),
      ("{}", ": must say what to do; a pause until someone resumes is 'pause: {}'"),
      ("pause: 30s", ".pause: must be {} or {duration: ...}, is text"),
      ("pause: {duraton: 3s}", ".pause.duraton: is not known in a pause; known is duration"),
      ("pause: {duration: }", ".pause.duration: is empty; write a duration, or 'pause: {}'"),
      ("pause: {duration: 0}", ".pause.duration: must be longer than 0"),
      ("pause: {duration: -1}", ".pause.duration: must be longer than 0"),
      (
        "pause: {duration: true}",
        ".pause.duration: must be seconds or a duration such as 30s, is true or false"
      ),
      (
        "pause: {duration: 1d}",
        ".pause.duration: must not count in days, which Argo Rollouts does not read; write 24h"
      ),
      (
        "pause: {duration: 9223372036854775807}",
        ".pause.duration: must be at most 36500 days (876000h)"
      ),
      ("{setWeight: 1, pause: {}}", ": must be one step, is several: setWeight, pause"),
      (
        "experiment: {}",
        ".experiment: is not supported yet: read are setWeight, pause and analysis"
      ),
      (
        "setCanaryScale: {replicas: 1}",
        ".setCanaryScale: is not supported yet: read are setWeight, pause and analysis"
      ),
      (
        "setHeaderRoute: {name: a}",
        ".setHeaderRoute: is not supported yet: read are setWeight, pause and analysis"
      ),
      (
        "setMirrorRoute: {name: a}",
        ".setMirrorRoute: is not supported yet: read are setWeight, pause and analysis"
      ),
      (
        "plugin: {name: a}", ".plugin: is not supported yet: read are setWeight, pause and analysis"
      ),
      ("setWieght: 1", ".setWieght: is no known step; known are setWeight, pause and analysis"),
      ("analysis: {}", ".analysis.templates: is missing: an analysis needs at least one template"),
      ("text", ": must be a mapping, is text"),
    ])
  func refused(step: String, expected: String) {
    let text = rollout(canary: "      steps:\n      - setWeight: 1\n      - \(step)")
    #expect(issues(text) == ["1.yaml:17: spec.strategy.canary.steps[1]\(expected)"])
  }

  @Test("an empty step is refused")
  func emptyStep() {
    #expect(
      issues(rollout(canary: "      steps:\n      -")) == [
        "1.yaml:16: spec.strategy.canary.steps[0]: must say what to do, is empty"
      ])
  }

  @Test("at most a hundred steps are read")
  func tooManySteps() throws {
    let list = { (count: Int) in
      "      steps: [" + Array(repeating: "{setWeight: 1}", count: count).joined(separator: ",")
        + "]"
    }
    #expect(try strategy(list(100)).steps.count == 100)
    #expect(
      issues(rollout(canary: list(101))) == [
        "1.yaml:15: spec.strategy.canary.steps: must have at most 100 items, has 101"
      ])
  }

  @Test("replicas are 0 to 100,000, and 1 where nothing is said")
  func replicas() throws {
    #expect(try strategy("      steps: []", spec: "  paused: false").replicas == 1)
    #expect(try strategy("      steps: []", spec: "  replicas: 0").replicas == 0)
    #expect(
      issues(rollout(spec: "  replicas: 100001")) == [
        "1.yaml:7: spec.replicas: must be 0 to 100000, is 100001"
      ])
  }

  @Test("the manifest's window is revisions only, and positive")
  func window() throws {
    #expect(
      try strategy("      steps: []", spec: "  rollbackWindow: {revisions: 3}").window
        == RollbackWindow(revisions: 3, counting: .attempted, match: .all, requireStable: true))
    #expect(try strategy("      steps: []", spec: "  rollbackWindow: {}").window == nil)
    #expect(
      issues(rollout(spec: "  rollbackWindow: {revisions: 0}")) == [
        "1.yaml:7: spec.rollbackWindow.revisions: must be 1 to 2147483647, is 0"
      ])
    let set = try read(rollout(spec: "  rollbackWindow: {revisions: 1, duration: 5m}"))
    #expect(set.ignored.map(\.field) == ["spec.rollbackWindow.duration"])
  }

  @Test("weights that count to another number than 100 are refused")
  func trafficWeight() {
    let canary = "      trafficRouting: {maxTrafficWeight: 1000}"
    #expect(
      issues(rollout(canary: canary)) == [
        "1.yaml:15: spec.strategy.canary.trafficRouting.maxTrafficWeight: is not supported yet: "
          + "weights are 0 to 100"
      ])
    #expect(issues(rollout(canary: "      trafficRouting: {maxTrafficWeight: 100}")).isEmpty)
  }

  @Test("a background analysis starts at a step that exists")
  func background() throws {
    let canary = { (start: String) in
      """
            steps: [{setWeight: 1}, {pause: {}}]
            analysis:
              templates: [{templateName: t}]
              startingStep: \(start)
      """
    }
    let set = try read(rollout(canary: canary("2")), template("t"))
    #expect(set.rollouts.first?.strategy.background?.startingStep == 2)
    #expect(
      issues(rollout(canary: canary("3")), template("t")) == [
        "1.yaml:18: spec.strategy.canary.analysis.startingStep: must be 0 to 2, is 3"
      ])
    #expect(
      issues(rollout(canary: "      analysis: [t]")) == [
        "1.yaml:15: spec.strategy.canary.analysis: must be a mapping, is a list"
      ])
  }
}
