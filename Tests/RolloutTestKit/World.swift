public import RolloutCore

/// One application on one cluster, driven through the real deciders with virtual time: what tests
/// and simulations are made of.
///
/// Each command takes place one second after the one before, unless the test says otherwise.
public struct World: Sendable {
  public private(set) var application = ApplicationState()
  public private(set) var state = RolloutState()
  /// Everything that happened to the rollout, with its place in the log.
  public private(set) var log: [(event: RolloutEvent, position: LogPosition)] = []
  public var now = Timestamp(microseconds: 1_795_399_511_000_000)
  public var registration = ClusterRegistration(
    mode: .enforce, labels: [.init("region", "eu"), .init("wave", "1")])
  public let cluster: ClusterName
  public let name: ApplicationName
  private var position: UInt64 = 0

  /// Registers `revisions` revisions with one strategy.
  public init(
    revisions: Int = 6, steps: [Strategy.Step] = [], background: Strategy.BackgroundAnalysis? = nil,
    window: RollbackWindow? = nil, policies: [RolloutPolicy] = []
  ) throws {
    try self.init(
      Strategy(replicas: 4, steps: steps, background: background, window: window),
      revisions: revisions, policies: policies)
  }

  /// Registers `revisions` revisions with one strategy.
  public init(_ strategy: Strategy, revisions: Int = 6, policies: [RolloutPolicy] = []) throws {
    cluster = try ClusterName(validating: "eu-west-1")
    name = try ApplicationName(validating: "shop/checkout")
    for number in 0..<revisions { try register("v\(number + 1)") }
    try ask(.register(Registration(strategy: strategy, policies: policies)))
  }

  public var context: RolloutContext {
    RolloutContext(
      application: application, cluster: cluster, registration: registration, name: name)
  }

  // MARK: Application

  public mutating func register(_ release: String, strategy: Strategy? = nil) throws {
    let content = RevisionContent(
      release: try ReleaseID(validating: release), digest: "sha256:\(release)", images: [])
    try ask(.register(Registration(revision: content, strategy: strategy)))
  }

  @discardableResult
  public mutating func ask(
    _ command: ApplicationCommand, by requester: Requester = .ann
  ) throws -> [ApplicationEvent] {
    now = now + .seconds(1)
    let events = try ApplicationDecider.decide(command, application, by: requester, now: now)
    for event in events {
      ApplicationDecider.evolve(&application, event, at: LogPosition(position))
      position += 1
    }
    return events
  }

  // MARK: Rollout

  /// Folds events that a test takes as given.
  public mutating func given(_ events: [RolloutEvent]) {
    for event in events {
      RolloutDecider.evolve(&state, event, at: LogPosition(position))
      log.append((event, LogPosition(position)))
      position += 1
    }
  }

  /// Decides, and folds what was decided.
  /// - Throws: the ``Refusal``.
  @discardableResult
  public mutating func decide(
    _ command: RolloutCommand, by requester: Requester = .ann, after interval: Interval? = nil
  ) throws -> [RolloutEvent] {
    now = now + (interval ?? .seconds(1))
    let events = try RolloutDecider.decide(command, state, in: context, by: requester, now: now)
    given(events)
    return events
  }

  /// What a command leads to, in words: events, or `refused: <rule>`. What was decided is folded.
  @discardableResult
  public mutating func when(
    _ command: RolloutCommand, by requester: Requester = .ann, after interval: Interval? = nil
  ) throws -> [String] {
    do {
      return try decide(command, by: requester, after: interval).map(\.brief)
    } catch {
      guard let refusal = error as? Refusal else { throw error }
      return ["refused: \(refusal.rule.rawValue)"]
    }
  }

  /// An outcome of the running attempt, reported under it.
  @discardableResult
  public mutating func when(reported outcome: Outcome) throws -> [String] {
    try when(.report(OutcomeReport(attempt: state.attempt?.number, outcome)), by: .agent)
  }

  /// An outcome reported under a given attempt, or under none.
  @discardableResult
  public mutating func when(
    reported outcome: Outcome, under attempt: UInt32?
  ) throws -> [String] {
    try when(
      .report(OutcomeReport(attempt: attempt.map { AttemptNumber($0) }, outcome)), by: .agent)
  }

  /// Pods of the running attempt's revision, of stable and of all others: all there and available.
  @discardableResult
  public mutating func when(pods desired: Int, _ stable: Int, _ others: Int = 0) throws -> [String]
  {
    try when(pods: PodCounts.Pods(desired), .init(stable), .init(others))
  }

  @discardableResult
  public mutating func when(
    pods desired: PodCounts.Pods, _ stable: PodCounts.Pods, _ others: PodCounts.Pods = .none
  ) throws -> [String] {
    let counts = PodCounts(desired: desired, stable: stable, others: others)
    return try when(reported: .podsObserved(state.desired ?? 0, counts))
  }

  /// The router split traffic for the running attempt's revision.
  @discardableResult
  public mutating func when(weight: Int, verified: Bool? = nil) throws -> [String] {
    try when(
      reported: .weightApplied(state.desired ?? 0, weight: weight, verified: verified))
  }

  /// Where the active service points.
  @discardableResult
  public mutating func when(active: RevisionNumber) throws -> [String] {
    try when(reported: .servicesObserved(ServicesSeen(active: active)))
  }

  /// Makes revisions stable, one after the other, the short way.
  public mutating func promote(_ revisions: Int...) throws {
    for number in revisions {
      let revision = RevisionNumber(UInt32(number))
      try decide(.start(revision))
      try decide(.promoteFull)
      try when(reported: .available(revision))
      if state.attempt?.switched == true { try when(active: revision) }
    }
  }

  /// Attempts a revision and aborts it.
  public mutating func abort(_ revision: Int) throws {
    try decide(.start(RevisionNumber(UInt32(revision))))
    try decide(.abort)
  }

  /// The window's answer now.
  public func answer(_ target: Int) -> WindowAnswer {
    WindowRule.answer(target: RevisionNumber(UInt32(target)), state, in: context, now: now).0
  }

  public var directive: Directive { RolloutDecider.directive(state, in: context) }
  public var nextDue: Timestamp? { RolloutDecider.nextDue(state, in: context) }

  /// The state as a reader of the log sees it who starts from nothing.
  public var replayed: RolloutState {
    var fresh = RolloutState()
    for entry in log { RolloutDecider.evolve(&fresh, entry.event, at: entry.position) }
    return fresh
  }
}

extension Requester {
  public static let ann = Requester(principal: "ann", reason: "checkout is slow")
  public static let silent = Requester(principal: "ann")
  public static let agent = Requester(principal: "agent")
}

extension RevisionNumber: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt32) { self.init(value) }
}

extension AnalysisPlan {
  public static let errorRate = AnalysisPlan(templates: [
    AnalysisTemplate(
      name: "error-rate",
      metrics: [
        .init(
          name: "errors", interval: .seconds(5), count: 3, successCondition: "result < 0.01",
          provider: "prometheus")
      ])
  ])
}

extension RunObject {
  public static func background(_ name: String, _ podHash: String = "") -> RunObject {
    RunObject(name: name, type: .background, podHash: podHash)
  }

  public static func step(_ index: Int, _ name: String, _ podHash: String = "") -> RunObject {
    RunObject(name: name, type: .step, podHash: podHash, stepIndex: index)
  }
}

extension RunResult {
  public static let success = RunResult(phase: .successful, measurements: 3)
  public static let failure = RunResult(phase: .failed, measurements: 3, message: "errors 0.2")
  public static let unclear = RunResult(phase: .inconclusive, measurements: 3)
  public static let error = RunResult(phase: .error, measurements: 0, message: "no route")
  /// What a terminated run looks like.
  public static let unmeasured = RunResult(phase: .successful, measurements: 0)
}
