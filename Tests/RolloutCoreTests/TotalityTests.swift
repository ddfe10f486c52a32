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
      RunResult(
        phase: random.pick(RunResult.Phase.allCases) ?? .error, measurements: integer(),
        evidence: random.pick(RunResult.Evidence.allCases) ?? .measured)
    }
    mutating func pods() -> PodCounts.Pods {
      PodCounts.Pods(
        requested: integer(), created: integer(), ready: integer(), available: integer())
    }
    mutating func counts() -> PodCounts {
      PodCounts(desired: pods(), stable: pods(), others: pods())
    }
    mutating func services() -> ServicesSeen {
      ServicesSeen(
        active: random.chance(80) ? revision() : nil, preview: random.chance(50) ? revision() : nil)
    }
    mutating func bound() -> PodBound { random.chance(50) ? .pods(integer()) : .percent(integer()) }
    mutating func threshold() -> Canary.ProgressThreshold {
      random.chance(50) ? .pods(integer()) : .percent(integer())
    }
    mutating func step() -> Strategy.Step {
      random.pick([
        .setWeight(integer()), .pause(interval()), .pause(nil), .analysis(.errorRate),
        .analysis(AnalysisPlan(templates: [])), .setCanaryScale(.replicas(integer())),
        .setCanaryScale(.weight(integer())), .setCanaryScale(.matchTrafficWeight),
        .experiment(.init(templates: [])), .setHeaderRoute(.init(name: name())),
        .setMirrorRoute(.init(name: name(), percentage: integer())),
        .plugin(.init(name: name(), disabled: random.chance(50))),
        .progressThreshold(threshold()),
      ]) ?? .pause(nil)
    }
    mutating func canary() -> Canary {
      Canary(
        steps: (0..<Int.random(in: 0...4, using: &random)).map { _ in step() },
        background: random.chance(50) ? .init(plan: .errorRate, startingStep: integer()) : nil,
        traffic: random.chance(60)
          ? .init(maxWeight: random.chance(50) ? 100 : integer(), managedRoutes: [name()]) : nil,
        dynamicStableScale: random.chance(50), maxSurge: bound(), maxUnavailable: bound(),
        minPodsPerRevision: random.chance(50) ? integer() : nil,
        scaleDownDelay: random.chance(50) ? interval() : nil,
        abortScaleDownDelay: random.chance(50) ? interval() : nil,
        progressThreshold: random.chance(50) ? threshold() : nil)
    }
    mutating func blueGreen() -> BlueGreen {
      BlueGreen(
        hasPreviewService: random.chance(50), previewReplicas: random.chance(50) ? integer() : nil,
        autoPromotion: random.chance(50), autoPromotionDelay: random.chance(50) ? interval() : nil,
        prePromotion: random.chance(50) ? .errorRate : nil,
        postPromotion: random.chance(50) ? .errorRate : nil,
        scaleDownDelay: random.chance(50) ? interval() : nil,
        scaleDownDelayRevisionLimit: random.chance(50) ? integer() : nil,
        abortScaleDownDelay: random.chance(50) ? interval() : nil, maxUnavailable: bound())
    }
    mutating func window() -> RollbackWindow {
      RollbackWindow(
        revisions: random.chance(50) ? integer() : nil,
        duration: random.chance(50) ? interval() : nil,
        counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
        match: random.pick(RollbackWindow.Match.allCases) ?? .all, requireStable: random.chance(50))
    }
    mutating func strategy() -> Strategy {
      Strategy(
        replicas: integer(),
        kind: random.chance(60) ? .canary(canary()) : .blueGreen(blueGreen()),
        progress: .init(deadline: interval(), aborts: random.chance(30)),
        window: random.chance(70) ? window() : nil)
    }
    mutating func outcome() -> Outcome {
      switch random.next() % 9 {
      case 0: .revisionObserved(revision(), LocalRevision(podHash: name(), argoRevision: integer()))
      case 1: .available(revision())
      case 2:
        .weightApplied(
          revision(), weight: integer(), verified: random.pick([true, false, nil]) ?? nil)
      case 3: .runCreated(object())
      case 4: .runFinished(object(), result())
      case 5: .podsObserved(revision(), counts())
      case 6: .servicesObserved(services())
      case 7: .restarted(moment())
      default: .changeObserved(revision(), nil)
      }
    }
    mutating func command() -> RolloutCommand {
      let request = RollbackRequest(
        target: random.chance(50) ? revision() : nil,
        rollbackClass: random.pick(RollbackClass.allCases) ?? .regular,
        insistsOnAnalysis: random.chance(50))
      let report = OutcomeReport(attempt: random.chance(80) ? attempt() : nil, outcome())
      return random.pick([
        .start(revision()), .rollback(request), .promote, .promoteFull, .pause, .resume, .abort,
        .retry, .requireAnalysis, .escalate, .tick, .report(report), .report(report),
        .undo, .skipStep, .restart, .verify, .waiveVerification,
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
      switch random.next() % 33 {
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
      case 11: return .weightApplied(attempt(), weight: integer(), verified: nil, now: moment())
      case 12: return .revisionAvailable(attempt(), revision(), now: moment())
      case 13: return .revisionObserved(revision(), LocalRevision(podHash: name()), now: moment())
      case 14:
        return .attemptEnded(
          AttemptEnded(
            attempt: attempt(),
            verdict: random.pick([.promoted, .aborted(.person), .withdrawn]) ?? .superseded,
            by: nil, now: moment()))
      case 15: return .contractViolated(attempt(), object(), now: moment())
      case 16: return .podsObserved(revision(), counts(), now: moment())
      case 17: return .servicesObserved(services(), now: moment())
      case 18: return .checkpointReached(attempt(), now: moment())
      case 19: return .switchDecided(attempt(), now: moment())
      case 20: return .scaleDownDelayed(revision(), until: moment(), now: moment())
      case 21: return .deadlineExceeded(attempt(), now: moment())
      case 22: return .restartRequested(by: .ann, now: moment())
      case 23: return .restarted(now: moment())
      case 24: return .runMissing(attempt(), key(), now: moment())
      case 25:
        return .runawayDetected(
          attempt(), random.pick(RunType.allCases) ?? .step, objects: integer(), now: moment())
      case 26:
        return .verificationOwed(attempt(), revision(), due: moment(), now: moment())
      case 27: return .verificationPaid(attempt(), key(), now: moment())
      case 28: return .verificationWaived(attempt(), by: .ann, now: moment())
      case 29: return .verificationOverdue(attempt(), now: moment())
      case 30:
        return .watchStarted(
          attempt(), revision(), until: moment(),
          random.pick(WatchRule.Reaction.allCases) ?? .record, now: moment())
      case 31:
        return .watchEnded(
          attempt(), random.pick([.passed, .failed(key(), message: name())]) ?? .replaced,
          now: moment())
      default:
        return .stableAdopted(
          Adoption(stable: revision(), history: [revision()]), by: .ann, now: moment())
      }
    }
  }

  @Test("no event, command or moment traps, in any order", arguments: UInt64(0)..<80)
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
      _ = RolloutStatus(world.state, in: world.context)
      for type in RunType.allCases {
        _ = RolloutDecider.analysisNeed(type, world.state, in: world.context)
      }
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
      .weightApplied(other, weight: 3, verified: nil, now: now),
      .revisionAvailable(other, 4, now: now),
      .attemptEnded(AttemptEnded(attempt: other, verdict: .promoted, by: nil, now: now)),
    ])
    #expect(world.state.attempt == before)
    #expect(world.state.stable == 3)
  }
}
