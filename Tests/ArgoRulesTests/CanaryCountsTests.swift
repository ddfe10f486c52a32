import ArgoRules
import Testing

@Suite("Canary sizes")
struct CanaryCountsTests {
  static let current = ControllerBehaviour(.main)

  // MARK: Split

  @Test(
    "the split closest to the weight wins",
    arguments: [
      (10, 15, false, 2, 8), (10, 24, true, 3, 8), (3, 49, true, 2, 2), (1, 49, false, 0, 1),
      (1, 50, false, 1, 0), (0, 50, true, 0, 0), (10, 0, true, 0, 10), (10, 100, true, 10, 0),
      (10, 10, false, 1, 9), (10, 1, false, 1, 9), (10, 99, false, 9, 1), (2, 1, false, 1, 1),
      (2, 99, false, 1, 1), (1, 1, true, 1, 1), (1, 99, true, 1, 1), (4, 50, false, 2, 2),
      (5, 50, false, 3, 2), (3, 50, false, 2, 1), (10, 5, true, 1, 10), (10, 95, true, 10, 1),
      (4, 10, false, 1, 3), (4, 10, true, 1, 4), (10, 25, false, 3, 7), (10, 33, false, 3, 7),
      (10, 33, true, 3, 7), (20, 5, false, 1, 19), (100, 1, false, 1, 99), (1, 0, true, 0, 1),
      (1, 100, true, 1, 0),
    ] as [(Int, Int, Bool, Int, Int)])
  func split(replicas: Int, weight: Int, surge: Bool, canary: Int, stable: Int) {
    #expect(
      WeightedSplit.closest(replicas: replicas, weight: weight, surge: surge)
        == WeightedSplit(canary: canary, stable: stable))
  }

  @Test("an exact half rounds up", arguments: [(2, 25), (6, 25), (10, 45), (10, 5), (30, 55)])
  func halves(replicas: Int, weight: Int) {
    let split = WeightedSplit.closest(replicas: replicas, weight: weight, surge: false)
    #expect(split.canary == (replicas * weight + 99) / 100)
  }

  @Test("both sides keep a pod between none and all", arguments: UInt64(0)..<200)
  func bothSidesKeepAPod(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let surge = random.chance(50)
    let replicas = Int.random(in: surge ? 1...200 : 2...200, using: &random)
    let split = WeightedSplit.closest(
      replicas: replicas, weight: Int.random(in: 1...99, using: &random), surge: surge)
    #expect(split.canary >= 1 && split.stable >= 1)
    #expect((replicas...replicas + (surge ? 1 : 0)).contains(split.canary + split.stable))
  }

  // MARK: Budget

  @Test(
    "surge rounds up, unavailable down, and both zero leave one unavailable",
    arguments: [
      (nil, nil, 10, 3, 2), (nil, nil, 1, 1, 0), (.count(0), .count(0), 10, 0, 1),
      (.percent(0), .percent(25), 3, 0, 1), (.count(0), nil, 1, 0, 1),
      (.percent(50), .percent(50), 5, 3, 2), (.count(2), .count(30), 10, 2, 10),
      (nil, nil, 0, 0, 0), (.percent(100), .percent(100), 7, 7, 7),
    ] as [(CountOrPercent?, CountOrPercent?, Int, Int, Int)])
  func budget(
    surge: CountOrPercent?, unavailable: CountOrPercent?, replicas: Int, maxSurge: Int,
    maxUnavailable: Int
  ) {
    let budget = PodBudget(maxSurge: surge, maxUnavailable: unavailable, replicas: replicas)
    #expect(budget.maxSurge == maxSurge)
    #expect(budget.maxUnavailable == maxUnavailable)
  }

  // MARK: Basic canary

  struct Bounded: Sendable {
    var replicas: Int
    var weight: Int
    var canary: (Int, available: Int)
    var stable: (Int, available: Int)
    var other = 0
    var unavailable: Int
    var surge: Int
    var wanted: WeightedSplit
  }

  static let bounded: [Bounded] = [
    Bounded(
      replicas: 10, weight: 10, canary: (0, 0), stable: (10, 10), unavailable: 1, surge: 1,
      wanted: .init(canary: 1, stable: 9)),
    Bounded(
      replicas: 10, weight: 30, canary: (0, 0), stable: (10, 10), unavailable: 0, surge: 3,
      wanted: .init(canary: 3, stable: 10)),
    Bounded(
      replicas: 10, weight: 30, canary: (0, 0), stable: (10, 10), unavailable: 5, surge: 0,
      wanted: .init(canary: 0, stable: 7)),
    Bounded(
      replicas: 1, weight: 5, canary: (0, 0), stable: (1, 1), unavailable: 0, surge: 1,
      wanted: .init(canary: 1, stable: 1)),
    Bounded(
      replicas: 1, weight: 95, canary: (0, 0), stable: (1, 1), unavailable: 0, surge: 1,
      wanted: .init(canary: 1, stable: 1)),
    // Others have pods: growth only, in the room that is left.
    Bounded(
      replicas: 10, weight: 50, canary: (2, 2), stable: (6, 6), other: 2, unavailable: 5,
      surge: 1, wanted: .init(canary: 3, stable: 6)),
    Bounded(
      replicas: 10, weight: 50, canary: (0, 0), stable: (2, 2), other: 4, unavailable: 5,
      surge: 0, wanted: .init(canary: 1, stable: 5)),
    // Unavailable pods of stable may go while the canary grows.
    Bounded(
      replicas: 10, weight: 50, canary: (5, 5), stable: (10, 0), unavailable: 0, surge: 5,
      wanted: .init(canary: 5, stable: 5)),
    // The canary shrinks although none of its pods is available.
    Bounded(
      replicas: 10, weight: 0, canary: (5, 0), stable: (10, 10), unavailable: 0, surge: 5,
      wanted: .init(canary: 0, stable: 10)),
    // Availability holds stable back.
    Bounded(
      replicas: 10, weight: 100, canary: (3, 0), stable: (10, 10), unavailable: 0, surge: 3,
      wanted: .init(canary: 3, stable: 10)),
    Bounded(
      replicas: 10, weight: 100, canary: (3, 3), stable: (10, 10), unavailable: 0, surge: 3,
      wanted: .init(canary: 3, stable: 7)),
  ]

  @Test("sizes move within surge and unavailable, stable first", arguments: bounded)
  func boundedCounts(test: Bounded) {
    let canary = CanaryStrategy(
      steps: [.setWeight(test.weight), .pause(nil)], maxSurge: .count(test.surge),
      maxUnavailable: .count(test.unavailable))
    let rollout = CanarySample.rollout(canary, replicas: test.replicas, index: 1)
    let wanted = BasicCanaryCounts.wanted(
      rollout, canary,
      desired: CanarySample.set(
        "new", requested: test.canary.0, available: test.canary.available),
      stable: CanarySample.set(
        "old", requested: test.stable.0, available: test.stable.available),
      others: test.other > 0 ? [CanarySample.set("other", requested: test.other)] : [])
    #expect(wanted == test.wanted)
  }

  @Test("with nothing else stable the desired revision gets all pods")
  func firstDeployment() {
    let canary = CanaryStrategy(steps: [.setWeight(10)])
    let rollout = CanarySample.rollout(canary, replicas: 5, stable: "", index: 0)
    let wanted = BasicCanaryCounts.wanted(
      rollout, canary, desired: CanarySample.set("new"), stable: nil, others: [])
    #expect(wanted == WeightedSplit(canary: 5, stable: 0))
  }

  @Test("a revision already on its way down counts with what it will have")
  func countsWhatRemains() {
    let canary = CanaryStrategy(
      steps: [.setWeight(100), .pause(nil)], maxSurge: .count(0), maxUnavailable: .count(1))
    let rollout = CanarySample.rollout(canary, replicas: 10, index: 1)
    // Stable asks for 8 but still has 10 available: the two extra ones are not counted twice.
    let wanted = BasicCanaryCounts.wanted(
      rollout, canary, desired: CanarySample.set("new", requested: 2, available: 1),
      stable: CanarySample.set("old", requested: 8, available: 10), others: [])
    #expect(wanted == WeightedSplit(canary: 2, stable: 8))
  }

  @Test(
    "a basic canary never exceeds the surge nor drops below availability, and arrives",
    arguments: UInt64(0)..<300)
  func converges(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let replicas = Int.random(in: 1...30, using: &random)
    var surge = Int.random(in: 0...5, using: &random)
    let unavailable = Int.random(in: 0...min(5, replicas), using: &random)
    if surge == 0, unavailable == 0 { surge = 1 }
    let weight = Int.random(in: 0...100, using: &random)
    let canary = CanaryStrategy(
      steps: [.setWeight(weight), .pause(nil)], maxSurge: .count(surge),
      maxUnavailable: .count(unavailable))
    let rollout = CanarySample.rollout(canary, replicas: replicas, index: 1)
    var desired = CanarySample.set("new")
    var stable = CanarySample.set("old", requested: replicas)
    for _ in 0..<200 {
      let wanted = BasicCanaryCounts.wanted(
        rollout, canary, desired: desired, stable: stable, others: [])
      if wanted.stable != stable.requested {
        stable = CanarySample.set("old", requested: wanted.stable)
      } else if wanted.canary != desired.requested {
        desired = CanarySample.set("new", requested: wanted.canary)
      } else {
        break
      }
      let total = desired.requested + stable.requested
      #expect(total <= replicas + surge)
      #expect(total >= replicas - unavailable)
    }
    let target = WeightedSplit.closest(replicas: replicas, weight: weight, surge: surge > 0)
    #expect(WeightedSplit(canary: desired.requested, stable: stable.requested) == target)
  }

  @Test("sizes stay in bounds however many pods are ready", arguments: UInt64(0)..<300)
  func boundsUnderFlapping(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let replicas = Int.random(in: 1...20, using: &random)
    let surge = Int.random(in: 1...4, using: &random)
    let unavailable = Int.random(in: 0...2, using: &random)
    var rollout = CanarySample.rollout(CanaryStrategy(), replicas: replicas, index: 1)
    var sets = (CanarySample.set("new"), CanarySample.set("old", requested: replicas))
    for _ in 0..<60 {
      let canary = CanaryStrategy(
        steps: [.setWeight(Int.random(in: 0...100, using: &random)), .pause(nil)],
        maxSurge: .count(surge), maxUnavailable: .count(unavailable))
      rollout.spec.strategy = .canary(canary)
      for _ in 0..<6 {
        let before = sets
        let wanted = BasicCanaryCounts.wanted(
          rollout, canary, desired: sets.0, stable: sets.1, others: [])
        #expect(wanted.canary >= 0 && wanted.stable >= 0)
        if wanted.stable != sets.1.requested {
          sets.1.requested = wanted.stable
        } else {
          sets.0.requested = wanted.canary
        }
        #expect(sets.0.requested + sets.1.requested <= replicas + surge)
        let shrank =
          sets.0.requested < before.0.requested || sets.1.requested < before.1.requested
        if shrank {
          #expect(sets.0.requested + sets.1.requested >= replicas - unavailable)
        }
        sets.0.available = Int.random(in: 0...max(0, sets.0.requested), using: &random)
        sets.1.available = Int.random(in: 0...max(0, sets.1.requested), using: &random)
      }
    }
  }

  // MARK: Steps

  static let steps: [CanaryStep] = [
    .setWeight(10), .pause(nil), .setCanaryScale(CanaryScale(replicas: 3)), .setWeight(40),
    .setCanaryScale(CanaryScale(matchTrafficWeight: true)), .setWeight(60),
  ]

  @Test(
    "the weight in force is the nearest setWeight at or before the index",
    arguments: [(0, 10), (1, 10), (2, 10), (3, 40), (4, 40), (5, 60), (6, 100), (7, 100)])
  func currentWeight(index: Int, weight: Int) {
    let rollout = CanarySample.rollout(CanaryStrategy(steps: Self.steps), index: index)
    let steps = CanarySteps(CanaryStrategy(steps: Self.steps), rollout.status)
    #expect(steps.currentWeight == weight)
  }

  @Test("without an earlier setWeight the weight is 0, once aborted it is 0, with no steps all")
  func otherWeights() {
    let canary = CanaryStrategy(steps: [.pause(nil), .setWeight(20)])
    var status = CanarySample.rollout(canary, index: 0).status
    #expect(CanarySteps(canary, status).currentWeight == 0)
    status.stepIndex = 1
    #expect(CanarySteps(canary, status).currentWeight == 20)
    status.abort = true
    #expect(CanarySteps(canary, status).currentWeight == 0)
    status.abort = false
    #expect(CanarySteps(CanaryStrategy(), status).currentWeight == 100)
    let scaled = CanaryStrategy(steps: [], trafficRouting: TrafficRouting(maxWeight: 1000))
    #expect(CanarySteps(scaled, status).currentWeight == 1000)
  }

  @Test(
    "an absent index reads as 0, one past the end as no current step",
    arguments: [(nil, true, false), (6, false, true), (7, false, false), (5, true, false)]
      as [(Int?, Bool, Bool)])
  func index(index: Int?, hasStep: Bool, allDone: Bool) {
    let canary = CanaryStrategy(steps: Self.steps)
    let steps = CanarySteps(canary, CanarySample.rollout(canary, index: index).status)
    #expect((steps.current != nil) == hasStep)
    #expect(steps.allDone == allDone)
  }

  @Test("without steps there is no index and all are done")
  func noSteps() {
    let steps = CanarySteps(CanaryStrategy(), ArgoRolloutStatus(stepIndex: 3))
    #expect(steps.index == nil && steps.current == nil && steps.allDone)
  }

  @Test(
    "setCanaryScale stays in force until another one; matchTrafficWeight ends it",
    arguments: [(1, false), (2, true), (3, true), (4, false), (5, false), (6, false)])
  func scaleInForce(index: Int, inForce: Bool) {
    let canary = CanaryStrategy(steps: Self.steps, trafficRouting: TrafficRouting())
    let status = CanarySample.rollout(canary, index: index).status
    #expect((CanarySteps(canary, status).scaleInForce != nil) == inForce)
    let basic = CanaryStrategy(steps: Self.steps)
    #expect(CanarySteps(basic, status).scaleInForce == nil)
  }

  @Test(
    "an abort ends setCanaryScale unless the abort delay is explicitly 0",
    arguments: [(nil, false), (30, false), (0, true)] as [(Int?, Bool)])
  func scaleUnderAbort(delay: Int?, inForce: Bool) {
    let canary = CanaryStrategy(
      steps: Self.steps, trafficRouting: TrafficRouting(), abortScaleDownDelaySeconds: delay)
    var status = CanarySample.rollout(canary, index: 2).status
    status.abort = true
    #expect((CanarySteps(canary, status).scaleInForce != nil) == inForce)
  }

  @Test(
    "steps are named in events",
    arguments: [
      (.setWeight(20), "setWeight: 20"), (.pause(nil), "pause"),
      (.pause(.seconds(30)), "pause: 30"), (.pause(.text("1h")), "pause: 1h"),
      (.experiment(ExperimentStep([])), "experiment"),
      (.analysis(AnalysisBlock([])), "analysis"),
      (.setCanaryScale(CanaryScale(weight: 5)), "setCanaryScale{weight: 5}"),
      (.setCanaryScale(CanaryScale(replicas: 5)), "setCanaryScale{replicas: 5}"),
      (
        .setCanaryScale(CanaryScale(matchTrafficWeight: true)),
        "setCanaryScale{matchTrafficWeight: true}"
      ), (.setCanaryScale(CanaryScale()), "invalid"),
    ] as [(CanaryStep, String)])
  func descriptions(step: CanaryStep, text: String) {
    #expect(CanarySteps.describe(step) == text)
  }

  @Test(
    "background analysis waits for its starting step",
    arguments: [(nil, 0, false), (2, 0, true), (2, 1, true), (2, 2, false), (2, 5, false)]
      as [(Int?, Int, Bool)])
  func startingStep(start: Int?, index: Int, before: Bool) {
    let canary = CanaryStrategy(
      steps: Self.steps, analysis: BackgroundAnalysis(ArgoSample.block, startingStep: start))
    #expect(
      CanarySteps(canary, CanarySample.rollout(canary, index: index).status)
        .isBeforeStartingStep == before)
  }

  // MARK: Traffic routed

  func routed(
    _ steps: [CanaryStep], dynamic: Bool = false, minimum: Int? = nil, delay: Int? = nil,
    maximum: Int? = nil
  ) -> CanaryStrategy {
    CanaryStrategy(
      steps: steps, trafficRouting: TrafficRouting(maxWeight: maximum),
      dynamicStableScale: dynamic, minPodsPerReplicaSet: minimum,
      abortScaleDownDelaySeconds: delay)
  }

  @Test(
    "with traffic routing the canary follows the weight, rounded up, and stable is whole",
    arguments: [(10, 10, 1), (11, 10, 2), (5, 50, 3), (3, 1, 1), (10, 0, 0), (10, 100, 10)])
  func routedCounts(replicas: Int, weight: Int, canary: Int) {
    let strategy = routed([.setWeight(weight), .pause(nil)])
    let rollout = CanarySample.rollout(strategy, replicas: replicas, index: 1)
    #expect(
      RoutedCanaryCounts.wanted(rollout, strategy, weights: nil, behaviour: Self.current)
        == WeightedSplit(canary: canary, stable: replicas))
  }

  @Test("a larger maximum weight scales the share")
  func largerMaximum() {
    let strategy = routed([.setWeight(5), .pause(nil)], maximum: 1000)
    let rollout = CanarySample.rollout(strategy, replicas: 400, index: 1)
    #expect(
      RoutedCanaryCounts.wanted(rollout, strategy, weights: nil, behaviour: Self.current).canary
        == 2)
  }

  @Test(
    "setCanaryScale gives a count or a share",
    arguments: [
      (CanaryScale(replicas: 7), 7), (CanaryScale(weight: 25), 3), (CanaryScale(), 1),
    ])
  func scaleStep(scale: CanaryScale, canary: Int) {
    let strategy = routed([.setWeight(10), .setCanaryScale(scale), .pause(nil)])
    let rollout = CanarySample.rollout(strategy, replicas: 10, index: 2)
    #expect(
      RoutedCanaryCounts.wanted(rollout, strategy, weights: nil, behaviour: Self.current).canary
        == canary)
  }

  @Test("all pods while promoting fully, before anything is stable, and once promoted")
  func fullSize() {
    let strategy = routed([.setWeight(10), .pause(nil)])
    func canary(_ edit: (inout ArgoRolloutStatus) -> Void) -> Int {
      let rollout = CanarySample.rollout(strategy, replicas: 10, index: 1, status: edit)
      return RoutedCanaryCounts.wanted(
        rollout, strategy, weights: nil, behaviour: Self.current
      ).canary
    }
    #expect(canary { _ in } == 1)
    #expect(canary { $0.promoteFull = true } == 10)
    #expect(canary { $0.stableHash = "" } == 10)
    #expect(canary { $0.stableHash = "new" } == 10)
  }

  @Test("dynamic stable scaling keeps what carries traffic and prepares what will")
  func dynamicScaling() {
    let strategy = routed([.setWeight(40), .pause(nil)], dynamic: true)
    let rollout = CanarySample.rollout(strategy, replicas: 10, index: 1)
    func stable(_ weight: Int?) -> Int {
      RoutedCanaryCounts.wanted(
        rollout, strategy,
        weights: weight.map {
          TrafficWeights(canary: .init(100 - $0), stable: .init($0))
        }, behaviour: Self.current
      ).stable
    }
    #expect(stable(nil) == 6)
    #expect(stable(90) == 9)
    #expect(stable(20) == 6)
  }

  @Test("an aborted canary with dynamic scaling keeps what its weight needs")
  func dynamicAbort() {
    let strategy = routed([.setWeight(40), .pause(nil)], dynamic: true)
    let rollout = CanarySample.rollout(strategy, replicas: 10, index: 0) { $0.abort = true }
    let wanted = RoutedCanaryCounts.wanted(
      rollout, strategy, weights: TrafficWeights(canary: .init(40), stable: .init(60)),
      behaviour: Self.current)
    #expect(wanted == WeightedSplit(canary: 4, stable: 10))
  }

  @Test(
    "minPodsPerReplicaSet lifts counts that are not zero, since 1.10 up to the replicas",
    arguments: [
      (.main, 10, 5, 2, 2), (.main, 10, 0, 2, 0), (.main, 1, 50, 3, 1),
      (ControllerVersion(1, 9, 0), 1, 50, 3, 3), (.main, 10, 50, 2, 5),
    ] as [(ControllerVersion, Int, Int, Int, Int)])
  func minimum(
    version: ControllerVersion, replicas: Int, weight: Int, minimum: Int, canary: Int
  ) {
    let strategy = routed([.setWeight(weight), .pause(nil)], minimum: minimum)
    let rollout = CanarySample.rollout(strategy, replicas: replicas, index: 1)
    #expect(
      RoutedCanaryCounts.wanted(
        rollout, strategy, weights: nil, behaviour: ControllerBehaviour(version)
      ).canary == canary)
  }

  @Test("the minimum does not apply without traffic routing")
  func minimumNeedsRouting() {
    let strategy = CanaryStrategy(minPodsPerReplicaSet: 4)
    #expect(
      RoutedCanaryCounts.atLeastMinimum(1, strategy, replicas: 10, behaviour: Self.current) == 1)
  }

  // MARK: Progress gate and desired counts

  @Test(
    "the progress gate",
    arguments: [
      (nil, 5, 5, 5, true), (nil, 5, 4, 5, false), (nil, 6, 5, 5, false), (nil, 5, 6, 5, false),
      (ProgressThreshold(.percent, 80), 5, 4, 5, true),
      (ProgressThreshold(.percent, 80), 5, 3, 5, false),
      (ProgressThreshold(.percent, 80), 0, 0, 0, true),
      (ProgressThreshold(.percent, 33), 3, 1, 3, true),
      (ProgressThreshold(.percent, 34), 3, 1, 3, false),
      (ProgressThreshold(.pods, 2), 5, 2, 5, true),
      (ProgressThreshold(.pods, 2), 5, 1, 5, false),
      (ProgressThreshold(.pods, 0), 5, 0, 5, true),
      (ProgressThreshold(.percent, -1), 5, 4, 5, false),
      (ProgressThreshold(.pods, -1), 5, 5, 5, true),
    ] as [(ProgressThreshold?, Int, Int, Int, Bool)])
  func gate(
    threshold: ProgressThreshold?, requested: Int, available: Int, target: Int, met: Bool
  ) {
    let set = CanarySample.set("new", requested: requested, available: available)
    #expect(
      ProgressGate.isMet(
        set, target: target, CanaryStrategy(progressThreshold: threshold),
        behaviour: Self.current) == met)
  }

  @Test("before 1.9 there is no progress threshold")
  func noThreshold() {
    let canary = CanaryStrategy(progressThreshold: ProgressThreshold(.pods, 1))
    let set = CanarySample.set("new", requested: 5, available: 2)
    #expect(
      !ProgressGate.isMet(
        set, target: 5, canary, behaviour: ControllerBehaviour(ControllerVersion(1, 8, 3))))
  }

  @Test("stable needs its pods created, not available; others must have none available")
  func desiredCounts() {
    let canary = CanaryStrategy(
      steps: [.setWeight(20), .pause(nil)], maxSurge: .count(0), maxUnavailable: .count(2))
    let rollout = CanarySample.rollout(canary, replicas: 10, index: 0)
    func reached(_ desired: ArgoReplicaSet, _ stable: ArgoReplicaSet, other: Int = 0) -> Bool {
      let others = other > 0 ? [CanarySample.set("x", requested: 0, available: other)] : []
      return DesiredCounts.reached(
        rollout, canary,
        RevisionSets(desired: desired, stable: stable, all: [desired, stable] + others),
        weights: nil, behaviour: Self.current)
    }
    let desired = CanarySample.set("new", requested: 2)
    let stable = CanarySample.set("old", requested: 8, actual: 8, available: 8)
    #expect(reached(desired, stable))
    #expect(reached(desired, CanarySample.set("old", requested: 8, actual: 8, available: 7)))
    #expect(!reached(desired, CanarySample.set("old", requested: 8, actual: 9, available: 8)))
    #expect(!reached(CanarySample.set("new", requested: 2, available: 1), stable))
    #expect(!reached(desired, stable, other: 1))
  }

  @Test("with traffic routing other revisions may have pods, and a shrinking stable is not asked")
  func routedDesiredCounts() {
    let strategy = routed([.setWeight(20), .pause(nil)], dynamic: true)
    let rollout = CanarySample.rollout(strategy, replicas: 10, index: 0)
    let desired = CanarySample.set("new", requested: 2)
    let stable = CanarySample.set("old", requested: 3, available: 0)
    let other = CanarySample.set("x", requested: 5)
    #expect(
      DesiredCounts.reached(
        rollout, strategy,
        RevisionSets(desired: desired, stable: stable, all: [desired, stable, other]),
        weights: nil, behaviour: Self.current))
    let whole = routed([.setWeight(20), .pause(nil)])
    #expect(
      !DesiredCounts.reached(
        rollout, whole,
        RevisionSets(desired: desired, stable: stable, all: [desired, stable, other]),
        weights: nil, behaviour: Self.current))
  }
}
