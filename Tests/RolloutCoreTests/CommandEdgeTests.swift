import RolloutCore
import RolloutTestKit
import Testing

@Suite("Commands and reports at their edges")
struct CommandEdgeTests {
  private static let most = 1_000

  /// An attempt with as much analysis as one may have; its last run is inconclusive if asked for.
  private func exhausted(_ steps: [Strategy.Step], inconclusive: Bool) throws -> World {
    var world = try attempting(
      .canary(Canary(steps: steps, background: .init(plan: .errorRate))))
    let (number, now) = (AttemptNumber(2), world.now)
    world.given(
      (2...Self.most).map {
        .runScheduled(number, RunKey(type: .background, round: $0), now: now)
      })
    world.given(
      (1...Self.most).map {
        .runFinished(
          number, RunKey(type: .background, round: $0), inconclusive ? .unclear : .success,
          inconclusive ? .inconclusive : .verified, now: now)
      })
    if inconclusive {
      world.given([.paused(number, .inconclusiveAnalysis, by: nil, now: now)])
    }
    return world
  }

  // MARK: The bound of analysis

  @Test(
    "where nothing is repeated no bound of analysis refuses a command",
    arguments: [RolloutCommand.resume, .promote, .skipStep])
  func nothingRepeated(command: RolloutCommand) throws {
    var world = try exhausted([.pause(nil), .pause(nil)], inconclusive: false)
    #expect(try world.when(command).contains { $0.hasPrefix("step 1 ") })
  }

  @Test("what would repeat analysis beyond its bound is refused: skip-step, require-analysis")
  func repeated() throws {
    var world = try exhausted([.pause(nil), .pause(nil)], inconclusive: true)
    #expect(try world.when(.skipStep) == ["refused: limit-reached"])

    var fast = try threeStable()
    try fast.decide(rollback(2))
    let now = fast.now
    fast.given(
      (1...Self.most).map {
        .runScheduled(AttemptNumber(4), RunKey(type: .background, round: $0), now: now)
      })
    #expect(try fast.when(.requireAnalysis) == ["refused: limit-reached"])
  }

  @Test("what was cancelled or succeeded counts as inconclusive nowhere")
  func notInconclusive() throws {
    var world = try World(revisions: 3, steps: [.analysis(.errorRate), .analysis(.errorRate)])
    try world.promote(1)
    try world.decide(.start(2))
    try world.when(reported: .runCreated(.step(0, "a")))
    try world.decide(.promote)
    try world.when(reported: .runFinished(.step(0, "a"), .unclear))
    #expect(world.state.attempt?.inconclusive == [])
    #expect(world.state.phase == .progressing)
    try world.when(reported: .runFinished(.step(1, "b"), .success))
    #expect(world.state.attempt?.inconclusive == [])
  }

  // MARK: Commands

  @Test("promote-full has nothing to skip on the fast track")
  func fullPromotionOfFast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect(try world.when(.promoteFull) == [])
    #expect(world.state.attempt?.fullPromotion == false)
  }

  @Test("require-analysis in a forward attempt that skips everything says that it is none")
  func requireForward() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    try world.decide(.promoteFull)
    #expect(try refusal(&world, .requireAnalysis).contains("only a running rollback"))
  }

  @Test("escalating what is fast already keeps what it came to")
  func escalatedFast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    try world.decide(.abort)
    try world.decide(rollback(2))
    try world.when(weight: 50)
    #expect(try world.when(.escalate) == ["attempt 5 now fast, emergency"])
    #expect(world.state.attempt?.weight == 50)
    #expect(
      world.state.endedContracts.map(\.isSucceeded) == [false, false],
      "no analysis was asked for since")
  }

  @Test("require-analysis takes back that the target was available: its steps come first")
  func requiredAgain() throws {
    var world = try World(
      revisions: 3, steps: [.setWeight(20)], window: RollbackWindow(revisions: 3))
    try world.promote(1, 2)
    try world.decide(rollback(1))
    try world.decide(.pause)
    try world.when(reported: .available(1))
    try world.decide(.requireAnalysis)
    try world.decide(.resume)
    try world.when(weight: 20)
    #expect(world.state.attempt?.stepIndex == 1)
    #expect(try world.when(reported: .available(1)).contains { $0.contains("promoted") })
  }

  @Test("a retry is refused while it runs, and where what was aborted was adopted since")
  func retry() throws {
    var world = try attempting(.canary(Canary(steps: [.pause(nil)])))
    try world.decide(.abort)
    var adopted = world
    try world.decide(.retry)
    #expect(try world.when(.retry) == ["refused: not-aborted"])
    try adopted.decide(.adopt(Adoption(stable: 2)))
    #expect(try adopted.when(.retry) == ["refused: not-aborted"])
  }

  @Test("a rollback with analysis that is asked for again is there already")
  func insistedTwice() throws {
    var world = try threeStable()
    try world.decide(insisting(2))
    #expect(try world.when(insisting(2)) == [])
  }

  @Test("what is still held and inside its window is fast by its window")
  func heldInside() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .blueGreen(BlueGreen(scaleDownDelay: .seconds(10_000))),
        window: RollbackWindow(revisions: 3)), revisions: 3)
    try world.promote(1, 2)
    try world.decide(rollback(1))
    let rules = try #require(world.state.attempt?.classification.rules)
    #expect(rules.contains(.insideMeansFast))
    #expect(!rules.contains(.stillHeldByScaleDownDelay))
  }

  @Test("a canary's pods that are still there make going back no mere switch")
  func canaryIsNotHeld() throws {
    var world = try attempting(
      .canary(Canary(steps: [.pause(nil)], traffic: .init(), scaleDownDelay: .seconds(10_000))))
    try world.promote(2)
    #expect(world.state.keptUntil(1) != nil)
    try world.decide(rollback(1))
    #expect(world.state.attempt?.track == .full)
  }

  @Test("a hundred revisions of history can be adopted, and no more")
  func adoptedHistory() throws {
    var world = try World(revisions: 102)
    func adoption(_ count: Int) -> RolloutCommand {
      .adopt(
        Adoption(stable: 102, history: (1...count).map { RevisionNumber(UInt32($0)) }))
    }
    #expect(try world.when(adoption(101)) == ["refused: limit-reached"])
    #expect(try world.when(adoption(100)).first?.hasPrefix("adopted 102") == true)
  }

  // MARK: Reports

  @Test("pods of another revision than the desired one, or that cannot be, are not heard")
  func pods() throws {
    var world = try attempting(.canary(Canary(steps: [.pause(nil)])))
    for counts in [
      PodCounts(desired: .init(-1)), PodCounts(desired: .init(0), stable: .init(1_000_001)),
    ] {
      #expect(try world.when(reported: .podsObserved(2, counts)) == [])
    }
    #expect(try world.when(reported: .podsObserved(1, PodCounts(desired: .init(3)))) == [])
    #expect(try world.when(reported: .podsObserved(2, PodCounts(desired: .init(3)))).count == 1)
  }

  @Test("the same pods of another revision are news")
  func samePods() throws {
    var world = try threeStable()
    let counts = PodCounts(desired: .init(4))
    #expect(try world.when(reported: .podsObserved(3, counts), under: nil).count == 1)
    #expect(try world.when(reported: .podsObserved(3, counts), under: nil) == [])
    try world.decide(.adopt(Adoption(stable: 4)))
    #expect(try world.when(reported: .podsObserved(4, counts), under: nil).count == 1)
  }

  @Test("what was aborted is not kept any more once something else was adopted")
  func abortedThenAdopted() throws {
    var world = try attempting(.canary(Canary(steps: [.pause(nil)], traffic: .init())))
    try world.when(pods: 1, 9)
    try world.decide(.abort)
    try world.decide(.adopt(Adoption(stable: 3)))
    let whole = PodCounts(desired: .init(10), stable: .init(10))
    #expect(try world.when(reported: .podsObserved(3, whole)).count == 1)
    #expect(world.state.keptUntil(2) == nil)
  }

  // MARK: Pods that stay

  @Test("without a delay the pods of a preview that was given up go at once")
  func noDelay() throws {
    var world = try attempting(.blueGreen(BlueGreen(scaleDownDelay: .seconds(0))))
    #expect(try world.when(.start(3)).filter { $0.contains("kept") } == [])
  }

  @Test("what an abort left standing for ever stays for its retry, and goes for anything else")
  func keptForEver() throws {
    var world = try attempting(
      .canary(Canary(steps: [.pause(nil)], traffic: .init(), abortScaleDownDelay: .seconds(0))))
    try world.decide(.abort)
    #expect(world.state.keptUntil(2)?.microseconds == .max)
    var retried = world
    #expect(try retried.when(.retry).first?.hasPrefix("attempt 3") == true)
    #expect(try world.when(.start(3)).first == "revision 2 kept for 0 s")
    #expect(world.state.keptUntil(2) == nil)
  }

  @Test("of revisions whose pods stay the highest are kept, up to a bound")
  func keptBound() throws {
    var world = try World(
      Strategy(
        replicas: 1, kind: .blueGreen(BlueGreen(scaleDownDelay: .seconds(1_000_000)))),
      revisions: 102)
    for number in 1...101 { try world.promote(number) }
    #expect(world.state.kept.count == RolloutState.keptMax)
    #expect(world.state.kept.last?.revision == 1)
    try world.promote(102)
    #expect(world.state.kept.count == RolloutState.keptMax)
    #expect(world.state.kept.first?.revision == 101)
    #expect(world.state.kept.last?.revision == 2)
  }

  // MARK: Warnings

  @Test("a controller's name is read up to 256 bytes")
  func controllerName() throws {
    for (length, isRead) in [(256, true), (257, false)] {
      var world = try World(
        Strategy(
          replicas: 4, kind: .canary(Canary(steps: [], traffic: .init())),
          window: RollbackWindow(revisions: 3)))
      let tag = ":v1.11.0"
      world.registration.controllerVersion =
        String(repeating: "a", count: length - tag.utf8.count) + tag
      try world.promote(1, 2)
      try world.decide(rollback(1))
      #expect(world.state.attempt?.classification.warnings.isEmpty == isRead)
    }
  }

  @Test("pods that are known to be the target's, or to be none of it, decide about a warning")
  func knownPods() throws {
    var world = try World(
      Strategy(
        replicas: 4, kind: .canary(Canary(steps: [.pause(nil)], traffic: .init())),
        window: RollbackWindow(revisions: 3)))
    world.registration.controllerVersion = "v1.9.0"
    try world.promote(1, 2)
    var another = world
    try world.decide(rollback(1))
    try world.decide(.pause)
    try world.when(pods: 4, 4)
    try world.decide(.abort)
    try world.decide(rollback(1))
    #expect(world.state.attempt?.classification.warnings == [], "it has all its pods")
    try another.decide(.start(3))
    try another.when(pods: 1, 4)
    try another.decide(rollback(1))
    #expect(another.state.attempt?.classification.warnings == [.trafficAheadOfCapacity])
  }
}
