import RolloutCore
import RolloutTestKit
import Testing

/// No decision writes these events; a log of another version, or one that somebody changed, may hold
/// them. Each folds, and changes nothing but what it speaks of.
@Suite("Events that no decision writes")
struct ForeignEventTests {
  private let background = RunKey(type: .background)

  /// Attempt 2 runs, its background analysis is scheduled.
  private func running() throws -> World {
    var world = try World(
      revisions: 4, steps: [.pause(nil)], background: .init(plan: .errorRate))
    try world.promote(1)
    try world.decide(.start(2))
    return world
  }

  private func unchanged(_ world: World, by events: [RolloutEvent]) {
    for event in events {
      var changed = world
      changed.given([event])
      #expect(changed.state == world.state, "\(event.brief)")
    }
  }

  @Test("an attempt hears only of its own runs and its own revision")
  func otherAttempt() throws {
    let world = try running()
    let now = world.now
    let one = AttemptNumber(1)
    unchanged(
      world,
      by: [
        .runMissing(one, background, now: now),
        .revisionAvailable(AttemptNumber(2), 3, now: now),
        .runScheduled(AttemptNumber(2), background, now: now),
        .attemptReclassified(
          AttemptReclassified(
            attempt: one, track: .fast, rollbackClass: .emergency, rule: .emergencyInsideWindow,
            by: .ann, now: now)),
      ])
    var pods = world
    pods.given([.podsObserved(3, PodCounts(desired: .init(4)), now: now)])
    #expect(pods.state.attempt == world.state.attempt)
  }

  @Test("what ended hears only of its own runs, and an object that is known stays")
  func endedAttempt() throws {
    var world = try running()
    try world.decide(.abort)
    try world.decide(.retry)
    try world.decide(.abort)
    let now = world.now
    let object = RunObject.background("a")
    for event in [
      RolloutEvent.runCreated(AttemptNumber(2), background, object, now: now),
      .runFinished(AttemptNumber(2), background, .success, .stopped, now: now),
    ] {
      var changed = world
      changed.given([event])
      #expect(changed.state.lastEnded == world.state.lastEnded, "\(event.brief)")
    }
    world.given([.runCreated(AttemptNumber(3), background, object, now: now)])
    #expect(world.state.lastEnded?.runs.map(\.object?.name) == ["a"])
    let known = world.state
    world.given([.runFinished(AttemptNumber(2), background, .success, .stopped, now: now)])
    #expect(world.state == known)
    world.given([.runCreated(AttemptNumber(3), background, .background("b"), now: now)])
    #expect(world.state.lastEnded?.runs.map(\.object?.name) == ["a"])
  }

  @Test("a name is expected once however often it is told")
  func expectedOnce() throws {
    var world = try running()
    for _ in 0..<2 {
      world.given([
        .runCreated(AttemptNumber(2), background, .background("a"), now: world.now)
      ])
    }
    #expect(world.state.expectedObjects == ["a"])
  }

  @Test("a debt hears of its own verifications only, each once")
  func debts() throws {
    let world = try owed()
    let debt = try #require(world.state.debts.first)
    let now = world.now
    unchanged(
      world,
      by: [
        .runScheduled(debt.attempt, background, now: now),
        .runScheduled(debt.attempt, RunKey(type: .verification), now: now),
        .verificationOwed(AttemptNumber(99), 3, due: now, now: now),
        .attemptReclassified(
          AttemptReclassified(
            attempt: debt.attempt, track: .fast, rollbackClass: .emergency,
            rule: .emergencyInsideWindow, by: .ann, now: now)),
      ])
  }

  @Test("another attempt's debt is not the running one's to owe")
  func otherDebt() throws {
    let world = try running()
    unchanged(
      world,
      by: [.verificationOwed(AttemptNumber(1), 1, due: world.now, now: world.now)])
  }

  @Test("no more debts are kept than there may be")
  func tooManyDebts() throws {
    var world = try owing()
    for number in 5...30 {
      world.given([
        .attemptClassified(
          AttemptClassified(
            attempt: AttemptNumber(UInt32(number)), revision: RevisionNumber(UInt32(number)),
            stable: 4, strategy: StrategyVersion(1),
            classification: Classification(
              kind: .rollback, origin: .commanded, track: .fast, rules: [], facts: []),
            by: .ann, now: world.now)),
        .verificationOwed(
          AttemptNumber(UInt32(number)), RevisionNumber(UInt32(number)), due: world.now,
          now: world.now),
      ])
    }
    #expect(world.state.debts.count == 17)
  }

  @Test("a watch hears of its own attempt only, and begins where its attempt has just ended")
  func watches() throws {
    let world = try watched(.rollback)
    let now = world.now
    let one = AttemptNumber(1)
    unchanged(
      world,
      by: [
        .watchEnded(one, .passed, now: now), .runCancelled(one, background, .watchEnded, now: now),
        .watchStarted(one, 1, until: now, .record, now: now),
      ])
    var running = world
    try running.decide(.start(3))
    unchanged(
      running, by: [.watchStarted(AttemptNumber(2), 2, until: now, .record, now: now)])
  }

  @Test("a watch that outlived another attempt tells nothing of that attempt's runs")
  func outlived() throws {
    var world = try watched(.rollback)
    let watch = try #require(world.state.watch)
    var other = world
    try other.decide(.start(3))
    for event in other.log.dropFirst(world.log.count).map(\.event) {
      if case .watchEnded = event { continue }
      if case .runCancelled = event { continue }
      world.given([event])
    }
    world.given([
      .attemptEnded(
        AttemptEnded(
          attempt: AttemptNumber(3), verdict: .aborted(.person), by: .ann, now: world.now))
    ])
    let ended = world.state.lastEnded
    #expect(ended?.runs.map(\.key) == [background])
    world.given([.runFinished(watch.attempt, background, .success, .verified, now: world.now)])
    #expect(world.state.lastEnded == ended)
  }

  @Test("runaways of an older attempt are no news, and a type is told of once")
  func runaways() throws {
    var world = try running()
    let found = RolloutEvent.runawayDetected(
      AttemptNumber(2), .background, objects: 11, now: world.now)
    world.given([found])
    unchanged(
      world,
      by: [
        found, .runawayDetected(AttemptNumber(1), .step, objects: 11, now: world.now),
      ])
  }

  @Test("violations are kept up to their bound, of the attempt that they name")
  func violations() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    func violated(_ name: String, _ attempt: UInt32) -> RolloutEvent {
      .contractViolated(AttemptNumber(attempt), .background(name), now: world.now)
    }
    var ended = world
    try ended.decide(.abort)
    world.given((1...101).map { violated("leak-\($0)", 4) })
    #expect(world.state.attempt?.violations.count == RolloutState.violationsMax)
    ended.given([violated("other", 3)])
    #expect(ended.state.lastEnded?.violations.isEmpty == true)
    #expect(
      ended.state.endedContracts.filter { !$0.violations.isEmpty }.map(\.contract.attempt)
        .contains(AttemptNumber(4)) == false)
    ended.given((1...101).map { violated("leak-\($0)", 4) })
    #expect(ended.state.lastEnded?.violations.count == RolloutState.violationsMax)
    #expect(
      ended.state.endedContracts.last?.violations.count == RolloutState.violationsMax)
  }

  @Test("a pause of a step where there is none ends without a step, on either track")
  func pauseWithoutStep() throws {
    for command in [RolloutCommand.resume, .promote] {
      var full = try World(revisions: 3)
      try full.promote(1)
      try full.decide(.start(2))
      full.given([.paused(AttemptNumber(2), .step, by: nil, now: full.now)])
      #expect(try full.when(command) == ["resumed (step)"])
    }
    var fast = try threeStable()
    try fast.decide(rollback(2))
    fast.given([.paused(AttemptNumber(4), .step, by: nil, now: fast.now)])
    #expect(try fast.when(.promote) == ["refused: nothing-to-promote"])
    #expect(try fast.when(.resume) == ["resumed (step)"])
  }

  @Test("a pause beyond the last step sets no timer")
  func pauseBeyond() throws {
    var world = try running()
    world.given([
      .stepReached(AttemptNumber(2), index: 99, how: .skipped, now: world.now),
      .paused(AttemptNumber(2), .step, by: nil, now: world.now),
      .runCreated(AttemptNumber(2), background, .background("a"), now: world.now),
    ])
    #expect(world.nextDue == nil)
  }

  @Test("the last round that there is has no next one")
  func lastRound() throws {
    var world = try running()
    let last = RunKey(type: .background, round: .max)
    world.given([
      .runFinished(AttemptNumber(2), background, .success, .verified, now: world.now),
      .runScheduled(AttemptNumber(2), last, now: world.now),
      .runFinished(AttemptNumber(2), last, .unclear, .inconclusive, now: world.now),
      .paused(AttemptNumber(2), .inconclusiveAnalysis, by: nil, now: world.now),
    ])
    #expect(try world.when(.resume) == ["resumed (inconclusive-analysis)"])

    var owing = try owed()
    let debt = try #require(owing.state.debts.first)
    let verification = RunKey(type: .verification, round: .max)
    owing.given([
      .runScheduled(debt.attempt, verification, now: owing.now),
      .runFinished(debt.attempt, verification, .failure, .failed, now: owing.now),
      .runFinished(
        debt.attempt, RunKey(type: .verification), .failure, .failed, now: owing.now),
    ])
    #expect(try owing.when(.verify) == [])
  }

  @Test(
    "an attempt whose strategy is not known is promoted by its pods, and on the fast track only")
  func unknownStrategy() throws {
    for (track, promoted) in [(Track.full, false), (.fast, true)] {
      var world = try World(revisions: 2)
      try world.promote(1)
      world.given([
        .attemptClassified(
          AttemptClassified(
            attempt: AttemptNumber(2), revision: 2, stable: 1, strategy: StrategyVersion(99),
            classification: Classification(
              kind: .forward, origin: .commanded, track: track, rules: [], facts: []),
            by: .ann, now: world.now))
      ])
      #expect(try world.when(.tick) == [], "nothing says that it is available")
      let status = RolloutStatus(world.state, in: world.context)
      #expect(status?.message == "more replicas need to be updated")
      world.given([.revisionAvailable(AttemptNumber(2), 2, now: world.now)])
      let waiting = RolloutStatus(world.state, in: world.context)
      #expect(waiting?.message == "waiting for all steps to complete")
      #expect(try world.when(.tick).contains("attempt 2 promoted") == promoted)
    }
  }
}
