import RolloutCore
import RolloutTestKit

/// The rollout under Windlass, with an agent that does at once what the directive says and tells
/// what it sees.
struct WindlassSide: Sendable {
  private(set) var world: World
  private let strategy: Strategy
  private var sizes: [RevisionNumber: Int] = [:]
  private var ceilings: [RevisionNumber: Int] = [:]
  /// Pods that a cluster gives revisions of which nothing is asked.
  private var unasked: [RevisionNumber: Int] = [:]
  private var services = ServicesSeen(active: nil)
  private var verified: Bool?
  private var objects: [Object] = []
  private var compared = 0
  private(set) var cameToRest = true

  struct Object: Sendable {
    var run: RunObject
    var key: RunKey
    var attempt: AttemptNumber
    var isOver = false
  }

  static let revisions = 8

  init(_ strategy: Strategy) throws {
    self.strategy = strategy
    world = try World(strategy, revisions: Self.revisions)
  }

  var now: Timestamp { world.now }
  var state: RolloutState { world.state }

  mutating func wait(until now: Timestamp) { world.now = now }

  mutating func tick() throws { try world.decide(.tick, by: .agent, after: .seconds(0)) }

  /// - Returns: the refusal, if it was one.
  mutating func command(_ command: RolloutCommand) throws -> Refusal? {
    do {
      try world.decide(command, after: .seconds(0))
      return nil
    } catch {
      guard let refusal = error as? Refusal else { throw error }
      return refusal
    }
  }

  mutating func limitPods(of revision: RevisionNumber, to most: Int?) { ceilings[revision] = most }

  mutating func verifyWeights(_ verified: Bool?) { self.verified = verified }

  mutating func end(_ type: RunType, _ phase: RunResult.Phase) throws {
    guard let attempt = state.attempt?.number,
      let index = objects.firstIndex(where: {
        $0.attempt == attempt && $0.key.type == type && !$0.isOver
      })
    else { return }
    objects[index].isOver = true
    // A plugin knows no doubt.
    let known = type == .plugin && phase != .successful ? .failed : phase
    try tell(
      .runFinished(
        objects[index].run, RunResult(phase: known, measurements: 3, message: "as told")))
  }

  // MARK: Coming to rest

  mutating func settle(unasked: [RevisionNumber: Int]) throws {
    self.unasked = unasked
    cameToRest = false
    for _ in 0..<80 {
      let log = world.log.count
      let sizes = sizes
      let services = services
      try look()
      try world.decide(.tick, by: .agent, after: .seconds(0))
      if world.log.count == log, self.sizes == sizes, self.services == services {
        cameToRest = true
        return
      }
    }
  }

  private mutating func tell(_ outcome: Outcome) throws {
    let attempt =
      state.attempt?.number ?? (state.attempts > 0 ? AttemptNumber(state.attempts) : nil)
    try world.decide(
      .report(OutcomeReport(attempt: attempt, outcome)), by: .agent, after: .seconds(0))
  }

  private mutating func look() throws {
    guard let desired = state.desired else { return }
    try tell(.revisionObserved(desired, LocalRevision(podHash: ArgoSide.hash(desired))))
    // It tells what it sees before it does anything.
    try tell(.podsObserved(desired, counts))
    try tellWeight(desired)
    scale()
    try tell(.podsObserved(desired, counts))
    if let wanted = world.directive.services {
      services = wanted
      try tell(.servicesObserved(services))
    }
    try tellWeight(desired)
    try runs()
  }

  private func tellable(_ directive: Directive) -> Bool {
    strategy.canary?.traffic != nil && state.attempt != nil && directive.attempt != nil
  }

  private mutating func tellWeight(_ desired: RevisionNumber) throws {
    let directive = world.directive
    guard tellable(directive) else { return }
    try tell(.weightApplied(desired, weight: directive.weight, verified: verdict(directive)))
  }

  /// The router is asked where the controller would ask: at a weight, and at the end.
  private func verdict(_ directive: Directive) -> Bool? {
    guard let attempt = state.attempt, let canary = strategy.canary else { return nil }
    if attempt.track == .full, !attempt.fullPromotion,
      canary.steps.indices.contains(attempt.stepIndex)
    {
      guard case .setWeight = canary.steps[attempt.stepIndex] else { return nil }
    } else if directive.weight != directive.maxWeight {
      return nil
    }
    return verified
  }

  private mutating func scale() {
    let directive = world.directive
    guard let desired = directive.desired else { return }
    let kept = Set(directive.kept.filter { $0.until > now }.map(\.revision))
    for revision in sizes.keys where revision != desired && revision != directive.stable {
      // Old revisions are the cluster's business: it sizes them as the other world does.
      sizes[revision] = unasked[revision] ?? 0
    }
    if let pods = directive.pods {
      if !(kept.contains(desired) && directive.aborted) { sizes[desired] = pods.desired }
      if let stable = directive.stable, stable != desired { sizes[stable] = pods.stable }
    } else if directive.fullScale {
      sizes[desired] = unasked[desired] ?? strategy.replicas
    }
  }

  private var counts: PodCounts {
    let desired = state.desired
    let stable = state.stable == desired ? nil : state.stable
    var counts = PodCounts(desired: .none)
    for (revision, size) in sizes where size > 0 {
      let available = min(size, ceilings[revision] ?? .max)
      let pods = PodCounts.Pods(
        requested: size, created: size, ready: available, available: available)
      if revision == desired {
        counts.desired = pods
      } else if revision == stable {
        counts.stable = pods
      } else {
        counts.others.requested += size
        counts.others.created += size
        counts.others.ready += available
        counts.others.available += available
      }
    }
    return counts
  }

  private mutating func runs() throws {
    guard let attempt = state.attempt, let desired = state.desired else {
      for index in objects.indices { objects[index].isOver = true }
      return
    }
    let directive = world.directive
    for index in objects.indices where !objects[index].isOver {
      let isWanted =
        objects[index].attempt == attempt.number
        && directive.runs.contains { $0.key == objects[index].key }
      guard !isWanted else { continue }
      objects[index].isOver = true
      if objects[index].attempt == attempt.number {
        try tell(.runFinished(objects[index].run, .unmeasured))
      }
    }
    for run in directive.runs
    where !objects.contains(where: { $0.attempt == attempt.number && $0.key == run.key }) {
      let object = RunObject(
        name: "run-\(objects.count)", type: run.key.type, podHash: ArgoSide.hash(desired),
        stepIndex: run.key.stepIndex)
      objects.append(Object(run: object, key: run.key, attempt: attempt.number))
      try tell(.runCreated(object))
    }
  }

  // MARK: Reading

  /// From here on only what is made later counts.
  mutating func forgetRunsMade() { compared = world.log.count }

  private var runsMade: [String: Int] {
    var made: [String: Int] = [:]
    for case .runScheduled(_, let key, now: _) in world.log.dropFirst(compared).map(\.event)
    where key.type != .plugin {
      made[ArgoSide.word(key.type, key.stepIndex), default: 0] += 1
    }
    return made
  }

  var reading: Reading {
    var reading = Reading()
    guard let desired = state.desired else { return reading }
    let directive = world.directive
    reading[.stable] = state.stable.map(ArgoSide.hash) ?? ""
    reading[.desired] = ArgoSide.hash(desired)
    let isPromoted = state.stable == desired
    reading[.promoted] = "\(isPromoted)"
    reading[.aborted] = "\(directive.aborted)"
    reading[.step] = step(isPromoted)
    reading[.fast] = isPromoted || directive.aborted ? "-" : "\(isFast)"
    reading[.pauses] =
      (state.attempt?.pauses.keys.map(\.argoReason) ?? []).sorted().joined(separator: ", ")
    reading[.runs] = objects.filter { !$0.isOver }
      .map { ArgoSide.word($0.key.type, $0.key.stepIndex) }.sorted().joined(separator: ", ")
    reading[.runsMade] = runsMade.sorted { $0.key < $1.key }.map { "\($0.key) x\($0.value)" }
      .joined(separator: ", ")
    if strategy.canary?.traffic != nil {
      // Without anything in flight all traffic is stable's.
      reading[.weight] = isPromoted ? "0" : "\(directive.weight)"
    }
    reading[.desiredPods] = "\(sizes[desired] ?? 0)"
    if let stable = state.stable, stable != desired {
      reading[.stablePods] = "\(sizes[stable] ?? 0)"
    }
    if state.stable == nil { reading[.stablePods] = "0" }
    reading[.kept] = directive.kept.filter {
      $0.until > now && $0.until.microseconds < .max && (sizes[$0.revision] ?? 0) > 0
    }.sorted { $0.revision < $1.revision }.map {
      "\(ArgoSide.hash($0.revision)) for \($0.until.since(now).microseconds / 1_000_000) s"
    }.joined(separator: ", ")
    if let blueGreen = strategy.blueGreen {
      reading[.active] = services.active.map(ArgoSide.hash) ?? ""
      if blueGreen.hasPreviewService {
        reading[.preview] = services.preview.map(ArgoSide.hash) ?? ""
      }
    }
    reading[.late] = "\(state.attempt?.isLate ?? false)"
    if let status = RolloutStatus(state, in: world.context) {
      reading[.phase] = status.phase.rawValue
      reading[.message] = status.message
      reading[.progressing] = spoken(status[.progressing])
      reading[.available] = spoken(status[.available])
      reading[.healthy] = spoken(status[.healthy])
      reading[.completed] = spoken(status[.completed])
      reading[.paused] = spoken(status[.paused])
    }
    return reading
  }

  private func spoken(_ condition: RolloutStatus.Condition?) -> String {
    guard let condition else { return "none" }
    return "\(condition.state.rawValue), \(condition.reason): \(condition.message)"
  }

  /// On the fast track for going back, which Argo calls a fast rollback.
  private var isFast: Bool {
    guard let attempt = state.attempt else {
      return state.lastEnded?.classification.track == .fast && state.stable != nil
    }
    return attempt.track == .fast && attempt.stable != nil
  }

  private func step(_ isPromoted: Bool) -> String {
    let steps = strategy.steps
    guard !steps.isEmpty else { return "none" }
    if isPromoted { return "\(steps.count)" }
    guard let attempt = state.attempt else { return "0" }
    return attempt.track == .fast || attempt.fullPromotion
      ? "\(steps.count)" : "\(attempt.stepIndex)"
  }
}
