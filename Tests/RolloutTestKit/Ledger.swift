public import RolloutCore

/// Reads a rollout's events as an auditor would and names every promise they break. It shares no
/// rule with the decider: it knows the promises only.
public struct Ledger: Sendable {
  /// Broken promises, in words.
  public internal(set) var broken: [String] = []
  var attempts: [AttemptNumber: Entry] = [:]
  var running: AttemptNumber?
  var last: UInt32 = 0
  var stable: RevisionNumber?
  /// Verifications that are running, by the attempt that owes them.
  var verifications: [AttemptNumber: Set<RunKey>] = [:]
  private var violations: Set<String> = []

  struct Entry: Sendable {
    var revision: RevisionNumber
    var stable: RevisionNumber?
    var kind: Classification.Kind
    var track: Track
    var inside: Bool?
    /// Fast although outside: held by a delay, or an emergency that owes its verification.
    var fastOutside: Bool
    var strategy: Strategy?
    var step = 0
    var pauses: [PauseReason: Timestamp] = [:]
    var scheduled: Set<RunKey> = []
    var created: Set<RunKey> = []
    var open: Set<RunKey> = []
    var results: [RunKey: RunResult.Phase] = [:]
    /// Cancelled by a change of track: may be asked for again.
    var voided: Set<RunKey> = []
    var readings: Set<RunKey> = []
    var missing: Set<RunKey> = []
    var weight: Int?
    var verified: Bool?
    var pods: PodCounts?
    var available = false
    var lostPods = false
    var fullPromotion = false
    var approved = false
    var checkpoint = false
    var switched = false
    var active: RevisionNumber?
    /// When the step, the preview or what followed a pause began.
    var beganAt: Timestamp
    var isLate = false
    var ended = false
    var endedFast = false
    var watched = false
    var contractOpened: Bool
    var kept = false
    var violated = false

    var steps: [Strategy.Step] { strategy?.steps ?? [] }
    /// Fewer pods than all may be enough.
    var hasThreshold: Bool {
      strategy?.canary?.progressThreshold != nil
        || steps.contains { if case .progressThreshold = $0 { true } else { false } }
    }
    var isHalted: Bool {
      [.person, .inconclusiveAnalysis, .inconclusiveExperiment].contains { pauses[$0] != nil }
    }

    /// How the latest run of a type ended, `nil` while none has.
    func latest(_ type: RunType, at step: Int? = nil) -> RunResult.Phase? {
      scheduled.filter { $0.type == type && $0.stepIndex == step && !voided.contains($0) }
        .max { $0.round < $1.round }.flatMap { results[$0] }
    }
  }

  public init() {}

  mutating func demand(_ condition: Bool, _ promise: @autoclosure () -> String) {
    if !condition { broken.append(promise()) }
  }

  /// Reads the events of one decision.
  public mutating func read(_ events: [RolloutEvent], in application: ApplicationState) {
    for event in events { read(event, application) }
    // What has to follow in the same decision.
    for case .runFinished(let number, let key, let result, let reading, now: _) in events
    where reading != .stopped && key.type != .verification && attempts[number]?.watched != true {
      let entry = attempts[number]
      switch result.phase {
      case .failed, .error:
        demand(entry?.ended == true, "\(key.brief) of \(number) failed and nothing was aborted")
      case .inconclusive:
        let reason: PauseReason =
          key.type == .experiment ? .inconclusiveExperiment : .inconclusiveAnalysis
        demand(entry?.pauses[reason] != nil, "\(key.brief) of \(number) was inconclusive, unpaused")
      case .successful: break
      }
    }
    for case .attemptEnded(let event) in events {
      let entry = attempts[event.attempt]
      demand(
        entry?.watched == true || entry?.open.isEmpty != false,
        "attempt \(event.attempt) ended with runs open")
    }
    guard let running, let entry = attempts[running] else { return }
    demand(
      entry.track == .full || entry.open.isEmpty,
      "attempt \(running): on the fast track \(entry.open.count) runs are left open")
    demand(
      !(entry.fullPromotion && !entry.open.isEmpty),
      "attempt \(running): a run is left open after full promotion")
    let kinds = Set(entry.open.map { "\($0.type) \($0.stepIndex ?? -1)" })
    demand(kinds.count == entry.open.count, "attempt \(running): two runs of a type are open")
    demand(
      entry.open.allSatisfy { $0.stepIndex == nil || $0.stepIndex == entry.step },
      "attempt \(running): a run of another step is open")
    demand(verifications.values.allSatisfy(\.isEmpty), "a verification runs beside an attempt")
  }

  private mutating func read(_ event: RolloutEvent, _ application: ApplicationState) {
    switch event {
    case .attemptClassified(let event): begin(event, application)
    case .attemptReclassified(let event):
      change(event.attempt, "reclassified") { Self.reclassify(&$0, event, &$1) }
    case .stepReached(let number, let index, let how, let now):
      change(number, "step") { Self.reach(&$0, index, how, now, &$1) }
    case .paused(let number, let reason, by: _, let now):
      change(number, "paused") { Self.pause(&$0, reason, now, &$1) }
    case .resumed(let number, let reason, by: let requester, let now):
      change(number, "resumed") { entry, broken in
        if entry.pauses.removeValue(forKey: reason) == nil {
          broken.append("resumed what was not paused")
        }
        if requester == nil { broken.append("resumed by nobody") }
        if reason == .blueGreen { entry.approved = true }
        entry.beganAt = now
        entry.isLate = false
      }
    case .fullPromotionRequested(let number, by: _, let now):
      change(number, "full promotion") { entry, broken in
        if entry.fullPromotion { broken.append("full promotion requested twice") }
        entry.fullPromotion = true
        entry.beganAt = now
        entry.isLate = false
      }
    case .runScheduled, .runCreated, .runCancelled, .runFinished, .runMissing, .runawayDetected:
      readRun(event)
    case .weightApplied(let number, let weight, let verified, now: _):
      change(number, "weight") { entry, broken in
        entry.weight = weight
        entry.verified = verified
        let whole = entry.strategy?.canary?.traffic?.maxWeight ?? 100
        if !(0...whole).contains(weight) { broken.append("weight \(weight) of \(whole)") }
      }
    case .revisionAvailable(let number, let revision, now: _):
      change(number, "available") { entry, broken in
        if entry.revision != revision { broken.append("available: another revision") }
        entry.available = true
        entry.lostPods = false
        entry.isLate = false
      }
    case .podsObserved(let revision, let counts, now: _): see(revision, counts)
    case .servicesObserved(let seen, now: _):
      guard let running else { return }
      attempts[running]?.active = seen.active
      attempts[running]?.isLate = false
    case .checkpointReached(let number, let now):
      change(number, "checkpoint") { Self.passPreview(&$0, "checkpoint", now, &$1) }
      attempts[number]?.checkpoint = true
    case .switchDecided(let number, let now):
      change(number, "switch") { entry, broken in
        Self.passPreview(&entry, "switch", now, &broken)
        if entry.switched { broken.append("switched twice") }
        entry.switched = true
        entry.active = nil
      }
    case .scaleDownDelayed(let revision, let until, let now):
      demand(until >= now, "revision \(revision) is kept until before now")
      demand(revision != stable, "stable is kept for a while only")
      if let running {
        demand(attempts[running]?.revision != revision, "what is desired is kept for a while only")
      }
    case .deadlineExceeded(let number, let now):
      change(number, "deadline") { Self.miss(&$0, now, &$1) }
    case .revisionObserved, .restartRequested, .restarted: break
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
    case .verificationOwed(let number, let revision, due: _, now: _):
      demand(attempts[number]?.revision == revision, "attempt \(number) owes for another revision")
      demand(attempts[number]?.track == .fast, "attempt \(number) owes what it did not skip")
      attempts[number]?.fastOutside = true
    case .verificationPaid(let number, let key, now: _):
      demand(
        attempts[number]?.results[key] == .successful, "attempt \(number) paid without success")
    case .verificationWaived, .verificationOverdue: break
    case .watchStarted(let number, let revision, until: _, _, now: _):
      demand(running == nil, "a watch beside an attempt")
      demand(stable == revision, "a watch of what is not stable")
      attempts[number]?.watched = true
    case .watchEnded(let number, _, now: _):
      demand(attempts[number]?.watched == true, "a watch ended that never began")
      demand(attempts[number]?.open.isEmpty == true, "a watch ended with its analysis open")
    }
  }

  private mutating func begin(_ event: AttemptClassified, _ application: ApplicationState) {
    let classification = event.classification
    let number = event.attempt
    demand(running == nil, "attempt \(number) began before the one before ended")
    let (before, known) = (last, stable)
    demand(number.value == before + 1, "attempt \(number) follows \(before)")
    demand(event.stable == known, "attempt \(number): stable is \(known?.description ?? "none")")
    let expected: Classification.Kind =
      if let stable {
        event.revision > stable ? .forward : event.revision == stable ? .returnToStable : .rollback
      } else {
        .initial
      }
    demand(classification.kind == expected, "attempt \(number) is no \(classification.kind)")
    let rules = classification.rules
    let mayBeFastOutside =
      rules.contains(.stillHeldByScaleDownDelay) || rules.contains(.emergencyOwesVerification)
    if let rollback = classification.rollback {
      demand(expected == .rollback, "attempt \(number): a window answer without a rollback")
      demand(
        classification.track == .full || rollback.answer.isInside || mayBeFastOutside,
        "attempt \(number) is fast outside its window")
      demand(
        rollback.rollbackClass != .emergency || rollback.answer.isInside || mayBeFastOutside,
        "attempt \(number) is an emergency outside its window")
      demand(
        rollback.rollbackClass == .regular || !event.by.reason.isEmpty,
        "attempt \(number) is \(rollback.rollbackClass) without a reason")
    }
    demand(
      classification.origin == .observed || application.holds[event.revision] == nil,
      "attempt \(number) starts a held revision")
    demand(
      expected != .forward || classification.track == .full, "a forward attempt on the fast track")
    last = number.value
    running = number
    attempts[number] = Entry(
      revision: event.revision, stable: event.stable, kind: expected, track: classification.track,
      inside: classification.rollback?.answer.isInside, fastOutside: mayBeFastOutside,
      strategy: application.strategy(event.strategy), beganAt: event.now,
      contractOpened: classification.track == .fast)
  }

  mutating func change(
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

  private mutating func see(_ revision: RevisionNumber, _ counts: PodCounts) {
    guard let running, var entry = attempts[running], entry.revision == revision else { return }
    entry.pods = counts
    entry.lostPods =
      !entry.hasThreshold && counts.desired.available < (entry.strategy?.replicas ?? 0)
    // Whether it was progress is the decider's to say; an auditor only sees that it may have been.
    entry.isLate = false
    attempts[running] = entry
  }

  private mutating func end(_ event: AttemptEnded) {
    let stableBefore = stable
    change(event.attempt, "ended") { entry, broken in
      if entry.ended { broken.append("a second verdict") }
      entry.ended = true
      entry.endedFast = entry.track == .fast
      switch event.verdict {
      case .promoted: Self.promote(entry, &broken)
      case .aborted(.analysis(let key, message: _)):
        let phase = entry.results[key]
        if phase != .failed && phase != .error { broken.append("aborted without a failure") }
      case .aborted(.deadline):
        if !entry.isLate { broken.append("aborted by a deadline that was not missed") }
        if entry.strategy?.progress.aborts != true { broken.append("aborted although it must not") }
      case .aborted(.person), .withdrawn, .superseded:
        if event.by == nil { broken.append("ended by nobody") }
      }
    }
    if case .promoted = event.verdict { stable = attempts[event.attempt]?.revision ?? stableBefore }
    running = nil
  }

  private static func promote(_ entry: Entry, _ broken: inout [String]) {
    if !entry.available { broken.append("promoted before it was available") }
    if entry.lostPods { broken.append("promoted although pods are missing") }
    if entry.isHalted { broken.append("promoted while halted") }
    let isWhole = entry.track == .full && !entry.fullPromotion
    switch entry.strategy?.kind {
    case .canary(let canary):
      if isWhole, entry.step < canary.steps.count { broken.append("promoted before the last step") }
      if entry.step > canary.steps.count { broken.append("beyond the last step") }
    case .blueGreen(let blueGreen):
      if entry.stable != nil, !entry.switched || entry.active != entry.revision {
        broken.append("promoted before the active service was there")
      }
      if isWhole, blueGreen.postPromotion != nil, entry.latest(.postPromotion) != .successful {
        broken.append("promoted without post-promotion analysis")
      }
    case nil: break
    }
  }

  // MARK: At the end of a decision

  /// Compares with what the decider's state says.
  public mutating func compare(_ state: RolloutState) {
    demand(state.stable == stable, "stable changed without a promotion")
    demand(state.attempt?.number == running, "another attempt is running than the log says")
    demand(state.attempts == last, "attempts are miscounted")
    guard let attempt = state.attempt, let entry = attempts[attempt.number] else { return }
    demand((attempt.contract != nil) == (attempt.track == .fast), "a contract on the wrong track")
    demand(attempt.track == entry.track, "the track changed without an event")
    demand(attempt.classification.kind == entry.kind, "the kind changed")
    demand(state.desired == attempt.revision, "something else is desired than attempted")
    demand(Set(attempt.pauses.keys) == Set(entry.pauses.keys), "pauses are miscounted")
    demand(attempt.stepIndex == entry.step, "the step is miscounted")
  }

  /// Compares what a cluster is told with what was decided.
  public mutating func compare(_ directive: Directive) {
    let whole = directive.maxWeight
    demand((0...whole).contains(directive.weight), "weight \(directive.weight) of \(whole)")
    demand(
      !directive.kept.contains { $0.revision == stable }, "stable is told to go after a while")
    demand(
      directive.pods.map { $0.desired >= 0 && $0.stable >= 0 } ?? true, "fewer pods than none")
    guard let running, let entry = attempts[running] else {
      demand(directive.routes.isEmpty, "a route without an attempt")
      guard directive.aborted else { return }
      let isDynamic = attempts[AttemptNumber(last)]?.strategy?.canary?.dynamicStableScale == true
      demand(directive.weight == 0 || isDynamic, "traffic for what was aborted")
      demand(
        directive.services.map { $0.active == stable } ?? true, "the active service was left behind"
      )
      return
    }
    demand(directive.attempt == running, "the directive of another attempt")
    demand(
      !directive.kept.contains { $0.revision == entry.revision }, "what is desired is let go")
    if entry.track == .fast {
      demand(directive.runs.isEmpty, "a fast directive asks for runs")
      demand(directive.routes.isEmpty, "a fast directive asks for routes")
      demand(directive.forbidden != nil, "a fast directive forbids nothing")
    }
    demand(
      !directive.enforced || Set(directive.runs.map(\.key)) == entry.open,
      "the directive asks for other runs than are open")
    if let services = directive.services {
      demand(
        services.active == (entry.switched ? entry.revision : entry.stable),
        "the active service is told to be elsewhere")
    }
    if let pods = entry.pods, pods.desired.available <= 0, entry.strategy?.canary?.traffic != nil,
      entry.stable != nil, entry.stable != entry.revision
    {
      demand(directive.weight == 0, "traffic for no available pod")
    }
  }

  /// Whether an ended fast attempt was neither kept nor violated.
  public var unclosedContracts: [AttemptNumber] {
    attempts.filter { $0.value.endedFast && !$0.value.kept && !$0.value.violated }.map(\.key)
  }
}
