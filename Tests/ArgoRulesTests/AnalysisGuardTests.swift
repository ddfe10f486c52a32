import ArgoRules
import Testing

@Suite("The guard in front of all analysis")
struct AnalysisGuardTests {
  typealias Facts = AnalysisGuard.Facts

  @Test(
    "each version has its own list of reasons",
    arguments: [
      (Facts(insideWindow: true, fastRollback: true), ControllerVersion.v171, []),
      (Facts(insideWindow: true, fastRollback: true), .v16, []),
      (Facts(insideWindow: true, fastRollback: true), .v172, [.insideWindow]),
      (Facts(insideWindow: true, fastRollback: true), .v191, [.insideWindow]),
      (Facts(insideWindow: true, fastRollback: true), .v110, [.fastRollback]),
      (Facts(desiredHasDeadline: true), .v171, [.scaleDownDeadline]),
      (Facts(desiredHasDeadline: true), .v191, [.scaleDownDeadline]),
      (Facts(desiredHasDeadline: true), .v110, []),
      (Facts(fullyPromoted: true), .v191, []),
      (Facts(fullyPromoted: true), .v110, [.fullyPromoted]),
      (Facts(aborted: true), .v14, [.aborted]), (Facts(aborted: true), .main, [.aborted]),
      (Facts(promoteFull: true), .v14, [.promoteFull]),
      (Facts(promoteFull: true), .main, [.promoteFull]),
      (Facts(firstDeployment: true), .v14, [.firstDeployment]),
      (Facts(firstDeployment: true), .main, [.firstDeployment]),
      (Facts(), .v171, []), (Facts(), .main, []),
    ] as [(AnalysisGuard.Facts, ControllerVersion, [AnalysisGuard.Reason])])
  func reasons(
    facts: Facts, version: ControllerVersion, expected: [AnalysisGuard.Reason]
  ) {
    #expect(AnalysisGuard.reasons(facts, ControllerBehaviour(version)) == Set(expected))
  }

  @Test("up to 1.7.1 a background run starts in the pass that finds itself inside the window")
  func leak() throws {
    let schedule = self.schedule(.v171)
    let facts = Facts(insideWindow: true, fastRollback: true)
    let leaked = try AnalysisReconciliation.run(
      schedule, guarded: facts, in: .init(now: ArgoSample.now))
    #expect(leaked.creations.map(\.name) == ["guestbook-new-2"])
    let mended = try AnalysisReconciliation.run(
      self.schedule(.v172), guarded: facts, in: .init(now: ArgoSample.now))
    #expect(mended.creations.isEmpty)
    #expect(mended.silence == [.insideWindow])
  }

  @Test("silence stops all unfinished runs once and creates nothing")
  func silence() throws {
    let runs = [
      ArgoSample.run("current"), ArgoSample.run("other"),
      ArgoSample.run("asked", terminate: true), ArgoSample.run("done", .background, .failed),
    ]
    let result = try AnalysisReconciliation.run(
      schedule(.v110, runs: runs, background: CurrentRun("current")),
      guarded: Facts(fastRollback: true), in: .init(now: ArgoSample.now))
    #expect(result.stops == ["current", "other"])
    #expect(result.creations.isEmpty)
    #expect(result.abortMessage == nil && !result.pauses)
  }

  @Test("history is trimmed in silence since 1.10")
  func trims() throws {
    for (version, trimmed) in [(ControllerVersion.v191, false), (.v110, true)] {
      let result = try AnalysisReconciliation.run(
        schedule(version, runs: [ArgoSample.run("orphan", .background, .failed, hash: "gone")]),
        guarded: Facts(aborted: true), in: .init(now: ArgoSample.now))
      #expect(result.deletions == (trimmed ? ["orphan"] : []))
    }
  }

  @Test("the log names the window only where the version asks it")
  func logLine() {
    let facts = Facts(aborted: true, insideWindow: true)
    #expect(
      AnalysisGuard.logLine(facts, ControllerBehaviour(.v171))
        == "Skipping analysis: isAborted: true, promoteFull: false, "
        + "rollbackToScaleDownDelay: false, initialDeploy: false")
    #expect(
      AnalysisGuard.logLine(facts, ControllerBehaviour(.v172))
        == "Skipping analysis: isAborted: true, promoteFull: false, "
        + "rollbackToScaleDownDelay: false, initialDeploy: false, isRollbackWithinWindow: true")
    #expect(AnalysisGuard.logLine(Facts(insideWindow: true), ControllerBehaviour(.v171)) == nil)
    #expect(AnalysisGuard.logLine(facts, ControllerBehaviour(.v110)) == nil)
  }

  @Test("a silenced canary forgets its current runs since 1.10 and keeps them before")
  func forgets() throws {
    for (version, kept) in [(ControllerVersion.v191, true), (.v110, false)] {
      let result = try AnalysisReconciliation.run(
        schedule(
          version, runs: [ArgoSample.run("current")], background: CurrentRun("current")),
        guarded: Facts(aborted: true), in: .init(now: ArgoSample.now))
      #expect((result.current(.background) != nil) == kept)
    }
  }

  @Test("silenced blue-green keeps its two runs in the status, in every version")
  func blueGreenKeeps() throws {
    for version in ArgoSample.versions {
      let rollout = ArgoSample.blueGreen(
        status: ArgoRolloutStatus(
          currentHash: "new", stableHash: "old",
          blueGreen: .init(
            prePromotionRun: CurrentRun("pre"), postPromotionRun: CurrentRun("post"))))
      let runs = [
        ArgoSample.run("pre", .prePromotion), ArgoSample.run("post", .postPromotion, .successful),
      ]
      let result = try AnalysisReconciliation.run(
        AnalysisSchedule(
          ControllerBehaviour(version), rollout: rollout, desired: nil,
          runs: RolloutRuns(runs, of: rollout)),
        guarded: Facts(promoteFull: true), in: .init(now: ArgoSample.now))
      #expect(result.stops == ["pre"])
      #expect(result.current(.prePromotion)?.name == "pre")
      #expect(result.current(.postPromotion)?.name == "post")
    }
  }

  private func schedule(
    _ version: ControllerVersion, runs: [ArgoAnalysisRun] = [], background: CurrentRun? = nil
  ) -> AnalysisSchedule {
    let rollout = ArgoSample.canary(
      CanaryStrategy(steps: [.setWeight(10)], analysis: BackgroundAnalysis(ArgoSample.block)),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: "old", stepIndex: 0,
        canary: .init(backgroundRun: background)))
    return AnalysisSchedule(
      ControllerBehaviour(version), rollout: rollout, desired: ArgoSample.set("new"),
      runs: RolloutRuns(runs, of: rollout))
  }
}
