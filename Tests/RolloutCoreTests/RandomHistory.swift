import Foundation
import RolloutCore
import RolloutTestKit

/// A rollout under random commands, reports, policies and timers, kept commit by commit as a log
/// would have it. Everything follows from the seed.
struct RandomHistory {
  /// Seeds of one property: 200, in a campaign 34,000, or as many as `WINDLASS_SEEDS` says, from
  /// `WINDLASS_FIRST_SEED` on.
  static let seeds: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["WINDLASS_FIRST_SEED"].flatMap { UInt64($0) } ?? 0
    let usual: UInt64 = environment["WINDLASS_CAMPAIGN"] == "1" ? 34_000 : 200
    let count = environment["WINDLASS_SEEDS"].flatMap { UInt64($0) } ?? usual
    let (end, overflow) = first.addingReportingOverflow(count)
    return first..<(overflow ? .max : end)
  }()

  enum Entry {
    case application(ApplicationEvent, LogPosition)
    case rollout([(event: RolloutEvent, position: LogPosition)])
  }

  /// One command and how it was answered.
  struct Asked {
    var command: RolloutCommand
    var requester: Requester
    var state: RolloutState
    var context: RolloutContext
    var now: Timestamp
    var answer: WhatIf.Answer
    /// Where its first event is, or would be.
    var at: LogPosition

    var changed: Bool {
      if case .events(let events) = answer { !events.isEmpty } else { false }
    }

    /// What it led to, in words.
    var brief: [String] {
      switch answer {
      case .events(let events): events.map(\.brief)
      case .refused(let refusal): ["refused: \(refusal.rule.rawValue)"]
      }
    }
  }

  private(set) var world: World
  private(set) var entries: [Entry] = []
  private(set) var asked: [Asked] = []
  private var random: SeededGenerator
  private var position: UInt64 = 0
  private var objects: UInt64 = 0

  init(seed: UInt64, commands: Int = 60) throws {
    // Neighbouring seeds give shifted streams, so one is drawn from the other.
    var seeds = SeededGenerator(seed: seed)
    random = SeededGenerator(seed: seeds.next())
    let strategy = Self.strategy(&random)
    world = try World(strategy, revisions: 0)
    entries.append(
      .application(
        .strategyRegistered(StrategyVersion(1), strategy, by: .ann, now: world.now), LogPosition(0))
    )
    position = 1
    world.registration.mode = random.chance(80) ? .enforce : .observe
    world.registration.controllerVersion = random.pick(["", "v1.7.1", "v1.9.0", "v1.11.0"]) ?? ""
    try ask(.register(Registration(strategy: Self.strategy(&random), policies: policies())))
    for number in 1...6 {
      try ask(
        .register(
          Registration(
            revision: RevisionContent(
              release: try ReleaseID(validating: "v\(number)"), digest: "sha256:\(number)",
              images: []))))
    }
    for _ in 0..<commands { try step() }
  }

  // MARK: What there is

  static func strategy(_ random: inout SeededGenerator) -> Strategy {
    let window =
      random.chance(70) ? RollbackWindow(revisions: Int.random(in: 1...3, using: &random)) : nil
    if random.chance(25) {
      return Strategy(
        replicas: 4,
        kind: .blueGreen(
          BlueGreen(
            autoPromotion: random.chance(60), prePromotion: random.chance(50) ? .errorRate : nil,
            postPromotion: random.chance(50) ? .errorRate : nil,
            scaleDownDelay: random.chance(50) ? .seconds(120) : nil)),
        progress: .init(deadline: .seconds(300), aborts: random.chance(30)), window: window)
    }
    let steps: [Strategy.Step] = [
      .setWeight(20), .analysis(.errorRate), .pause(.seconds(30)), .setWeight(60), .pause(nil),
    ]
    return Strategy(
      replicas: 4,
      kind: .canary(
        Canary(
          steps: Array(steps.prefix(Int.random(in: 0...5, using: &random))),
          background: random.chance(70) ? .init(plan: .errorRate) : nil,
          traffic: random.chance(50) ? .init() : nil)),
      progress: .init(deadline: .seconds(300), aborts: random.chance(30)), window: window)
  }

  private mutating func policies() -> [RolloutPolicy] {
    var policies: [RolloutPolicy] = []
    for name in ["a", "b"] where random.chance(70) {
      var policy = RolloutPolicy(
        name: name,
        clusters: random.chance(50) ? .all : ClusterSelector(labels: [.init("wave", "1")]))
      if random.chance(40) {
        policy.window = RollbackWindow(
          revisions: Int.random(in: 1...3, using: &random),
          duration: random.chance(30) ? .seconds(200) : nil,
          counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
          requireStable: random.chance(80))
      }
      if random.chance(60) {
        policy.emergency = EmergencyRule(
          allowedOutsideWindow: random.chance(80), verificationDeadline: .seconds(100))
      }
      if random.chance(60) {
        policy.watch = WatchRule(
          duration: .seconds(Int64.random(in: 20...200, using: &random)),
          onFailure: random.chance(70) ? .rollback : .record)
      }
      if random.chance(50) {
        policy.evidence = EvidenceRule(appearance: .seconds(40), objectsMax: 3)
      }
      policies.append(policy)
    }
    return policies
  }

  // MARK: What happens

  private mutating func step() throws {
    world.now = world.now + .seconds(Int64.random(in: 0...25, using: &random))
    if random.chance(4) { try ask(.register(Registration(policies: policies()))) }
    if random.chance(3) {
      try ask(.register(Registration(strategy: Self.strategy(&random))))
    }
    if random.chance(3) {
      let number = RevisionNumber(UInt32.random(in: 1...6, using: &random))
      try ask(world.application.holds[number] == nil ? .hold(number) : .release(number))
    }
    if let due = world.nextDue, random.chance(40) {
      world.now = max(world.now, due)
      ask(.tick, by: .agent)
    }
    if random.chance(30) {
      ask(command(), by: random.chance(70) ? .ann : .silent)
    } else {
      ask(.report(report()), by: .agent)
    }
  }

  private mutating func ask(_ command: ApplicationCommand) throws {
    for event in try world.ask(command) {
      entries.append(.application(event, LogPosition(position)))
      position += 1
    }
  }

  private mutating func ask(_ command: RolloutCommand, by requester: Requester) {
    let answer = WhatIf.preview(
      command, world.state, in: world.context, by: requester, now: world.now)
    asked.append(
      Asked(
        command: command, requester: requester, state: world.state, context: world.context,
        now: world.now, answer: answer, at: LogPosition(position)))
    guard case .events(let events) = answer, !events.isEmpty else { return }
    world.given(events)
    let written = world.log.suffix(events.count)
    position += UInt64(events.count)
    entries.append(.rollout(written.map { ($0.event, $0.position) }))
  }

  private mutating func command() -> RolloutCommand {
    let target = RevisionNumber(UInt32.random(in: 1...6, using: &random))
    return switch Int.random(in: 0..<20, using: &random) {
    case 0...5: .start(target)
    case 6...8:
      .rollback(
        RollbackRequest(
          target: random.chance(70) ? target : nil,
          rollbackClass: random.chance(60) ? .emergency : .regular,
          insistsOnAnalysis: random.chance(15)))
    case 9: .undo
    case 10: .promote
    case 11: .promoteFull
    case 12: .skipStep
    case 13: random.chance(50) ? .pause : .resume
    case 14: .abort
    case 15: .retry
    case 16: random.chance(50) ? .requireAnalysis : .escalate
    case 17: .verify
    case 18: random.chance(50) ? .waiveVerification : .restart
    default: .adopt(Adoption(stable: target, history: target.value > 1 ? [1] : []))
    }
  }

  private mutating func report() -> OutcomeReport {
    let directive = world.directive
    let number = random.chance(85) ? directive.attempt : nil
    let desired = directive.desired ?? 1
    let outcome: Outcome
    switch Int.random(in: 0..<12, using: &random) {
    case 0...2: outcome = .available(desired)
    case 3, 4:
      outcome = .weightApplied(
        desired, weight: directive.weight, verified: random.chance(70) ? true : nil)
    case 5:
      let pods = PodCounts.Pods(Int.random(in: 0...4, using: &random))
      outcome = .podsObserved(desired, PodCounts(desired: pods, stable: .init(4)))
    case 6: outcome = .servicesObserved(directive.services ?? ServicesSeen(active: desired))
    case 7:
      outcome = .changeObserved(
        RevisionNumber(UInt32.random(in: 1...6, using: &random)),
        random.chance(50) ? LocalRevision(podHash: "h\(desired)") : nil)
    case 8: outcome = .revisionObserved(desired, LocalRevision(podHash: "h\(desired)"))
    default:
      objects += 1
      let key = random.pick(directive.runs)?.key ?? RunKey(type: .background)
      let object = RunObject(
        name: "run-\(random.chance(60) ? key.type.rawValue : "x").\(objects % 7)", type: key.type,
        podHash: "", stepIndex: key.stepIndex)
      let result = random.pick(
        [RunResult.success, .success, .failure, .unclear, .error, .unmeasured])
      outcome =
        random.chance(30) ? .runCreated(object) : .runFinished(object, result ?? .success)
    }
    return OutcomeReport(attempt: number, outcome)
  }
}
