import ArgoRules
import Testing

@Suite("Pauses, abort and commands")
struct PauseTests {
  let now = ArgoTime(seconds: 1_000)
  func condition(_ reason: PauseReason, _ start: Int64 = 900) -> PauseCondition {
    PauseCondition(reason, start: ArgoTime(seconds: start))
  }

  func merged(
    _ recorded: ArgoRolloutStatus, _ change: (inout PassDecisions) -> Void
  ) -> ArgoRolloutStatus {
    var decisions = PassDecisions()
    change(&decisions)
    var status = recorded
    decisions.merge(into: &status, recorded: recorded, now: now)
    return status
  }

  @Test("adding a pause sets controllerPause and starts its clock")
  func add() {
    let status = merged(ArgoRolloutStatus()) { $0.addedPauses = [.canaryPauseStep] }
    #expect(status.controllerPause)
    #expect(status.pauseConditions == [condition(.canaryPauseStep, 1_000)])
  }

  @Test("adding one that is there keeps its clock")
  func addAgain() {
    let recorded = ArgoRolloutStatus(
      pauseConditions: [condition(.canaryPauseStep)], controllerPause: true)
    #expect(merged(recorded) { $0.addedPauses = [.canaryPauseStep] } == recorded)
  }

  @Test("removing the last condition clears controllerPause as well")
  func removeLast() {
    let recorded = ArgoRolloutStatus(
      pauseConditions: [condition(.canaryPauseStep), condition(.inconclusiveAnalysis)],
      controllerPause: true)
    let one = merged(recorded) { $0.removedPauses = [.canaryPauseStep] }
    #expect(one.controllerPause && one.pauseConditions == [condition(.inconclusiveAnalysis)])
    let none = merged(one) { $0.removedPauses = [.inconclusiveAnalysis] }
    #expect(!none.controllerPause && none.pauseConditions.isEmpty)
  }

  @Test("a pass that decides nothing consumes the signal that a person resumed")
  func consumed() {
    let resumed = ArgoRolloutStatus(controllerPause: true)
    #expect(PauseRules.isResumed(resumed))
    #expect(!merged(resumed) { _ in }.controllerPause)
  }

  @Test("an abort drops conditions and controllerPause and keeps its first time")
  func abort() {
    let recorded = ArgoRolloutStatus(
      pauseConditions: [condition(.canaryPauseStep)], controllerPause: true)
    let aborted = merged(recorded) { $0.abort("because") }
    #expect(aborted.abort && aborted.abortedAt == now)
    #expect(aborted.pauseConditions.isEmpty && !aborted.controllerPause)
    let later = ArgoRolloutStatus(abort: true, abortedAt: ArgoTime(seconds: 5))
    #expect(merged(later) { _ in }.abortedAt == ArgoTime(seconds: 5))
  }

  @Test("the abort time goes with the flag: a retry is seen for one pass")
  func retrySignal() {
    let retried = ArgoRolloutStatus(abort: false, abortedAt: ArgoTime(seconds: 5))
    #expect(merged(retried) { _ in }.abortedAt == nil)
  }

  @Test("taking back an abort hides the recorded flag from later rules")
  func removeAbort() {
    var decisions = PassDecisions()
    let recorded = ArgoRolloutStatus(abort: true)
    #expect(decisions.isAborted(recorded))
    decisions.removesAbort = true
    #expect(!decisions.isAborted(recorded))
    #expect(!merged(recorded) { $0.removesAbort = true }.abort)
  }

  @Test("clearing drops all conditions")
  func clear() {
    let recorded = ArgoRolloutStatus(
      pauseConditions: [condition(.inconclusiveAnalysis)], controllerPause: true)
    let status = merged(recorded) { $0.clearsPauses = true }
    #expect(status.pauseConditions.isEmpty && !status.controllerPause)
  }

  // MARK: Halt and persons

  let steps = CanaryStrategy(steps: [.pause(nil), .pause(.seconds(5)), .setWeight(5)])

  @Test("progress halts by a person or by an inconclusive run, not by other pauses")
  func halt() {
    var rollout = CanarySample.rollout(steps, index: 0)
    #expect(PauseRules.halt(rollout) == nil)
    for reason in PauseReason.allCases {
      rollout.status.pauseConditions = [condition(reason)]
      #expect(
        PauseRules.halt(rollout)
          == (reason == .inconclusiveAnalysis ? .inconclusiveAnalysis : nil))
    }
    rollout.spec.paused = true
    #expect(PauseRules.halt(rollout) == .userPaused)
  }

  @Test("pausing at a step: added, waited for, resumed")
  func canaryPause() {
    func answer(
      _ index: Int, paused: Bool = false, _ edit: (inout ArgoRolloutStatus) -> Void = { _ in }
    ) -> PauseRules.CanaryPause {
      var rollout = CanarySample.rollout(steps, index: index, status: edit)
      rollout.spec.paused = paused
      return PauseRules.canaryPause(rollout)
    }
    #expect(answer(0) == .add)
    #expect(answer(0) { $0.controllerPause = true } == .resumed)
    #expect(answer(0) { $0.pauseConditions = [condition(.canaryPauseStep)] } == .wait(until: nil))
    #expect(
      answer(1) { $0.pauseConditions = [condition(.canaryPauseStep)] }
        == .wait(until: ArgoTime(seconds: 905)))
    #expect(answer(2) == .none)
    #expect(answer(3) == .none)
    #expect(answer(0, paused: true) == .none)
    #expect(answer(0) { $0.promoteFull = true } == .none)
  }

  @Test(
    "what only a person can end",
    arguments: [
      (.inconclusiveAnalysis, 1, true), (.inconclusiveExperiment, 2, true),
      (.canaryPauseStep, 0, true), (.canaryPauseStep, 1, false), (.blueGreenPause, 0, false),
    ] as [(PauseReason, Int, Bool)])
  func needsPerson(reason: PauseReason, index: Int, needs: Bool) {
    let rollout = CanarySample.rollout(steps, index: index) {
      $0.pauseConditions = [condition(reason)]
    }
    #expect(PauseRules.needsPerson(rollout) == needs)
  }

  @Test(
    "a blue-green pause needs a person when promotion is not automatic",
    arguments: [(nil, false), (true, false), (false, true)] as [(Bool?, Bool)])
  func blueGreenNeedsPerson(enabled: Bool?, needs: Bool) {
    var rollout = CanarySample.rollout(steps)
    rollout.spec.strategy = .blueGreen(
      BlueGreenStrategy(activeService: "a", autoPromotionEnabled: enabled))
    rollout.status.pauseConditions = [condition(.blueGreenPause)]
    #expect(PauseRules.needsPerson(rollout) == needs)
    rollout.status.pauseConditions = []
    #expect(!PauseRules.needsPerson(rollout))
    rollout.spec.paused = true
    #expect(PauseRules.needsPerson(rollout))
  }

  // MARK: Commands

  func apply(
    _ command: PluginCommand, index: Int? = 0, strategy: ArgoStrategy? = nil,
    paused: Bool = false, edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) throws -> ArgoRollout {
    var rollout = CanarySample.rollout(steps, index: index, status: edit)
    if let strategy { rollout.spec.strategy = strategy }
    rollout.spec.paused = paused
    return try command.applied(to: rollout)
  }

  @Test("promote ends a pause by deleting its condition only")
  func promotePaused() throws {
    let result = try apply(.promote, paused: true) {
      $0.pauseConditions = [condition(.canaryPauseStep)]
      $0.controllerPause = true
    }
    #expect(result.status.pauseConditions.isEmpty && result.status.controllerPause)
    #expect(result.status.stepIndex == 0)
    #expect(!result.spec.paused)
    #expect(PauseRules.isResumed(result.status))
  }

  @Test("promote goes on after an inconclusive step analysis")
  func promoteInconclusive() throws {
    let result = try apply(.promote) {
      $0.pauseConditions = [condition(.inconclusiveAnalysis)]
      $0.controllerPause = true
      $0.canary.stepRun = CurrentRun("r", .inconclusive)
    }
    #expect(result.status.pauseConditions.isEmpty && !result.status.controllerPause)
    #expect(result.status.stepIndex == 1)
  }

  @Test(
    "promote without a pause skips the step, never past the end",
    arguments: [(nil, 1), (0, 1), (2, 3), (3, 3)] as [(Int?, Int)])
  func promoteSkips(index: Int?, after: Int) throws {
    #expect(try apply(.promote, index: index).status.stepIndex == after)
    #expect(try apply(.promoteSkippingCurrentStep, index: index).status.stepIndex == after)
    #expect(try apply(.promoteSkippingAllSteps, index: index).status.stepIndex == 3)
  }

  @Test("promote of a canary without steps changes no index")
  func promoteNoSteps() throws {
    let none = ArgoStrategy.canary(CanaryStrategy())
    #expect(try apply(.promote, index: nil, strategy: none).status.stepIndex == nil)
  }

  @Test("skip flags are refused where there is nothing to skip, and together")
  func refusals() {
    let blueGreen = ArgoStrategy.blueGreen(BlueGreenStrategy(activeService: "a"))
    #expect(throws: PluginCommand.Refusal.skipsStepsOfBlueGreen) {
      try apply(.promoteSkippingAllSteps, strategy: blueGreen)
    }
    #expect(throws: PluginCommand.Refusal.skipsStepsOfNone) {
      try apply(.promoteSkippingCurrentStep, strategy: .canary(CanaryStrategy()))
    }
    #expect(throws: PluginCommand.Refusal.bothSkipFlags) {
      try PluginCommand.promote(skipCurrentStep: true, skipAllSteps: true, full: false)
    }
    #expect(
      PluginCommand.Refusal.skipsStepsOfNone.description
        == "Cannot skip steps of a rollout without steps")
  }

  @Test("promote --full sets its flag only during an update, and unpauses")
  func promoteFull() throws {
    let during = try apply(.promoteFull, paused: true)
    #expect(during.status.promoteFull && !during.spec.paused)
    #expect(try !apply(.promoteFull) { $0.stableHash = "new" }.status.promoteFull)
  }

  @Test("abort and retry are the flag; pause and resume are the spec, and raise the generation")
  func flags() throws {
    #expect(try apply(.abort).status.abort)
    #expect(try !apply(.retry) { $0.abort = true }.status.abort)
    let paused = try apply(.pause)
    #expect(paused.spec.paused && paused.generation == 2)
    #expect(try apply(.resume).generation == 1)
    #expect(try apply(.abort).generation == 1)
  }

  @Test("undo goes to the second highest number, or to the one named")
  func undo() throws {
    let rollout = CanarySample.rollout(steps, template: "c")
    let sets = [
      CanarySample.set("a", revision: 4), CanarySample.set("b", revision: 2),
      CanarySample.set("c", revision: 5), CanarySample.set("x", revision: 9, experiment: "ex"),
    ]
    func target(_ number: Int?) throws -> String {
      try PluginCommand.undoTarget(number, of: rollout, among: sets).hash
    }
    #expect(try target(nil) == "a")
    #expect(try target(0) == "a")
    #expect(try target(2) == "b")
    #expect(throws: PluginCommand.Refusal.unknownRevision(7)) { try target(7) }
    #expect(throws: PluginCommand.Refusal.unknownRevision(-1)) { try target(-1) }
    #expect(throws: PluginCommand.Refusal.noEarlierRevision(rollout: "web")) {
      try PluginCommand.undoTarget(nil, of: rollout, among: [sets[2]])
    }
    let undone = try PluginCommand.undo(toRevision: 2).applied(to: rollout, replicaSets: sets)
    #expect(undone.spec.templateHash == "b" && undone.generation == 2)
  }
}
