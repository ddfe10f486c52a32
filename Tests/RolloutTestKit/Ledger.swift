public import RolloutCore

/// Reads a rollout's events as an auditor would and names every promise they break. It shares no
/// rule with the decider: it knows the promises only.
public struct Ledger: Sendable {
  /// Broken promises, in words.
  public private(set) var broken: [String] = []
  private var attempts: [AttemptNumber: Entry] = [:]
  private var running: AttemptNumber?
  private var last: UInt32 = 0
  private var stable: RevisionNumber?
  private var violations: Set<String> = []

  private struct Entry {
    var revision: RevisionNumber
    var kind: Classification.Kind
    var track: Track
    var inside: Bool?
    var step = 0
    var pauses: Set<PauseReason> = []
    var stepPausedAt: Timestamp?
    var scheduled: Set<RunKey> = []
    var created: Set<RunKey> = []
    var open: Set<RunKey> = []
    var results: [RunKey: RunResult.Phase] = [:]
    /// Cancelled by a change of track: may be asked for again.
    var voided: Set<RunKey> = []
    var readings: Set<RunKey> = []
    var weight: Int?
    var available = false
    var fullPromotion = false
    var ended = false
    var endedFast = false
    var contractOpened: Bool
    var kept = false
    var violated = false
    var steps: [Strategy.Step]
    var startingStep: Int?
  }

  public init() {}

  private mutating func demand(_ condition: Bool, _ promise: String) {
    if !condition { broken.append(promise) }
  }

  /// Reads the events of one decision.
  public mutating func read(_ events: [RolloutEvent], in application: ApplicationState) {
    for event in events { read(event, application) }
    guard let running, let entry = attempts[running] else { return }
    demand(
      entry.track == .full || entry.open.isEmpty,
      "attempt \(running): on the fast track \(entry.open.count) runs are left open")
    demand(
      !(entry.fullPromotion && !entry.open.isEmpty),
      "attempt \(running): a run is left open after full promotion")
  }

  private mutating func read(_ event: RolloutEvent, _ application: ApplicationState) {
    switch event {
    case .attemptClassified(let event): begin(event, application)
    case .attemptReclassified(let event):
      change(event.attempt, "reclassified") { entry, broken in
        if event.track != entry.track {
          entry.step = 0
          entry.voided = entry.scheduled
          entry.pauses.subtract([.step, .inconclusiveAnalysis])
          if event.track == .full { entry.available = false }
          entry.weight = nil
          if event.track == .fast {
            if !entry.open.isEmpty { broken.append("reclassified to fast with runs in flight") }
            if entry.inside != true { broken.append("reclassified to fast outside the window") }
            entry.contractOpened = true
          }
        }
        entry.track = event.track
        if event.rollbackClass == .emergency, entry.inside == false {
          broken.append("an emergency outside its window")
        }
      }
    case .stepReached(let number, let index, let how, let now):
      change(number, "step") { Self.reach(&$0, index, how, now, &$1) }
    case .paused(let number, let reason, by: _, let now):
      change(number, "paused") { entry, broken in
        if !entry.pauses.insert(reason).inserted { broken.append("paused twice for \(reason)") }
        if reason == .step {
          entry.stepPausedAt = now
          if entry.pauses.contains(.person) { broken.append("a step began while paused") }
          if entry.track == .fast { broken.append("a pause step on the fast track") }
        }
      }
    case .resumed(let number, let reason, by: let requester, now: _):
      change(number, "resumed") { entry, broken in
        if entry.pauses.remove(reason) == nil { broken.append("resumed what was not paused") }
        if requester == nil { broken.append("resumed by nobody") }
      }
    case .fullPromotionRequested(let number, by: _, now: _):
      change(number, "full promotion") { entry, broken in
        if entry.fullPromotion { broken.append("full promotion requested twice") }
        entry.fullPromotion = true
      }
    case .runScheduled(let number, let key, now: _):
      change(number, "scheduled") { entry, broken in
        if entry.track == .fast { broken.append("\(key.brief) scheduled on the fast track") }
        if entry.fullPromotion { broken.append("\(key.brief) scheduled after full promotion") }
        if entry.pauses.contains(.person) { broken.append("\(key.brief) scheduled while paused") }
        if !entry.scheduled.insert(key).inserted { broken.append("\(key.brief) scheduled twice") }
        if let index = key.stepIndex, index != entry.step {
          broken.append("\(key.brief) scheduled at step \(entry.step)")
        }
        if key.type == .background, let start = entry.startingStep, entry.step < start {
          broken.append("background scheduled before its starting step")
        }
        if key.round > 1 {
          let before = RunKey(type: key.type, stepIndex: key.stepIndex, round: key.round - 1)
          if entry.results[before] != .inconclusive, !entry.voided.contains(before) {
            broken.append("\(key.brief) repeats what was not inconclusive")
          }
        }
        entry.open.insert(key)
      }
    case .runCreated(let number, let key, _, now: _):
      change(number, "created") { entry, broken in
        // A late report of a run that was cancelled meanwhile is no new start.
        if !entry.scheduled.contains(key) { broken.append("\(key.brief) created but not wanted") }
        if !entry.created.insert(key).inserted { broken.append("\(key.brief) created twice") }
      }
    case .runCancelled(let number, let key, _, now: _):
      change(number, "cancelled") { entry, broken in
        if entry.open.remove(key) == nil { broken.append("\(key.brief) cancelled but not open") }
      }
    case .runFinished(let number, let key, let result, let reading, now: _):
      finish(number, key, result, reading)
    case .weightApplied(let number, let weight, now: _):
      change(number, "weight") { entry, _ in entry.weight = weight }
    case .revisionAvailable(let number, let revision, now: _):
      change(number, "available") { entry, broken in
        if entry.revision != revision { broken.append("available: another revision") }
        let isAwaited =
          entry.track == .fast || entry.fullPromotion || entry.step >= entry.steps.count
        if !isAwaited { broken.append("available before full scale was asked for") }
        entry.available = true
      }
    case .revisionObserved: break
    case .attemptEnded(let event): end(event)
    case .contractKept(let number, now: _):
      if let entry = attempts[number] {
        demand(entry.ended && entry.endedFast, "contract \(number) kept too early")
        demand(!entry.kept, "contract \(number) kept twice")
        demand(!entry.violated, "contract \(number) kept although violated")
      } else {
        broken.append("contract \(number) kept but never made")
      }
      attempts[number]?.kept = true
    case .contractViolated(let number, let object, now: _):
      demand(attempts[number]?.contractOpened == true, "contract \(number) violated but never made")
      let isNew = violations.insert(object.name).inserted
      demand(isNew, "\(object.name) is a violation twice")
      attempts[number]?.violated = true
    case .stableAdopted(let adoption, by: _, now: _):
      demand(running == nil, "adopted while an attempt is running")
      stable = adoption.stable
    }
  }

  private mutating func begin(_ event: AttemptClassified, _ application: ApplicationState) {
    let classification = event.classification
    let number = event.attempt
    demand(running == nil, "attempt \(number) began before the one before ended")
    demand(number.value == last + 1, "attempt \(number) follows \(last)")
    demand(event.stable == stable, "attempt \(number): stable is \(String(describing: stable))")
    let expected: Classification.Kind =
      if let stable {
        event.revision > stable ? .forward : event.revision == stable ? .returnToStable : .rollback
      } else {
        .initial
      }
    demand(classification.kind == expected, "attempt \(number) is no \(classification.kind)")
    if let rollback = classification.rollback {
      demand(expected == .rollback, "attempt \(number): a window answer without a rollback")
      demand(
        classification.track == .full || rollback.answer.isInside,
        "attempt \(number) is fast outside its window")
      demand(
        rollback.rollbackClass == .regular || rollback.answer.isInside,
        "attempt \(number) is an emergency outside its window")
      demand(
        rollback.rollbackClass == .regular || !event.by.reason.isEmpty,
        "attempt \(number) is an emergency without a reason")
    }
    demand(
      classification.origin == .observed || application.holds[event.revision] == nil,
      "attempt \(number) starts a held revision")
    demand(
      expected != .forward || classification.track == .full, "a forward attempt on the fast track")
    last = number.value
    running = number
    let strategy = application.strategy(event.strategy)
    attempts[number] = Entry(
      revision: event.revision, kind: expected, track: classification.track,
      inside: classification.rollback?.answer.isInside,
      contractOpened: classification.track == .fast, steps: strategy?.steps ?? [],
      startingStep: strategy?.background?.startingStep)
  }

  private mutating func change(
    _ number: AttemptNumber, _ what: String, _ body: (inout Entry, inout [String]) -> Void
  ) {
    guard number == running, var entry = attempts[number] else {
      broken.append("\(what): attempt \(number) is not the running one")
      return
    }
    var found: [String] = []
    body(&entry, &found)
    attempts[number] = entry
    broken += found.map { "attempt \(number): \($0)" }
  }

  private static func reach(
    _ entry: inout Entry, _ index: Int, _ how: StepEnd, _ now: Timestamp, _ broken: inout [String]
  ) {
    if entry.track == .fast { broken.append("a step on the fast track") }
    if entry.pauses.contains(.person) { broken.append("a step completed while paused") }
    if index != entry.step + 1 { broken.append("step \(index) after \(entry.step)") }
    let step = entry.steps.indices.contains(entry.step) ? entry.steps[entry.step] : nil
    switch (how, step) {
    case (.weightApplied, .setWeight(let weight)):
      if entry.weight != weight { broken.append("weight \(weight) was never confirmed") }
    case (.pauseElapsed, .pause(let duration?)):
      let since = entry.stepPausedAt.map { now.since($0) }
      if since.map({ $0 <= duration }) ?? true { broken.append("a timer fired early") }
    case (.analysisSuccessful, .analysis):
      let latest = entry.results
        .filter { $0.key.stepIndex == entry.step && !entry.voided.contains($0.key) }
        .max { $0.key.round < $1.key.round }
      if latest?.value != .successful { broken.append("step \(entry.step) without success") }
    case (.resumed, .pause), (.promoted, _): break
    default: broken.append("step \(entry.step) ended by \(how.rawValue)")
    }
    if entry.open.contains(where: { $0.stepIndex == entry.step }) {
      broken.append("step \(entry.step) ended with its run open")
    }
    entry.step = index
    entry.pauses.remove(.step)
    entry.stepPausedAt = nil
  }

  private mutating func finish(
    _ number: AttemptNumber, _ key: RunKey, _ result: RunResult, _ reading: RunReading
  ) {
    guard var entry = attempts[number] else {
      broken.append("finished: no attempt \(number)")
      return
    }
    let wasOpen = entry.open.remove(key) != nil
    demand(entry.created.contains(key), "\(key.brief) of \(number) finished but never created")
    let isFirst = entry.readings.insert(key).inserted
    demand(isFirst, "\(key.brief) of \(number) finished twice")
    demand(wasOpen == (reading != .stopped), "\(key.brief) of \(number) read as \(reading)")
    demand(
      reading != .verified || (result.phase == .successful && result.measurements > 0),
      "\(key.brief) of \(number) verified without a measurement")
    if wasOpen {
      demand(number == running, "\(key.brief) counts after attempt \(number)")
      entry.results[key] = result.phase
    }
    attempts[number] = entry
  }

  private mutating func end(_ event: AttemptEnded) {
    let stableBefore = stable
    change(event.attempt, "ended") { entry, broken in
      if entry.ended { broken.append("a second verdict") }
      entry.ended = true
      entry.endedFast = entry.track == .fast
      if !entry.open.isEmpty { broken.append("ended with \(entry.open.count) runs open") }
      switch event.verdict {
      case .promoted:
        if !entry.available { broken.append("promoted before it was available") }
        if entry.pauses.contains(.person) { broken.append("promoted while paused") }
        let isDone = entry.track == .fast || entry.fullPromotion || entry.step >= entry.steps.count
        if !isDone { broken.append("promoted before all steps were done") }
      case .aborted(.analysis(let key, message: _)):
        let phase = entry.results[key]
        if phase != .failed && phase != .error { broken.append("aborted without a failure") }
      case .aborted(.person), .withdrawn, .superseded:
        if event.by == nil { broken.append("ended by nobody") }
      }
    }
    if case .promoted = event.verdict { stable = attempts[event.attempt]?.revision ?? stableBefore }
    running = nil
  }

  /// Compares with what the decider's state says.
  public mutating func compare(_ state: RolloutState) {
    demand(state.stable == stable, "stable changed without a promotion")
    demand(state.attempt?.number == running, "another attempt is running than the log says")
    demand(state.attempts == last, "attempts are miscounted")
    guard let attempt = state.attempt else { return }
    demand((attempt.contract != nil) == (attempt.track == .fast), "a contract on the wrong track")
  }

  /// Whether an ended fast attempt was neither kept nor violated.
  public var unclosedContracts: [AttemptNumber] {
    attempts.filter { $0.value.endedFast && !$0.value.kept && !$0.value.violated }.map(\.key)
  }
}
