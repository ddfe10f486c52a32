import RolloutCore
import RolloutTestKit
import Testing

/// Revisions 1, 2 and 3 were stable here, 3 is; 4 to 6 are registered. Two lie within the window.
func threeStable(
  steps: [Strategy.Step] = [.setWeight(20), .analysis(.errorRate)],
  background: Strategy.BackgroundAnalysis? = .init(plan: .errorRate),
  window: RollbackWindow? = RollbackWindow(revisions: 2)
) throws -> World {
  var world = try World(steps: steps, background: background, window: window)
  try world.promote(1, 2, 3)
  return world
}

func emergency(_ target: RevisionNumber?) -> RolloutCommand {
  .rollback(RollbackRequest(target: target, rollbackClass: .emergency))
}

func rollback(_ target: RevisionNumber?) -> RolloutCommand {
  .rollback(RollbackRequest(target: target))
}

func insisting(_ target: RevisionNumber) -> RolloutCommand {
  .rollback(RollbackRequest(target: target, insistsOnAnalysis: true))
}

@Suite("Classification")
struct ClassificationTests {
  @Test("the first deployment is fast: nothing is scheduled, and a contract says so")
  func initial() throws {
    var world = try World(steps: [.setWeight(20)], background: .init(plan: .errorRate))
    #expect(try world.when(.start(1)) == ["attempt 1: initial to 1, fast"])
    #expect(world.directive.forbidden?.attempt == AttemptNumber(1))
    #expect(world.state.attempt?.classification.rules == [.initialDeployment])
    #expect(
      try world.when(reported: .available(1))
        == ["revision 1 available", "attempt 1 promoted", "contract 1 kept"])
  }

  @Test(
    "an attempt is what its number says beside stable",
    arguments: [
      (.start(4), ["attempt 4: forward to 4, full", "background scheduled"]),
      (.start(3), []),
      (.start(2), ["attempt 4: rollback to 2, fast"]),
      (.start(1), ["attempt 4: rollback to 1, fast"]),
      (rollback(2), ["attempt 4: rollback to 2, fast"]),
      (rollback(nil), ["attempt 4: rollback to 2, fast"]),
      (rollback(3), []),
      (rollback(4), ["refused: rollback-above-stable"]),
      (rollback(9), ["refused: unknown-revision"]),
      (.start(9), ["refused: unknown-revision"]),
      (.start(0), ["refused: unknown-revision"]),
      (insisting(2), ["attempt 4: rollback to 2, full", "background scheduled"]),
      (emergency(2), ["attempt 4: rollback to 2, fast"]),
    ] as [(RolloutCommand, [String])])
  func byNumber(command: RolloutCommand, then expected: [String]) throws {
    var world = try threeStable()
    #expect(try world.when(command) == expected)
  }

  @Test(
    "the rules are named in the order they were applied",
    arguments: [
      (.start(4), [.forwardByNumber]),
      (
        .start(2),
        [
          .startBelowStableIsRollback, .rollbackByNumber, .windowFromManifest,
          .windowRevisionsHeld, .insideMeansFast,
        ]
      ),
      (
        rollback(2),
        [.rollbackByNumber, .windowFromManifest, .windowRevisionsHeld, .insideMeansFast]
      ),
      (
        insisting(1),
        [.rollbackByNumber, .windowFromManifest, .windowRevisionsHeld, .analysisInsisted]
      ),
      (
        emergency(1),
        [.rollbackByNumber, .windowFromManifest, .windowRevisionsHeld, .emergencyInsideWindow]
      ),
      (
        .report(OutcomeReport(attempt: nil, .changeObserved(2, nil))),
        [
          .observedAdopted, .rollbackByNumber, .windowFromManifest, .windowRevisionsHeld,
          .insideMeansFast,
        ]
      ),
    ] as [(RolloutCommand, [Rule])])
  func rules(command: RolloutCommand, then expected: [Rule]) throws {
    var world = try threeStable()
    try world.decide(command)
    #expect(world.state.attempt?.classification.rules == expected)
  }

  @Test("every fact is named with its place in the log")
  func facts() throws {
    var world = try threeStable()
    try world.decide(rollback(1))
    let facts = try #require(world.state.attempt?.classification.facts)
    // Revisions 1 to 6 are at 0 to 5, the strategy at 6; attempt 1 ends at 9.
    let stable = world.log.first {
      if case .attemptEnded(let event) = $0.event {
        event.attempt == AttemptNumber(3)
      } else {
        false
      }
    }
    let stopped = world.log.first {
      if case .attemptEnded(let event) = $0.event {
        event.attempt == AttemptNumber(2)
      } else {
        false
      }
    }
    let between = world.log.first {
      if case .attemptClassified(let event) = $0.event { event.revision == 2 } else { false }
    }
    #expect(
      facts == [
        Fact(.targetRegistered, revision: 1, at: LogPosition(0)),
        Fact(.stableSince, revision: 3, at: stable?.position),
        Fact(.strategy, at: LogPosition(6)),
        Fact(.targetStoppedBeingStable, revision: 1, at: stopped?.position),
        Fact(.attemptedBetween, revision: 2, at: between?.position),
      ])
  }

  @Test("a rollback outside its window takes the full way")
  func outside() throws {
    var world = try threeStable(window: RollbackWindow(revisions: 1))
    #expect(
      try world.when(rollback(1)) == ["attempt 4: rollback to 1, full", "background scheduled"])
    #expect(world.state.attempt?.classification.rules.last == .outsideMeansFull)
    #expect(world.directive.forbidden == nil)
  }

  @Test(
    "an emergency needs a reason, and is refused outside its window with the full way named",
    arguments: [
      (2, Requester.ann, nil), (2, .silent, .emergencyNeedsReason),
      (2, Requester(principal: "ann", reason: " \n"), .emergencyNeedsReason),
      (1, .ann, .emergencyOutsideWindow), (1, .silent, .emergencyNeedsReason),
    ] as [(RevisionNumber, Requester, Rule?)])
  func emergencies(target: RevisionNumber, by requester: Requester, refused rule: Rule?) throws {
    var world = try threeStable(window: RollbackWindow(revisions: 1))
    do {
      try world.decide(emergency(target), by: requester)
      #expect(rule == nil)
      #expect(world.state.attempt?.classification.rollback?.rollbackClass == .emergency)
    } catch let refusal as Refusal {
      #expect(refusal.rule == rule)
      if rule == .emergencyOutsideWindow {
        #expect(refusal.message.contains("`windlass rollback shop/checkout --to 1`"))
      }
    }
  }

  @Test("a rollback above stable is refused with the right command named")
  func aboveStable() throws {
    let world = try threeStable()
    #expect {
      var copy = world
      try copy.decide(rollback(5))
    } throws: { error in
      (error as? Refusal)?.message.contains("`windlass start shop/checkout") == true
    }
  }

  @Test(
    "a rollback without anything to go back to is refused",
    arguments: [(0, "refused: nothing-stable"), (1, "refused: no-previous-stable")])
  func nowhere(promoted: Int, then expected: String) throws {
    var world = try World()
    if promoted == 1 { try world.promote(1) }
    #expect(try world.when(rollback(nil)) == [expected])
  }

  @Test("a rollback names no unknown revision, even before anything is stable")
  func unknownBeforeStable() throws {
    var world = try World(revisions: 2)
    #expect(try world.when(rollback(7)) == ["refused: unknown-revision"])
    #expect(try world.when(rollback(1)) == ["refused: nothing-stable"])
  }

  @Test("a rollback without a target goes to what was stable last, not to the next number")
  func previousStable() throws {
    var world = try threeStable()
    try world.promote(1)  // A rollback: 3 stopped being stable last.
    try world.promote(4)
    #expect(try world.when(rollback(nil)).first == "attempt 6: rollback to 1, full")
  }

  @Test("a rollback without a target returns to stable while something else is wanted")
  func returnToStable() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    #expect(
      try world.when(rollback(nil)) == [
        "background cancelled (fast-track)", "attempt 4 withdrawn",
        "attempt 5: return-to-stable to 3, fast",
      ])
    #expect(
      try world.when(reported: .available(3))
        == ["revision 3 available", "attempt 5 promoted", "contract 5 kept"])
    try world.abort(4)
    #expect(try world.when(rollback(nil)) == ["attempt 7: return-to-stable to 3, fast"])
  }

  @Test("after an abort, starting stable is a return to it; otherwise it is satisfied")
  func startStable() throws {
    var world = try threeStable()
    #expect(try world.when(.start(3)) == [])
    try world.abort(4)
    #expect(try world.when(.start(3)) == ["attempt 5: return-to-stable to 3, fast"])
  }

  @Test("a return to stable runs analysis where the caller insists")
  func insistedReturn() throws {
    var world = try threeStable()
    try world.abort(4)
    #expect(
      try world.when(insisting(3))
        == ["attempt 5: return-to-stable to 3, full", "background scheduled"])
    #expect(world.state.attempt?.classification.rules == [.returnToStable, .analysisInsisted])
  }

  @Test("undoing a rollback is a forward attempt, deliberately")
  func undoingARollback() throws {
    var world = try threeStable()
    try world.promote(2)
    #expect(try world.when(.start(3)).first == "attempt 5: forward to 3, full")
  }

  @Test(
    "a running attempt ends first: withdrawn for a target at or below stable, else superseded",
    arguments: [
      (
        .start(5),
        [
          "background cancelled (attempt-ended)", "attempt 4 superseded",
          "attempt 5: forward to 5, full", "background scheduled",
        ]
      ),
      (
        .start(2),
        [
          "background cancelled (fast-track)", "attempt 4 withdrawn",
          "attempt 5: rollback to 2, fast",
        ]
      ),
      (
        .start(3),
        [
          "background cancelled (fast-track)", "attempt 4 withdrawn",
          "attempt 5: return-to-stable to 3, fast",
        ]
      ),
      (.start(4), []),
    ] as [(RolloutCommand, [String])])
  func ending(command: RolloutCommand, then expected: [String]) throws {
    var world = try threeStable()
    try world.decide(.start(4))
    #expect(try world.when(command) == expected)
  }

  @Test(
    "before anything is stable the numbers of the two attempts decide",
    arguments: [(3, "attempt 1 superseded"), (1, "attempt 1 withdrawn")]
      as [(RevisionNumber, String)])
  func endingBeforeStable(next: RevisionNumber, then expected: String) throws {
    var world = try World()
    try world.decide(.start(2))
    #expect(try world.when(.start(next)).first == expected)
  }

  @Test("a fast attempt that is given up kept its contract")
  func givenUpFast() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect(
      try world.when(.start(5)) == [
        "attempt 4 superseded", "contract 4 kept", "attempt 5: forward to 5, full",
        "background scheduled",
      ])
  }

  @Test("asking for more than what is running is refused, never taken for granted")
  func askingForMore() throws {
    var world = try threeStable()
    try world.decide(rollback(2))
    #expect(try world.when(rollback(2)) == [])
    #expect(try world.when(emergency(2)) == ["refused: attempt-running"])
    #expect(try world.when(insisting(2)) == ["refused: attempt-running"])
  }

  @Test("a held revision refuses commands; one seen in the cluster is adopted all the same")
  func holds() throws {
    var world = try threeStable()
    try world.ask(.hold(2))
    try world.ask(.hold(4))
    #expect(try world.when(.start(4)) == ["refused: held-revision"])
    #expect(try world.when(rollback(2)) == ["refused: held-revision"])
    #expect(try world.when(rollback(1)) == ["attempt 4: rollback to 1, fast"])
    #expect(
      try world.when(reported: .changeObserved(4, nil)).last(where: { $0.hasPrefix("attempt") })
        == "attempt 5: forward to 4, full")
    #expect(
      world.state.attempt?.classification.rules
        == [.observedAdopted, .heldButObserved, .forwardByNumber])
    try world.decide(.abort)
    #expect(try world.when(.retry) == ["refused: held-revision"])
    try world.ask(.release(4))
    #expect(try world.when(.retry).first == "attempt 6: forward to 4, full")
  }

  @Test("without a strategy nothing starts")
  func noStrategy() throws {
    let empty = RolloutState()
    var application = ApplicationState()
    let revision = Revision(
      number: 1, release: try ReleaseID(validating: "v1"), digest: "d", images: [])
    ApplicationDecider.evolve(
      &application, .revisionRegistered(revision, by: .ann, now: Timestamp(microseconds: 0)),
      at: LogPosition(0))
    let context = RolloutContext(
      application: application, cluster: try ClusterName(validating: "eu-west-1"),
      registration: .init(mode: .enforce, labels: []))
    #expect(throws: Refusal.self) {
      try RolloutDecider.decide(
        .start(1), empty, in: context, by: .ann, now: Timestamp(microseconds: 1))
    }
  }

  @Test("an attempt keeps the strategy it began with")
  func pinnedStrategy() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    try world.register("v9", strategy: Strategy(replicas: 1, steps: []))
    #expect(world.state.attempt?.strategy == StrategyVersion(1))
    #expect(world.directive.fullScale == false)
    try world.decide(.abort)
    try world.decide(.retry)
    #expect(world.state.attempt?.strategy == StrategyVersion(2))
    #expect(world.directive.fullScale == true)
  }

  @Test("an answer once given is not changed by what changes later")
  func pinnedAnswer() throws {
    var world = try threeStable()
    try world.decide(rollback(1))
    let before = world.state.attempt?.classification
    try world.register(
      "v9", strategy: Strategy(replicas: 1, steps: [], window: RollbackWindow(revisions: 1)))
    try world.when(.tick, after: .seconds(1_000_000))
    #expect(world.state.attempt?.classification == before)
  }

  @Test("who asked, when and of which stable is in the event")
  func theEvent() throws {
    var world = try threeStable()
    let events = try world.decide(rollback(2))
    guard case .attemptClassified(let event) = events.first else {
      Issue.record("no classification")
      return
    }
    #expect(event.by == .ann)
    #expect(event.now == world.now)
    #expect(event.stable == 3)
    #expect(event.attempt == AttemptNumber(4))
    #expect(event.classification.origin == .commanded)
  }
}
