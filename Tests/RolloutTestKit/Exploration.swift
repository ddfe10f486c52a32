import RolloutCore

/// Every state that a small world can reach, breadth first, through the real decider.
public struct Exploration: Sendable {
  public private(set) var states = 0
  public private(set) var transitions = 0
  public private(set) var refusals = 0
  public private(set) var verdicts: [String: Int] = [:]
  /// How a broken promise was reached.
  public private(set) var broken: [String] = []
  /// The last state looked at was not the last one there is.
  public private(set) var isCutOff = false

  private struct Node {
    var world: World
    var ledger: Ledger
    var path: [String]
  }

  /// - Parameters:
  ///   - attempts: worlds with more attempts than this are not continued.
  ///   - states: at most so many are continued.
  public init(from world: World, attempts: UInt32, states limit: Int) throws {
    var seen: Set<Int> = [Self.fingerprint(world.state)]
    var ledger = Ledger()
    ledger.read(world.log.map(\.event), in: world.application)
    var queue = [Node(world: world, ledger: ledger, path: [])]
    var next = 0
    while next < queue.count {
      guard next < limit else {
        isCutOff = true
        break
      }
      let node = queue[next]
      next += 1
      states += 1
      for (command, requester) in Self.commands(node.world) {
        transitions += 1
        guard let reached = try follow(command, requester, node) else { continue }
        if reached.world.state.attempts <= attempts,
          seen.insert(Self.fingerprint(reached.world.state)).inserted
        {
          if reached.world.replayed != reached.world.state {
            broken.append("replay differs after \(reached.path)")
          }
          queue.append(reached)
        }
      }
      if broken.count > 5 { break }
    }
  }

  /// Where a command leads; `nil` if nowhere.
  private mutating func follow(
    _ command: RolloutCommand, _ requester: Requester, _ node: Node
  ) throws -> Node? {
    var after = node
    let events: [RolloutEvent]
    do {
      events = try after.world.decide(command, by: requester, after: .seconds(0))
    } catch {
      guard error is Refusal else { throw error }
      refusals += 1
      return nil
    }
    guard !events.isEmpty else { return nil }
    after.path += events.map(\.brief)
    after.ledger.read(events, in: after.world.application)
    after.ledger.compare(after.world.state)
    for case .attemptEnded(let ended) in events {
      verdicts[ended.verdict.brief, default: 0] += 1
    }
    if case .report = command {
      let again = try after.world.decide(command, by: requester, after: .seconds(0))
      if !again.isEmpty { broken.append("a repeat is not satisfied: \(after.path)") }
    }
    let directive = after.world.directive
    if directive.track == .fast, !directive.runs.isEmpty {
      broken.append("a fast directive asks for runs: \(after.path)")
    }
    if !after.ledger.broken.isEmpty { broken.append("\(after.ledger.broken): \(after.path)") }
    return after
  }

  private static func commands(_ world: World) -> [(RolloutCommand, Requester)] {
    let people: [RolloutCommand] = [
      .start(1), .start(2), .start(3), .rollback(.init()), .rollback(.init(target: 1)),
      .rollback(.init(target: 1, rollbackClass: .emergency)),
      .rollback(.init(target: 1, insistsOnAnalysis: true)), .promote, .promoteFull, .pause,
      .resume, .abort, .retry, .requireAnalysis, .escalate, .adopt(.init(stable: 2, history: [1])),
      .tick,
    ]
    return people.map { ($0, .ann) } + reports(world).map { (.report($0), .agent) }
  }

  private static func reports(_ world: World) -> [OutcomeReport] {
    let changes = [RevisionNumber(1), 3].map {
      OutcomeReport(attempt: nil, .changeObserved($0, nil))
    }
    guard let attempt = world.state.attempt else { return changes }
    let number = attempt.number
    let older = AttemptNumber(number.value - 1)
    var outcomes: [Outcome] = [
      .available(attempt.revision), .weightApplied(attempt.revision, weight: 20),
      .revisionObserved(attempt.revision, .init(podHash: "hash\(attempt.revision)")),
      .runCreated(.background("leak-\(number)", "hash\(attempt.revision)")),
    ]
    for run in attempt.runs {
      let object =
        run.object
        ?? RunObject(
          name: "\(number)-\(run.key.brief)", type: run.key.type,
          podHash: "hash\(attempt.revision)", stepIndex: run.key.stepIndex)
      outcomes.append(.runCreated(object))
      // Inconclusive once each, or there would be no end of rounds.
      let results: [RunResult] = [.success, .failure, .unmeasured, .unclear]
      for result in results.prefix(run.key.round > 1 ? 3 : 4) {
        outcomes.append(.runFinished(object, result))
      }
    }
    return outcomes.map { OutcomeReport(attempt: number, $0) }
      + [OutcomeReport(attempt: older, .available(attempt.revision))] + changes
  }

  /// What rules can tell apart: everything but positions and moments, of which only order counts.
  private static func fingerprint(_ state: RolloutState) -> Int {
    var hasher = Hasher()
    hasher.combine(state.stable)
    hasher.combine(state.desired)
    hasher.combine(state.attempts)
    hasher.combine(state.lastEnded?.number)
    hasher.combine(state.lastEnded?.verdict.brief)
    for run in state.lastEnded?.runs ?? [] {
      if case .cancelled(.some) = run.state { hasher.combine(run.key) }
    }
    let order = state.history.compactMap(\.value.stoppedBeingStablePosition).sorted()
    for (number, history) in state.history.sorted(by: { $0.key < $1.key }) {
      hasher.combine(number)
      hasher.combine(history.attempted)
      hasher.combine(history.everStable)
      hasher.combine(history.imported)
      hasher.combine(history.stoppedBeingStablePosition.flatMap { order.firstIndex(of: $0) })
    }
    for (number, local) in state.local.sorted(by: { $0.key < $1.key }) {
      hasher.combine(number)
      hasher.combine(local.podHash)
    }
    for ended in state.endedContracts {
      hasher.combine(ended.contract.attempt)
      hasher.combine(ended.contract.podHash)
      hasher.combine(ended.violations)
      hasher.combine(ended.isSucceeded)
    }
    hasher.combine(state.expectedObjects)
    guard let attempt = state.attempt else { return hasher.finalize() }
    hasher.combine(attempt.number)
    hasher.combine(attempt.revision)
    hasher.combine(attempt.classification.kind)
    hasher.combine(attempt.track)
    hasher.combine(attempt.classification.rollback?.rollbackClass)
    hasher.combine(attempt.classification.rollback?.insistsOnAnalysis)
    hasher.combine(attempt.stepIndex)
    hasher.combine(Set(attempt.pauses.keys))
    hasher.combine(attempt.weight)
    hasher.combine(attempt.weightIsOfThisStep)
    hasher.combine(attempt.available)
    hasher.combine(attempt.fullPromotion)
    hasher.combine(attempt.inconclusive)
    hasher.combine(attempt.violations.map(\.name))
    for run in attempt.runs {
      hasher.combine(run.key)
      hasher.combine(run.object?.name)
      hasher.combine(run.isOpen)
      if case .finished(_, let result, _) = run.state {
        hasher.combine(result.phase)
        hasher.combine(result.measurements > 0)
      }
    }
    return hasher.finalize()
  }
}
