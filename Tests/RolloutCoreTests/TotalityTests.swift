import RolloutCore
import RolloutTestKit
import Testing

/// Whatever arrives, nothing traps: each input here would be a crash if a bound were missing.
@Suite("Totality")
struct TotalityTests {
  static let integers: [Int] = [.min, -1, 0, 1, 2, 100, 101, .max]
  static let moments: [Timestamp] = [Int64.min, -1, 0, 1_795_399_511_000_000, .max].map {
    Timestamp(microseconds: $0)
  }
  static let numbers: [UInt32] = [0, 1, 2, 3, .max - 1, .max]

  struct Source {
    var random: SeededGenerator

    mutating func integer() -> Int { random.pick(integers) ?? 0 }
    mutating func moment() -> Timestamp { random.pick(moments) ?? .init(microseconds: 0) }
    mutating func number() -> UInt32 { random.pick(numbers) ?? 0 }
    mutating func revision() -> RevisionNumber { RevisionNumber(number()) }
    mutating func attempt() -> AttemptNumber { AttemptNumber(number()) }
    mutating func interval() -> Interval { Interval(microseconds: moment().microseconds) }
    mutating func name() -> String { random.pick(["", "a", "b", "\u{0}\u{301}"]) ?? "" }
    mutating func object() -> RunObject {
      RunObject(
        name: name(), type: random.pick(RunType.allCases) ?? .step, podHash: name(),
        stepIndex: random.chance(50) ? integer() : nil)
    }
    mutating func key() -> RunKey {
      RunKey(
        type: random.pick(RunType.allCases) ?? .step,
        stepIndex: random.chance(50) ? integer() : nil, round: integer())
    }
    mutating func result() -> RunResult {
      RunResult(phase: random.pick(RunResult.Phase.allCases) ?? .error, measurements: integer())
    }
    mutating func window() -> RollbackWindow {
      RollbackWindow(
        revisions: random.chance(50) ? integer() : nil,
        duration: random.chance(50) ? interval() : nil,
        counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
        match: random.pick(RollbackWindow.Match.allCases) ?? .all, requireStable: random.chance(50))
    }
    mutating func strategy() -> Strategy {
      let steps: [Strategy.Step] = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        random.pick([.setWeight(integer()), .pause(interval()), .pause(nil), .analysis(.errorRate)])
          ?? .pause(nil)
      }
      return Strategy(
        replicas: integer(), steps: steps,
        background: random.chance(50)
          ? .init(plan: .errorRate, startingStep: integer()) : nil,
        window: random.chance(70) ? window() : nil)
    }
    mutating func outcome() -> Outcome {
      switch random.next() % 6 {
      case 0: .revisionObserved(revision(), LocalRevision(podHash: name(), argoRevision: integer()))
      case 1: .available(revision())
      case 2: .weightApplied(revision(), weight: integer())
      case 3: .runCreated(object())
      case 4: .runFinished(object(), result())
      default: .changeObserved(revision(), nil)
      }
    }
    mutating func command() -> RolloutCommand {
      let request = RollbackRequest(
        target: random.chance(50) ? revision() : nil,
        rollbackClass: random.chance(50) ? .regular : .emergency,
        insistsOnAnalysis: random.chance(50))
      let report = OutcomeReport(attempt: random.chance(80) ? attempt() : nil, outcome())
      return random.pick([
        .start(revision()), .rollback(request), .promote, .promoteFull, .pause, .resume, .abort,
        .retry, .requireAnalysis, .escalate, .tick, .report(report), .report(report),
        .adopt(Adoption(stable: revision(), history: [revision()])),
      ]) ?? .tick
    }
    mutating func classification() -> Classification {
      let answer = WindowAnswer(
        verdict: random.pick(WindowAnswer.Verdict.allCases) ?? .inside,
        window: random.chance(80) ? window() : nil,
        source: random.pick([.none, .manifest, .policy("p")]) ?? .none, stable: revision(),
        target: revision(), between: random.chance(50) ? [revision(), revision()] : [],
        stoppedBeingStableAt: random.chance(50) ? moment() : nil, restsOnImport: random.chance(50))
      return Classification(
        kind: random.pick(Classification.Kind.allCases) ?? .initial,
        origin: random.pick(Classification.Origin.allCases) ?? .observed,
        track: random.pick(Track.allCases) ?? .full,
        rollback: random.chance(70)
          ? .init(rollbackClass: .regular, insistsOnAnalysis: false, answer: answer) : nil,
        rules: Rule.allCases, facts: [Fact(.strategy, at: LogPosition(.max))])
    }
    mutating func event() -> RolloutEvent {
      let reason = random.pick(PauseReason.allCases) ?? .step
      switch random.next() % 17 {
      case 0, 1:
        return .attemptClassified(
          AttemptClassified(
            attempt: attempt(), revision: revision(), stable: revision(),
            strategy: StrategyVersion(number()), classification: classification(), by: .ann,
            now: moment()))
      case 2:
        return .attemptReclassified(
          AttemptReclassified(
            attempt: attempt(), track: random.pick(Track.allCases) ?? .fast,
            rollbackClass: .emergency, rule: .analysisInsisted, by: .ann, now: moment()))
      case 3: return .stepReached(attempt(), index: integer(), how: .entered, now: moment())
      case 4: return .paused(attempt(), reason, by: nil, now: moment())
      case 5: return .resumed(attempt(), reason, by: nil, now: moment())
      case 6: return .fullPromotionRequested(attempt(), by: .ann, now: moment())
      case 7: return .runScheduled(attempt(), key(), now: moment())
      case 8: return .runCreated(attempt(), key(), object(), now: moment())
      case 9: return .runCancelled(attempt(), key(), .repeated, now: moment())
      case 10: return .runFinished(attempt(), key(), result(), .verified, now: moment())
      case 11: return .weightApplied(attempt(), weight: integer(), now: moment())
      case 12: return .revisionAvailable(attempt(), revision(), now: moment())
      case 13: return .revisionObserved(revision(), LocalRevision(podHash: name()), now: moment())
      case 14:
        return .attemptEnded(
          AttemptEnded(
            attempt: attempt(),
            verdict: random.pick([.promoted, .aborted(.person), .withdrawn]) ?? .superseded,
            by: nil, now: moment()))
      case 15: return .contractViolated(attempt(), object(), now: moment())
      default:
        return .stableAdopted(
          Adoption(stable: revision(), history: [revision()]), by: .ann, now: moment())
      }
    }
  }

  @Test("no event, command or moment traps, in any order", arguments: UInt64(0)..<40)
  func fuzz(seed: UInt64) throws {
    var source = Source(random: SeededGenerator(seed: seed))
    var world = try World(revisions: 3)
    for round in 0..<400 {
      if round % 50 == 0 {
        try world.ask(.register(Registration(strategy: source.strategy())))
      }
      if source.random.chance(60) { world.given([source.event()]) }
      world.now = source.moment()
      _ = try world.when(
        source.command(), by: source.random.chance(50) ? .ann : .silent, after: .seconds(0))
      _ = world.directive
      _ = world.nextDue
      _ = world.state.phaseMessage
      let answer = WindowRule.answer(
        target: source.revision(), world.state, in: world.context, now: world.now
      ).0
      _ = Explainer.counterfactual(of: answer, now: world.now)
      if let attempt = world.state.attempt {
        let event = AttemptClassified(
          attempt: attempt.number, revision: attempt.revision, stable: attempt.stable,
          strategy: attempt.strategy, classification: attempt.classification, by: attempt.by,
          now: world.now)
        _ = Explainer.explain(event, on: world.cluster, application: world.application)
      }
    }
    #expect(world.replayed == world.state)
  }

  @Test("events of another attempt change nothing of the running one")
  func otherAttempts() throws {
    var world = try threeStable()
    try world.decide(.start(4))
    let before = world.state.attempt
    let other = AttemptNumber(3)
    let now = world.now
    world.given([
      .stepReached(other, index: 2, how: .promoted, now: now),
      .paused(other, .person, by: nil, now: now), .resumed(other, .step, by: nil, now: now),
      .fullPromotionRequested(other, by: .ann, now: now),
      .runScheduled(other, RunKey(type: .step, stepIndex: 0), now: now),
      .runCancelled(other, RunKey(type: .background), .repeated, now: now),
      .weightApplied(other, weight: 3, now: now), .revisionAvailable(other, 4, now: now),
      .attemptEnded(AttemptEnded(attempt: other, verdict: .promoted, by: nil, now: now)),
    ])
    #expect(world.state.attempt == before)
    #expect(world.state.stable == 3)
  }
}
