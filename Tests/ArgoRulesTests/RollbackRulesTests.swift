import ArgoRules
import Testing

@Suite("Rollback and its window")
struct RollbackRulesTests {
  static let current = ControllerBehaviour(.main)

  func set(_ created: Int64?, _ hash: String) -> ArgoReplicaSet? {
    created.map { CanarySample.set(hash, created: $0) }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var situation: String
    var desired: Int64?
    var stable: Int64?
    var others: [Int64] = []
    var experiments: [Int64] = []
    var window: Int?
    var inside: Bool
    var testDescription: String { situation }
  }

  static let table: [Case] = [
    Case(
      situation: "desired does not exist yet", desired: nil, stable: 50, window: 3, inside: false),
    Case(situation: "nothing is stable", desired: 10, stable: nil, window: 3, inside: false),
    Case(
      situation: "desired is younger than stable", desired: 60, stable: 50, window: 3,
      inside: false),
    Case(
      situation: "desired and stable were created in the same second", desired: 50, stable: 50,
      window: 9, inside: false),
    Case(
      situation: "adjacent and older, window 1", desired: 40, stable: 50, window: 1, inside: true),
    Case(
      situation: "one between, window 1", desired: 30, stable: 50, others: [40], window: 1,
      inside: false),
    Case(
      situation: "one between, window 2", desired: 30, stable: 50, others: [40], window: 2,
      inside: true),
    Case(
      situation: "two between, window 2", desired: 20, stable: 50, others: [30, 40], window: 2,
      inside: false),
    Case(
      situation: "revision 2 of 5 with window 3, one farther than the documentation says",
      desired: 20, stable: 50, others: [10, 30, 40], window: 3, inside: true),
    Case(
      situation: "revision 1 of 5 with window 3", desired: 10, stable: 50, others: [20, 30, 40],
      window: 3, inside: false),
    Case(
      situation: "an experiment's pods between do not count", desired: 30, stable: 50,
      experiments: [35, 45], window: 1, inside: true),
    Case(
      situation: "one created in the second of desired is not between", desired: 30, stable: 50,
      others: [30], window: 1, inside: true),
    Case(
      situation: "one created in the second of stable is not between", desired: 30, stable: 50,
      others: [50], window: 1, inside: true),
    Case(
      situation: "an update in flight is younger than stable and does not count", desired: 10,
      stable: 20, others: [30], window: 1, inside: true),
    Case(
      situation: "older than desired does not count", desired: 30, stable: 50, others: [10, 20],
      window: 1, inside: true),
    Case(situation: "no window", desired: 40, stable: 50, window: nil, inside: false),
    Case(situation: "window 0", desired: 40, stable: 50, window: 0, inside: false),
    Case(situation: "a negative window", desired: 40, stable: 50, window: -2, inside: false),
    Case(
      situation: "a window larger than any history", desired: 10, stable: 50,
      others: [20, 30, 40], window: 1_000_000, inside: true),
  ]

  @Test("the window predicate", arguments: table)
  func window(_ test: Case) {
    let desired = set(test.desired, "desired")
    let stable = set(test.stable, "stable")
    var all = [desired, stable].compactMap(\.self)
    all += test.others.enumerated().map { CanarySample.set("other\($0)", created: $1) }
    all += test.experiments.enumerated().map {
      CanarySample.set("ex\($0)", created: $1, experiment: "web-experiment")
    }
    let answer = RollbackRules.window(
      desired: desired, stable: stable, all: all, revisions: test.window,
      behaviour: Self.current)
    #expect(answer.isInside == test.inside)
  }

  @Test("pods, abort and promotion of the revisions between do not matter: all count")
  func everyRevisionCounts() {
    let sets = [
      CanarySample.set("a", created: 1), CanarySample.set("b", created: 2, requested: 5),
      CanarySample.set("c", created: 3), CanarySample.set("d", created: 4, requested: 5),
    ]
    #expect(RollbackRules.between(desired: sets[0], stable: sets[3], all: sets) == 2)
  }

  @Test("revision numbers are ignored, creation decides")
  func numbersAreIgnored() {
    let desired = CanarySample.set("a", created: 1, revision: 9)
    let stable = CanarySample.set("b", created: 2, revision: 2)
    #expect(RollbackRules.isRollback(desired: desired, stable: stable))
    #expect(!RollbackRules.isRollback(desired: stable, stable: desired))
  }

  @Test("fractions of a second do not order revisions")
  func wholeSeconds() {
    var desired = CanarySample.set("a", created: 7)
    var stable = CanarySample.set("b", created: 7)
    desired.created = ArgoTime(microseconds: 7_000_001)
    stable.created = ArgoTime(microseconds: 7_999_999)
    #expect(!RollbackRules.isRollback(desired: desired, stable: stable))
  }

  @Test("desired being stable is a rollback by state, and outside by the predicate")
  func desiredIsStable() {
    let set = CanarySample.set("a", created: 1)
    let answer = RollbackRules.window(
      desired: set, stable: set, all: [set], revisions: 3, behaviour: Self.current)
    #expect(RollbackRules.isRollback(desired: set, stable: set))
    #expect(answer == .notOlder)
  }

  @Test("nothing is a rollback while desired or stable is missing")
  func missing() {
    let set = CanarySample.set("a", created: 1)
    #expect(!RollbackRules.isRollback(desired: nil, stable: set))
    #expect(!RollbackRules.isRollback(desired: set, stable: nil))
  }

  @Test("before 1.4 there is no window")
  func noWindowBefore14() {
    let sets = [CanarySample.set("a", created: 1), CanarySample.set("b", created: 2)]
    let answer = RollbackRules.window(
      desired: sets[0], stable: sets[1], all: sets, revisions: 3,
      behaviour: ControllerBehaviour(ControllerVersion(1, 3, 3)))
    #expect(answer == .noWindow)
  }

  @Test("the log line says how many lie between and the window")
  func logLine() {
    #expect(
      RollbackWindowAnswer.inside(between: 0, revisions: 3).logLine
        == "Rollback within the window: 0 (3)")
    #expect(
      RollbackWindowAnswer.outside(between: 2, revisions: 2).logLine
        == "Rollback outside the window: 2 (2)")
    #expect(RollbackWindowAnswer.noWindow.logLine == nil)
    #expect(RollbackWindowAnswer.notOlder.logLine == nil)
    #expect(RollbackWindowAnswer.notComparable.logLine == nil)
  }

  // MARK: Fast rollback

  static let blueGreen = ArgoStrategy.blueGreen(BlueGreenStrategy(activeService: "active"))
  static let canary = ArgoStrategy.canary(CanaryStrategy())

  @Test(
    "a scale-down deadline makes a rollback fast in blue-green only, and only while it is ahead",
    arguments: [
      (blueGreen, .at(ArgoTime(seconds: 101)), true),
      (blueGreen, .at(ArgoTime(seconds: 100)), false),
      (blueGreen, .at(ArgoTime(seconds: 99)), false), (blueGreen, .unreadable, false),
      (canary, .at(ArgoTime(seconds: 500)), false),
    ] as [(ArgoStrategy, ArgoReplicaSet.ScaleDownDeadline, Bool)])
  func deadline(
    strategy: ArgoStrategy, deadline: ArgoReplicaSet.ScaleDownDeadline, isFast: Bool
  ) {
    let desired = CanarySample.set("a", created: 1, deadline: deadline)
    let stable = CanarySample.set("b", created: 2)
    let fast = FastRollback(
      RevisionSets(desired: desired, stable: stable, all: [desired, stable]),
      strategy: strategy, window: .noWindow, now: ArgoTime(seconds: 100))
    #expect(fast.isFast == isFast)
  }

  @Test("a forward update to a revision with a live deadline is not fast")
  func deadlineNeedsRollback() {
    let desired = CanarySample.set("a", created: 3, deadline: .at(ArgoTime(seconds: 900)))
    let stable = CanarySample.set("b", created: 2)
    let fast = FastRollback(
      RevisionSets(desired: desired, stable: stable, all: [desired, stable]),
      strategy: Self.blueGreen, window: .notOlder, now: ArgoTime(seconds: 100))
    #expect(!fast.isFast)
  }

  @Test("returning to stable is fast in both strategies", arguments: [blueGreen, canary])
  func returning(strategy: ArgoStrategy) {
    let set = CanarySample.set("a", created: 3)
    let fast = FastRollback(
      RevisionSets(desired: set, stable: set, all: [set]), strategy: strategy,
      window: .notOlder, now: ArgoTime(seconds: 100))
    #expect(fast.grounds == [.desiredIsStable])
  }

  @Test("being inside the window is fast, and grounds add up")
  func grounds() {
    let desired = CanarySample.set("a", created: 1, deadline: .at(ArgoTime(seconds: 900)))
    let stable = CanarySample.set("b", created: 2)
    let fast = FastRollback(
      RevisionSets(desired: desired, stable: stable, all: [desired, stable]),
      strategy: Self.blueGreen, window: .inside(between: 0, revisions: 1),
      now: ArgoTime(seconds: 100))
    #expect(fast.grounds == [.insideWindow, .liveScaleDownDeadline])
  }

  // MARK: Properties

  func history(_ random: inout SeededNumbers) -> [ArgoReplicaSet] {
    (0..<Int.random(in: 2...9, using: &random)).map { index in
      CanarySample.set(
        "r\(index)", created: Int64.random(in: 0...12, using: &random),
        requested: Int.random(in: 0...2, using: &random),
        experiment: random.chance(15) ? "ex" : nil)
    }
  }

  @Test("a larger window never turns inside into outside", arguments: UInt64(0)..<200)
  func monotoneInTheWindow(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let all = history(&random)
    let (desired, stable) = (random.pick(all), random.pick(all))
    var wasInside = false
    for revisions in -1...12 {
      let inside = RollbackRules.window(
        desired: desired, stable: stable, all: all, revisions: revisions,
        behaviour: Self.current
      ).isInside
      #expect(!wasInside || inside)
      wasInside = inside
    }
  }

  @Test("a revision closer to stable is inside if a farther one is", arguments: UInt64(0)..<200)
  func monotoneInTheDistance(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let all = history(&random)
    let stable = random.pick(all)
    let revisions = Int.random(in: 1...5, using: &random)
    func inside(_ desired: ArgoReplicaSet) -> Bool {
      RollbackRules.window(
        desired: desired, stable: stable, all: all, revisions: revisions,
        behaviour: Self.current
      ).isInside
    }
    for far in all where inside(far) {
      for near in all where near.created > far.created && near.created < stable.created {
        #expect(inside(near))
      }
    }
  }

  @Test("adding a revision between can only shrink the window", arguments: UInt64(0)..<200)
  func addingShrinks(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let all = history(&random)
    let (desired, stable) = (random.pick(all), random.pick(all))
    let revisions = Int.random(in: 1...5, using: &random)
    func inside(_ all: [ArgoReplicaSet]) -> Bool {
      RollbackRules.window(
        desired: desired, stable: stable, all: all, revisions: revisions,
        behaviour: Self.current
      ).isInside
    }
    let more = all + [CanarySample.set("x", created: Int64.random(in: 0...12, using: &random))]
    #expect(inside(all) || !inside(more))
    let fewer = Array(all.dropLast())
    if inside(all) { #expect(inside(fewer)) }
  }

  @Test("the rank distance says the same as counting between", arguments: UInt64(0)..<100)
  func rank(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let count = Int.random(in: 2...9, using: &random)
    let all = (0..<count).map { CanarySample.set("r\($0)", created: Int64($0) * 10) }
    let low = Int.random(in: 0..<count - 1, using: &random)
    let high = Int.random(in: low + 1..<count, using: &random)
    for revisions in 1...9 {
      let inside = RollbackRules.window(
        desired: all[low], stable: all[high], all: all.shuffled(using: &random),
        revisions: revisions, behaviour: Self.current
      ).isInside
      #expect(inside == (high - low <= revisions))
    }
  }
}
