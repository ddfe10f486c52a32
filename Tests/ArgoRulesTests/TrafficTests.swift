import ArgoRules
import Testing

@Suite("Traffic")
struct TrafficTests {
  static let current = ControllerBehaviour(.main)
  static let steps: [CanaryStep] = [.setWeight(20), .pause(nil), .setWeight(60), .pause(nil)]

  func canary(
    _ steps: [CanaryStep] = TrafficTests.steps, dynamic: Bool = false, maximum: Int? = nil
  ) -> CanaryStrategy {
    CanaryStrategy(
      steps: steps, trafficRouting: TrafficRouting(maxWeight: maximum), canaryService: "canary",
      stableService: "stable", dynamicStableScale: dynamic)
  }

  func sets(
    desired: Int = 0, available: Int? = nil, stable: Int = 10, stableAvailable: Int? = nil
  ) -> RevisionSets {
    let new = CanarySample.set("new", requested: desired, available: available)
    let old = CanarySample.set("old", requested: stable, available: stableAvailable)
    return RevisionSets(desired: new, stable: old, all: [new, old])
  }

  func wish(
    _ canary: CanaryStrategy, _ sets: RevisionSets, index: Int? = 0, aborted: Bool = false,
    version: ControllerVersion = .main, experiment: ArgoExperiment? = nil,
    edit: (inout ArgoRolloutStatus) -> Void = { _ in }
  ) -> DesiredWeight {
    DesiredWeight(
      CanarySample.rollout(canary, index: index, status: edit), canary, sets, aborted: aborted,
      experiment: experiment, behaviour: ControllerBehaviour(version))
  }

  func weights(_ canary: Int, hash: String = "new") -> TrafficWeights {
    TrafficWeights(
      canary: .init(canary, hash: hash, service: "canary"),
      stable: .init(100 - canary, hash: "old", service: "stable"))
  }

  // MARK: Desired weight

  @Test("promoted: no weight, routes removed")
  func promoted() {
    let wish = wish(canary(), sets(desired: 10), index: 4) { $0.stableHash = "new" }
    #expect(wish.rule == .fullyPromoted && wish.weight == 0 && wish.removesManagedRoutes)
  }

  @Test("aborted: no weight at once, routes removed")
  func aborted() {
    let wish = wish(canary(), sets(desired: 6), index: 2, aborted: true) {
      $0.canary.weights = weights(60)
    }
    #expect(wish.rule == .aborted && wish.weight == 0 && wish.removesManagedRoutes)
  }

  @Test("a canary without an available pod gets no weight")
  func noPods() {
    let wish = wish(canary(), sets(desired: 2, available: 0), index: 2)
    #expect(wish.rule == .noAvailableCanary && wish.weight == 0)
  }

  @Test("promoting fully keeps the present weight until the promotion")
  func promotingFully() {
    let wish = wish(canary(), sets(desired: 10, available: 5), index: 1) {
      $0.promoteFull = true
      $0.canary.weights = weights(20)
    }
    #expect(wish.rule == .promotingFully && wish.weight == 20 && wish.removesManagedRoutes)
  }

  @Test("promoting fully with dynamic scaling gives what the canary can carry")
  func promotingFullyDynamically() {
    let wish = wish(canary(dynamic: true), sets(desired: 10, available: 7), index: 1) {
      $0.promoteFull = true
      $0.canary.weights = weights(20)
    }
    #expect(wish.weight == 70)
  }

  @Test(
    "during the steps: the weight of the step with its pods there, else the one before",
    arguments: [
      (0, 2, 2, 20), (0, 2, 1, 0), (1, 2, 2, 20), (2, 6, 6, 60), (2, 6, 5, 20), (3, 6, 6, 60),
      (4, 10, 10, 100), (4, 10, 9, 60),
    ])
  func steps(index: Int, requested: Int, available: Int, weight: Int) {
    #expect(
      wish(canary(), sets(desired: requested, available: available), index: index).weight
        == weight)
  }

  @Test("inside the window one ready pod gets the last weight of the steps")
  func lastWeightOnOnePod() {
    let full = canary([.setWeight(20), .pause(nil), .setWeight(100)])
    let wish = wish(full, sets(desired: 10, available: 1), index: 3)
    #expect(wish.rule == .waitingForPods && wish.weight == 100)
  }

  @Test("the end of the steps means all, whatever the maximum is")
  func maximum() {
    #expect(wish(canary(maximum: 1000), sets(desired: 10), index: 4).weight == 1000)
  }

  @Test("without steps there is no weight before promotion")
  func noSteps() {
    let none = wish(canary([]), sets(desired: 10), index: nil)
    #expect(none.rule == .noSteps && none.weight == 0)
  }

  @Test("running experiment templates with a weight take their share from stable")
  func experimentWeights() {
    let step = ExperimentStep([
      .init("a", .canary, weight: 5), .init("b", .stable, weight: 10), .init("c", .stable),
    ])
    let strategy = canary([.setWeight(20), .experiment(step)])
    var experiment = ArgoExperiment(
      name: "ex", hash: "new", created: ArgoTime(seconds: 1), phase: .running,
      templates: [
        .init("a", hash: "ha", service: "sa"), .init("b", hash: "hb", service: "sb"),
        .init("c", hash: "hc", service: "sc"),
      ])
    let running = wish(strategy, sets(desired: 2), index: 1, experiment: experiment)
    let result = running.weights(strategy)
    #expect(result.additional.map(\.weight) == [5, 10])
    #expect(result.canary.weight == 20 && result.stable.weight == 65)
    experiment.phase = .pending
    #expect(
      wish(strategy, sets(desired: 2), index: 1, experiment: experiment).additional.isEmpty)
  }

  @Test("canary, stable and additional weights always add up to the maximum")
  func sum() {
    for maximum in [100, 1000] {
      for index in 0...4 {
        let strategy = canary(maximum: maximum)
        let made = wish(strategy, sets(desired: 10), index: index).weights(strategy)
        #expect(made.canary.weight + made.stable.weight == maximum)
      }
    }
  }

  // MARK: Walk-back

  @Test(
    "before 1.10 the abort weight follows stable's availability and never rises",
    arguments: [(4, 60, 60), (7, 60, 30), (10, 60, 0), (0, 60, 60), (3, 20, 20), (9, nil, 10)]
      as [(Int, Int?, Int)])
  func directWalkBack(available: Int, present: Int?, weight: Int) {
    let strategy = canary(dynamic: true)
    let wish = wish(
      strategy, sets(desired: 6, stable: 10, stableAvailable: available), index: 0,
      aborted: true, version: ControllerVersion(1, 8, 0)
    ) { status in
      status.canary.weights = present.map { weights($0) }
      status.abort = true
    }
    #expect(wish.weight == weight)
  }

  @Test("since 1.10 the weight stays while stable is still growing, then follows it")
  func steppedWalkBack() {
    let strategy = canary(dynamic: true)
    func weight(_ requested: Int, _ available: Int) -> Int {
      wish(
        strategy, sets(desired: 6, stable: requested, stableAvailable: available), index: 0,
        aborted: true
      ) {
        $0.canary.weights = weights(60)
        $0.abort = true
      }.weight
    }
    #expect(weight(8, 5) == 60)
    #expect(weight(8, 8) == 20)
    #expect(weight(10, 10) == 0)
  }

  @Test(
    "the next weight down, from the last step back, needs fewer pods than are to be covered",
    arguments: [
      (4, 0, 40), (6, 0, 20), (7, 0, 20), (8, 0, 0), (10, 0, 0), (0, 0, 80),
      // What the canary still has counts as well.
      (9, 5, 40), (10, 3, 20), (10, 2, 0), (4, 7, 60),
    ])
  func nextWeight(available: Int, canaryPods: Int, weight: Int) {
    let ladder: [CanaryStep] = [
      .setWeight(20), .pause(nil), .setWeight(40), .setWeight(60), .setWeight(80),
    ]
    #expect(nextWeight(canary(ladder, dynamic: true), available, canaryPods) == weight)
  }

  private func nextWeight(
    _ strategy: CanaryStrategy, _ available: Int, _ canaryPods: Int,
    version: ControllerVersion = .main
  ) -> Int {
    WeightWalkBack.nextWeight(
      strategy, replicas: 10,
      stable: CanarySample.set("old", requested: 10, available: available),
      desired: CanarySample.set("new", requested: canaryPods),
      behaviour: ControllerBehaviour(version))
  }

  @Test("weights that went down on the way are walked in the order of the steps, backwards")
  func unorderedLadder() {
    let ladder: [CanaryStep] = [.setWeight(50), .setWeight(20), .setWeight(70)]
    #expect(nextWeight(canary(ladder, dynamic: true), 3, 0) == 20)
  }

  @Test(
    "an abort delay above 0 keeps the canary's size out of the walk, in the newest version only",
    arguments: [
      (nil, .main, 30), (45, .main, 0), (0, .main, 30), (45, .v110, 30),
    ] as [(Int?, ControllerVersion, Int)])
  func heldCanary(delay: Int?, version: ControllerVersion, weight: Int) {
    var strategy = canary([.setWeight(30), .setWeight(60)], dynamic: true)
    strategy.abortScaleDownDelaySeconds = delay
    #expect(nextWeight(strategy, 8, 6, version: version) == weight)
  }

  @Test("returning to a stable revision that is too small keeps the weight on the old canary")
  func returning() {
    let strategy = canary(dynamic: true)
    let small = CanarySample.set("old", requested: 1)
    let sets = RevisionSets(desired: small, stable: small, all: [small])
    let rollout = CanarySample.rollout(strategy, template: "old", index: 4) {
      $0.canary.weights = weights(10, hash: "previous")
    }
    let wish = DesiredWeight(
      rollout, strategy, sets, aborted: false, experiment: nil, behaviour: Self.current)
    #expect(wish.rule == .returningToStable)
    #expect(wish.weight == 10)
    #expect(wish.canaryHash == "previous" && wish.stableHash == "old")
    let whole = CanarySample.set("old", requested: 10)
    let done = DesiredWeight(
      rollout, strategy, RevisionSets(desired: whole, stable: whole, all: [whole]),
      aborted: false, experiment: nil, behaviour: Self.current)
    #expect(done.rule == .fullyPromoted && done.weight == 0)
  }

  @Test("with no replicas wanted nothing divides by zero")
  func noReplicas() {
    let strategy = canary(dynamic: true)
    let rollout = CanarySample.rollout(strategy, replicas: 0, index: 0) { $0.abort = true }
    let empty = RevisionSets(
      desired: CanarySample.set("new"), stable: CanarySample.set("old"), all: [])
    #expect(
      DesiredWeight(
        rollout, strategy, empty, aborted: true, experiment: nil, behaviour: Self.current
      ).weight == 0)
  }

  // MARK: Around the weight

  @Test(
    "weights wait until stable can carry its share, since 1.8",
    arguments: [
      (ControllerVersion.main, 8, 80, true), (.main, 7, 80, false), (.main, 0, 0, true),
      (.main, 5, 59, true), (ControllerVersion(1, 7, 2), 0, 100, true),
    ] as [(ControllerVersion, Int, Int, Bool)])
  func stableCanCarry(version: ControllerVersion, available: Int, share: Int, carries: Bool) {
    let strategy = canary()
    #expect(
      TrafficRules.stableCanCarry(
        CanarySample.set("old", requested: 10, available: available), share: share,
        CanarySample.rollout(strategy), strategy, behaviour: ControllerBehaviour(version))
        == carries)
  }

  @Test("without stable no weight is set; a threshold counts for stable too")
  func stableThreshold() {
    var strategy = canary()
    let rollout = CanarySample.rollout(strategy)
    #expect(
      !TrafficRules.stableCanCarry(
        nil, share: 0, rollout, strategy, behaviour: Self.current))
    strategy.progressThreshold = ProgressThreshold(.percent, 80)
    let stable = CanarySample.set("old", requested: 5, available: 4)
    #expect(
      TrafficRules.stableCanCarry(
        stable, share: 50, rollout, strategy, behaviour: Self.current))
  }

  @Test("verification is asked at setWeight and at the end, only during an update")
  func verification() {
    let strategy = canary()
    func asks(
      _ index: Int, _ weight: Int, stable: String = "old",
      _ version: ControllerVersion = .main
    ) -> Bool {
      TrafficRules.verifies(
        CanarySample.rollout(strategy, stable: stable, index: index), strategy, weight: weight,
        behaviour: ControllerBehaviour(version))
    }
    #expect(asks(0, 20))
    #expect(!asks(1, 20))
    #expect(asks(4, 100))
    #expect(!asks(4, 100, ControllerVersion(1, 7, 2)))
    #expect(!asks(0, 20, stable: "new"))
    #expect(!asks(0, 20, stable: ""))
  }

  @Test("the event names the weights that changed")
  func messages() {
    #expect(TrafficRules.message(from: nil, to: weights(20)) == "Traffic weight updated to 20")
    #expect(
      TrafficRules.message(from: weights(20), to: weights(60))
        == "Traffic weight updated from 20 to 60")
    #expect(!TrafficRules.differ(weights(20), weights(20)))
    #expect(TrafficRules.differ(weights(20), weights(20, hash: "x")))
    var verified = weights(20)
    verified.verified = true
    #expect(!TrafficRules.differ(verified, weights(20)))
  }

  @Test("routes are not managed for the first revision")
  func firstRevision() {
    var rollout = CanarySample.rollout(canary())
    rollout.revision = 1
    #expect(!TrafficRules.mayManageRoutes(rollout))
    rollout.revision = 2
    #expect(TrafficRules.mayManageRoutes(rollout))
  }

  // MARK: Services

  func switches(
    _ sets: RevisionSets, canary selected: String = "old", managed: Bool = true,
    aborted: Bool = false, routed: Bool = true
  ) -> [ServiceSwitch] {
    var strategy = canary()
    if !routed { strategy.trafficRouting = nil }
    let owner = managed ? "web" : ""
    return CanaryServices.switches(
      CanarySample.rollout(strategy, index: 0), strategy, sets,
      services: [
        ArgoService("canary", selectedHash: selected, managedBy: owner),
        ArgoService("stable", selectedHash: "old", managedBy: owner),
      ], aborted: aborted)
  }

  @Test("the canary service follows desired once a pod is available")
  func follows() {
    #expect(switches(sets(desired: 2, available: 0)).isEmpty)
    #expect(
      switches(sets(desired: 2, available: 1)) == [ServiceSwitch("canary", from: "old", to: "new")])
    #expect(
      ServiceSwitch("canary", from: "old", to: "new").message
        == "Switched selector for service 'canary' from 'old' to 'new'")
  }

  @Test("a service no rollout managed before is adopted for a complete revision only")
  func adopts() {
    #expect(switches(sets(desired: 2, available: 1), managed: false).isEmpty)
    #expect(switches(sets(desired: 2, available: 2), managed: false).count == 1)
    #expect(switches(sets(desired: 0, available: 1), managed: false).isEmpty)
  }

  @Test("an abort without traffic routing points the canary service at stable")
  func abortedBasic() {
    #expect(
      switches(sets(desired: 2), canary: "new", aborted: true, routed: false)
        == [ServiceSwitch("canary", from: "new", to: "old")])
  }

  @Test("an abort with traffic routing does so as soon as no weight is left")
  func abortedRouted() {
    let services = [ArgoService("canary", selectedHash: "new", managedBy: "web")]
    let stable = CanarySample.set("old", requested: 10, available: 0)
    #expect(
      CanaryServices.switchAfterAbort(
        canary(dynamic: true), stable: stable, services: services, weight: 20) == nil)
    #expect(
      CanaryServices.switchAfterAbort(
        canary(dynamic: true), stable: stable, services: services, weight: 0)?.to == "old")
    #expect(
      CanaryServices.switchAfterAbort(
        canary(), stable: stable, services: services, weight: 0)?.to == "old")
  }

  @Test(
    "ping and pong trade places at each promotion",
    arguments: [("", "pong", "ping"), ("ping", "ping", "pong"), ("pong", "pong", "ping")])
  func pingPong(recorded: String, stable: String, canaryName: String) {
    let strategy = CanaryStrategy(pingPong: PingPongServices(ping: "ping", pong: "pong"))
    var status = ArgoRolloutStatus()
    status.canary.stablePingPong = recorded
    let names = CanaryServices.names(strategy, status)
    #expect(names.stable == stable && names.canary == canaryName)
  }
}
