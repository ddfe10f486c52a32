import RolloutCore

/// A rollout under random commands, and an agent behind a network that loses, repeats and reorders.
/// After a while the network heals, people resume what waits, and everything has to come to an end.
public struct Simulation: Sendable {
  public private(set) var world: World
  public private(set) var ledger = Ledger()
  /// Promises broken that the ledger alone cannot see.
  public private(set) var broken: [String] = []
  /// How many reports reached the decider.
  public private(set) var reportsHandled = 0
  private var random: SeededGenerator
  private var agent: SimulatedAgent
  private var inFlight: [OutcomeReport] = []

  public init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    agent = SimulatedAgent(
      leaks: random.chance(50) ? 20 : 0, countsPods: random.chance(80))
    let window = RollbackWindow(
      revisions: random.chance(80) ? Int.random(in: 1...3, using: &random) : nil,
      duration: random.chance(50) ? .seconds(Int64.random(in: 60...3000, using: &random)) : nil,
      counting: random.pick(RollbackWindow.Counting.allCases) ?? .attempted,
      match: random.pick(RollbackWindow.Match.allCases) ?? .all, requireStable: random.chance(80))
    let strategy = Strategy(
      replicas: Int.random(in: 1...6, using: &random),
      kind: random.chance(60)
        ? .canary(Self.canary(&random)) : .blueGreen(Self.blueGreen(&random)),
      progress: .init(
        deadline: .seconds(Int64.random(in: 100...900, using: &random)), aborts: random.chance(20)),
      window: random.chance(90) ? window : nil)
    if strategy.blueGreen != nil { agent.countsPods = true }
    let policy = RolloutPolicy(
      name: "simulated",
      emergency: random.chance(50)
        ? EmergencyRule(allowedOutsideWindow: true, verificationDeadline: .seconds(600)) : nil,
      watch: random.chance(50)
        ? WatchRule(
          duration: .seconds(300), onFailure: random.pick(WatchRule.Reaction.allCases) ?? .record)
        : nil)
    world = try World(strategy, revisions: 5, policies: random.chance(50) ? [policy] : [])
  }

  private static func canary(_ random: inout SeededGenerator) -> Canary {
    let steps: [Strategy.Step] = [
      .setWeight(20), .analysis(.errorRate), .setWeight(20), .pause(.seconds(90)), .setWeight(60),
      .pause(nil), .setCanaryScale(.replicas(2)), .setCanaryScale(.weight(50)),
      .setCanaryScale(.matchTrafficWeight), .experiment(.init(templates: [])),
      .setHeaderRoute(
        .init(name: "beta", matches: [.init(header: "x-beta", value: .exact("1"))])),
      .setMirrorRoute(.init(name: "copy", percentage: 5, matches: [.init()])),
      .setMirrorRoute(.init(name: "copy")), .plugin(.init(name: "gate")),
      .plugin(.init(name: "off", disabled: true)), .progressThreshold(.percent(50)),
    ]
    let count = Int.random(in: 0...6, using: &random)
    let isRouted = random.chance(50)
    return Canary(
      steps: (0..<count).compactMap { _ in random.pick(steps) },
      background: random.chance(60)
        ? .init(plan: .errorRate, startingStep: Int.random(in: 0...2, using: &random)) : nil,
      traffic: isRouted ? .init() : nil, dynamicStableScale: isRouted && random.chance(30),
      minPodsPerRevision: random.chance(20) ? 2 : nil,
      scaleDownDelay: random.chance(50) ? .seconds(60) : nil,
      abortScaleDownDelay: random.pick([nil, .seconds(0), .seconds(20)]) ?? nil,
      progressThreshold: random.chance(20) ? .percent(75) : nil)
  }

  private static func blueGreen(_ random: inout SeededGenerator) -> BlueGreen {
    BlueGreen(
      hasPreviewService: random.chance(70), previewReplicas: random.chance(40) ? 1 : nil,
      autoPromotion: random.chance(60),
      autoPromotionDelay: random.chance(40) ? .seconds(60) : nil,
      prePromotion: random.chance(50) ? .errorRate : nil,
      postPromotion: random.chance(50) ? .errorRate : nil,
      scaleDownDelay: random.chance(50) ? .seconds(200) : nil,
      scaleDownDelayRevisionLimit: random.chance(30) ? 1 : nil,
      abortScaleDownDelay: random.pick([nil, .seconds(0), .seconds(20)]) ?? nil)
  }

  /// Some time passes, somebody may ask for something, the agent looks, the network delivers.
  public mutating func step() throws {
    world.now = world.now + .seconds(Int64.random(in: 0...40, using: &random))
    if random.chance(25), let command = randomCommand() { try handle(command, by: randomPerson()) }
    if random.chance(4) { try changeApplication() }
    if let due = world.nextDue, due <= world.now, random.chance(70) {
      try handle(.tick, by: .agent)
    }
    if random.chance(60) { agent.receive(world.directive) }
    if random.chance(70) { inFlight += agent.look(&random) }
    for _ in 0..<4 {
      guard let index = inFlight.indices.randomElement(using: &random) else { break }
      // One in ten is repeated later, one in ten is lost.
      let report = random.chance(10) ? inFlight[index] : inFlight.remove(at: index)
      if random.chance(10) { continue }
      try handle(report)
    }
    if inFlight.count > 40 { inFlight.removeFirst(20) }
  }

  /// The network heals and people resume what waits.
  /// - Returns: whether the rollout came to rest.
  public mutating func heal() throws -> Bool {
    agent.isKind = true
    agent.countsPods = true
    for _ in 0..<200 {
      agent.receive(world.directive)
      inFlight += agent.look(&random)
      while !inFlight.isEmpty { try handle(inFlight.removeFirst()) }
      guard let attempt = world.state.attempt else {
        guard world.state.watch == nil else {
          // A watch that fails may yet go back by itself.
          world.now = max(world.now, world.nextDue ?? world.now)
          try handle(.tick, by: .agent)
          continue
        }
        // Evidence that was lost on the way is told again.
        for report in agent.everything { try handle(report) }
        return true
      }
      if let due = world.nextDue {
        world.now = max(world.now, due)
        try handle(.tick, by: .agent)
      } else if !attempt.pauses.isEmpty {
        try handle(random.chance(50) ? .resume : .promote, by: .ann)
      }
    }
    return false
  }

  /// Looks at everything once more at the end.
  public mutating func settle() {
    ledger.compare(world.state)
    broken += ledger.broken
    if world.replayed != world.state { broken.append("replay gives another state") }
    for number in ledger.unclosedContracts {
      broken.append("contract \(number) ended neither kept nor violated")
    }
    var violated: Set<String> = []
    for entry in world.log {
      if case .contractViolated(_, let object, now: _) = entry.event {
        violated.insert(object.name)
      }
    }
    let known = Set(agent.objects.suffix(12).map(\.run.name))
    let contracts = Set(world.state.endedContracts.map(\.contract.attempt))
    let tellable = agent.objects.filter { $0.key == nil && known.contains($0.run.name) }
    let cancelled = reclassified
    for object in tellable
    where contracts.contains(object.attempt) && !cancelled.contains(object.attempt)
      && !violated.contains(object.run.name)
    {
      broken.append("\(object.run.name) leaked in attempt \(object.attempt) and nobody noticed")
    }
    for object in agent.objects
    where object.key != nil && violated.contains(object.run.name)
      && !cancelled.contains(object.attempt)
    {
      broken.append("\(object.run.name) was asked for and is called a violation")
    }
  }

  /// Attempts that changed track: a leak in one may be taken for a run cancelled by the change, and
  /// then the run itself for a leak.
  private var reclassified: Set<AttemptNumber> {
    Set(
      world.log.compactMap { entry in
        if case .attemptReclassified(let event) = entry.event { event.attempt } else { nil }
      })
  }

  // MARK: Handling

  private mutating func handle(_ report: OutcomeReport) throws {
    reportsHandled += 1
    let events = try handle(.report(report), by: .agent)
    var again = try decided(.report(report), by: .agent)
    if case .servicesObserved = report.outcome,
      events.contains(where: { if case .switchDecided = $0 { true } else { false } })
    {
      // What was seen before the switch says nothing of after it: told again, it is news once.
      ledger.read(again, in: world.application)
      again = try decided(.report(report), by: .agent)
    }
    if !again.isEmpty { broken.append("repeated \(report.outcome) gives \(again.map(\.brief))") }
  }

  @discardableResult
  private mutating func handle(
    _ command: RolloutCommand, by requester: Requester
  ) throws -> [RolloutEvent] {
    let before = world.state
    let events = try decided(command, by: requester)
    ledger.read(events, in: world.application)
    ledger.compare(world.state)
    ledger.compare(world.directive)
    if events.isEmpty, world.state != before { broken.append("state changed without an event") }
    if case .report(let report) = command, let number = report.attempt,
      number.value < before.attempts,
      events.contains(where: { if case .attemptEnded = $0 { true } else { false } })
    {
      broken.append("a stale report ended an attempt")
    }
    return events
  }

  /// A refusal is an answer like any other, except to a report.
  private mutating func decided(
    _ command: RolloutCommand, by requester: Requester
  ) throws -> [RolloutEvent] {
    do {
      return try world.decide(command, by: requester, after: .seconds(0))
    } catch {
      guard let refusal = error as? Refusal else { throw error }
      if case .report = command { broken.append("a report is refused: \(refusal.message)") }
      return []
    }
  }

  private mutating func randomPerson() -> Requester { random.chance(80) ? .ann : .silent }

  private mutating func randomRevision() -> RevisionNumber {
    RevisionNumber(UInt32.random(in: 1...6, using: &random))
  }

  private mutating func randomCommand() -> RolloutCommand? {
    let request = RollbackRequest(
      target: random.chance(70) ? randomRevision() : nil,
      rollbackClass: random.chance(25) ? .emergency : .regular,
      insistsOnAnalysis: random.chance(15))
    let outside = RevisionNumber(UInt32.random(in: 1...5, using: &random))
    let change = OutcomeReport(
      attempt: world.directive.attempt, .changeObserved(outside, nil))
    return random.pick([
      .start(randomRevision()), .start(randomRevision()), .start(randomRevision()),
      .undo, .skipStep, .restart, .verify, .waiveVerification,
      .rollback(request), .rollback(request), .promote, .promote, .promoteFull, .promoteFull,
      .pause, .resume, .resume, .abort, .retry, .requireAnalysis, .escalate, .report(change),
      .adopt(Adoption(stable: outside, history: [1])),
    ])
  }

  private mutating func changeApplication() throws {
    let revision = RevisionNumber(UInt32.random(in: 1...5, using: &random))
    let command: ApplicationCommand =
      world.application.holds[revision] == nil ? .hold(revision) : .release(revision)
    try world.ask(command)
  }
}
