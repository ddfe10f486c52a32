import ArgoRules
import Testing

@Suite("Scaling down old and aborted revisions")
struct ScaleDownTests {
  private let now = ArgoSample.now

  // MARK: Delays

  @Test("delays and their defaults per strategy")
  func delays() {
    func blueGreen(_ seconds: Int?, abort: Int? = nil) -> ArgoStrategy {
      .blueGreen(
        BlueGreenStrategy(
          activeService: "active", scaleDownDelaySeconds: seconds,
          abortScaleDownDelaySeconds: abort))
    }
    func canary(
      _ seconds: Int?, routed: Bool, abort: Int? = nil, dynamic: Bool = false
    ) -> ArgoStrategy {
      .canary(
        CanaryStrategy(
          trafficRouting: routed ? TrafficRouting() : nil, dynamicStableScale: dynamic,
          abortScaleDownDelaySeconds: abort, scaleDownDelaySeconds: seconds))
    }
    #expect(ScaleDownDelays.seconds(blueGreen(nil)) == 30)
    #expect(ScaleDownDelays.seconds(blueGreen(0)) == 0)
    #expect(ScaleDownDelays.seconds(canary(nil, routed: true)) == 30)
    #expect(ScaleDownDelays.seconds(canary(60, routed: false)) == 0)
    #expect(ScaleDownDelays.abort(blueGreen(nil)) == .seconds(30))
    #expect(ScaleDownDelays.abort(blueGreen(nil, abort: 0)) == .forEver)
    #expect(ScaleDownDelays.abort(canary(nil, routed: false, abort: 60)) == .none)
    #expect(ScaleDownDelays.abort(canary(nil, routed: true)) == .seconds(30))
    #expect(ScaleDownDelays.abort(canary(nil, routed: true, dynamic: true)) == .none)
    #expect(
      ScaleDownDelays.abort(canary(nil, routed: true, abort: 9, dynamic: true)) == .seconds(9))
    #expect(ScaleDownDelays.abort(canary(nil, routed: true, abort: 0, dynamic: true)) == .forEver)
  }

  // MARK: Blue-green

  private func old(
    _ sets: [ArgoReplicaSet], limit: Int? = nil, delay: Int? = nil,
    pause: PauseReason? = nil, post: Bool = false, run: ArgoAnalysisRun? = nil,
    active: String = "new", stable: String = "new", services: [ArgoService] = []
  ) -> OldRevisions.Result {
    let rollout = ArgoSample.blueGreen(
      BlueGreenStrategy(
        activeService: "active", previewService: "preview", scaleDownDelaySeconds: delay,
        scaleDownDelayRevisionLimit: limit, postPromotionAnalysis: post ? ArgoSample.block : nil),
      status: ArgoRolloutStatus(
        currentHash: "new", stableHash: stable,
        pauseConditions: pause.map { [PauseCondition($0, start: now)] } ?? [],
        blueGreen: .init(
          activeSelector: active, previewSelector: "preview",
          postPromotionRun: run.map { CurrentRun($0.name) })))
    return OldRevisions.blueGreen(
      sets,
      schedule: AnalysisSchedule(
        ControllerBehaviour(.main), rollout: rollout,
        desired: ArgoSample.set("new", replicas: 3),
        runs: RolloutRuns(run.map { [$0] } ?? [], of: rollout)),
      services: services, now: now)
  }

  private func at(_ seconds: Int) -> ArgoReplicaSet.ScaleDownDeadline {
    .at(now.adding(seconds: seconds))
  }

  @Test("an old revision gets a deadline and keeps its size")
  func recordsDeadline() {
    #expect(
      old([ArgoSample.set("a", replicas: 3, revision: 1)]).actions
        == [.setDeadline(name: "guestbook-a", now.adding(seconds: 30))])
    #expect(
      old([ArgoSample.set("a", replicas: 2, revision: 1)], delay: 600).actions
        == [.setDeadline(name: "guestbook-a", now.adding(seconds: 600))])
  }

  @Test("a recorded deadline has whole seconds")
  func wholeSeconds() {
    let fine = ArgoTime(microseconds: now.microseconds + 700_000)
    let rollout = ArgoSample.blueGreen(status: ArgoRolloutStatus(stableHash: "new"))
    let result = OldRevisions.blueGreen(
      [ArgoSample.set("a", replicas: 3)],
      schedule: AnalysisSchedule(
        ControllerBehaviour(.main), rollout: rollout, desired: nil,
        runs: RolloutRuns([], of: rollout)), services: [], now: fine)
    #expect(result.actions == [.setDeadline(name: "guestbook-a", now.adding(seconds: 30))])
  }

  @Test("a delay of 0 records nothing and leaves the revision up")
  func zeroDelay() {
    #expect(old([ArgoSample.set("a", replicas: 3)], delay: 0).actions.isEmpty)
  }

  @Test(
    "a deadline ahead keeps the rollout's replica count; one that passed or is unreadable ends it",
    arguments: [
      (ArgoReplicaSet.ScaleDownDeadline.at(ArgoSample.now.adding(seconds: 1)), 3, nil),
      (.at(ArgoSample.now.adding(seconds: 1)), 2, 3), (.at(ArgoSample.now), 3, 0),
      (.at(ArgoSample.now.adding(seconds: -1)), 3, 0), (.unreadable, 3, 0),
    ] as [(ArgoReplicaSet.ScaleDownDeadline, Int, Int?)])
  func deadlines(deadline: ArgoReplicaSet.ScaleDownDeadline, replicas: Int, scaledTo: Int?) {
    let set = ArgoSample.set("a", replicas: replicas, deadline: deadline)
    #expect(
      old([set]).actions == (scaledTo.map { [.scale(name: "guestbook-a", to: $0)] } ?? []))
  }

  @Test("beyond the limit the oldest numbers go at once, with and without deadline")
  func limit() {
    let sets = [
      ArgoSample.set("a", replicas: 3, revision: 1, deadline: at(99)),
      ArgoSample.set("b", replicas: 3, revision: 3, deadline: at(99)),
      ArgoSample.set("c", replicas: 3, revision: 2, deadline: at(99)),
    ]
    #expect(
      old(sets, limit: 1).actions == [
        .scale(name: "guestbook-c", to: 0), .scale(name: "guestbook-a", to: 0),
      ])
    let fresh = [
      ArgoSample.set("a", replicas: 3, revision: 1), ArgoSample.set("b", replicas: 3, revision: 2),
    ]
    #expect(
      old(fresh, limit: 1).actions == [
        .setDeadline(name: "guestbook-b", now.adding(seconds: 30)),
        .scale(name: "guestbook-a", to: 0),
      ])
    #expect(old(fresh, limit: 0).actions.count == 2)
  }

  @Test("a revision that anything points at is left alone")
  func referenced() {
    for hash in ["new", "active", "preview", "stable"] {
      #expect(
        old(
          [ArgoSample.set(hash, replicas: 3)], active: "active", stable: "stable"
        ).actions.isEmpty)
    }
    #expect(
      old(
        [ArgoSample.set("served", replicas: 3)],
        services: [ArgoService("active", selectedHash: "served")]
      ).actions.isEmpty)
    #expect(
      !old(
        [ArgoSample.set("served", replicas: 3)],
        services: [ArgoService("unrelated", selectedHash: "served")]
      ).actions.isEmpty)
  }

  @Test("an inconclusive pause holds old revisions, a pause by a person does not")
  func inconclusive() {
    let sets = [ArgoSample.set("a", replicas: 3)]
    #expect(old(sets, pause: .inconclusiveAnalysis) == .init(hold: .inconclusiveAnalysis))
    #expect(!old(sets, pause: .blueGreenPause).actions.isEmpty)
  }

  @Test("without a given delay old revisions wait for post-promotion analysis")
  func postPromotion() {
    let sets = [ArgoSample.set("a", replicas: 3)]
    #expect(old(sets, post: true, stable: "a2").hold == .postPromotionAnalysis)
    #expect(old(sets, delay: 30, post: true, stable: "a2").hold == nil)
    let passed = ArgoSample.run("r", .postPromotion, .successful)
    #expect(old(sets, post: true, run: passed, stable: "a2").hold == nil)
    let going = ArgoSample.run("r", .postPromotion, .running)
    #expect(old(sets, post: true, run: going, stable: "a2").hold == .postPromotionAnalysis)
    #expect(old(sets, post: true, stable: "new").hold == nil)
  }

  // MARK: Canary

  private func canaryOld(
    _ sets: [ArgoReplicaSet], routed: Bool, available: Int = 10, dynamic: Bool = false,
    current: String = "new", stable: String = "new", targetsVerified: Bool? = nil
  ) -> OldRevisions.Result {
    let rollout = ArgoSample.canary(
      CanaryStrategy(
        maxUnavailable: .count(0), trafficRouting: routed ? TrafficRouting() : nil,
        dynamicStableScale: dynamic),
      status: ArgoRolloutStatus(currentHash: current, stableHash: stable))
    return OldRevisions.canary(
      sets, rollout: rollout, available: available, services: [],
      targetsVerified: targetsVerified, now: now)
  }

  @Test("without traffic routing old revisions go as far as availability allows")
  func basic() {
    let sets = [
      ArgoSample.set("a", replicas: 2, revision: 1), ArgoSample.set("b", replicas: 2, revision: 2),
    ]
    #expect(
      canaryOld(sets, routed: false, available: 7).actions == [
        .scale(name: "guestbook-b", to: 0), .scale(name: "guestbook-a", to: 0),
      ])
    #expect(
      canaryOld(sets, routed: false, available: 6).actions == [
        .scale(name: "guestbook-b", to: 0), .scale(name: "guestbook-a", to: 1),
      ])
    #expect(canaryOld(sets, routed: false, available: 3) == .init(hold: .tooFewAvailable))
  }

  @Test("pods that never came up are cut first, whatever availability")
  func unhealthy() {
    let set = ArgoSample.set("a", replicas: 3, available: 1)
    let held = canaryOld([set], routed: false, available: 3)
    #expect(held.actions == [.scale(name: "guestbook-a", to: 1)])
    #expect(held.hold == .tooFewAvailable)
  }

  @Test("more available pods than requested end the work")
  func inconsistent() {
    let set = ArgoSample.set("a", replicas: 1, available: 2)
    #expect(canaryOld([set], routed: false).hold == .inconsistentCounts)
  }

  @Test(
    "with traffic routing the former stable gets a deadline, an overtaken revision goes at once")
  func routed() {
    let set = ArgoSample.set("a", replicas: 2)
    #expect(
      canaryOld([set], routed: true).actions
        == [.setDeadline(name: "guestbook-a", now.adding(seconds: 30))])
    #expect(
      canaryOld([set], routed: true, stable: "old").actions
        == [.scale(name: "guestbook-a", to: 0)])
    #expect(
      canaryOld([set], routed: true, dynamic: true).actions
        == [.scale(name: "guestbook-a", to: 0)])
    let waiting = ArgoSample.set("a", replicas: 2, deadline: at(9))
    #expect(canaryOld([waiting], routed: true, stable: "old").actions.isEmpty)
  }

  @Test("unverified targets hold revisions that have no deadline yet")
  func targets() {
    let set = ArgoSample.set("a", replicas: 2)
    #expect(
      canaryOld([set], routed: true, targetsVerified: false) == .init(hold: .targetsNotVerified))
    let waiting = ArgoSample.set("a", replicas: 2, deadline: at(-1))
    #expect(
      canaryOld([waiting], routed: true, targetsVerified: false).actions
        == [.scale(name: "guestbook-a", to: 0)])
  }

  // MARK: Abort

  private func aborted(
    _ desired: ArgoReplicaSet, stable: ArgoReplicaSet? = ArgoSample.set("old", replicas: 3),
    delay: Int? = nil, isAborted: Bool = true
  ) -> [RevisionAction] {
    let rollout = ArgoSample.blueGreen(
      BlueGreenStrategy(activeService: "active", abortScaleDownDelaySeconds: delay),
      status: ArgoRolloutStatus(currentHash: "new", stableHash: "old"))
    return AbortScaleDown.actions(
      desired: desired, size: 3, stable: stable, rollout: rollout, aborted: isAborted, now: now)
  }

  @Test("an aborted revision gets its deadline once stable is fully available, and is held")
  func abortDeadline() {
    let desired = ArgoSample.set("new", replicas: 1)
    #expect(
      aborted(desired) == [.setDeadline(name: "guestbook-new", now.adding(seconds: 30))])
    #expect(aborted(desired, stable: ArgoSample.set("old", replicas: 3, available: 2)).isEmpty)
  }

  @Test("the deadline holds the size, then ends it; an unreadable one, 0 or no stable does neither")
  func abortHold() {
    #expect(aborted(ArgoSample.set("new", replicas: 1, deadline: at(5))).isEmpty)
    #expect(
      aborted(ArgoSample.set("new", replicas: 1, deadline: at(0)))
        == [.scale(name: "guestbook-new", to: 0)])
    let sized: [RevisionAction] = [.scale(name: "guestbook-new", to: 3)]
    #expect(aborted(ArgoSample.set("new", replicas: 1, deadline: .unreadable)) == sized)
    #expect(aborted(ArgoSample.set("new", replicas: 1), delay: 0) == sized)
    #expect(aborted(ArgoSample.set("new", replicas: 1), stable: nil) == sized)
    #expect(aborted(ArgoSample.set("new", replicas: 1), isAborted: false) == sized)
  }

  @Test("a deadline farther away than the resync period does not hold the size")
  func farDeadline() {
    let far = ArgoSample.set("new", replicas: 1, deadline: at(AbortScaleDown.resyncPeriodSeconds))
    #expect(aborted(far, delay: 3_600) == [.scale(name: "guestbook-new", to: 3)])
  }

  @Test("deadlines of desired and stable are cleared, desired's not while an abort delay runs")
  func clearing() {
    let desired = ArgoSample.set("new", replicas: 1, deadline: at(5))
    let stable = ArgoSample.set("old", replicas: 3, deadline: at(5))
    let strategy = ArgoStrategy.blueGreen(BlueGreenStrategy(activeService: "active"))
    func cleared(_ sets: RevisionSets, aborted: Bool) -> [String] {
      AbortScaleDown.clearedDeadlines(sets, aborted: aborted, strategy: strategy).map(\.name)
    }
    let sets = RevisionSets(desired: desired, stable: stable, all: [desired, stable])
    #expect(cleared(sets, aborted: false) == ["guestbook-new", "guestbook-old"])
    #expect(cleared(sets, aborted: true) == ["guestbook-old"])
    let same = RevisionSets(desired: stable, stable: stable, all: [stable])
    #expect(cleared(same, aborted: false) == ["guestbook-old"])
    #expect(cleared(same, aborted: true) == ["guestbook-old"])
  }

  @Test("only the recorded replica count is written when the size is right already")
  func recordsReplicas() {
    #expect(
      RevisionAction.sizing(ArgoSample.set("a", replicas: 3), to: 3, replicas: 5)
        == [.recordDesiredReplicas(name: "guestbook-a", 5)])
    #expect(RevisionAction.sizing(ArgoSample.set("a", replicas: 3), to: 3, replicas: 3).isEmpty)
  }
}
