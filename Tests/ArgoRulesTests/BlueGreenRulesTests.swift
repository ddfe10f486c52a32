import ArgoRules
import Testing

@Suite("Blue-green: pause, switch and promotion")
struct BlueGreenRulesTests {
  private let now = ArgoSample.now

  private func facts(
    _ strategy: BlueGreenStrategy = BlueGreenStrategy(
      activeService: "active", previewService: "preview", autoPromotionEnabled: false),
    version: ControllerVersion = .main, active: String = "old", current: String = "new",
    stable: String? = "old", desired: ArgoReplicaSet = ArgoSample.set("new", replicas: 3),
    window: Int? = nil, others: [ArgoReplicaSet] = [],
    status change: (inout ArgoRolloutStatus) -> Void = { _ in }, paused: Bool = false,
    runs: [ArgoAnalysisRun] = [], added: [PauseReason] = [], targetsVerified: Bool = true
  ) -> BlueGreenFacts {
    var status = ArgoRolloutStatus(
      currentHash: current, stableHash: stable ?? "", blueGreen: .init(activeSelector: active))
    for run in runs {
      if run.type == .prePromotion {
        status.blueGreen.prePromotionRun = CurrentRun(run.name)
      } else {
        status.blueGreen.postPromotionRun = CurrentRun(run.name)
      }
    }
    change(&status)
    var rollout = ArgoSample.blueGreen(
      strategy, desired: desired.hash, window: window, status: status)
    rollout.spec.paused = paused
    var sets = [desired] + others
    if let stable, stable != desired.hash {
      sets.append(ArgoSample.set(stable, age: 100, replicas: 3))
    }
    let input = PassInput(
      version, now: now, rollout: rollout, replicaSets: sets, runs: runs,
      services: [ArgoService("active", selectedHash: active), ArgoService("preview")],
      targetsVerified: targetsVerified)
    var context = PassContext(input)
    context.decisions.addedPauses = added
    return BlueGreenFacts(context, strategy)
  }

  private func strategy(
    enabled: Bool? = nil, seconds: Int = 0, preview: Int? = nil, pre: Bool = false,
    post: Bool = false
  ) -> BlueGreenStrategy {
    BlueGreenStrategy(
      activeService: "active", previewService: "preview", previewReplicaCount: preview,
      autoPromotionEnabled: enabled, autoPromotionSeconds: seconds,
      prePromotionAnalysis: pre ? ArgoSample.block : nil,
      postPromotionAnalysis: post ? ArgoSample.block : nil)
  }

  // MARK: Size

  @Test("without a preview count the size is the replica count")
  func fullSize() {
    let facts = facts(strategy())
    #expect(BlueGreenSize.desired(facts.rollout, facts.strategy, facts.sets) == 3)
  }

  @Test("with a preview count the size is full only past the preview")
  func previewSize() {
    func size(
      active: String = "old", current: String = "new", paused: Bool = false,
      _ change: (inout ArgoRolloutStatus) -> Void = { _ in }
    ) -> Int {
      let facts = facts(
        strategy(enabled: false, preview: 1), active: active, current: current, status: change,
        paused: paused)
      return BlueGreenSize.desired(facts.rollout, facts.strategy, facts.sets)
    }
    #expect(size() == 1)
    #expect(size(active: "") == 3)
    #expect(size(active: "new") == 3)
    #expect(size(active: "unknown") == 3)
    #expect(size { $0.promoteFull = true } == 3)
    #expect(size { $0.blueGreen.scaleUpPreviewCheckpoint = true } == 3)
    #expect(size(current: "other") { $0.blueGreen.scaleUpPreviewCheckpoint = true } == 1)
    #expect(size(paused: true) { $0.blueGreen.scaleUpPreviewCheckpoint = true } == 1)
    #expect(
      size {
        $0.blueGreen.scaleUpPreviewCheckpoint = true
        $0.pauseConditions = [PauseCondition(.blueGreenPause, start: now)]
      } == 1)
    #expect(
      size(current: "other") { $0.promoteFull = true } == 3,
      "promote-full is asked before the record")
  }

  // MARK: Pause

  @Test("a manual promotion pauses once the preview is ready")
  func begins() {
    #expect(BlueGreenPause(facts()) == .begins)
    #expect(BlueGreenPause(facts(strategy(seconds: 30))) == .begins)
    #expect(BlueGreenPause(facts(strategy())) == .notNeeded(.automatic))
  }

  @Test("pause handling is skipped when aborted, not ready or halted")
  func skips() {
    #expect(BlueGreenPause(facts { $0.abort = true }) == .skipped(.aborted))
    let short = ArgoSample.set("new", replicas: 3, available: 2)
    #expect(BlueGreenPause(facts(desired: short)) == .skipped(.desiredNotReady))
    #expect(BlueGreenPause(facts(paused: true)) == .skipped(.paused))
    #expect(
      BlueGreenPause(
        facts { $0.pauseConditions = [PauseCondition(.inconclusiveAnalysis, start: now)] })
        == .skipped(.inconclusiveAnalysis))
  }

  @Test("pause handling waits for pre-promotion analysis")
  func waitsForAnalysis() {
    let strategy = strategy(enabled: false, pre: true)
    for phase in AnalysisPhase.allCases {
      let run = ArgoSample.run("r", .prePromotion, phase)
      #expect(
        BlueGreenPause(facts(strategy, runs: [run]))
          == (phase == .successful ? .begins : .awaitsPrePromotion))
    }
    #expect(BlueGreenPause(facts(strategy)) == .awaitsPrePromotion)
  }

  @Test("a manual pause goes on until a person takes the condition away")
  func manual() {
    let paused = facts {
      $0.pauseConditions = [PauseCondition(.blueGreenPause, start: now.adding(seconds: -999))]
      $0.controllerPause = true
    }
    #expect(BlueGreenPause(paused) == .goesOn(until: nil))
    #expect(!BlueGreenPause.isComplete(paused))
    let resumed = facts { $0.controllerPause = true }
    #expect(BlueGreenPause(resumed) == .resumed)
    #expect(BlueGreenPause.isComplete(resumed))
    #expect(!BlueGreenPause.isComplete(facts()))
  }

  @Test(
    "a delayed promotion ends its pause strictly after the delay",
    arguments: [(30, false), (31, true)])
  func delayed(elapsed: Int, ends: Bool) {
    let start = now.adding(seconds: -elapsed)
    let facts = facts(strategy(seconds: 30)) {
      $0.pauseConditions = [PauseCondition(.blueGreenPause, start: start)]
      $0.controllerPause = true
    }
    #expect(
      BlueGreenPause(facts) == (ends ? .ends : .goesOn(until: start.adding(seconds: 30))))
  }

  @Test("a delayed promotion whose condition a person removed is not complete")
  func delayedResumed() {
    let facts = facts(strategy(seconds: 30)) { $0.controllerPause = true }
    #expect(BlueGreenPause(facts) == .resumed)
    #expect(!BlueGreenPause.isComplete(facts))
  }

  @Test("a pause asked for in this pass is never complete, whatever its reason")
  func justAdded() {
    #expect(!BlueGreenPause.isComplete(facts(strategy(), added: [.inconclusiveAnalysis])))
    #expect(BlueGreenPause.isComplete(facts(strategy())))
  }

  @Test("past the checkpoint there is no pause")
  func checkpoint() {
    let facts = facts(strategy(enabled: false, preview: 3)) {
      $0.blueGreen.scaleUpPreviewCheckpoint = true
    }
    #expect(BlueGreenPause(facts) == .notNeeded(.pastCheckpoint))
    #expect(BlueGreenPause.isComplete(facts))
  }

  // MARK: Fast track

  @Test(
    "what fast-tracks an update depends on the version",
    arguments: [
      (ControllerVersion.v191, true, nil), (.v191, false, nil), (.v171, true, nil),
      (.v110, true, .fastRollback), (.v110, false, nil), (.main, true, .fastRollback),
    ] as [(ControllerVersion, Bool, BlueGreenFastTrack?)])
  func window(version: ControllerVersion, inside: Bool, reason: BlueGreenFastTrack?) {
    let target = ArgoSample.set("new", age: 500, replicas: 3)
    let facts = facts(version: version, desired: target, window: inside ? 1 : nil)
    #expect(BlueGreenFastTrack.reason(facts) == reason)
    #expect(BlueGreenPause(facts) == (reason.map { .notNeeded(.fastTracked($0)) } ?? .begins))
  }

  @Test("a deadline on desired: any before 1.10, one ahead of an older revision since")
  func deadline() {
    func reason(_ version: ControllerVersion, age: Int, _ offset: Int?) -> BlueGreenFastTrack? {
      let deadline =
        offset.map { ArgoReplicaSet.ScaleDownDeadline.at(now.adding(seconds: $0)) } ?? .unreadable
      return BlueGreenFastTrack.reason(
        facts(
          version: version,
          desired: ArgoSample.set("new", age: age, replicas: 3, deadline: deadline)))
    }
    for offset in [60, -60, nil] {
      #expect(reason(.v191, age: 500, offset) == .scaleDownDeadline)
      #expect(reason(.v191, age: 0, offset) == .scaleDownDeadline)
    }
    #expect(reason(.v110, age: 500, 60) == .fastRollback)
    #expect(reason(.v110, age: 500, -60) == nil)
    #expect(reason(.v110, age: 500, nil) == nil)
    #expect(reason(.v110, age: 0, 60) == nil)
  }

  @Test("promote-full, an unset active service and an active target are fast in every version")
  func alwaysFast() {
    for version in ArgoSample.versions {
      #expect(
        BlueGreenFastTrack.reason(facts(version: version) { $0.promoteFull = true })
          == .promoteFull)
      #expect(BlueGreenFastTrack.reason(facts(version: version, active: "")) == .activeNotSet)
      #expect(
        BlueGreenFastTrack.reason(facts(version: version, active: "new")) == .desiredIsActive)
    }
  }

  // MARK: Services

  @Test("the preview follows desired at once unless progress halts or there is no such service")
  func preview() {
    #expect(BlueGreenServices.preview(facts()) == "new")
    #expect(BlueGreenServices.preview(facts(paused: true)) == nil)
    #expect(BlueGreenServices.preview(facts(BlueGreenStrategy(activeService: "active"))) == nil)
  }

  @Test("the active service switches when the pause is complete and analysis passed")
  func active() {
    #expect(BlueGreenServices.active(facts(strategy())) == .selects("new", .ready))
    #expect(BlueGreenServices.active(facts()) == .selects("old", .unchanged))
    let pre = strategy(pre: true)
    #expect(BlueGreenServices.active(facts(pre)) == .selects("old", .unchanged))
    let passed = ArgoSample.run("r", .prePromotion, .successful)
    #expect(BlueGreenServices.active(facts(pre, runs: [passed])) == .selects("new", .ready))
    #expect(
      BlueGreenServices.active(facts { $0.promoteFull = true })
        == .selects("new", .fastTracked(.promoteFull)))
  }

  @Test("an empty active selector bypasses pause and pre-promotion analysis")
  func bypass() {
    #expect(
      BlueGreenServices.active(facts(strategy(enabled: false, pre: true), active: ""))
        == .selects("new", .fastTracked(.activeNotSet)))
  }

  @Test("an abort leads back to stable, but only while desired is saturated")
  func abort() {
    #expect(
      BlueGreenServices.active(facts(active: "new") { $0.abort = true })
        == .selects("old", .aborted))
    let short = ArgoSample.set("new", replicas: 3, available: 2)
    #expect(
      BlueGreenServices.active(facts(active: "new", desired: short) { $0.abort = true })
        == .held(.desiredNotReady))
  }

  @Test("the switch needs the full count, not just the preview count")
  func saturation() {
    let small = ArgoSample.set("new", replicas: 1)
    #expect(
      BlueGreenServices.active(facts(strategy(preview: 1), desired: small))
        == .held(.desiredNotSaturated))
    #expect(BlueGreenServices.active(facts(paused: true)) == .held(.paused))
  }

  // MARK: Promotion

  private func promotion(_ facts: BlueGreenFacts, active: String? = nil) -> BlueGreenPromotion {
    BlueGreenPromotion(facts, activeHash: active ?? facts.activeHash, currentHash: "new")
  }

  @Test("promotion asks its questions in order")
  func order() {
    let post = strategy(post: true)
    #expect(promotion(facts(stable: nil)) == .promotes(.initialDeploy))
    #expect(promotion(facts(active: "")) == .promotes(.initialDeploy))
    #expect(promotion(facts(active: "old") { $0.promoteFull = true }) == .waits(.desiredNotActive))
    #expect(
      promotion(facts(active: "new", status: { $0.promoteFull = true }, targetsVerified: false))
        == .waits(.targetsNotVerified))
    #expect(
      promotion(facts(post, active: "new") { $0.promoteFull = true }) == .promotes(.promoteFull))
    #expect(promotion(facts(active: "new") { $0.abort = true }) == .waits(.aborted))
    #expect(promotion(facts(post, active: "new")) == .waits(.postPromotionAnalysis))
    let passed = ArgoSample.run("r", .postPromotion, .successful)
    #expect(promotion(facts(post, active: "new", runs: [passed])) == .promotes(.completed))
    #expect(promotion(facts(active: "new")) == .promotes(.completed))
  }

  @Test("inside the window an abort does not hold promotion, nor does post-promotion analysis")
  func promotesInsideWindow() {
    let target = ArgoSample.set("new", age: 500, replicas: 3)
    for version in ArgoSample.versions {
      let facts = facts(
        strategy(post: true), version: version, active: "new", desired: target, window: 1,
        status: { $0.abort = true })
      #expect(promotion(facts) == .promotes(.insideWindow))
    }
  }

  @Test("a live deadline promotes past analysis, under its version's reason")
  func promotesForDeadline() {
    let target = ArgoSample.set(
      "new", age: 500, replicas: 3, deadline: .at(now.adding(seconds: 60)))
    let post = strategy(post: true)
    let new = promotion(facts(post, version: .v110, active: "new", desired: target))
    #expect(new == .promotes(.fastRollback))
    let old = promotion(facts(post, version: .v191, active: "new", desired: target))
    #expect(old == .promotes(.scaleDownDeadline(replicaSet: "guestbook-new")))
  }

  @Test("reasons read as the event quotes them")
  func reasons() {
    #expect(
      [
        BlueGreenPromotion.Ground.initialDeploy, .promoteFull, .insideWindow, .fastRollback,
        .completed, .scaleDownDeadline(replicaSet: "x"),
      ].map(\.text) == [
        "Initial deploy", "Full promotion requested", "Rollback within window", "Fast rollback",
        "Completed blue-green update", "Rollback to 'x' within scaleDownDelay",
      ])
  }

  @Test("the checkpoint is thrown when preview, analysis and pause are done, and stays thrown")
  func throwsCheckpoint() {
    let one = ArgoSample.set("new", replicas: 1)
    func thrown(
      _ strategy: BlueGreenStrategy, desired: ArgoReplicaSet = one, runs: [ArgoAnalysisRun] = [],
      _ change: (inout ArgoRolloutStatus) -> Void = { _ in }
    ) -> Bool {
      BlueGreenPromotion.checkpoint(
        facts(strategy, desired: desired, status: change, runs: runs))
    }
    #expect(thrown(strategy(preview: 1)))
    #expect(!thrown(strategy()))
    #expect(!thrown(strategy(enabled: false, preview: 1)))
    #expect(thrown(strategy(enabled: false, preview: 1)) { $0.controllerPause = true })
    #expect(!thrown(strategy(preview: 1, pre: true)))
    #expect(
      thrown(
        strategy(preview: 1, pre: true), runs: [ArgoSample.run("r", .prePromotion, .successful)]))
    #expect(!thrown(strategy(preview: 1), desired: ArgoSample.set("new", replicas: 2)))
    #expect(
      thrown(strategy(preview: 1), desired: ArgoSample.set("new")) {
        $0.blueGreen.scaleUpPreviewCheckpoint = true
      })
    #expect(
      !thrown(strategy()) { $0.blueGreen.scaleUpPreviewCheckpoint = true })
  }
}
