import ArgoRules
import Testing

@Suite("Experiments of a canary step")
struct ExperimentReconciliationTests {
  private let now = ArgoSample.now
  private let step = ExperimentStep(
    [.init("baseline", .stable, replicas: 2), .init("canary", .canary, weight: 5)],
    duration: "10m",
    analyses: [.init("check", template: "success-rate", arguments: [.init("h", .stableHash)])])

  private func run(
    index: Int = 0, named: String = "", experiments: [ArgoExperiment] = [],
    stable: ArgoReplicaSet? = ArgoSample.set("old"), aborted: Bool = false,
    version: ControllerVersion = .main,
    status change: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) throws -> ExperimentReconciliation.Result {
    var status = ArgoRolloutStatus(
      currentHash: "new", stableHash: "old", stepIndex: index,
      canary: .init(experiment: named))
    change(&status)
    var rollout = ArgoSample.canary(
      CanaryStrategy(steps: [.experiment(step), .pause(nil)]), status: status)
    rollout.labels = ["team": "shop"]
    rollout.spec.progressDeadlineSeconds = 120
    let steps = CanaryStrategy(steps: [.experiment(step), .pause(nil)]).stepList
    return try ExperimentReconciliation.run(
      rollout, step: steps.indices.contains(index) ? steps[index] : nil, stable: stable,
      aborted: aborted, experiments: experiments,
      sets: [ArgoSample.set("new"), ArgoSample.set("old")], object: .map([:]),
      behaviour: ControllerBehaviour(version), now: now)
  }

  private func experiment(
    _ name: String = "guestbook-new-2-0", _ phase: AnalysisPhase = .running, age: Int = 0,
    digest: String = "", message: String = ""
  ) -> ArgoExperiment {
    ArgoExperiment(
      name: name, ownerUID: "uid", hash: "new", stepIndex: 0, created: now.adding(seconds: -age),
      phase: phase, message: message, workDigest: digest)
  }

  @Test("the step's experiment is made from stable and desired, with the rollout's deadline")
  func creates() throws {
    let result = try run()
    let made = try #require(result.creation)
    #expect(made.name == "guestbook-new-2-0")
    #expect(result.recorded == made.name)
    #expect(made.plan.templates.map(\.name) == ["baseline", "canary"])
    #expect(made.plan.templates.map(\.replicaCount) == [2, 1])
    #expect(made.plan.templates.map(\.service) == [nil, ""])
    #expect(made.plan.analyses.first?.arguments == [.init("h", value: "old")])
    #expect(made.plan.progressDeadlineSeconds == 120)
    #expect(made.plan.labels == ["team": "shop", "rollouts-pod-template-hash": "new"])
    #expect(made.plan.annotations == ["rollout.argoproj.io/revision": "2"])
  }

  @Test("none is made without stable, when aborted, promote-full or paused inconclusively")
  func notCreated() throws {
    #expect(try run(stable: nil).creation == nil)
    #expect(try run(aborted: true).creation == nil)
    #expect(try run { $0.promoteFull = true }.creation == nil)
    let paused = try run {
      $0.pauseConditions = [PauseCondition(.inconclusiveAnalysis, start: now)]
    }
    #expect(paused.creation == nil)
    #expect(try run(index: 1).creation == nil)
  }

  @Test("the rollback window is not asked, in any version")
  func windowNotAsked() throws {
    for version in ArgoSample.versions {
      #expect(try run(version: version).creation != nil)
    }
  }

  @Test("a finished experiment of the same name makes way to -1, a running equal one is adopted")
  func collisions() throws {
    let made = try #require(try run().creation)
    let failed = experiment("guestbook-new-2-0", .failed)
    #expect(try run(experiments: [failed]).creation?.name == "guestbook-new-2-0-1")
    let lost = experiment("guestbook-new-2-0", .running, digest: made.plan.workDigest)
    let result = try run(experiments: [lost])
    #expect(result.creation == nil)
    #expect(result.adoption == "guestbook-new-2-0")
    #expect(result.recorded == "guestbook-new-2-0")
    #expect(result.terminations.isEmpty)
    let other = experiment("guestbook-new-2-0", .running, digest: "other")
    #expect(try run(experiments: [other]).creation?.name == "guestbook-new-2-0-1")
  }

  @Test(
    "its phase decides about the step",
    arguments: [
      (AnalysisPhase.pending, true, false, false), (.running, true, false, false),
      (.successful, false, true, false), (.inconclusive, false, false, true),
    ])
  func phases(phase: AnalysisPhase, recorded: Bool, completes: Bool, pauses: Bool) throws {
    let result = try run(
      named: "guestbook-new-2-0", experiments: [experiment("guestbook-new-2-0", phase)])
    #expect((result.recorded == "guestbook-new-2-0") == recorded)
    #expect(result.completesStep == completes)
    #expect(result.pauses == pauses)
    #expect(result.abortMessage == nil)
  }

  @Test("Failed and Error abort")
  func aborts() throws {
    for phase in [AnalysisPhase.failed, .error] {
      let bad = experiment("guestbook-new-2-0", phase, message: "why")
      let result = try run(named: bad.name, experiments: [bad])
      #expect(result.abortMessage == "Experiment analysis phase is error/failed: why")
      #expect(result.recorded.isEmpty)
      let old = try run(named: bad.name, experiments: [bad], version: .v172)
      #expect(old.abortMessage == "why")
    }
  }

  @Test("leaving the step, an abort or promote-full terminates what runs, once")
  func terminates() throws {
    let current = experiment("current")
    var asked = experiment("asked")
    asked.terminate = true
    let all = [current, asked, experiment("other"), experiment("done", .successful)]
    #expect(
      try run(index: 1, named: "current", experiments: all).terminations == ["other", "current"])
    #expect(
      try run(named: "current", experiments: all, aborted: true).terminations
        == ["other", "current"])
    #expect(
      try run(named: "current", experiments: all) { $0.promoteFull = true }.terminations
        == ["other", "current"])
    #expect(try run(named: "current", experiments: all).terminations == ["other"])
  }

  @Test("finished experiments are trimmed like runs")
  func history() throws {
    let all = (0..<7).map { experiment("e\($0)", .failed, age: $0) }
    #expect(try run(index: 1, experiments: all).deletions == ["e5", "e6"])
  }
}

@Suite("Inside an experiment")
struct ExperimentPassTests {
  private let now = ArgoSample.now

  private func plan(
    duration: String = "", analyses: [ExperimentPlan.Analysis] = [], service: String? = nil,
    deadline: Int? = nil
  ) -> ExperimentPlan {
    ExperimentPlan(
      templates: [.init(.init("canary", .canary, replicas: 2, service: service))],
      analyses: analyses, duration: duration, progressDeadlineSeconds: deadline)
  }

  private let check = ExperimentPlan.Analysis("check", template: .init("success-rate"))
  private let required = ExperimentPlan.Analysis(
    "must", template: .init("success-rate"), requiredForCompletion: true)

  private func pass(
    _ plan: ExperimentPlan, _ state: ExperimentState, set: ArgoReplicaSet? = nil,
    runs: [ArgoAnalysisRun] = [], terminate: Bool = false, delay: Int? = nil,
    services: Set<String> = [], templates: [AnalysisTemplate]? = nil
  ) -> ExperimentPass.Result {
    ExperimentPass(
      .main, name: "exp", uid: "uid", plan: plan, terminate: terminate,
      scaleDownDelaySeconds: delay, state: state, sets: set.map { ["canary": $0] } ?? [:],
      services: services, runs: runs, templates: templates, now: now
    ).result()
  }

  private func running(
    _ analyses: [ExperimentState.Analysis] = [], since seconds: Int = 0
  ) -> ExperimentState {
    ExperimentState(
      .running, availableAt: now.adding(seconds: -seconds),
      templates: [
        .init("canary", .running, replicas: 2, ready: 2, available: 2, lastTransition: now)
      ], analyses: analyses)
  }

  private let up = ArgoSample.set("x", replicas: 2)

  @Test("a ReplicaSet is made without pods, then scaled")
  func creates() {
    let first = pass(plan(), ExperimentState())
    #expect(first.actions == [.createReplicaSet(template: "canary")])
    #expect(first.state.phase == .pending)
    let second = pass(plan(), first.state, set: ArgoSample.set("x"))
    #expect(second.actions == [.scale(template: "canary", to: 2)])
    #expect(second.state.phase == .pending)
    #expect(second.state.template("canary")?.phase == .progressing)
  }

  @Test("it is available once every template has its pods; the time is kept")
  func available() {
    let pending = ExperimentState(.pending, templates: [.init("canary", .progressing)])
    let result = pass(plan(), pending, set: up)
    #expect(result.state.phase == .running)
    #expect(result.state.availableAt == now)
    var later = result.state
    later.availableAt = now.adding(seconds: -5)
    #expect(pass(plan(), later, set: up).state.availableAt == now.adding(seconds: -5))
  }

  @Test("analyses start only when available, never when terminating")
  func analysesStart() {
    let waiting = ExperimentState(.pending, templates: [.init("canary", .progressing)])
    #expect(
      pass(plan(analyses: [check]), waiting, set: up).actions.isEmpty,
      "available at the end of this pass, analysed in the next")
    let started = pass(plan(analyses: [check]), running(), set: up)
    #expect(started.actions == [.createRun(analysis: "check", name: "exp-check", content: nil)])
    #expect(started.state.analysis("check") == .init("check", run: "exp-check", .pending))
    let ending = pass(plan(analyses: [check]), running(), set: up, terminate: true)
    #expect(
      !ending.actions.contains(.createRun(analysis: "check", name: "exp-check", content: nil)))
  }

  @Test("a taken name of a finished run gets the next number")
  func collision() {
    let taken = ArgoSample.run("exp-check", nil, .failed)
    let started = pass(plan(analyses: [check]), running(), set: up, runs: [taken])
    #expect(started.state.analysis("check")?.run == "exp-check.1")
  }

  @Test("a missing template is an error before any pod is up")
  func missingTemplate() {
    let result = pass(
      plan(analyses: [check]), ExperimentState(.pending), set: up, templates: [])
    #expect(result.state.phase == .error)
    #expect(
      result.state.analysis("check")?.message
        == "AnalysisTemplate verification failed for analysis 'check': "
        + "analysistemplate.argoproj.io \"success-rate\" not found")
  }

  @Test(
    "an analysis that ends badly ends the experiment at once, with its phase and message",
    arguments: [AnalysisPhase.failed, .error, .inconclusive])
  func badAnalysis(phase: AnalysisPhase) {
    let run = ArgoSample.run("exp-check", nil, phase, message: "why")
    let state = running([.init("check", run: "exp-check", .running)])
    let result = pass(plan(analyses: [check]), state, set: up, runs: [run])
    #expect(result.state.phase == phase)
    #expect(result.state.message == "why")
  }

  @Test("a successful analysis alone does not end it; required ones do, stopping the others")
  func requiredAnalyses() {
    let done = ArgoSample.run("exp-check", nil, .successful)
    let state = running([.init("check", run: "exp-check", .running)])
    #expect(
      pass(plan(analyses: [check]), state, set: up, runs: [done]).state.phase == .running)
    let both = running([
      .init("check", run: "exp-check", .running), .init("must", run: "exp-must", .running),
    ])
    let runs = [ArgoSample.run("exp-check", nil), ArgoSample.run("exp-must", nil, .successful)]
    let ended = pass(plan(analyses: [check, required]), both, set: up, runs: runs)
    #expect(ended.state.phase == .successful)
    #expect(ended.state.message == "Required AnalysisRuns completed")
    let after = pass(plan(analyses: [check, required]), ended.state, set: up, runs: runs)
    #expect(after.actions.contains(.stopRun(analysis: "check", name: "exp-check")))
  }

  @Test("over its duration it is Successful although an analysis that is not required runs on")
  func duration() {
    let run = ArgoSample.run("exp-check", nil)
    let analyses = [ExperimentState.Analysis("check", run: "exp-check", .running)]
    func phase(_ elapsed: Int, _ analysis: ExperimentPlan.Analysis) -> AnalysisPhase {
      var state = running(analyses, since: elapsed)
      state.analyses[0].name = analysis.name
      return pass(
        plan(duration: "60s", analyses: [analysis]), state, set: up, runs: [run]
      ).state.phase
    }
    #expect(phase(60, check) == .running)
    #expect(phase(61, check) == .successful)
    #expect(phase(61, required) == .running)
  }

  @Test("without a duration, or with one that cannot be read, it is never over")
  func endless() {
    for duration in ["", "soon", "60"] {
      #expect(
        pass(plan(duration: duration), running(since: 1_000_000), set: up).state.phase
          == .running)
    }
  }

  @Test(
    "a template without progress for its deadline fails",
    arguments: [(600, AnalysisPhase.pending), (601, .failed)])
  func progressDeadline(elapsed: Int, phase: AnalysisPhase) {
    let state = ExperimentState(
      .pending,
      templates: [
        .init(
          "canary", .progressing, replicas: 2, ready: 2, available: 1,
          lastTransition: now.adding(seconds: -elapsed))
      ])
    let result = pass(plan(), state, set: ArgoSample.set("x", replicas: 2, available: 1))
    #expect(result.state.phase == phase)
    if phase == .failed {
      #expect(
        result.state.message == "Template 'canary' exceeded its progressDeadlineSeconds (600)")
    }
  }

  @Test("terminating, pods stay until the deadline that is recorded once")
  func scaleDown() {
    let first = pass(plan(), running(), set: up, terminate: true)
    #expect(
      first.actions
        == [.setScaleDownDeadline(template: "canary", now.adding(seconds: 30))])
    var held = up
    held.scaleDownDeadline = .at(now.adding(seconds: 1))
    #expect(pass(plan(), running(), set: held, terminate: true).actions.isEmpty)
    held.scaleDownDeadline = .at(now)
    #expect(
      pass(plan(), running(), set: held, terminate: true).actions
        == [.scale(template: "canary", to: 0)])
    #expect(
      pass(plan(), running(), set: held, terminate: true, delay: 0).actions == [
        .clearScaleDownDeadline(template: "canary"), .scale(template: "canary", to: 0),
      ])
  }

  @Test("a service lives as long as the pods it is for")
  func service() {
    #expect(
      pass(plan(service: ""), running(), set: up).actions
        == [.createService(template: "canary", name: "exp-canary")])
    #expect(
      pass(plan(service: "named"), running(), set: up).actions
        == [.createService(template: "canary", name: "named")])
    #expect(
      pass(plan(service: ""), running(), set: up, services: ["canary"]).actions.isEmpty)
    #expect(
      pass(plan(service: ""), running(), set: up, terminate: true, delay: 0, services: ["canary"])
        .actions == [.scale(template: "canary", to: 0), .deleteService(template: "canary")])
    #expect(
      pass(plan(), running(), set: up, services: ["canary"]).actions
        == [.deleteService(template: "canary")])
  }

  @Test("a finished experiment never changes its phase")
  func final() {
    for phase in AnalysisPhase.allCases where phase.isCompleted {
      var state = running([.init("check", run: "exp-check", .running)])
      state.phase = phase
      let run = ArgoSample.run("exp-check", nil, .failed)
      #expect(
        pass(plan(analyses: [check]), state, set: up, runs: [run]).state.phase == phase)
    }
  }

  @Test("placeholders of templates become hashes and names")
  func placeholders() throws {
    let values = ExperimentArgument.values(sets: ["canary": up])
    #expect(
      try ExperimentArgument.resolve(
        "a {{templates.canary.podTemplateHash}} {{ templates.canary.replicaset.name }} {{",
        values: values) == "a x guestbook-x {{")
    #expect {
      try ExperimentArgument.resolve("{{templates.none.podTemplateHash}}", values: values)
    } throws: {
      ($0 as? ExperimentArgument.Unresolved)?.description
        == "failed to resolve {{templates.none.podTemplateHash}}"
    }
  }
}
