/// What has to be seen of analysis, and what must not be seen of it.
extension Decision {
  // MARK: Time

  /// What time alone brings about besides the running attempt's own steps.
  mutating func timeOutsideAttempt() {
    evidenceDue()
    verificationDue()
    watchDue()
  }

  /// Scheduled analysis that did not appear in time, each told once.
  mutating func evidenceDue() {
    for (number, run) in state.awaitedRuns
    where now > run.scheduledAt + context.evidenceRule.appearance {
      emit(.runMissing(number, run.key, now: now))
    }
  }

  // MARK: Reports

  /// A run that is none of the running attempt's.
  ///
  /// - Returns: whether it is one that goes on outside the attempt: a verification or a watch.
  mutating func seenOutsideAttempt(
    _ object: RunObject, _ result: RunResult?, _ number: AttemptNumber?
  ) -> Bool {
    seenVerification(object, result) || seenWatched(object, result)
  }

  /// Objects that nobody asked for, again and again: told once for each type of an attempt.
  ///
  /// A controller that finds a name taken appends a counter, so the name alone says how often; for
  /// a fast attempt the violations of its contract are counted too.
  mutating func guardAgainstRunaway(_ object: RunObject, _ number: AttemptNumber?) {
    guard object.type != .plugin else { return }
    let attempt = state.attempt
    guard let judged = number ?? attempt?.number ?? state.lastEnded?.number else { return }
    guard judged == attempt?.number || (attempt == nil && judged == state.lastEnded?.number),
      !state.runaways.contains(object.type, of: judged)
    else { return }
    let revision = attempt?.revision ?? state.lastEnded?.revision
    if let hash = revision.flatMap({ state.local[$0]?.podHash }), !object.podHash.isEmpty,
      object.podHash != hash
    {
      return
    }
    let broken = attempt?.violations ?? state.lastEnded?.violations ?? []
    let isKnown = broken.contains { $0.name == object.name }
    let violations = broken.count { $0.type == object.type } + (isKnown ? 0 : 1)
    let objects = max(violations, object.copies)
    guard objects > context.evidenceRule.objectsMax else { return }
    emit(.runawayDetected(judged, object.type, objects: objects, now: now))
  }
}

extension RunObject {
  /// How many objects of the same base name there are, by the counter at the end of the name: 1
  /// without one. Analysis runs are counted `.1`, `.2`, ..., experiments `-1`, `-2`, ... after the
  /// step's index. A hint, for names are the cluster's.
  var copies: Int {
    var digits = 0
    var value = 0
    var scale = 1
    var rest = name.utf8[...]
    while let last = rest.last, (48...57).contains(last), digits < 9 {
      value += Int(last - 48) * scale
      scale *= 10
      digits += 1
      rest = rest.dropLast()
    }
    guard let separator = rest.last else { return 1 }
    rest = rest.dropLast()
    switch type {
    case .experiment:
      // `rollout-hash-revision-step-n`; without a counter the last number is the step's.
      guard separator == UInt8(ascii: "-"), let stepIndex,
        rest.suffix(String(stepIndex).utf8.count + 1).elementsEqual("-\(stepIndex)".utf8)
      else { return 1 }
    case .background, .step, .prePromotion, .postPromotion, .plugin, .verification:
      guard separator == UInt8(ascii: ".") else { return 1 }
    }
    return value + 1
  }
}

extension RolloutState {
  /// Runs whose object was not reported yet, those of the running attempt first. A step plugin's
  /// call has no object.
  var awaitedRuns: [(AttemptNumber, Attempt.Run)] {
    var all: [(AttemptNumber, Attempt.Run)] = []
    func add(_ number: AttemptNumber, _ runs: [Attempt.Run]) {
      for run in runs where !run.missed && run.state == .scheduled && run.key.type != .plugin {
        all.append((number, run))
      }
    }
    if let attempt { add(attempt.number, attempt.runs) }
    if let watch { add(watch.attempt, watch.runs) }
    for debt in debts { add(debt.attempt, debt.runs) }
    return all
  }

  /// What an ended attempt keeps of its runs: every open one, which goes on after it, and the
  /// latest others.
  static func remembered(_ runs: [Attempt.Run]) -> [Attempt.Run] {
    let open = runs.dropLast(expectedObjectsMax).filter(\.isOpen)
    return open + runs.suffix(expectedObjectsMax)
  }

  /// Analysis that should run although it is not the running attempt's.
  func runsOutsideAttempt(in context: RolloutContext) -> [Directive.DirectedRun] {
    var directed: [Directive.DirectedRun] = []
    if let watch, let plan = context.application.strategy(watch.strategy)?.background?.plan {
      for run in watch.runs where run.isOpen { directed.append(.init(key: run.key, plan: plan)) }
    }
    for debt in debts {
      guard let run = debt.openRun,
        let plan = context.application.strategy(debt.strategy).flatMap(AnalysisPlan.verification)
      else { continue }
      directed.append(.init(key: run.key, plan: plan))
    }
    return directed
  }

  // MARK: Folding

  /// What an event changes besides the running attempt. Asked before the attempt's own part is
  /// folded, so that an attempt that ends is still there to be read.
  mutating func evolveOutsideAttempt(_ event: RolloutEvent, at position: LogPosition) {
    switch event {
    case .runScheduled(let number, let key, let now) where key.type == .verification:
      debt(number) { debt in
        guard !debt.runs.contains(where: { $0.key == key }) else { return }
        if debt.runs.count >= VerificationDebt.runsMax { debt.runs.removeFirst() }
        debt.runs.append(.init(key: key, state: .scheduled, scheduledAt: now))
        debt.round = max(debt.round, key.round)
      }
    case .runCreated(let number, let key, let object, now: _):
      outsideRun(number, key) { $0.state = $0.isOpen ? .created(object) : .cancelled(object) }
    case .runCancelled(let number, let key, _, now: _):
      outsideRun(number, key) { $0.state = .cancelled($0.object) }
    case .runFinished(let number, let key, let result, let reading, now: _):
      outsideRun(number, key) { $0.state = .finished($0.object, result, reading) }
    case .runMissing(let number, let key, now: _):
      outsideRun(number, key) { $0.missed = true }
      if attempt?.number == number,
        let index = attempt?.runs.firstIndex(where: { $0.key == key })
      {
        attempt?.runs[index].missed = true
      }
    case .runawayDetected(let number, let type, objects: _, now: _):
      guard runaways.attempt.map({ $0 <= number }) ?? true else { return }
      if runaways.attempt != number { runaways = Runaways(attempt: number) }
      if !runaways.types.contains(type) { runaways.types.append(type) }
    case .verificationOwed(let number, let revision, let due, let now):
      owe(number, revision, due: due, now: now, at: position)
    case .verificationPaid(let number, _, now: _), .verificationWaived(let number, by: _, now: _):
      debts.removeAll { $0.attempt == number }
    case .verificationOverdue(let number, now: _):
      debt(number) { $0.overdue = true }
    case .watchStarted(let number, let revision, let until, let reaction, now: _):
      startWatch(number, revision, until: until, reaction, at: position)
    case .watchEnded(let number, _, now: _):
      if watch?.attempt == number { watch = nil }
    case .attemptEnded(let ended):
      // What did not become stable leaves nothing to verify.
      if ended.verdict != .promoted {
        debts.removeAll { $0.attempt == ended.attempt }
      } else if let taken = debts.first(where: { $0.attempt == ended.attempt }) {
        debts.removeAll { $0.revision == taken.revision && $0.attempt != taken.attempt }
      }
    case .attemptReclassified(let change):
      // What runs its analysis after all skips nothing.
      if change.track == .full { debts.removeAll { $0.attempt == change.attempt } }
    case .runScheduled, .attemptClassified, .stepReached, .paused, .resumed,
      .fullPromotionRequested, .weightApplied, .podsObserved, .servicesObserved,
      .checkpointReached, .switchDecided, .scaleDownDelayed, .deadlineExceeded,
      .restartRequested, .restarted, .revisionAvailable, .revisionObserved, .contractKept,
      .contractViolated, .stableAdopted:
      break
    }
  }

  /// A run that goes on outside the running attempt, in each place that knows it.
  private mutating func outsideRun(
    _ number: AttemptNumber, _ key: RunKey, _ change: (inout Attempt.Run) -> Void
  ) {
    if key.type == .verification {
      debt(number) { debt in
        guard let index = debt.runs.firstIndex(where: { $0.key == key }) else { return }
        change(&debt.runs[index])
      }
      return
    }
    if watch?.attempt == number,
      let index = watch?.runs.firstIndex(where: { $0.key == key }), var run = watch?.runs[index]
    {
      change(&run)
      watch?.runs[index] = run
      // Its object may still have to stop, and says so when the watch is long over.
      if let place = lastEnded?.runs.firstIndex(where: { $0.key == key }),
        lastEnded?.number == number
      {
        lastEnded?.runs[place] = run
      }
    }
  }
}

extension RolloutDecider {
  /// When time alone next brings something about besides the running attempt's own steps.
  static func dueOutsideAttempt(_ state: RolloutState, in context: RolloutContext) -> Timestamp? {
    var due: Timestamp?
    func at(_ moment: Timestamp, strictlyAfter: Bool) {
      guard !strictlyAfter || moment.microseconds < .max else { return }
      let exact = strictlyAfter ? moment + Interval(microseconds: 1) : moment
      due = due.map { min($0, exact) } ?? exact
    }
    if let watch = state.watch { at(watch.until, strictlyAfter: false) }
    for debt in state.debts where !debt.overdue { at(debt.due, strictlyAfter: true) }
    for (_, run) in state.awaitedRuns {
      at(run.scheduledAt + context.evidenceRule.appearance, strictlyAfter: true)
    }
    return due
  }
}
