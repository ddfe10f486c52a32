import ArgoRules
import Testing

@Suite("A canary's passes")
struct CanaryPassTests {
  static let versions = [
    ControllerVersion(1, 4, 0), ControllerVersion(1, 6, 0), ControllerVersion(1, 7, 1),
    ControllerVersion(1, 7, 2), ControllerVersion(1, 8, 0), ControllerVersion(1, 9, 1),
    ControllerVersion(1, 10, 0), .main,
  ]
  static let watched = CanaryStrategy(
    steps: [.setWeight(25), .pause(nil), .setWeight(50), .pause(.seconds(60))],
    maxSurge: .count(1), maxUnavailable: .count(0),
    analysis: BackgroundAnalysis(ArgoSample.block))

  func routed(
    _ steps: [CanaryStep], analysis: BackgroundAnalysis? = nil, dynamic: Bool = false
  ) -> CanaryStrategy {
    CanaryStrategy(
      steps: steps, trafficRouting: TrafficRouting(), analysis: analysis,
      canaryService: "canary", stableService: "stable", dynamicStableScale: dynamic)
  }

  func created(_ result: PassResult) -> [AnalysisType] {
    result.actions.compactMap { action in
      guard case .createRun(let request) = action else { return nil }
      return request.type
    }
  }

  // MARK: A whole life

  @Test("the first deployment skips steps and analysis", arguments: versions)
  func firstDeployment(version: ControllerVersion) {
    let cluster = CanarySample.cluster(version, Self.watched)
    #expect(cluster.rollout.status.stableHash == "r1")
    #expect(cluster.rollout.status.stepIndex == 4)
    #expect(cluster.rollout.status.phase == .healthy)
    #expect(cluster.runs.isEmpty)
    #expect(cluster.replicaSet("r1")?.requested == 4)
    #expect(cluster.rollout.revision == 1)
  }

  @Test("an update walks its steps, pausing where it should", arguments: versions)
  func update(version: ControllerVersion) throws {
    var cluster = CanarySample.cluster(version, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    #expect(PhaseRules.observed(cluster.rollout).message.hasSuffix("spec update to be observed"))
    let passes = cluster.settle()
    #expect(passes[0].outcome == .reset && passes[0].status.stepIndex == 0)
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.rollout.status.phase == .paused)
    #expect(cluster.rollout.status.message == "CanaryPauseStep")
    #expect(cluster.replicaSet("r2")?.requested == 1)
    #expect(cluster.runs.map(\.name) == ["web-r2-2"])
    cluster.setRun("web-r2-2", .running)
    try cluster.command(.promote)
    #expect(PhaseRules.observed(cluster.rollout).message == "waiting for rollout to unpause")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 3)
    #expect(cluster.replicaSet("r2")?.requested == 2)
    cluster.advance(seconds: 60)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 3)
    cluster.advance(seconds: 1)
    let end = cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(cluster.rollout.status.phase == .healthy)
    #expect(cluster.replicaSet("r1")?.requested == 0)
    let completed = end.flatMap(\.events).filter { $0.reason == "RolloutCompleted" }
    #expect(
      completed.map(\.message)
        == ["Rollout completed update to revision 2 (r2): Completed all 4 canary steps"])
    #expect(cluster.runs.allSatisfy { $0.terminate || $0.phase.isCompleted })
  }

  @Test("a step that completes is an event with its number")
  func stepEvents() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    let events = cluster.settle().flatMap(\.events)
    #expect(events.contains { $0.message == "Rollout step 1/4 completed (setWeight: 25)" })
    #expect(events.contains { $0.message == "Rollout is paused (CanaryPauseStep)" })
    #expect(events.contains { $0.message == "Rollout updated to revision 2" })
    #expect(events.contains { $0.message == "Created ReplicaSet web-r2 (revision 2)" })
    #expect(
      events.contains {
        $0.message == "Rollout not completed, started update to revision 3 (r2)"
      })
    #expect(
      events.contains { $0.message == "Scaled up ReplicaSet web-r2 (revision 2) from 0 to 1" })
  }

  @Test("background analysis starts at once, before the canary has a pod")
  func backgroundAtOnce() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.pass()
    let second = cluster.pass()
    #expect(created(second) == [.background])
    #expect(cluster.replicaSet("r2")?.available == 0)
  }

  // MARK: The rollback window

  @Test(
    "a rollback inside the window to a scaled-down revision: up to 1.7.1 the pass that calls it inside starts analysis",
    arguments: versions)
  func analysisInsideTheWindow(version: ControllerVersion) {
    var cluster = CanarySample.cluster(version, Self.watched, window: 3)
    cluster.release("r2")
    #expect(cluster.rollout.status.stableHash == "r2")
    let before = Set(cluster.runs.map(\.name))
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    var contradictory = 0
    for _ in 0..<40 {
      cluster.settlePods()
      let result = cluster.pass()
      let saysInside = result.log.contains("Rollback within the window: 0 (3)")
      if saysInside, !created(result).isEmpty { contradictory += 1 }
    }
    #expect(cluster.rollout.status.stableHash == "r1")
    #expect(cluster.rollout.revision == 3)
    let new = cluster.runs.filter { !before.contains($0.name) }
    let hasDefect = version < ControllerVersion(1, 7, 2)
    #expect(new.isEmpty != hasDefect)
    #expect((contradictory > 0) == hasDefect)
    if hasDefect { #expect(new.map(\.name) == ["web-r1-3"]) }
  }

  @Test("the reason in the event is the window")
  func windowReason() {
    var cluster = CanarySample.cluster(.main, Self.watched, window: 3)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    let events = cluster.settle().flatMap(\.events)
    #expect(
      events.contains {
        $0.message == "Rollout completed update to revision 3 (r1): Rollback within window"
      })
  }

  @Test("a rollback outside the window plays steps and analysis", arguments: versions)
  func outsideTheWindow(version: ControllerVersion) {
    var cluster = CanarySample.cluster(version, Self.watched, window: 1)
    cluster.release("r2")
    cluster.release("r3")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.rollout.status.phase == .paused)
    #expect(cluster.runs.contains { $0.name == "web-r1-4" })
  }

  @Test("the target of a rollback that still has pods jumps to the end at once, since 1.6")
  func stillScaled() {
    for version in Self.versions {
      let strategy = routed([.setWeight(20), .pause(nil)])
      var cluster = CanarySample.cluster(version, strategy, window: 3)
      cluster.release("r2")
      // Old pods wait for their scale-down.
      #expect((cluster.replicaSet("r1")?.requested ?? 0) > 0)
      cluster.advance(seconds: 5)
      cluster.setTemplate("r1")
      let first = cluster.pass()
      let jumps = version >= ControllerVersion(1, 6, 0)
      #expect(first.status.stepIndex == (jumps ? 2 : 0))
      #expect(
        first.events.contains {
          $0.message == "Rollback to active ReplicaSets within RollbackWindow"
        } == jumps)
    }
  }

  @Test("returning to stable during an update jumps to the end at once", arguments: versions)
  func returnToStable(version: ControllerVersion) {
    var cluster = CanarySample.cluster(version, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    let first = cluster.pass()
    #expect(first.status.stepIndex == 4)
    #expect(first.events.contains { $0.message == "Rollback to stable ReplicaSets" })
    cluster.settle()
    #expect(cluster.rollout.status.phase == .healthy)
    #expect(cluster.replicaSet("r2")?.requested == 0)
    #expect(cluster.rollout.revision == 3)
  }

  @Test("the undo of a rollback is a roll-forward with all its steps", arguments: versions)
  func undoOfRollback(version: ControllerVersion) throws {
    var cluster = CanarySample.cluster(version, Self.watched, window: 3)
    cluster.release("r2")
    cluster.release("r1")
    #expect(cluster.rollout.status.stableHash == "r1")
    cluster.advance(seconds: 60)
    try cluster.command(.undo(toRevision: nil))
    #expect(cluster.rollout.spec.templateHash == "r2")
    let first = cluster.pass()
    #expect(!first.classification.isRollback)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.rollout.status.phase == .paused)
  }

  @Test("comparison is with stable, never with the update in flight")
  func inFlight() {
    var cluster = CanarySample.cluster(.main, Self.watched, window: 1)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r3")
    cluster.settle()
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    let first = cluster.pass()
    #expect(first.classification.window == .inside(between: 0, revisions: 1))
  }

  @Test("a window edited during the rollback takes effect in the next pass, both ways")
  func editedWindow() {
    var cluster = CanarySample.cluster(.main, Self.watched, window: nil)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    cluster.settle()
    #expect(cluster.rollout.status.phase == .paused)
    cluster.edit { $0.rollbackWindowRevisions = 1 }
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
  }

  @Test("revisions the history limit deletes no longer count: the window grows")
  func historyWidensTheWindow() {
    var cluster = CanarySample.cluster(.main, Self.watched, window: 1, history: 1)
    for hash in ["r2", "r3", "r4"] { cluster.release(hash) }
    #expect(cluster.replicaSets.count == 2)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r3")
    #expect(cluster.pass().classification.window.isInside)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    let gone = cluster.pass()
    #expect(gone.classification.window == .notComparable)
    #expect(gone.status.stepIndex == 0)
  }

  @Test("a person's abort inside the window is removed silently")
  func abortInsideTheWindow() throws {
    var cluster = CanarySample.cluster(.main, Self.watched, window: 3)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    cluster.pass()
    cluster.pass()
    try cluster.command(.abort)
    let result = cluster.pass()
    #expect(!result.status.abort)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
  }

  // MARK: What leaks on the fast track

  @Test("step 0 that completes by itself takes the index one past the end")
  func indexPastTheEnd() {
    let strategy = routed([.setHeaderRoute(HeaderRoute("r")), .setWeight(50), .pause(nil)])
    var cluster = CanarySample.cluster(.main, strategy, window: 3)
    cluster.release("r2")
    cluster.advance(seconds: 600)
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.requested == 0)
    cluster.setTemplate("r1")
    let first = cluster.pass()
    #expect(first.status.stepIndex == 0)
    let second = cluster.pass()
    #expect(second.status.stepIndex == 4)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
    #expect(cluster.rollout.status.stepIndex == 3)
  }

  @Test("step 0 that is an experiment is created and stopped a pass later")
  func experimentLeaks() {
    let strategy = CanaryStrategy(
      steps: [.experiment(ExperimentStep([.init("a", .canary)])), .setWeight(50), .pause(nil)])
    var cluster = CanarySample.cluster(.main, strategy, window: 3)
    cluster.release("r2")
    let before = cluster.experiments.count
    cluster.advance(seconds: 600)
    cluster.settle()
    cluster.setTemplate("r1")
    cluster.pass()
    cluster.pass()
    #expect(cluster.experiments.count == before + 1)
    cluster.pass()
    #expect(cluster.experiments.last?.terminate == true)
  }

  @Test("step 0 that is a plugin is called")
  func pluginLeaks() {
    let strategy = CanaryStrategy(
      steps: [.plugin(PluginStep("org/p")), .setWeight(50), .pause(nil)],
      maxSurge: .percent(100))
    var cluster = CanarySample.cluster(.main, strategy, window: 3)
    cluster.pluginAnswers = [StepPluginStatus(index: 0, name: "org/p", .run, .successful)]
    cluster.release("r2")
    cluster.advance(seconds: 600)
    cluster.settle()
    cluster.pluginAnswers = []
    cluster.setTemplate("r1")
    cluster.pass()
    #expect(cluster.rollout.status.stepIndex == 0)
    let second = cluster.pass()
    #expect(second.actions.contains(.callPlugin(.init(index: 0, name: "org/p", .run))))
    #expect(second.status.stepIndex == 2 || second.status.stepIndex == 3)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
  }

  // MARK: Analysis outcomes

  @Test(
    "a failed or erroneous background run aborts and says so",
    arguments: [AnalysisPhase.failed, .error])
  func failedBackground(phase: AnalysisPhase) {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    cluster.setRun("web-r2-2", phase, message: "too many errors")
    cluster.settle()
    let status = cluster.rollout.status
    #expect(status.abort && status.abortedAt != nil)
    #expect(status.phase == .degraded)
    #expect(
      status.message
        == "RolloutAborted: Rollout aborted update to revision 2: "
        + "Background analysis phase error/failed: too many errors")
    #expect(status.stepIndex == 0 && status.stableHash == "r1")
    #expect(cluster.rollout.spec.templateHash == "r2")
    #expect(cluster.replicaSet("r1")?.requested == 4)
    #expect(cluster.replicaSet("r2")?.requested == 0)
  }

  @Test("an inconclusive run pauses until a person resumes, then is repeated")
  func inconclusive() throws {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    cluster.setRun("web-r2-2", .inconclusive)
    cluster.settle()
    #expect(
      cluster.rollout.status.pauseConditions.map(\.reason)
        == [.canaryPauseStep, .inconclusiveAnalysis])
    #expect(PauseRules.halt(cluster.rollout) == .inconclusiveAnalysis)
    #expect(cluster.runs.count == 1)
    try cluster.command(.promote)
    cluster.settle()
    #expect(cluster.runs.map(\.name) == ["web-r2-2", "web-r2-2.1"])
  }

  @Test("an analysis step waits for its run and then goes on")
  func analysisStep() {
    let strategy = CanaryStrategy(
      steps: [.setWeight(25), .analysis(ArgoSample.block), .setWeight(50), .pause(nil)],
      maxSurge: .count(1))
    var cluster = CanarySample.cluster(.main, strategy)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.runs.map(\.name) == ["web-r2-2-1"])
    #expect(cluster.rollout.status.canary.stepRun?.name == "web-r2-2-1")
    cluster.setRun("web-r2-2-1", .successful)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 3)
    #expect(cluster.rollout.status.canary.stepRun == nil)
  }

  // MARK: Abort, retry, promote-full

  @Test("an abort goes back to stable, a retry starts again at step 0", arguments: versions)
  func abortAndRetry(version: ControllerVersion) throws {
    var cluster = CanarySample.cluster(version, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.abort)
    cluster.settle()
    #expect(cluster.rollout.status.phase == .degraded)
    #expect(
      cluster.rollout.status.message
        == "RolloutAborted: Rollout aborted update to revision 2")
    #expect(cluster.rollout.status.stepIndex == 0)
    #expect(cluster.rollout.status.pauseConditions.isEmpty)
    #expect(cluster.replicaSet("r2")?.requested == 0)
    cluster.setRun("web-r2-2", .successful, message: "Run Terminated")
    cluster.advance(seconds: 60)
    try cluster.command(.retry)
    let first = cluster.pass()
    #expect(first.outcome == .conditionsSynced)
    #expect(first.status.condition(.progressing)?.reason == "RolloutRetry")
    #expect(first.status.phase == .progressing)
    #expect(first.status.abortedAt != nil)
    cluster.settle()
    #expect(cluster.rollout.status.abortedAt == nil)
    #expect(cluster.rollout.status.stepIndex == 1)
    #expect(cluster.runs.map(\.name) == ["web-r2-2", "web-r2-2.1"])
  }

  @Test("aborting a promoted rollout has no effect", arguments: versions)
  func abortPromoted(version: ControllerVersion) throws {
    var cluster = CanarySample.cluster(version, Self.watched)
    try cluster.command(.abort)
    let result = cluster.pass()
    #expect(!result.status.abort && result.status.phase == .healthy)
    #expect(result.status.stepIndex == 4)
  }

  @Test("a new template clears an abort")
  func newTemplateClearsAbort() throws {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.abort)
    cluster.settle()
    cluster.advance(seconds: 60)
    cluster.setTemplate("r3")
    let first = cluster.pass()
    #expect(!first.status.abort && first.status.abortedAt == nil && first.status.stepIndex == 0)
  }

  @Test("promote --full skips what is left and stops analysis", arguments: versions)
  func promoteFull(version: ControllerVersion) throws {
    var cluster = CanarySample.cluster(version, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.promoteFull)
    let events = cluster.settle().flatMap(\.events)
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(!cluster.rollout.status.promoteFull)
    #expect(cluster.runs.allSatisfy { $0.terminate })
    #expect(events.contains { $0.message.hasSuffix("(r2): Full promotion requested") })
  }

  @Test("an abort under promote --full is removed silently")
  func abortUnderPromoteFull() throws {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.promoteFull)
    try cluster.command(.abort)
    #expect(!cluster.pass().status.abort)
  }

  // MARK: Steps and sizes

  @Test("changing the steps during an update starts it again with the same revision")
  func stepsChanged() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    cluster.edit { $0.strategy = .canary(CanaryStrategy(steps: [.setWeight(10), .pause(nil)])) }
    let first = cluster.pass()
    #expect(first.outcome == .reset && first.status.stepIndex == 0)
    #expect(cluster.rollout.revision == 2)
  }

  @Test("changing the steps of an idle rollout jumps to the end at once")
  func stepsChangedIdle() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.edit { $0.strategy = .canary(CanaryStrategy(steps: [.setWeight(10), .pause(nil)])) }
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 2)
    #expect(cluster.rollout.status.phase == .healthy)
  }

  @Test("a changed replica count is a pass of sizes only, also during a pause")
  func scalingEvent() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    cluster.edit { $0.replicas = 8 }
    let first = cluster.pass()
    #expect(first.outcome == .replicasSynced)
    #expect(created(first).isEmpty && first.status.stepIndex == 1)
    cluster.settle()
    #expect(cluster.replicaSet("r2")?.requested == 2)
    #expect(cluster.replicaSet("r1")?.requested == 6)
    #expect(cluster.rollout.status.stepIndex == 1)
  }

  @Test("a paused spec stops scaling and steps, not analysis")
  func pausedSpec() throws {
    var cluster = CanarySample.cluster(.main, Self.watched)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.pass()
    try cluster.command(.pause)
    let passes = cluster.settle()
    #expect(cluster.rollout.status.message == "manually paused")
    #expect(cluster.replicaSet("r2")?.requested == 0)
    #expect(passes.contains { created($0) == [.background] })
    try cluster.command(.resume)
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
  }

  // MARK: Traffic routing

  @Test("with traffic routing stable stays whole and its pods wait for the scale-down delay")
  func routedUpdate() throws {
    let strategy = routed([.setWeight(20), .pause(nil)])
    var cluster = CanarySample.cluster(.main, strategy, replicas: 10)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.canary.weights?.canary.weight == 20)
    #expect(cluster.rollout.status.canary.weights?.stable.weight == 80)
    #expect(cluster.replicaSet("r2")?.requested == 2)
    #expect(cluster.replicaSet("r1")?.requested == 10)
    #expect(cluster.services.map(\.selectedHash) == ["r1", "r2"])
    try cluster.command(.promote)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(cluster.rollout.status.canary.weights?.canary.weight == 0)
    #expect(cluster.replicaSet("r1")?.requested == 10)
    #expect(cluster.services.map(\.selectedHash) == ["r2", "r2"])
    cluster.advance(seconds: 31)
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.requested == 0)
  }

  @Test("a weight that is not verified holds its step; at the end it fails the pass")
  func unverified() throws {
    let strategy = routed([.setWeight(20), .pause(nil)])
    var cluster = CanarySample.cluster(.main, strategy, replicas: 10)
    cluster.weightVerified = false
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 0)
    #expect(cluster.rollout.status.canary.weights?.verified == false)
    cluster.weightVerified = true
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    try cluster.command(.promote)
    cluster.weightVerified = false
    let passes = cluster.settle()
    guard case .failed(.traffic, _)? = passes.last?.outcome else {
      Issue.record("the pass should have failed")
      return
    }
    #expect(cluster.rollout.status.stableHash == "r1")
    cluster.weightVerified = nil
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r2")
  }

  @Test("an aborted routed canary keeps its pods for the abort delay")
  func routedAbort() throws {
    let strategy = routed([.setWeight(20), .pause(nil)])
    var cluster = CanarySample.cluster(.main, strategy, replicas: 10)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    try cluster.command(.abort)
    cluster.settle()
    #expect(cluster.rollout.status.canary.weights?.canary.weight == 0)
    #expect(cluster.replicaSet("r2")?.requested == 2)
    #expect(cluster.services.map(\.selectedHash) == ["r1", "r1"])
    cluster.advance(seconds: 31)
    cluster.settle()
    #expect(cluster.replicaSet("r2")?.requested == 0)
  }

  @Test("dynamic stable scaling drains and refills stable with its weight")
  func dynamic() throws {
    let strategy = routed(
      [.setWeight(20), .pause(nil), .setWeight(60), .pause(nil)], dynamic: true)
    var cluster = CanarySample.cluster(.main, strategy, replicas: 10)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.requested == 8)
    try cluster.command(.promote)
    cluster.settle()
    #expect(cluster.replicaSet("r1")?.requested == 4)
    #expect(cluster.replicaSet("r2")?.requested == 6)
    try cluster.command(.abort)
    var weights: [Int] = []
    for _ in 0..<20 {
      cluster.settlePods()
      cluster.pass()
      weights.append(cluster.rollout.status.canary.weights?.canary.weight ?? -1)
    }
    #expect(weights.last == 0)
    #expect(weights == weights.sorted(by: >))
    #expect(cluster.replicaSet("r1")?.requested == 10)
    #expect(cluster.replicaSet("r2")?.requested == 0)
  }

  @Test("a new template during an update sends the overtaken revision away")
  func overtaken() {
    var cluster = CanarySample.cluster(.main, Self.watched)
    for hash in ["r2", "r3"] {
      cluster.advance(seconds: 60)
      cluster.setTemplate(hash)
      cluster.settle()
    }
    #expect(cluster.replicaSet("r2")?.requested == 0)
    #expect(cluster.replicaSet("r3")?.requested == 1)
    #expect(cluster.runs.filter { !$0.terminate }.map(\.name) == ["web-r3-3"])
    #expect(cluster.rollout.status.duration?.completion == nil)
  }

  @Test("step plugins run, hold their step, and abort when they fail")
  func plugins() {
    let strategy = CanaryStrategy(steps: [.setWeight(25), .plugin(PluginStep("org/p"))])
    var cluster = CanarySample.cluster(.main, strategy)
    cluster.pluginAnswers = [
      StepPluginStatus(index: 1, name: "org/p", .run, .running),
      StepPluginStatus(index: 1, name: "org/p", .abort, .successful),
    ]
    cluster.advance(seconds: 60)
    cluster.setTemplate("r2")
    cluster.settle()
    #expect(cluster.rollout.status.stepIndex == 1)
    cluster.pluginAnswers[0] = StepPluginStatus(
      index: 1, name: "org/p", .run, .failed, message: "no")
    cluster.settle()
    #expect(cluster.rollout.status.abort)
    #expect(
      cluster.rollout.status.message
        == "RolloutAborted: Rollout aborted update to revision 2: no")
    #expect(cluster.rollout.status.canary.plugins.contains { $0.operation == .abort })
  }

  @Test("how updates ended is recorded since 1.11")
  func completionStatuses() throws {
    var cluster = CanarySample.cluster(.main, Self.watched, window: 3)
    cluster.release("r2")
    #expect(cluster.rollout.status.duration?.completion == .promoted)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r3")
    cluster.settle()
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    cluster.settle()
    #expect(cluster.rollout.status.duration?.completion == .fastRolledBack)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r4")
    cluster.settle()
    cluster.advance(seconds: 60)
    cluster.setTemplate("r5")
    #expect(cluster.pass().supersededRecord?.completion == .superseded)
    cluster.settle()
    try cluster.command(.abort)
    cluster.settle()
    #expect(cluster.rollout.status.duration?.completion == .aborted)
    let before = CanarySample.cluster(ControllerVersion(1, 10, 0), Self.watched)
    #expect(before.rollout.status.duration == nil)
  }

  // MARK: Properties

  static let random: [CanaryStep] = [
    .setWeight(10), .pause(nil), .setHeaderRoute(HeaderRoute("r")),
    .analysis(ArgoSample.block), .setWeight(60), .pause(.seconds(30)), .setWeight(100),
  ]

  @Test("whatever people and clusters do, the promises hold", arguments: UInt64(0)..<120)
  func chaos(seed: UInt64) throws {
    var random = SeededNumbers(seed: seed)
    let version = random.pick(Self.versions)
    let behaviour = ControllerBehaviour(version)
    let steps = Array(Self.random.shuffled(using: &random).prefix(5))
    let isRouted = random.chance(50)
    var strategy = CanaryStrategy(
      steps: steps, maxSurge: .count(2), maxUnavailable: .count(1),
      analysis: random.chance(70) ? BackgroundAnalysis(ArgoSample.block) : nil)
    if isRouted {
      strategy.trafficRouting = TrafficRouting()
      strategy.dynamicStableScale = random.chance(30)
    }
    var cluster = CanarySample.cluster(
      version, strategy, replicas: Int.random(in: 1...8, using: &random),
      window: random.chance(60) ? Int.random(in: 1...3, using: &random) : nil)
    for _ in 0..<60 {
      try disturb(&cluster, &random)
      let before = cluster
      let result = cluster.pass()
      check(result, before, cluster, behaviour, isRouted)
    }
  }

  func disturb(_ cluster: inout SimulatedCluster, _ random: inout SeededNumbers) throws {
    cluster.advance(seconds: Int.random(in: 0...40, using: &random))
    switch Int.random(in: 0..<24, using: &random) {
    case 0, 1: cluster.setTemplate("r\(Int.random(in: 1...5, using: &random))")
    case 2: try cluster.command(.abort)
    case 3: try cluster.command(.retry)
    case 4...6: try cluster.command(.promote)
    case 7: try cluster.command(.promoteFull)
    case 8: try cluster.command(.pause)
    case 9, 10: try cluster.command(.resume)
    case 11:
      for run in cluster.runs where !run.phase.isCompleted {
        cluster.setRun(run.name, random.pick([.failed, .error, .inconclusive, .successful]))
      }
    case 12: cluster.edit { $0.replicas = Int.random(in: 0...8, using: &random) }
    case 13:
      for index in cluster.replicaSets.indices {
        let wanted = cluster.replicaSets[index].requested
        cluster.replicaSets[index].actual = wanted
        cluster.replicaSets[index].available = Int.random(in: 0...wanted, using: &random)
      }
    default: cluster.settlePods()
    }
  }

  func check(
    _ result: PassResult, _ before: SimulatedCluster, _ after: SimulatedCluster,
    _ behaviour: ControllerBehaviour, _ isRouted: Bool
  ) {
    let old = before.rollout.status
    let new = after.rollout.status
    let count = before.rollout.spec.strategy.canary?.stepList.count ?? 0
    // The index is never below 0, and past the end only where Argo overruns it.
    #expect((0...count + 1).contains(new.stepIndex ?? 0))
    // Stable only ever becomes the recorded current revision.
    if new.stableHash != old.stableHash { #expect(new.stableHash == new.currentHash) }
    // An abort drops pauses, and a pause has its memory.
    switch result.outcome {
    case .conditionsSynced, .invalidSpec, .failed: break
    case .replicasSynced, .reset, .stopped, .finished:
      if new.abort { #expect(new.pauseConditions.isEmpty && new.abortedAt != nil) }
    }
    if !new.pauseConditions.isEmpty, old.pauseConditions.isEmpty { #expect(new.controllerPause) }
    // At most one run per type is made in a pass, and none under silence.
    let made = created(result)
    #expect(Set(made).count == made.count)
    if let analysis = result.analysis, !analysis.silence.isEmpty { #expect(made.isEmpty) }
    if behaviour.windowGuardsAnalysis, result.classification.window.isInside {
      #expect(made.isEmpty)
    }
    // Names of runs are never reused, numbers only grow.
    #expect(Set(after.runs.map(\.name)).count == after.runs.count)
    #expect(after.rollout.revision >= before.rollout.revision)
    if let weights = new.canary.weights {
      #expect(weights.canary.weight + weights.stable.weight == 100)
    }
    for set in after.replicaSets { #expect(set.requested >= 0) }
    // Without traffic routing a pass that grows anything stays within the surge.
    let grew = after.replicaSets.contains { set in
      (before.replicaSet(set.hash)?.requested ?? 0) < set.requested
    }
    if !isRouted, grew {
      let total = after.replicaSets.reduce(0) { $0 + $1.requested }
      #expect(total <= before.rollout.spec.replicaCount + 2)
    }
  }

  @Test("the same input gives the same pass", arguments: UInt64(0)..<40)
  func deterministic(seed: UInt64) throws {
    var random = SeededNumbers(seed: seed)
    var cluster = CanarySample.cluster(random.pick(Self.versions), Self.watched, window: 2)
    for _ in 0..<30 {
      try disturb(&cluster, &random)
      let input = cluster.input
      #expect(RolloutPass.run(input) == RolloutPass.run(input))
      cluster.pass()
    }
  }
}
