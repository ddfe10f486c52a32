import RolloutCore
import RolloutTestKit
import Testing

@Suite("What if")
struct WhatIfTests {
  @Test("a preview is the very answer that the command gets later", arguments: RandomHistory.seeds)
  func preview(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 40)
    for asked in history.asked {
      // Looking twice, and looking before, changes nothing.
      let again = WhatIf.preview(
        asked.command, asked.state, in: asked.context, by: asked.requester, now: asked.now)
      #expect(again == asked.answer)
      switch asked.answer {
      case .events(let events):
        #expect(
          try RolloutDecider.decide(
            asked.command, asked.state, in: asked.context, by: asked.requester, now: asked.now)
            == events)
      case .refused(let refusal):
        #expect(throws: refusal) {
          try RolloutDecider.decide(
            asked.command, asked.state, in: asked.context, by: asked.requester, now: asked.now)
        }
      }
    }
    #expect(history.world.replayed == history.world.state)
  }

  @Test("a rollback is classified as its preview is", arguments: RandomHistory.seeds)
  func classification(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 40)
    for asked in history.asked {
      let highest = UInt32(clamping: asked.context.application.revisions.count) + 1
      for target in [nil] + (1...highest).map({ RevisionNumber($0) }) {
        for rollbackClass in [RollbackClass.regular, .emergency] {
          let request = RollbackRequest(
            target: target, rollbackClass: rollbackClass,
            insistsOnAnalysis: target?.value.isMultiple(of: 2) ?? false)
          let preview = WhatIf.preview(
            .rollback(request), asked.state, in: asked.context, by: asked.requester, now: asked.now)
          do throws(Refusal) {
            let found = try WhatIf.classification(
              of: request, asked.state, in: asked.context, by: asked.requester, now: asked.now)
            var expected: Classification?
            if case .events(let events) = preview {
              for case .attemptClassified(let event) in events { expected = event.classification }
            } else {
              Issue.record("\(preview)")
            }
            #expect(found == expected)
          } catch {
            #expect(preview == .refused(error))
          }
        }
      }
    }
  }

  private func change(
    _ command: RolloutCommand, _ world: World, by requester: Requester = .ann
  ) -> Counterfactual? {
    WhatIf.nearestChange(
      to: command, world.state, in: world.context, by: requester, now: world.now)
  }

  @Test("an emergency outside its window would have needed a policy that allows it")
  func emergencyRule() throws {
    var world = try World(window: RollbackWindow(revisions: 1))
    try world.promote(1, 2, 3, 4)
    let found = try #require(change(emergency(1), world))
    #expect(found.change == .emergencyRule(EmergencyRule(allowedOutsideWindow: true)))
    // Applied for real, it flips.
    try world.ask(
      .register(
        Registration(policies: [
          RolloutPolicy(name: "calm", emergency: EmergencyRule(allowedOutsideWindow: true))
        ])))
    try world.decide(emergency(1))
    #expect(world.state.debts.count == 1)
  }

  @Test("without a reason one would have needed that")
  func reasons() throws {
    var world = try owed()
    #expect(change(.waiveVerification, world, by: .silent)?.change == .reason)
    try world.decide(.waiveVerification)
    #expect(change(emergency(1), try owing(), by: .silent)?.change == .reason)
  }

  @Test("a forward attempt that waits for a verification would have needed it settled")
  func settled() throws {
    var world = try owed()
    #expect(change(.start(5), world)?.change == .nothingOwed)
    try world.decide(.waiveVerification)
    #expect(change(.start(5), world) == nil)
    try world.decide(.start(5))
  }

  @Test("a held revision would have had to be released")
  func released() throws {
    var world = try threeStable()
    try world.ask(.hold(2))
    #expect(change(rollback(2), world)?.change == .released(2))
    #expect(change(rollback(nil), world)?.change == .released(2))
    try world.ask(.release(2))
    try world.decide(rollback(2))
  }

  @Test("a rollback above stable would have had to be a start")
  func started() throws {
    var world = try threeStable()
    #expect(change(rollback(4), world)?.change == .startInstead(4))
    try world.decide(.start(4))
  }

  @Test("where nothing near would help, nothing is claimed")
  func nothing() throws {
    let world = try threeStable()
    for command: RolloutCommand in [
      .resume, .promote, .abort, .retry, .verify, .waiveVerification, .start(99), rollback(99),
    ] {
      #expect(change(command, world) == nil)
    }
  }

  @Test("each change it names does turn the refusal", arguments: RandomHistory.seeds)
  func flips(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed)
    for asked in history.asked {
      guard case .refused(let refusal) = asked.answer,
        let found = WhatIf.nearestChange(
          to: asked.command, asked.state, in: asked.context, by: asked.requester, now: asked.now)
      else { continue }
      #expect(found.text.hasSuffix("."))
      #expect(found.change.answers(asked) != .refused(refusal), "\(refusal.rule) \(found)")
    }
  }

  @Test("insisting on analysis is what keeps a rollback inside its window from going fast")
  func insistence() throws {
    var world = try threeStable()
    var other = world
    try world.decide(insisting(2))
    let explanation = try explained(world)
    #expect(explanation.counterfactual?.change == .insistence(false))
    try other.decide(rollback(2))
    #expect(other.state.attempt?.track == .fast)
  }

  @Test("what is still held by a scale-down delay would have been full once that is over")
  func scaleDownDelay() throws {
    var world = try World(
      Strategy(
        replicas: 2, kind: .blueGreen(BlueGreen(scaleDownDelay: .seconds(300)))))
    try world.promote(1)
    try world.when(reported: .servicesObserved(ServicesSeen(active: 1)))
    try world.decide(.start(2))
    try world.decide(.promoteFull)
    try world.when(reported: .available(2))
    try world.when(reported: .podsObserved(2, PodCounts(desired: .init(2), stable: .init(2))))
    try world.when(reported: .servicesObserved(ServicesSeen(active: 2)))
    #expect(world.state.stable == 2)
    var later = world
    try world.decide(rollback(1))
    #expect(
      try #require(world.state.attempt).classification.rules.contains(.stillHeldByScaleDownDelay))
    // The rollback itself frees the pods of their delay: asked of the state before it.
    let event = try #require(classified(world))
    let found = Explainer.counterfactual(of: event, rollout: later.state)
    guard case .now(let moment)? = found?.change else {
      Issue.record("\(String(describing: found))")
      return
    }
    later.now = moment
    try later.decide(rollback(1), after: .seconds(0))
    #expect(later.state.attempt?.track == .full)
  }
}

extension Counterfactual.Change {
  /// What the command gets with the change made, put together anew from public parts.
  func answers(_ asked: RandomHistory.Asked) -> WhatIf.Answer {
    var (command, state, context) = (asked.command, asked.state, asked.context)
    var (requester, now) = (asked.requester, asked.now)
    var policy: RolloutPolicy?
    switch self {
    case .reason: requester.reason = "because"
    case .startInstead(let revision): command = .start(revision)
    case .released(let revision):
      ApplicationDecider.evolve(
        &context.application, .revisionReleased(revision, by: .ann, now: now),
        at: LogPosition(9_999))
    case .nothingOwed:
      for debt in state.debts {
        RolloutDecider.evolve(
          &state, .verificationWaived(debt.attempt, by: .ann, now: now), at: LogPosition(9_999))
      }
    case .emergencyRule(let rule):
      policy = RolloutPolicy(
        name: "0", clusters: ClusterSelector(names: [context.cluster]), emergency: rule)
    case .window(let window?):
      policy = RolloutPolicy(
        name: "0", clusters: ClusterSelector(names: [context.cluster]), window: window)
    case .window(nil):
      // A window that nothing fits in stands for none.
      policy = RolloutPolicy(
        name: "0", clusters: ClusterSelector(names: [context.cluster]),
        window: RollbackWindow(revisions: 0))
    case .rollbackClass(let rollbackClass):
      if case .rollback(var request) = command {
        request.rollbackClass = rollbackClass
        command = .rollback(request)
      }
    case .now(let moment): now = moment
    case .insistence(let insists):
      if case .rollback(var request) = command {
        request.insistsOnAnalysis = insists
        command = .rollback(request)
      }
    case .onceStable(let revision):
      // Stable for a moment, until now.
      let after = state.stable
      for number in [revision, after].compactMap({ $0 }) {
        RolloutDecider.evolve(
          &state, .stableAdopted(Adoption(stable: number), by: .ann, now: now),
          at: LogPosition(9_999))
      }
    }
    if let policy {
      ApplicationDecider.evolve(
        &context.application, .policyApplied(policy, by: .ann, now: now), at: LogPosition(9_999))
    }
    return WhatIf.preview(command, state, in: context, by: requester, now: now)
  }
}
