import RolloutCore

/// Every state that a small world can reach, breadth first, through the real decider.
public struct Exploration: Sendable {
  public private(set) var states = 0
  public private(set) var transitions = 0
  public private(set) var refusals = 0
  public private(set) var verdicts: [String: Int] = [:]
  /// Events by kind.
  public private(set) var kinds: [String: Int] = [:]
  /// How a broken promise was reached.
  public private(set) var broken: [String] = []
  /// The last state looked at was not the last one there is.
  public private(set) var isCutOff = false

  private struct Node {
    var world: World
    var ledger: Ledger
    var path: Path?

    var text: String { path?.text ?? "" }
  }

  /// How a state was reached, shared by all that follow from it.
  private final class Path: Sendable {
    let words: [String]
    let before: Path?

    init(_ words: [String], after before: Path?) {
      self.words = words
      self.before = before
    }

    var text: String { (before.map { "\($0.text), " } ?? "") + words.joined(separator: ", ") }
  }

  /// - Parameters:
  ///   - attempts: worlds with more attempts than this are not continued.
  ///   - states: at most so many are continued.
  public init(from world: World, attempts: UInt32, states limit: Int) throws {
    var seen: Set<Int> = [Self.fingerprint(world)]
    var ledger = Ledger()
    ledger.read(world.log.map(\.event), in: world.application)
    // One generation after the other: what was looked at is let go.
    var generation = [Node(world: world, ledger: ledger, path: nil)]
    search: while !generation.isEmpty {
      var next: [Node] = []
      for node in generation {
        guard states < limit else {
          isCutOff = true
          break search
        }
        states += 1
        for question in Self.commands(node.world) {
          transitions += 1
          guard let reached = try follow(question, node) else { continue }
          guard reached.world.state.attempts <= attempts,
            states + next.count <= limit * 2,
            seen.insert(Self.fingerprint(reached.world)).inserted
          else { continue }
          if reached.world.replayed != reached.world.state {
            broken.append("replay differs after \(reached.path?.text ?? "")")
          }
          next.append(reached)
        }
        if broken.count > 5 { break search }
      }
      generation = next
    }
  }

  /// Where a command leads; `nil` if nowhere.
  private mutating func follow(_ question: Question, _ node: Node) throws -> Node? {
    let (command, requester, interval) = question
    var after = node
    let events: [RolloutEvent]
    do {
      events = try after.world.decide(command, by: requester, after: interval)
    } catch {
      guard error is Refusal else { throw error }
      refusals += 1
      return nil
    }
    guard !events.isEmpty else { return nil }
    after.path = Path(events.map(\.brief), after: node.path)
    after.ledger.read(events, in: after.world.application)
    after.ledger.compare(after.world.state)
    after.ledger.compare(after.world.directive)
    for case .attemptEnded(let ended) in events {
      verdicts[ended.verdict.brief, default: 0] += 1
    }
    for event in events { kinds[event.kind, default: 0] += 1 }
    if case .report = command {
      let again = try after.world.decide(command, by: requester, after: .seconds(0))
      if !again.isEmpty {
        broken.append("a repeat is not satisfied, \(again.map(\.brief)): \(after.text)")
      }
    }
    if case .tick = command {
      let again = try after.world.decide(.tick, by: requester, after: .seconds(0))
      if !again.isEmpty {
        broken.append("a timer fires twice, \(again.map(\.brief)): \(after.text)")
      }
    }
    if !after.ledger.broken.isEmpty { broken.append("\(after.ledger.broken): \(after.text)") }
    return after
  }

  private typealias Question = (RolloutCommand, Requester, after: Interval)

  private static func commands(_ world: World) -> [Question] {
    let people: [RolloutCommand] = [
      .start(1), .start(2), .start(3), .rollback(.init()), .rollback(.init(target: 1)),
      .rollback(.init(target: 1, rollbackClass: .emergency)),
      .rollback(.init(target: 1, insistsOnAnalysis: true)), .undo, .promote, .promoteFull,
      .skipStep, .pause, .resume, .abort, .retry, .restart, .requireAnalysis, .escalate, .verify,
      .waiveVerification, .adopt(.init(stable: 2, history: [1])), .tick,
    ]
    let now = Interval(microseconds: 0)
    var questions: [Question] = people.map { ($0, .ann, now) }
    // Every timer there is, one after the other.
    if let due = world.nextDue, due > world.now {
      questions.append((.tick, .agent, due.since(world.now)))
    }
    return questions + reports(world).map { (.report($0), .agent, now) }
  }

  private static func reports(_ world: World) -> [OutcomeReport] {
    let changes = [RevisionNumber(1), 3].map {
      OutcomeReport(attempt: nil, .changeObserved($0, nil))
    }
    guard let attempt = world.state.attempt else { return changes + reportsAtRest(world) }
    let number = attempt.number
    let older = AttemptNumber(number.value - 1)
    let directive = world.directive
    var outcomes: [Outcome] = [
      .available(attempt.revision),
      .weightApplied(attempt.revision, weight: directive.weight, verified: nil),
      .revisionObserved(attempt.revision, .init(podHash: "hash\(attempt.revision)")),
      .runCreated(.background("leak-\(number)", "hash\(attempt.revision)")),
    ]
    let strategy = world.application.strategy(attempt.strategy)
    if strategy?.canary?.traffic != nil {
      outcomes.append(
        .weightApplied(attempt.revision, weight: directive.weight, verified: false))
    }
    if let pods = directive.pods {
      outcomes.append(
        .podsObserved(
          attempt.revision, .init(desired: .init(pods.desired), stable: .init(pods.stable))))
      outcomes.append(
        .podsObserved(attempt.revision, .init(desired: .none, stable: .init(pods.stable))))
    }
    if let services = directive.services {
      outcomes.append(.servicesObserved(services))
      outcomes.append(.servicesObserved(.init(active: attempt.stable)))
    }
    if let moment = directive.restartAt { outcomes.append(.restarted(moment)) }
    outcomes += results(attempt.runs, of: number, attempt.revision)
    return outcomes.map { OutcomeReport(attempt: number, $0) }
      + [OutcomeReport(attempt: older, .available(attempt.revision))] + changes
  }

  /// What goes on after an attempt: a watch, a verification.
  private static func reportsAtRest(_ world: World) -> [OutcomeReport] {
    var reports: [OutcomeReport] = []
    if let watch = world.state.watch {
      reports += results(watch.runs, of: watch.attempt, watch.revision)
        .map { OutcomeReport(attempt: watch.attempt, $0) }
    }
    for debt in world.state.debts {
      reports += results(debt.runs, of: debt.attempt, debt.revision)
        .map { OutcomeReport(attempt: debt.attempt, $0) }
    }
    return reports
  }

  private static func results(
    _ runs: [Attempt.Run], of number: AttemptNumber, _ revision: RevisionNumber
  ) -> [Outcome] {
    var outcomes: [Outcome] = []
    for run in runs {
      let object =
        run.object
        ?? RunObject(
          name: "\(number)-\(run.key.brief)", type: run.key.type, podHash: "hash\(revision)",
          stepIndex: run.key.stepIndex)
      outcomes.append(.runCreated(object))
      // Inconclusive once each, or there would be no end of rounds.
      let results: [RunResult] = [.success, .failure, .unmeasured, .unclear]
      for result in results.prefix(run.key.round > 1 ? 3 : 4) {
        outcomes.append(.runFinished(object, result))
      }
    }
    return outcomes
  }

  /// What rules can tell apart: everything but positions and moments, of which only order counts.
  private static func fingerprint(_ world: World) -> Int {
    let state = world.state
    var hasher = Hasher()
    combine(between: state, &hasher)
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
    hasher.combine(attempt.weightVerified)
    combine(attempt.pods, &hasher)
    hasher.combine(attempt.podsAreNewer)
    hasher.combine(attempt.checkpoint)
    hasher.combine(attempt.switchApproved)
    hasher.combine(attempt.switched)
    hasher.combine(attempt.activeSeen)
    hasher.combine(attempt.isLate)
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

  private static func combine(_ pods: PodCounts?, _ hasher: inout Hasher) {
    for side in [pods?.desired, pods?.stable, pods?.others] {
      hasher.combine(side?.requested)
      hasher.combine(side?.available)
    }
  }

  private static func combine(between state: RolloutState, _ hasher: inout Hasher) {
    hasher.combine(state.previouslyDesired)
    hasher.combine(state.pods?.revision)
    combine(state.pods?.counts, &hasher)
    hasher.combine(state.services?.active)
    hasher.combine(state.services?.preview)
    for kept in state.kept {
      hasher.combine(kept.revision)
      hasher.combine(kept.until.microseconds == .max)
      hasher.combine(kept.wasStable)
    }
    hasher.combine(state.restart != nil)
    for debt in state.debts {
      hasher.combine(debt.attempt)
      hasher.combine(debt.overdue)
      hasher.combine(debt.round)
      for run in debt.runs { combine(run, &hasher) }
    }
    hasher.combine(state.watch?.attempt)
    for run in state.watch?.runs ?? [] { combine(run, &hasher) }
    hasher.combine(state.runaways.attempt)
    hasher.combine(state.runaways.types)
  }

  private static func combine(_ run: Attempt.Run, _ hasher: inout Hasher) {
    hasher.combine(run.key)
    hasher.combine(run.object?.name)
    hasher.combine(run.isOpen)
    hasher.combine(run.missed)
  }
}
