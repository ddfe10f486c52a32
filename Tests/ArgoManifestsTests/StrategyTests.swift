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
            - pause: {duration: +2m}
            - setWeight: 100
      """
    ).steps
    #expect(
      steps == [
        .setWeight(0), .pause(nil), .pause(.seconds(30)), .pause(.seconds(45)),
        .pause(.seconds(90)), .pause(.seconds(120)), .setWeight(100),
      ])
  }

  @Test(
    "a pause counts whole seconds, as in Argo Rollouts: the rest is cut off",
    arguments: [
      ("1.5s", 1), ("500ms", 0), ("0.9s", 0), ("1999ms", 1), ("59.999s", 59), ("0", 0),
      ("'0'", 0), ("0s", 0), ("0m", 0), ("'+30'", 30), ("+30s", 30), ("1500000\u{B5}s", 1),
      ("2000000000ns", 2), ("2147483647", 2_147_483_647), ("'2147483647'", 2_147_483_647),
      ("596523h14m7.9s", 2_147_483_647),
    ] as [(String, Int64)])
  func wholeSeconds(text: String, seconds: Int64) throws {
    #expect(
      try strategy("      steps: [{pause: {duration: \(text)}}]").steps
        == [.pause(.seconds(seconds))])
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
      ("pause: {duration: -1}", ".pause.duration: must not be negative, is -1"),
      (
        "pause: {duration: -5s}",
        ".pause.duration: must be a duration such as 24h, 1h30m, 30s or 500ms, is \"-5s\""
      ),
      (
        "pause: {duration: 2147483648}",
        ".pause.duration: must be at most 2147483647 seconds, is 2147483648"
      ),
      (
        "pause: {duration: 596524h}",
        ".pause.duration: must be at most 2147483647 seconds, is 2147486400"
      ),
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
        ".pause.duration: must be at most 2147483647 seconds, is 9223372036854775807"
      ),
      ("{setWeight: 1, pause: {}}", ": must be one step, is several: setWeight, pause"),
      (
        "{setWeight: 1, setCanaryScale: {replicas: 1}}",
        ": must be one step, is several: setWeight, setCanaryScale; Argo Rollouts takes both as one "
          + "step, here write two: setCanaryScale, then setWeight"
      ),
      ("experiment: {}", ".experiment.templates: is missing: nothing would run"),
      (
        "experiment: {templates: [{name: a, specRef: other}]}",
        ".experiment.templates[0].specRef: must be stable or canary, is \"other\""
      ),
      (
        "setCanaryScale: {replicas: 1}",
        ".setCanaryScale: needs trafficRouting, as in Argo Rollouts"
      ),
      ("setHeaderRoute: {name: a}", ".setHeaderRoute: needs trafficRouting, as in Argo Rollouts"),
      ("setMirrorRoute: {name: a}", ".setMirrorRoute: needs trafficRouting, as in Argo Rollouts"),
      ("plugin: {config: {a: 1}}", ".plugin.name: is missing"),
      (
        "replicaProgressThreshold: {type: Share, value: 1}",
        ".replicaProgressThreshold.type: must be Percent or Pods, is \"Share\""
      ),
      (
        "replicaProgressThreshold: {type: Percent, value: 101}",
        ".replicaProgressThreshold.value: must be 0 to 100, is 101"
      ),
      (
        "setWieght: 1",
        ".setWieght: is no known step; known are setWeight, pause, setCanaryScale, analysis, "
          + "experiment, setHeaderRoute, setMirrorRoute, plugin and replicaProgressThreshold"
      ),
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

  @Test("with traffic routing, weights count to maxTrafficWeight")
  func trafficWeight() throws {
    let canary = { (weight: Int) in
      """
            trafficRouting: {maxTrafficWeight: 1000, managedRoutes: [{name: a}]}
            steps: [{setWeight: \(weight)}]
      """
    }
    let read = try #require(try strategy(canary(1_000)).canary)
    #expect(read.traffic == .init(maxWeight: 1_000, managedRoutes: ["a"]))
    #expect(read.steps == [.setWeight(1_000)])
    #expect(
      issues(rollout(canary: canary(1_001))) == [
        "1.yaml:16: spec.strategy.canary.steps[0].setWeight: must be 0 to 1000, is 1001"
      ])
    #expect(try strategy("      trafficRouting: {nginx: {}}").canary?.traffic?.maxWeight == 100)
  }

  @Test("steps that speak to a router are read with it")
  func routedSteps() throws {
    let canary = """
            trafficRouting: {managedRoutes: [{name: a}, {name: b}]}
            steps:
            - setCanaryScale: {replicas: 2}
            - setCanaryScale: {weight: 10000}
            - setCanaryScale: {matchTrafficWeight: true}
            - setHeaderRoute: {name: a, match: [{headerName: v, headerValue: {exact: x}}]}
            - setHeaderRoute: {name: a}
            - setMirrorRoute:
                name: b
                percentage: 30
                match:
                - method: {exact: GET}
                  path: {prefix: /}
                  headers: {h: {regex: 'a.*'}}
      """
    #expect(
      try strategy(canary).steps == [
        .setCanaryScale(.replicas(2)), .setCanaryScale(.weight(10_000)),
        .setCanaryScale(.matchTrafficWeight),
        .setHeaderRoute(.init(name: "a", matches: [.init(header: "v", value: .exact("x"))])),
        .setHeaderRoute(.init(name: "a")),
        .setMirrorRoute(
          .init(
            name: "b", percentage: 30,
            matches: [
              .init(
                method: .exact("GET"), path: .prefix("/"),
                headers: [.init(header: "h", value: .regex("a.*"))])
            ])),
      ])
  }

  @Test(
    "a step for a router that cannot be meant is refused",
    arguments: [
      (
        "setCanaryScale: {replicas: 1, weight: 2}",
        ".setCanaryScale: must have exactly one of replicas, weight, matchTrafficWeight"
      ),
      (
        "setCanaryScale: {weight: 10001}",
        ".setCanaryScale.weight: must be 0 to 10000, is 10001"
      ),
      (
        "setCanaryScale: {matchTrafficWeight: false}",
        ".setCanaryScale.matchTrafficWeight: must be true; leave it out otherwise"
      ),
      (
        "setHeaderRoute: {name: z}",
        ".setHeaderRoute.name: must be one of trafficRouting.managedRoutes, which would not remove "
          + "it otherwise"
      ),
      (
        "setHeaderRoute: {name: a, match: [{headerName: v, headerValue: {exact: x, regex: y}}]}",
        ".setHeaderRoute.match[0].headerValue: must have exactly one of exact, prefix, regex"
      ),
      (
        "setMirrorRoute: {name: a, percentage: 101}",
        ".setMirrorRoute.percentage: must be 0 to 100, is 101"
      ),
    ])
  func refusedRoute(step: String, expected: String) {
    let text = rollout(
      canary: """
              trafficRouting: {managedRoutes: [{name: a}]}
              steps: [{\(step)}]
        """)
    #expect(issues(text) == ["1.yaml:16: spec.strategy.canary.steps[0]\(expected)"])
  }

  @Test("a pause of 0, a plugin, a threshold and an experiment are read")
  func otherSteps() throws {
    let canary = """
            steps:
            - pause: {duration: 0}
            - plugin: {name: team/gate, config: {b: 1, a: [x]}, disabled: true}
            - replicaProgressThreshold: {type: Percent, value: 90}
            - experiment:
                duration: 5m
                templates: [{name: base, specRef: stable, replicas: 2}, {name: new, specRef: canary}]
                analyses: [{name: check, templateName: t, requiredForCompletion: true}]
            replicaProgressThreshold: {type: Pods, value: 3}
      """
    let set = try read(rollout(canary: canary), template("t"))
    let read = try #require(set.rollouts.first?.strategy.canary)
    #expect(read.progressThreshold == .pods(3))
    guard read.steps.count == 4, case .experiment(let experiment) = read.steps[3] else {
      Issue.record("the fourth step is no experiment")
      return
    }
    #expect(
      Array(read.steps.prefix(3)) == [
        .pause(Interval(microseconds: 0)),
        .plugin(
          .init(name: "team/gate", configuration: "{\"a\":[\"x\"],\"b\":1}", disabled: true)),
        .progressThreshold(.percent(90)),
      ])
    #expect(experiment.duration == .seconds(300))
    #expect(
      experiment.templates == [
        .init(name: "base", source: .stable, replicas: 2), .init(name: "new", source: .canary),
      ])
    #expect(experiment.analyses.map(\.name) == ["check"])
    #expect(experiment.analyses.map(\.requiredForCompletion) == [true])
    #expect(experiment.analyses.first?.plan.templates.map(\.name) == ["t"])
  }

  @Test("an experiment's analysis needs its template")
  func experimentTemplateMissing() {
    let text = rollout(
      canary: """
              steps:
              - experiment:
                  templates: [{name: a, specRef: canary}]
                  analyses: [{name: check, templateName: absent}]
        """)
    #expect(
      issues(text) == [
        "1.yaml:18: spec.strategy.canary.steps[0].experiment.analyses[0].templateName: "
          + "AnalysisTemplate \"absent\" is not in the given files"
      ])
  }

  @Test("bounds on pods are numbers or percent, and not both zero")
  func bounds() throws {
    let read = try #require(
      try strategy("      maxSurge: 2\n      maxUnavailable: 30%").canary)
    #expect(read.maxSurge == .pods(2))
    #expect(read.maxUnavailable == .percent(30))
    #expect(
      issues(rollout(canary: "      maxSurge: 30")) == [])
    #expect(
      issues(rollout(canary: "      maxSurge: 101%")) == [
        "1.yaml:15: spec.strategy.canary.maxSurge: must be a number of pods or 0% to 100%, is "
          + "\"101%\""
      ])
    #expect(
      issues(rollout(canary: "      maxSurge: 0\n      maxUnavailable: 0%")) == [
        "1.yaml:16: spec.strategy.canary.maxUnavailable: and maxSurge must not both be 0: no pod "
          + "could be replaced"
      ])
  }

  @Test("delays, dynamic scale and least pods are read")
  func scaling() throws {
    let read = try #require(
      try strategy(
        """
              trafficRouting: {}
              dynamicStableScale: true
              minPodsPerReplicaSet: 2
              abortScaleDownDelaySeconds: 0
        """
      ).canary)
    #expect(read.dynamicStableScale)
    #expect(read.minPodsPerRevision == 2)
    #expect(read.scaleDownDelay == nil)
    #expect(read.scaleDownDelayRevisionLimit == nil)
    #expect(read.abortScaleDownDelay == .seconds(0))
    #expect(
      issues(rollout(canary: "      dynamicStableScale: true")) == [
        "1.yaml:15: spec.strategy.canary.dynamicStableScale: needs trafficRouting, as in Argo "
          + "Rollouts"
      ])
  }

  @Test("old pods stay for a delay, and only so many revisions of them")
  func scaleDown() throws {
    let read = try #require(
      try strategy(
        """
              trafficRouting: {}
              scaleDownDelaySeconds: 60
              scaleDownDelayRevisionLimit: 2
        """
      ).canary)
    #expect(read.scaleDownDelay == .seconds(60))
    #expect(read.scaleDownDelayRevisionLimit == 2)
    // Without a delay of its own, the limit is of the default one.
    #expect(
      try strategy("      scaleDownDelayRevisionLimit: 0").canary?.scaleDownDelayRevisionLimit == 0)
    #expect(
      issues(rollout(canary: "      scaleDownDelayRevisionLimit: -1")) == [
        "1.yaml:15: spec.strategy.canary.scaleDownDelayRevisionLimit: must be 0 to 2147483647, is "
          + "-1"
      ])
  }

  @Test("a scale-down delay needs a router, and no dynamic stable scale")
  func scaleDownRefused() {
    #expect(
      issues(rollout(canary: "      scaleDownDelaySeconds: 0")) == [
        "1.yaml:15: spec.strategy.canary.scaleDownDelaySeconds: needs trafficRouting, as in Argo "
          + "Rollouts"
      ])
    let canary = """
            trafficRouting: {}
            dynamicStableScale: true
            scaleDownDelaySeconds: 30
      """
    #expect(
      issues(rollout(canary: canary)) == [
        "1.yaml:17: spec.strategy.canary.scaleDownDelaySeconds: must not be given with "
          + "dynamicStableScale, as in Argo Rollouts"
      ])
    #expect(issues(rollout(canary: canary.replacing("Scale: true", with: "Scale: false"))) == [])
  }

  @Test("the progress deadline is 600 seconds where nothing is said")
  func progress() throws {
    #expect(try strategy("      steps: []").progress == .init(deadline: .seconds(600)))
    #expect(
      try strategy(
        "      steps: []",
        spec: "  progressDeadlineSeconds: 30\n  progressDeadlineAbort: true"
      ).progress == .init(deadline: .seconds(30), aborts: true))
    #expect(
      issues(rollout(spec: "  progressDeadlineSeconds: 0")) == [
        "1.yaml:7: spec.progressDeadlineSeconds: must be 1 to 2147483647, is 0"
      ])
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
