import ArgoRules
import Testing

@Suite("Conditions, deadline, phase and completion")
struct ConditionTests {
  static let current = ControllerBehaviour(.main)
  static let old = ArgoTime(seconds: 100)
  let now = ArgoTime(seconds: 1_000)
  let canary = CanaryStrategy(steps: [.setWeight(10), .pause(nil)])

  func progressing(
    _ reason: String, _ state: RolloutCondition.State = .yes, at time: ArgoTime = old
  ) -> RolloutCondition {
    RolloutCondition(.progressing, state, reason: reason, message: "m", lastUpdate: time)
  }

  // MARK: Recording

  @Test("the same state and reason change nothing, not even message and time")
  func sameCondition() {
    var status = ArgoRolloutStatus(conditions: [progressing("A")])
    var again = progressing("A", at: now)
    again.message = "other"
    let changed = status.set(again)
    #expect(!changed)
    #expect(status.conditions == [progressing("A")])
  }

  @Test("another reason renews the update time, another state the transition time too")
  func transition() {
    var status = ArgoRolloutStatus(conditions: [progressing("A")])
    status.set(progressing("B", at: now))
    #expect(status.condition(.progressing)?.lastUpdate == now)
    #expect(status.condition(.progressing)?.lastTransition == Self.old)
    status.set(progressing("B", .no, at: now))
    #expect(status.condition(.progressing)?.lastTransition == now)
  }

  @Test("a changed condition moves to the end of the list")
  func order() {
    let available = RolloutCondition(
      .available, .yes, reason: "r", message: "", lastUpdate: Self.old)
    var status = ArgoRolloutStatus(conditions: [progressing("A"), available])
    status.set(progressing("B"))
    #expect(status.conditions.map(\.kind) == [.available, .progressing])
  }

  // MARK: Progress and health

  struct Moved: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: @Sendable (inout ArgoRolloutStatus) -> Void = { _ in }
    var after: @Sendable (inout ArgoRolloutStatus) -> Void
    var progress: Bool
  }

  static let moved: [Moved] = [
    Moved(testDescription: "nothing changed", after: { _ in }, progress: false),
    Moved(
      testDescription: "more updated", after: { $0.updatedReplicas = 6 }, progress: true),
    Moved(
      testDescription: "fewer updated",
      after: {
        $0.updatedReplicas = 4
        $0.replicas = 9
      },
      progress: true),
    Moved(testDescription: "old ones went down", after: { $0.replicas = 9 }, progress: true),
    Moved(testDescription: "old ones came up", after: { $0.replicas = 11 }, progress: false),
    Moved(testDescription: "more ready", after: { $0.readyReplicas = 9 }, progress: true),
    Moved(testDescription: "fewer ready", after: { $0.readyReplicas = 7 }, progress: false),
    Moved(testDescription: "more available", after: { $0.availableReplicas = 9 }, progress: true),
    Moved(
      testDescription: "fewer available", after: { $0.availableReplicas = 7 }, progress: false),
    Moved(testDescription: "stable changed", after: { $0.stableHash = "new" }, progress: true),
    Moved(testDescription: "the index went up", after: { $0.stepIndex = 2 }, progress: true),
    Moved(testDescription: "the index went down", after: { $0.stepIndex = 0 }, progress: true),
    Moved(testDescription: "the index vanished", after: { $0.stepIndex = nil }, progress: false),
    Moved(testDescription: "the steps changed", after: { $0.stepHash = "x" }, progress: true),
    Moved(
      testDescription: "a selector does not count for a canary",
      after: { $0.blueGreen.activeSelector = "x" }, progress: false),
  ]

  @Test("what counts as progress", arguments: moved)
  func progress(test: Moved) {
    var before = ArgoRolloutStatus(
      currentHash: "new", stableHash: "old", stepIndex: 1, stepHash: "h", replicas: 10,
      updatedReplicas: 5, readyReplicas: 8, availableReplicas: 8)
    test.before(&before)
    var after = before
    test.after(&after)
    #expect(
      ProgressRules.madeProgress(from: before, to: after, strategy: .canary(canary))
        == test.progress)
  }

  @Test("for blue-green the selectors count, the index does not")
  func blueGreenProgress() {
    let strategy = ArgoStrategy.blueGreen(BlueGreenStrategy(activeService: "a"))
    let before = ArgoRolloutStatus(stepIndex: 1)
    var after = before
    after.stepIndex = 2
    #expect(!ProgressRules.madeProgress(from: before, to: after, strategy: strategy))
    after.blueGreen.previewSelector = "x"
    #expect(ProgressRules.madeProgress(from: before, to: after, strategy: strategy))
  }

  func healthy(
    _ strategy: ArgoStrategy, observed: Int64 = 1, _ edit: (inout ArgoRolloutStatus) -> Void
  ) -> Bool {
    var rollout = CanarySample.rollout(canary, replicas: 4)
    rollout.spec.strategy = strategy
    rollout.status.observedGeneration = observed
    var status = ArgoRolloutStatus(
      currentHash: "new", stableHash: "new", stepIndex: 2, replicas: 4, updatedReplicas: 4,
      readyReplicas: 4, availableReplicas: 4,
      blueGreen: .init(activeSelector: "new", previewSelector: "new"))
    edit(&status)
    return ProgressRules.isHealthy(rollout, status)
  }

  @Test("a canary is healthy when promoted, all steps done and no pod too many")
  func canaryHealth() {
    let strategy = ArgoStrategy.canary(canary)
    #expect(healthy(strategy) { _ in })
    #expect(!healthy(strategy, observed: 0) { _ in })
    #expect(!healthy(strategy) { $0.updatedReplicas = 3 })
    #expect(!healthy(strategy) { $0.availableReplicas = 3 })
    #expect(!healthy(strategy) { $0.replicas = 5 })
    #expect(!healthy(strategy) { $0.stepIndex = 1 })
    #expect(healthy(strategy) { $0.stepIndex = nil })
    #expect(!healthy(strategy) { $0.stableHash = "old" })
    #expect(
      !healthy(strategy) {
        $0.stableHash = ""
        $0.currentHash = ""
      })
  }

  @Test("blue-green is healthy with active, and preview if there is one, on current")
  func blueGreenHealth() {
    let one = ArgoStrategy.blueGreen(BlueGreenStrategy(activeService: "a"))
    let two = ArgoStrategy.blueGreen(
      BlueGreenStrategy(activeService: "a", previewService: "p"))
    #expect(healthy(one) { $0.blueGreen.previewSelector = "x" })
    #expect(!healthy(two) { $0.blueGreen.previewSelector = "x" })
    #expect(!healthy(one) { $0.blueGreen.activeSelector = "x" })
    #expect(healthy(one) { $0.replicas = 8 })
  }

  // MARK: Deadline

  @Test(
    "timing out",
    arguments: [
      (nil, 0, false), ("ReplicaSetUpdated", 400, false), ("ReplicaSetUpdated", 399, true),
      ("NewReplicaSetCreated", 100, true), ("RolloutAborted", 100, false),
      ("RolloutPaused", 100, false), ("ProgressDeadlineExceeded", 999, true),
      ("RolloutResumed", 100, true), ("RolloutRetry", 399, true),
      ("NewReplicaSetAvailable", 100, true),
    ] as [(String?, Int64, Bool)])
  func timeout(reason: String?, updated: Int64, timedOut: Bool) {
    let status = ArgoRolloutStatus(
      conditions: reason.map { [progressing($0, at: ArgoTime(seconds: updated))] } ?? [])
    #expect(ProgressRules.timedOut(status, deadlineSeconds: nil, now: now) == timedOut)
  }

  @Test("a given deadline counts, and a paused clock starts anew with the resume condition")
  func givenDeadline() {
    let status = ArgoRolloutStatus(
      conditions: [progressing("RolloutResumed", at: ArgoTime(seconds: 995))])
    #expect(!ProgressRules.timedOut(status, deadlineSeconds: 5, now: now))
    #expect(ProgressRules.timedOut(status, deadlineSeconds: 4, now: now))
  }

  @Test(
    "the deadline is suspended at steps without an end of their own; plugins count against it",
    arguments: [
      (.pause(nil), true), (.pause(.seconds(5)), true), (.analysis(AnalysisBlock([])), true),
      (.experiment(ExperimentStep([])), true), (.setWeight(5), false),
      (.setCanaryScale(CanaryScale(replicas: 1)), false), (.plugin(PluginStep("p")), false),
      (.setHeaderRoute(HeaderRoute("r")), false), (.setMirrorRoute(MirrorRoute("r")), false),
    ] as [(CanaryStep, Bool)])
  func indefiniteSteps(step: CanaryStep, suspended: Bool) {
    let rollout = CanarySample.rollout(CanaryStrategy(steps: [step]), index: 0)
    #expect(
      (ProgressRules.suspension(rollout, others: [], behaviour: Self.current)
        == .indefiniteStep) == suspended)
  }

  @Test("it is suspended while paused, and while another revision waits for its scale-down")
  func suspended() {
    var rollout = CanarySample.rollout(canary, index: 0)
    let waiting = CanarySample.set("x", deadline: .at(Self.old))
    #expect(
      ProgressRules.suspension(rollout, others: [waiting], behaviour: Self.current)
        == .scaleDownPending)
    #expect(
      ProgressRules.suspension(
        rollout, others: [waiting], behaviour: ControllerBehaviour(ControllerVersion(1, 6, 6)))
        == nil)
    rollout.status.conditions = [
      RolloutCondition(
        .paused, .yes, reason: "RolloutPaused", message: "", lastUpdate: Self.old)
    ]
    #expect(
      ProgressRules.suspension(rollout, others: [], behaviour: Self.current) == .paused)
  }

  func afterPass(
    index: Int = 0, abortOption: Bool = false, aborted: Bool = false,
    reason: String = "ReplicaSetUpdated", edit: (inout ArgoRollout) -> Void = { _ in }
  ) -> (ArgoRolloutStatus, PassDecisions, [PassEvent]) {
    var rollout = CanarySample.rollout(canary, replicas: 4, index: index)
    rollout.spec.progressDeadlineAbort = abortOption
    rollout.status.conditions = [progressing(reason)]
    rollout.status.updatedReplicas = 0
    edit(&rollout)
    var status = rollout.status
    var decisions = PassDecisions()
    if aborted { decisions.abort("analysis said no") }
    let sets = RevisionSets(
      desired: CanarySample.set("new"), stable: CanarySample.set("old", requested: 4), all: [])
    let events = ConditionRules.apply(
      to: &status, ConditionRules.Facts(rollout, sets, now: now, behaviour: Self.current),
      decisions: &decisions)
    return (status, decisions, events)
  }

  @Test("a missed deadline is a condition and degrades, but does not stop the rollout")
  func deadlineWithoutAbort() {
    let (status, decisions, _) = afterPass()
    let condition = status.condition(.progressing)
    #expect(condition?.reason == "ProgressDeadlineExceeded" && condition?.state == .no)
    #expect(condition?.message == "ReplicaSet \"web-new\" has timed out progressing.")
    #expect(!decisions.addsAbort)
  }

  @Test("with progressDeadlineAbort it aborts, and the message says why")
  func deadlineAborts() {
    let (status, decisions, events) = afterPass(abortOption: true)
    #expect(decisions.addsAbort)
    #expect(
      status.condition(.progressing)?.message
        == "Rollout aborted update to revision 2: ReplicaSet \"web-new\" has timed out progressing."
    )
    #expect(status.condition(.progressing)?.reason == "RolloutAborted")
    #expect(events.contains { $0.isWarning && $0.reason == "RolloutAborted" })
  }

  @Test("it does not abort with progress, at a pause, when completed, or without the option")
  func deadlineDoesNotAbort() {
    func aborts(index: Int = 0, _ edit: (inout ArgoRollout) -> Void) -> Bool {
      afterPass(index: index, abortOption: true, edit: edit).1.addsAbort
    }
    #expect(aborts { _ in })
    #expect(!aborts(index: 1) { _ in })
    #expect(!aborts { $0.status.stableHash = "new" })
    #expect(!aborts { $0.status.conditions = [progressing("ReplicaSetUpdated", at: now)] })
    #expect(!aborts { $0.spec.progressDeadlineSeconds = 901 })
    #expect(aborts { $0.status.conditions = [progressing("ProgressDeadlineExceeded", .no)] })
    #expect(!aborts { $0.status.conditions = [] })
  }

  @Test("an abort has its own condition with the cause")
  func abortCondition() {
    let (status, _, events) = afterPass(aborted: true)
    let condition = status.condition(.progressing)
    #expect(condition?.reason == "RolloutAborted" && condition?.state == .no)
    #expect(condition?.message == "Rollout aborted update to revision 2: analysis said no")
    #expect(events.filter { $0.reason == "RolloutAborted" }.count == 1)
    #expect(
      ConditionText.aborted(revision: 3, cause: "") == "Rollout aborted update to revision 3")
  }

  @Test("progress renews the clock even with the same reason")
  func renewedClock() {
    let (status, _, _) = afterPass {
      $0.status.updatedReplicas = 0
      $0.status.replicas = 9
    }
    #expect(status.condition(.progressing)?.reason == "ProgressDeadlineExceeded")
    var rollout = CanarySample.rollout(canary, replicas: 4, index: 0)
    rollout.status.conditions = [progressing("ReplicaSetUpdated")]
    var after = rollout.status
    after.readyReplicas = 1
    var decisions = PassDecisions()
    _ = ConditionRules.apply(
      to: &after,
      ConditionRules.Facts(
        rollout,
        RevisionSets(desired: CanarySample.set("new"), stable: CanarySample.set("old"), all: []),
        now: now, behaviour: Self.current), decisions: &decisions)
    let condition = after.condition(.progressing)
    #expect(condition?.lastUpdate == now && condition?.lastTransition == Self.old)
    #expect(condition?.message == "ReplicaSet \"web-new\" is progressing.")
  }

  @Test("a promoted rollout that lost pods starts a new clock as ReplicaSetNotAvailable")
  func lostPods() {
    var rollout = CanarySample.rollout(canary, replicas: 4, stable: "new", index: 2)
    rollout.status.conditions = [
      progressing("NewReplicaSetAvailable"),
      RolloutCondition(
        .healthy, .yes, reason: "RolloutHealthy", message: "", lastUpdate: Self.old),
    ]
    var status = rollout.status
    status.updatedReplicas = 4
    status.availableReplicas = 3
    rollout.status.updatedReplicas = 4
    var decisions = PassDecisions()
    let set = CanarySample.set("new", requested: 4, available: 3)
    _ = ConditionRules.apply(
      to: &status,
      ConditionRules.Facts(
        rollout, RevisionSets(desired: set, stable: set, all: [set]), now: now,
        behaviour: Self.current), decisions: &decisions)
    #expect(status.condition(.progressing)?.reason == "ReplicaSetNotAvailable")
    #expect(status.condition(.healthy)?.state == .no)
    #expect(status.condition(.available)?.state == .no)
    #expect(status.condition(.completed)?.state == .yes)
  }

  // MARK: Condition sync

  func synced(
    _ conditions: [RolloutCondition], paused: Bool = false, observed: Int64 = 1,
    edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> [String] {
    var rollout = CanarySample.rollout(canary, index: 0) { status in
      status.conditions = conditions
      status.observedGeneration = observed
      edit(&status)
    }
    rollout.spec.paused = paused
    return ConditionSync.changes(rollout, now: now).map {
      "\($0.kind.rawValue)=\($0.state.rawValue)/\($0.reason)"
    }
  }

  let pausedCondition = RolloutCondition(
    .paused, .yes, reason: "RolloutPaused", message: "", lastUpdate: old)

  @Test("conditions follow the paused and aborted flags before anything else happens")
  func conditionSync() {
    #expect(synced([progressing("A")]).isEmpty)
    #expect(
      synced([progressing("A")], paused: true)
        == ["Progressing=Unknown/RolloutPaused", "Paused=True/RolloutPaused"])
    #expect(
      synced([progressing("A")]) {
        $0.pauseConditions = [PauseCondition(.canaryPauseStep, start: Self.old)]
      } == ["Progressing=Unknown/RolloutPaused", "Paused=True/RolloutPaused"])
    #expect(
      synced([progressing("RolloutPaused", .unknown), pausedCondition])
        == ["Progressing=Unknown/RolloutResumed", "Paused=False/RolloutPaused"])
    #expect(
      synced([progressing("RolloutAborted", .no)]) == ["Progressing=Unknown/RolloutRetry"])
    #expect(synced([progressing("RolloutAborted", .no)]) { $0.abort = true }.isEmpty)
    #expect(
      synced([progressing("RolloutAborted", .no)], paused: true) { $0.abort = true }.isEmpty)
    #expect(synced([progressing("A")], paused: true, observed: 0).isEmpty)
  }

  // MARK: Phase

  struct Shown: Sendable, CustomTestStringConvertible {
    var testDescription: String { message.isEmpty ? "healthy" : message }
    var edit: @Sendable (inout ArgoRolloutSpec, inout ArgoRolloutStatus) -> Void
    var phase: RolloutPhase
    var message: String
  }

  static func condition(
    _ kind: RolloutCondition.Kind, _ reason: String, _ message: String
  ) -> RolloutCondition {
    RolloutCondition(kind, .no, reason: reason, message: message, lastUpdate: old)
  }

  static let blueGreen = ArgoStrategy.blueGreen(
    BlueGreenStrategy(activeService: "a", postPromotionAnalysis: ArgoSample.block))

  static let shown: [Shown] = [
    Shown(edit: { _, _ in }, phase: .healthy, message: ""),
    Shown(
      edit: { spec, status in
        spec.paused = true
        status.conditions = [condition(.invalidSpec, "InvalidSpec", "no")]
      }, phase: .degraded, message: "InvalidSpec: no"),
    Shown(
      edit: { $1.conditions = [condition(.progressing, "RolloutAborted", "because")] },
      phase: .degraded, message: "RolloutAborted: because"),
    Shown(
      edit: { $1.conditions = [condition(.progressing, "ProgressDeadlineExceeded", "late")] },
      phase: .degraded, message: "ProgressDeadlineExceeded: late"),
    Shown(
      edit: { spec, status in
        spec.paused = true
        status.pauseConditions = [PauseCondition(.canaryPauseStep, start: old)]
      }, phase: .paused, message: "manually paused"),
    Shown(
      edit: { $1.pauseConditions = [PauseCondition(.inconclusiveAnalysis, start: old)] },
      phase: .paused, message: "InconclusiveAnalysisRun"),
    Shown(
      edit: { $1.pauseConditions = [PauseCondition(.blueGreenPause, start: old)] },
      phase: .paused, message: "BlueGreenPause"),
    Shown(
      edit: { spec, _ in spec.restartAt = old }, phase: .progressing,
      message: "rollout is restarting"),
    Shown(
      edit: { $1.updatedReplicas = 3 }, phase: .progressing,
      message: "more replicas need to be updated"),
    Shown(
      edit: { $1.availableReplicas = 3 }, phase: .progressing,
      message: "updated replicas are still becoming available"),
    Shown(
      edit: { $1.replicas = 5 }, phase: .progressing,
      message: "old replicas are pending termination"),
    Shown(
      edit: { $1.stableHash = "old" }, phase: .progressing,
      message: "waiting for all steps to complete"),
    Shown(
      edit: { spec, _ in spec.strategy = blueGreen }, phase: .progressing,
      message: "active service cutover pending"),
    Shown(
      edit: { spec, status in
        spec.strategy = blueGreen
        status.blueGreen.activeSelector = "new"
        status.stableHash = "old"
        status.blueGreen.postPromotionRun = CurrentRun("p", .running)
      }, phase: .progressing, message: "waiting for analysis to complete"),
    Shown(
      edit: { spec, status in
        spec.strategy = blueGreen
        status.blueGreen.activeSelector = "new"
        status.stableHash = "old"
        status.blueGreen.postPromotionRun = CurrentRun("p", .successful)
      }, phase: .progressing, message: "waiting for post-promotion verification to complete"),
    Shown(
      edit: { spec, status in
        spec.strategy = .blueGreen(BlueGreenStrategy(activeService: "a"))
        status.blueGreen.activeSelector = "new"
        status.stableHash = ""
      }, phase: .progressing, message: "waiting for post-promotion verification to complete"),
  ]

  @Test("phase and message", arguments: shown)
  func phase(test: Shown) {
    var spec = ArgoRolloutSpec(
      replicas: 4, templateHash: "new", strategy: .canary(CanaryStrategy()))
    var status = ArgoRolloutStatus(
      currentHash: "new", stableHash: "new", replicas: 4, updatedReplicas: 4, readyReplicas: 4,
      availableReplicas: 4)
    test.edit(&spec, &status)
    let shown = PhaseRules.phase(spec, status)
    #expect(shown.phase == test.phase && shown.message == test.message)
  }

  @Test("with traffic routing old pods do not keep a rollout from being healthy")
  func routedPhase() {
    let spec = ArgoRolloutSpec(
      replicas: 4, templateHash: "new",
      strategy: .canary(CanaryStrategy(trafficRouting: TrafficRouting())))
    let status = ArgoRolloutStatus(
      currentHash: "new", stableHash: "new", replicas: 8, updatedReplicas: 4, readyReplicas: 8,
      availableReplicas: 8)
    #expect(PhaseRules.phase(spec, status).phase == .healthy)
  }

  @Test("of two conditions that degrade, the first in the list is shown")
  func firstCondition() {
    let spec = ArgoRolloutSpec(templateHash: "a", strategy: .canary(CanaryStrategy()))
    let status = ArgoRolloutStatus(conditions: [
      Self.condition(.progressing, "RolloutAborted", "x"),
      Self.condition(.invalidSpec, "InvalidSpec", "y"),
    ])
    #expect(PhaseRules.phase(spec, status).message == "RolloutAborted: x")
  }

  @Test("observers see what the controller has yet to do")
  func observed() {
    var rollout = CanarySample.rollout(canary, index: 0) {
      $0.phase = .healthy
      $0.message = ""
    }
    #expect(PhaseRules.observed(rollout).phase == .healthy)
    rollout.status.controllerPause = true
    #expect(PhaseRules.observed(rollout).message == "waiting for rollout to unpause")
    rollout.generation = 2
    #expect(
      PhaseRules.observed(rollout).message
        == "waiting for rollout spec update to be observed")
    rollout.generation = 1
    rollout.status.controllerPause = false
    rollout.spec.hasWorkloadReference = true
    rollout.status.workloadObservedGeneration = 1
    #expect(PhaseRules.observed(rollout, workloadGeneration: 1).phase == .healthy)
    #expect(
      PhaseRules.observed(rollout, workloadGeneration: 2).message
        == "waiting for rollout spec update to be observed for the reference workload")
  }

  // MARK: Completion

  func classified(older: Bool, window: Int?) -> Classification {
    let rollout = CanarySample.rollout(canary, window: window)
    let desired = CanarySample.set("new", created: older ? 1 : 9)
    let stable = CanarySample.set("old", created: 5)
    return Classification(
      RevisionSets(desired: desired, stable: stable, all: [desired, stable]),
      input: PassInput(.main, now: now, rollout: rollout, replicaSets: [desired, stable]))
  }

  @Test(
    "during an update a rollback goes on with the record, anything else closes it",
    arguments: [
      (true, 3, .fastRolledBack, nil), (true, nil, .rolledBack, nil),
      (false, 3, nil, .superseded),
    ] as [(Bool, Int?, CompletionStatus?, CompletionStatus?)])
  func completion(
    older: Bool, window: Int?, noted: CompletionStatus?, closed: CompletionStatus?
  ) {
    let record = DurationRecord(started: Self.old)
    let result = CompletionRules.templateChanged(
      record, inProgress: true, classification: classified(older: older, window: window),
      now: now)
    #expect(result.current.completion == noted)
    #expect(result.closed?.completion == closed)
    #expect(result.current.started == (closed == nil ? Self.old : now))
    #expect(result.closed?.finished == (closed == nil ? nil : now))
    let end = CompletionRules.promoted(result.current, fully: false, now: now)
    #expect(end?.completion == (noted ?? .promoted))
  }

  @Test("on an idle rollout even a rollback starts a record that will end as promoted")
  func idle() {
    let result = CompletionRules.templateChanged(
      DurationRecord(started: Self.old, finished: Self.old, completion: .promoted),
      inProgress: false, classification: classified(older: true, window: 3), now: now)
    #expect(result.current.completion == nil && result.closed == nil)
    #expect(
      CompletionRules.promoted(result.current, fully: false, now: now)?.completion == .promoted)
    #expect(
      CompletionRules.promoted(result.current, fully: true, now: now)?.completion
        == .fastPromoted)
  }

  @Test("an abort closes the record unless something was noted, and a closed one stays closed")
  func abortedRecord() {
    let closed = CompletionRules.aborted(DurationRecord(started: Self.old), now: now)
    #expect(closed?.completion == .aborted && closed?.finished == now)
    let noted = CompletionRules.aborted(
      DurationRecord(started: Self.old, completion: .rolledBack), now: now)
    #expect(noted?.completion == .rolledBack)
    #expect(CompletionRules.promoted(closed, fully: false, now: Self.old) == closed)
    #expect(CompletionRules.retried(now: now) == DurationRecord(started: now))
  }

  @Test("time that only a person could have ended is counted apart")
  func manualPause() {
    let paused = CompletionRules.paused(
      DurationRecord(started: Self.old), needsPerson: true, now: now)
    #expect(paused?.manualPauseStarted == now)
    let later = now.adding(seconds: 90)
    #expect(CompletionRules.paused(paused, needsPerson: true, now: later) == paused)
    let ended = CompletionRules.paused(paused, needsPerson: false, now: later)
    #expect(ended?.manualPauseSeconds == 90 && ended?.manualPauseStarted == nil)
  }
}
