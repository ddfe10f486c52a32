import RolloutCore
import RolloutTestKit
import Testing

/// What decisions leave behind in the state.
@Suite("What the state remembers")
struct StateFoldTests {
  // MARK: Progress

  private static let starting = PodCounts.Pods(requested: 5, created: 5, ready: 4, available: 4)

  @Test("at each step pods are counted anew: what was there before is no measure of progress")
  func stepCounts() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(50), .setWeight(60)], traffic: .init())))
    try world.when(pods: 5, 10)
    try world.when(weight: 50)
    #expect(world.state.attempt?.stepIndex == 1)
    try world.when(pods: Self.starting, .init(10))
    #expect(world.state.attempt?.progressAt == world.now)
  }

  @Test("after its checkpoint a preview's pods are counted anew")
  func checkpointCounts() throws {
    var world = try attempting(.blueGreen(BlueGreen(previewReplicas: 5)))
    #expect(try world.when(pods: 5, 10).contains("checkpoint"))
    try world.when(pods: Self.starting, .init(10))
    #expect(world.state.attempt?.progressAt == world.now)
  }

  @Test("once analysis is required pods are counted anew")
  func reclassifiedCounts() throws {
    var world = try World(
      Strategy(
        replicas: 10, kind: .canary(Canary(steps: [.setWeight(50)], traffic: .init())),
        window: RollbackWindow(revisions: 3)))
    try world.promote(1, 2)
    try world.decide(rollback(1))
    try world.when(pods: 5, 10)
    try world.decide(.requireAnalysis)
    try world.when(pods: Self.starting, .init(10))
    #expect(world.state.attempt?.progressAt == world.now)
  }

  @Test("pods that a canary loses are no progress, and found again they are none either")
  func lostPods() throws {
    var world = try attempting(.canary(Canary(steps: [.setWeight(50)], traffic: .init())))
    try world.when(pods: 5, 10)
    let whole = world.now
    try world.when(pods: Self.starting, .init(10))
    #expect(world.state.attempt?.progressAt == whole)
  }

  @Test("a switch is progress, and so is where the active service goes, but not the preview's")
  func services() throws {
    var world = try attempting(
      .blueGreen(
        BlueGreen(hasPreviewService: true, prePromotion: .errorRate, postPromotion: .errorRate)))
    try world.when(active: 1)
    try world.when(pods: 10, 10)
    let whole = world.now
    try world.when(reported: .servicesObserved(.init(active: 1, preview: 2)))
    #expect(world.state.attempt?.progressAt == whole)
    let pre = RunObject(name: "pre", type: .prePromotion, podHash: "")
    #expect(try world.when(reported: .runFinished(pre, .success)).last == "switch decided")
    #expect(world.state.attempt?.progressAt == world.now)
    try world.when(reported: .servicesObserved(.init(active: 2, preview: 2)))
    #expect(world.state.attempt?.progressAt == world.now)
  }

  @Test("being available is progress")
  func available() throws {
    var world = try attempting(.canary(Canary(steps: [])))
    try world.decide(.pause)
    try world.when(reported: .available(2))
    #expect(world.state.attempt?.progressAt == world.now)
  }

  // MARK: Names and hashes

  @Test("names of expected objects are remembered up to a bound, the latest")
  func expectedObjects() throws {
    var world = try World(revisions: 2, background: .init(plan: .errorRate))
    try world.promote(1)
    try world.decide(.start(2))
    for number in 1...30 {
      try world.when(reported: .runCreated(.background("run-\(number)")))
      try world.decide(.abort)
      try world.decide(.retry)
    }
    #expect(world.state.expectedObjects == (7...30).map { "run-\($0)" })
  }

  @Test("a contract learns the hash of its own revision, once")
  func contractHash() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.when(reported: .revisionObserved(1, LocalRevision(podHash: "one")))
    #expect(world.state.attempt?.contract?.podHash == nil)
    try world.decide(.abort)
    let index = try #require(
      world.state.endedContracts.firstIndex { $0.contract.attempt == AttemptNumber(4) })
    for hash in ["two", "other"] {
      try world.when(reported: .revisionObserved(2, LocalRevision(podHash: hash)), under: nil)
      #expect(world.state.endedContracts[index].contract.podHash == "two")
    }
  }

  @Test("a full attempt succeeds the contracts of its own revision only")
  func succeeded() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.decide(.abort)
    try world.decide(.start(4))
    #expect(world.state.endedContracts.allSatisfy { !$0.isSucceeded })
    try world.decide(.abort)
    try world.decide(insisting(2))
    #expect(
      world.state.endedContracts.filter(\.isSucceeded).map(\.contract.revision) == [2])
  }

  // MARK: History

  @Test("going back to stable leaves since when it is stable as it was")
  func returnToStable() throws {
    var world = try threeStable()
    let before = try #require(world.state.history[3])
    try world.decide(.start(4))
    try world.decide(rollback(3))
    try world.when(reported: .available(3))
    #expect(world.state.stable == 3)
    #expect(world.state.history[3] == before)
  }

  @Test("adopting changes nothing of what is known of a revision, and undo goes back before it")
  func adoptedHistory() throws {
    var world = try threeStable()
    let (first, third) = (world.state.history[1], world.state.history[3])
    try world.decide(.adopt(Adoption(stable: 3, history: [1, 4])))
    #expect(world.state.history[1] == first)
    #expect(world.state.history[3] == third)
    #expect(world.state.history[4]?.imported == true)
    #expect(world.state.previouslyDesired == 2)
    try world.decide(.adopt(Adoption(stable: 5)))
    #expect(world.state.previouslyDesired == 3)
    try world.decide(.undo)
    #expect(world.state.attempt?.revision == 3)
    #expect(world.state.attempt?.classification.rollback?.answer.restsOnImport == false)
  }

  @Test("pods of a revision that was given up are others to the next one")
  func givenUp() throws {
    var world = try attempting(
      .canary(Canary(steps: [.setWeight(50)], maxSurge: .pods(1), maxUnavailable: .pods(0))))
    try world.when(pods: 8, 2)
    try world.decide(.start(3))
    #expect(world.directive.pods == .init(desired: 0, stable: 3))
  }

  // MARK: Owed analysis

  @Test("what plans leave out of the count is left out of what is owed, once")
  func dryRun() {
    let plan = AnalysisPlan(
      templates: AnalysisPlan.errorRate.templates, dryRun: ["errors", "latency"])
    let other = AnalysisPlan(templates: [], dryRun: ["latency", "rate"])
    let strategy = Strategy(
      replicas: 1, steps: [.analysis(plan), .analysis(other)], background: .init(plan: plan))
    #expect(
      AnalysisPlan.verification(of: strategy)?.dryRun == ["errors", "latency", "rate"])
  }

  // MARK: In words

  @Test("the phase says in words what an attempt waits for, a person's pause first")
  func phaseMessages() throws {
    func message(_ world: World) -> String { world.state.phaseMessage }
    func canary(_ steps: [Strategy.Step]) throws -> World {
      try attempting(.canary(Canary(steps: steps, background: .init(plan: .errorRate))))
    }
    var world = try canary([.pause(nil), .setWeight(50)])
    #expect(message(world) == "revision 2 is paused at step 0")
    try world.when(reported: .runFinished(.background("a"), .unclear))
    #expect(message(world) == "revision 2 is paused: an analysis was inconclusive")
    try world.decide(.pause)
    #expect(message(world) == "revision 2 is paused by a person")
    try world.decide(.skipStep)
    #expect(message(world) == "revision 2 is at step 1")
    try world.decide(.promoteFull)
    #expect(message(world) == "revision 2 is being promoted in full")
    try world.when(reported: .available(2))
    #expect(message(world) == "revision 2 is stable")

    var experiment = try canary([.experiment(.init(templates: []))])
    let object = RunObject(name: "e", type: .experiment, podHash: "", stepIndex: 0)
    try experiment.when(reported: .runFinished(object, .unclear))
    #expect(message(experiment) == "revision 2 is paused: an experiment was inconclusive")

    var blueGreen = try attempting(.blueGreen(BlueGreen(autoPromotion: false)))
    #expect(message(blueGreen) == "revision 2 is at step 0")
    try blueGreen.when(pods: 10, 10)
    #expect(message(blueGreen) == "revision 2 is paused before the switch")
    try blueGreen.decide(.resume)
    #expect(message(blueGreen) == "revision 2 is where the active service goes")
    try blueGreen.decide(rollback(1))
    #expect(message(blueGreen) == "revision 1 is coming up without steps or analysis")
    #expect(try World().state.phaseMessage == "nothing was deployed yet")
  }
}
