import Application
import EventLog
import RolloutCore
import Testing
import WindlassWire

/// Every command at every turn of random histories, asked first and then given.
@Suite("Dry runs", .timeLimit(.minutes(5)))
struct DryRunTests {
  @Test(
    "whatever is commanded, a dry run answers as the command does then, and writes nothing",
    arguments: UInt64(0)..<24)
  func sameAnswer(seed: UInt64) async throws {
    var random = SplitMix(seed: seed)
    let strategy = Self.strategies[Int(seed) % Self.strategies.count]
    let choices = (0..<60).map { _ in random.next() }
    try await Harness().running { harness in
      let epoch = try await harness.prepare(
        revisions: 3, strategy: strategy, policies: [try Self.policy()])
      let rollout = try harness.rollout()
      for (turn, choice) in choices.enumerated() {
        let (action, reason) = try Self.action(choice, rollout)
        // What came due meanwhile is not the dry run's doing.
        for wake in 0..<3 {
          _ = await harness.submit(.rollout(rollout, .pause), key: "\(turn)-\(wake)", dryRun: true)
        }
        let length = harness.service.read { $0.head.next }
        let dry = await harness.submit(action, key: "dry-\(turn)", reason: reason, dryRun: true)
        #expect(harness.service.read { $0.head.next } == length)
        let real = await harness.submit(action, key: "real-\(turn)", reason: reason)
        let label = Comment(rawValue: "turn \(turn): \(action)")
        #expect(dry.result == real.result, label)
        #expect(dry.events == real.events, label)
        #expect(dry.first == real.first, label)
        #expect(dry.version == real.version, label)
        try await Self.goOn(choice >> 32, harness, rollout, epoch, turn)
      }
    }
  }

  /// Something the cluster reports, or time.
  private static func goOn(
    _ choice: UInt64, _ harness: Harness, _ rollout: RolloutName, _ epoch: UInt64, _ turn: Int
  ) async throws {
    let attempt = harness.service.read { $0.rollouts[rollout]?.attempt }
    if choice % 3 == 0 { harness.time.advance(seconds: Int64(choice % 400)) }
    guard let attempt else { return }
    let outcome: Outcome? =
      switch choice % 7 {
      case 0, 1: .available(attempt.revision)
      case 2: .weightApplied(attempt.revision, weight: 50, verified: true)
      case 3: .podsObserved(attempt.revision, PodCounts(desired: .init(3), stable: .init(3)))
      case 4:
        attempt.runs.last.map { run in
          .runFinished(
            RunObject(
              name: "run-\(turn)", type: run.key.type, podHash: "h",
              stepIndex: run.key.stepIndex),
            RunResult(phase: choice % 2 == 0 ? .successful : .failed, measurements: 3))
        }
      default: nil
      }
    guard let outcome else { return }
    _ = try await harness.report(
      outcome, attempt: attempt.number.value, epoch: epoch, id: "report-\(turn)")
  }

  private static func action(
    _ choice: UInt64, _ rollout: RolloutName
  ) throws -> (Submission.Action, reason: String) {
    let reference = RevisionRef.number(RevisionNumber(UInt32(choice >> 8 & 3) + 1))
    let reason = choice >> 16 & 1 == 0 ? "" : "because"
    let action: Submission.Action =
      switch choice % 24 {
      case 0, 1, 2, 3: .start(rollout, reference)
      case 4, 5: .rollback(rollout, reference, .regular, insistsOnAnalysis: choice >> 17 & 1 == 0)
      case 6: .rollback(rollout, reference, .emergency, insistsOnAnalysis: false)
      case 7: .rollback(rollout, nil, .regular, insistsOnAnalysis: false)
      case 8: .rollout(rollout, .undo)
      case 9: .rollout(rollout, .promote)
      case 10: .rollout(rollout, .promoteFull)
      case 11: .rollout(rollout, .skipStep)
      case 12: .rollout(rollout, .pause)
      case 13: .rollout(rollout, .resume)
      case 14: .rollout(rollout, .abort)
      case 15: .rollout(rollout, .retry)
      case 16: .rollout(rollout, .restart)
      case 17: .rollout(rollout, .requireAnalysis)
      case 18: .rollout(rollout, .escalate)
      case 19: .rollout(rollout, .verify)
      case 20: .rollout(rollout, .waiveVerification)
      case 21: .hold(rollout.application, reference)
      case 22: .release(rollout.application, reference)
      default:
        .application(
          rollout.application,
          .register(
            Registration(
              revision: RevisionContent(
                release: try ReleaseID(validating: "v\(choice >> 20 & 7)"),
                digest: "d\(choice >> 20 & 7)", images: []),
              strategy: strategies[Int(choice >> 24 & 1)])))
      }
    return (action, reason)
  }

  private static let plan = AnalysisPlan(
    templates: [
      AnalysisTemplate(
        name: "errors",
        metrics: [.init(name: "rate", successCondition: "result < 1", provider: "web")])
    ])

  private static let strategies = [
    Strategy(
      replicas: 3, steps: [.setWeight(50), .pause(.seconds(60)), .analysis(plan), .pause(nil)],
      background: .init(plan: plan), window: RollbackWindow(revisions: 1)),
    Strategy(
      replicas: 3,
      kind: .blueGreen(
        BlueGreen(
          hasPreviewService: true, autoPromotion: false, prePromotion: plan,
          postPromotion: plan)),
      progress: .init(deadline: .seconds(120), aborts: true)),
  ]

  private static func policy() throws -> RolloutPolicy {
    RolloutPolicy(
      name: "all", emergency: EmergencyRule(allowedOutsideWindow: true),
      watch: WatchRule(duration: .seconds(300), onFailure: .rollback))
  }
}

/// The same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
