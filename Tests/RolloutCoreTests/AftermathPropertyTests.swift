import RolloutCore
import RolloutTestKit
import Testing

@Suite("What follows an attempt")
struct AftermathPropertyTests {
  /// A start that went forward without being observed.
  private func isForwardCommand(_ event: RolloutEvent) -> Bool {
    guard case .attemptClassified(let event) = event else { return false }
    return event.classification.kind == .forward && event.classification.origin == .commanded
  }

  @Test(
    "debts, watches and findings keep their promises in any history", arguments: RandomHistory.seeds
  )
  func promises(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 80)
    var owed: [AttemptNumber: Bool] = [:]
    var overdue: Set<AttemptNumber> = []
    var watches: [AttemptNumber: Int] = [:]
    var missing: Set<[String]> = []
    var runaways: Set<[String]> = []
    var readings: [AttemptNumber: [RunKey: RunReading]] = [:]
    var state = RolloutState()
    for (event, position) in history.world.log {
      let before = state
      RolloutDecider.evolve(&state, event, at: position)
      #expect(state.watch == nil || state.attempt == nil, "a watch beside a running attempt")
      #expect(
        state.attempt == nil || state.debts.allSatisfy { $0.openRun == nil },
        "a verification beside a running attempt")
      #expect(Set(state.debts.map(\.revision)).count == state.debts.count)
      #expect(state.watch.map { $0.revision == state.stable } ?? true, "a watch over another")
      #expect(
        state.debts.allSatisfy { $0.openRun == nil || $0.revision == state.stable },
        "a verification of what is not stable")
      switch event {
      case .attemptClassified(let classified):
        if isForwardCommand(event) { #expect(before.debts.isEmpty, "forward while owed") }
        let rollback = classified.classification.rollback
        if rollback?.rollbackClass == .automatic {
          #expect(before.attempt == nil)
          #expect(classified.by.principal == "windlass")
        }
        if classified.classification.track == .fast { #expect(state.attempt?.contract != nil) }
      case .verificationOwed(let number, _, due: _, now: _):
        #expect(owed.updateValue(true, forKey: number) == nil, "owed twice")
      case .runFinished(let number, let key, _, let reading, now: _):
        readings[number, default: [:]][key] = reading
      case .verificationPaid(let number, let key, now: _):
        #expect(owed[number] == true)
        #expect(readings[number]?[key] == .verified, "paid by less than verified")
        owed[number] = false
      case .verificationWaived(let number, by: let requester, now: _):
        #expect(owed[number] == true)
        #expect(!requester.reason.isEmpty)
        owed[number] = false
      case .verificationOverdue(let number, let now):
        #expect(overdue.insert(number).inserted, "overdue twice")
        #expect(before.debts.contains { $0.attempt == number && $0.due < now })
      case .watchStarted(let number, _, until: _, _, now: _):
        #expect(watches.updateValue(1, forKey: number) == nil, "watched twice")
        #expect(state.watch?.attempt == number)
        #expect(state.stable == state.watch?.revision)
      case .watchEnded(let number, let how, let now):
        #expect(watches.updateValue(0, forKey: number) == 1, "ended without a start")
        if how == .passed { #expect(before.watch.map { $0.until <= now } == true) }
      case .runMissing(let number, let key, now: _):
        #expect(missing.insert(["\(number)", key.brief]).inserted, "missing twice")
      case .runawayDetected(let number, let type, objects: let count, now: _):
        #expect(runaways.insert(["\(number)", type.rawValue]).inserted, "runaway twice")
        #expect(count > 3)
      default: break
      }
    }
    #expect(state == history.world.state)
  }

  @Test(
    "a timer is set for the very moment at which something happens", arguments: RandomHistory.seeds)
  func timers(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 60)
    for asked in history.asked {
      guard let due = RolloutDecider.nextDue(asked.state, in: asked.context) else { continue }
      #expect(
        WhatIf.preview(.tick, asked.state, in: asked.context, by: .agent, now: due) != .events([]),
        "nothing happens at \(due)")
      guard due > asked.now else { continue }
      let before = Timestamp(microseconds: due.microseconds - 1)
      #expect(
        WhatIf.preview(.tick, asked.state, in: asked.context, by: .agent, now: before)
          == WhatIf.preview(.tick, asked.state, in: asked.context, by: .agent, now: asked.now),
        "something happens before \(due)")
    }
  }

  @Test(
    "an automatic rollback goes to what was stable before, never to a held revision",
    arguments: RandomHistory.seeds)
  func automatic(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 80)
    for asked in history.asked {
      guard case .events(let events) = asked.answer else { continue }
      for case .attemptClassified(let event) in events
      where event.classification.rollback?.rollbackClass == .automatic {
        #expect(asked.context.application.holds[event.revision] == nil)
        #expect(asked.state.history[event.revision]?.everStable == true)
        #expect(asked.state.watch?.previous == event.revision)
        #expect(asked.state.watch?.reaction == .rollback)
        #expect(
          events.contains {
            if case .watchEnded(asked.state.watch?.attempt, .failed, now: _) = $0 {
              true
            } else {
              false
            }
          })
      }
    }
  }

  @Test(
    "every attempt can be explained, and the change that is named flips it",
    arguments: RandomHistory.seeds)
  func explanations(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commands: 60)
    for asked in history.asked {
      guard case .events(let events) = asked.answer else { continue }
      for case .attemptClassified(let event) in events {
        let explanation = Explainer.explain(
          event, on: asked.context.cluster, of: history.world.name,
          application: asked.context.application, rollout: asked.state)
        #expect(!explanation.headline.isEmpty)
        #expect(explanation.trace.map(\.rule) == event.classification.rules)
        #expect(explanation.argo.count == 4)
        let isDifferent = explanation.argo.contains(where: \.differs)
        #expect((explanation.argoDiffers != nil) == isDifferent)
        for judgement in explanation.argo where judgement.differs && event.stable != nil {
          #expect(!judgement.why.isEmpty, "\(judgement) of \(event)")
        }
        guard let change = explanation.counterfactual?.change else { continue }
        #expect(
          DecidedAnswer(change.answers(asked)) != DecidedAnswer(event.classification),
          "\(change) of \(event)")
      }
    }
  }
}
