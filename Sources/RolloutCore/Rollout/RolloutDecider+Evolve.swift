extension RolloutDecider {
  /// What the event changed, in place. Total: every event ever written folds, and one that speaks
  /// of another attempt than the running one changes nothing of it.
  public static func evolve(
    _ state: inout RolloutState, _ event: RolloutEvent, at position: LogPosition
  ) {
    switch event {
    case .attemptClassified(let classified):
      state.begin(classified, at: position)
    case .attemptReclassified(let change):
      state.reclassify(change)
    case .stepReached(let number, let index, how: _, let now):
      state.running(number) { attempt in
        attempt.stepIndex = index
        attempt.enteredStepAt = now
        attempt.weightIsOfThisStep = false
        attempt.pauses[.step] = nil
      }
    case .paused(let number, let reason, by: _, let now):
      state.running(number) { $0.pauses[reason] = now }
    case .resumed(let number, let reason, by: _, now: _):
      state.running(number) { attempt in
        attempt.pauses[reason] = nil
        if reason == .inconclusiveAnalysis { attempt.inconclusive = [] }
      }
    case .fullPromotionRequested(let number, by: _, now: _):
      state.running(number) { $0.fullPromotion = true }
    case .runScheduled(let number, let key, let now):
      state.running(number) { attempt in
        guard !attempt.runs.contains(where: { $0.key == key }) else { return }
        attempt.runs.append(.init(key: key, state: .scheduled, scheduledAt: now))
      }
    case .runCreated(let number, let key, let object, now: _):
      state.run(number, key) { $0.state = $0.isOpen ? .created(object) : .cancelled(object) }
      state.expect(object.name)
    case .runCancelled(let number, let key, _, now: _):
      state.run(number, key) { $0.state = .cancelled($0.object) }
    case .runFinished(let number, let key, let result, let reading, now: _):
      state.finish(number, key, result, reading)
    case .weightApplied(let number, let weight, now: _):
      state.running(number) { attempt in
        attempt.weight = weight
        attempt.weightIsOfThisStep = true
      }
    case .revisionAvailable(let number, let revision, now: _):
      state.running(number) { if $0.revision == revision { $0.available = true } }
    case .revisionObserved(let revision, let local, now: _):
      state.observe(revision, local)
    case .attemptEnded(let ended):
      state.end(ended, at: position)
    case .contractKept:
      break  // The contract stays among the ended ones: evidence may still arrive.
    case .contractViolated(let number, let object, now: _):
      state.violate(number, object)
    case .stableAdopted(let adoption, by: _, let now):
      state.adopt(adoption, at: position, now: now)
    }
  }
}

extension Optional {
  /// Changes the value in place, without a copy, if there is one.
  fileprivate mutating func modify(_ change: (inout Wrapped) -> Void) {
    switch consume self {
    case .some(var value):
      change(&value)
      self = .some(value)
    case .none:
      self = .none
    }
  }
}

extension RolloutState {
  fileprivate mutating func running(_ number: AttemptNumber, _ change: (inout Attempt) -> Void) {
    guard attempt?.number == number else { return }
    attempt.modify(change)
  }

  fileprivate mutating func run(
    _ number: AttemptNumber, _ key: RunKey, _ change: (inout Attempt.Run) -> Void
  ) {
    running(number) { attempt in
      guard let index = attempt.runs.firstIndex(where: { $0.key == key }) else { return }
      change(&attempt.runs[index])
    }
  }

  fileprivate mutating func begin(_ event: AttemptClassified, at position: LogPosition) {
    var next = Attempt(event, at: position)
    if event.classification.track == .fast {
      next.contract = SkipContract(
        attempt: event.attempt, revision: event.revision, podHash: local[event.revision]?.podHash)
    } else {
      succeedContracts(of: event.revision)
    }
    attempt = next
    attempts = max(attempts, event.attempt.value)
    desired = event.revision
    if history[event.revision, default: .init()].attemptedAt == nil {
      history[event.revision, default: .init()].attemptedAt = position
    }
  }

  fileprivate mutating func reclassify(_ change: AttemptReclassified) {
    guard let running = attempt, running.number == change.attempt else { return }
    let contract = SkipContract(
      attempt: running.number, revision: running.revision,
      podHash: local[running.revision]?.podHash)
    attempt.modify { attempt in
      let track = attempt.classification.track
      attempt.classification.track = change.track
      attempt.classification.rollback?.rollbackClass = change.rollbackClass
      // A retry is to be what the attempt had become.
      attempt.classification.rollback?.insistsOnAnalysis = change.track == .full
      guard track != change.track else { return }
      attempt.contract = change.track == .fast ? contract : nil
      attempt.pauses[.step] = nil
      attempt.pauses[.inconclusiveAnalysis] = nil
      attempt.inconclusive = []
      attempt.stepIndex = 0
      attempt.firstRun = attempt.runs.count
      attempt.enteredStepAt = change.now
      attempt.weight = nil
      attempt.weightIsOfThisStep = false
      // Steps come first now; a fast attempt is promoted by what is available already.
      if change.track == .full { attempt.available = false }
    }
    if change.track == .full { succeedContracts(of: running.revision) }
  }

  /// From now on analysis for this revision may be legitimate.
  private mutating func succeedContracts(of revision: RevisionNumber) {
    for index in endedContracts.indices where endedContracts[index].contract.revision == revision {
      endedContracts[index].isSucceeded = true
    }
  }

  fileprivate mutating func expect(_ name: String) {
    guard !expectedObjects.contains(name) else { return }
    if expectedObjects.count >= Self.expectedObjectsMax { expectedObjects.removeFirst() }
    expectedObjects.append(name)
  }

  fileprivate mutating func finish(
    _ number: AttemptNumber, _ key: RunKey, _ result: RunResult, _ reading: RunReading
  ) {
    if attempt?.number == number {
      running(number) { attempt in
        guard let index = attempt.runs.firstIndex(where: { $0.key == key }) else { return }
        let wasOpen = attempt.runs[index].isOpen
        attempt.runs[index].state = .finished(attempt.runs[index].object, result, reading)
        if wasOpen, result.phase == .inconclusive { attempt.inconclusive.append(key) }
      }
    } else if lastEnded?.number == number {
      guard let index = lastEnded?.runs.firstIndex(where: { $0.key == key }),
        let object = lastEnded?.runs[index].object
      else { return }
      lastEnded?.runs[index].state = .finished(object, result, reading)
    }
  }

  fileprivate mutating func observe(_ revision: RevisionNumber, _ seen: LocalRevision) {
    local[revision] = seen
    if attempt?.contract?.revision == revision { attempt?.contract?.podHash = seen.podHash }
    for index in endedContracts.indices
    where endedContracts[index].contract.revision == revision
      && endedContracts[index].contract.podHash == nil
    {
      endedContracts[index].contract.podHash = seen.podHash
    }
  }

  fileprivate mutating func end(_ event: AttemptEnded, at position: LogPosition) {
    guard let ended = attempt, ended.number == event.attempt else { return }
    attempt = nil
    lastEnded = EndedAttempt(
      number: ended.number, revision: ended.revision, classification: ended.classification,
      verdict: event.verdict, by: event.by, now: event.now, requestedBy: ended.by,
      startedAt: ended.startedAt, runs: ended.runs.suffix(Self.expectedObjectsMax),
      contract: ended.contract, violations: ended.violations)
    if let contract = ended.contract {
      if endedContracts.count >= Self.endedContractsMax { endedContracts.removeFirst() }
      endedContracts.append(
        EndedContract(
          contract: contract, violations: ended.violations.map(\.name), isSucceeded: false))
    }
    switch event.verdict {
    case .promoted:
      becomeStable(ended.revision, imported: false, at: position, now: event.now)
    case .aborted, .withdrawn, .superseded:
      break
    }
  }

  /// A revision that stays stable keeps the moment since when it is.
  private mutating func becomeStable(
    _ revision: RevisionNumber, imported: Bool, at position: LogPosition, now: Timestamp
  ) {
    if let stable, stable != revision {
      history[stable, default: .init()].stoppedBeingStableAt = now
      history[stable, default: .init()].stoppedBeingStablePosition = position
    }
    if stable != revision {
      history[revision, default: .init()].becameStableAt = position
      history[revision, default: .init()].stableSince = now
      history[revision, default: .init()].stoppedBeingStableAt = nil
      history[revision, default: .init()].stoppedBeingStablePosition = nil
    }
    history[revision, default: .init()].imported = imported
    stable = revision
    desired = revision
  }

  fileprivate mutating func violate(_ number: AttemptNumber, _ object: RunObject) {
    if attempt?.number == number {
      running(number) { attempt in
        guard attempt.violations.count < Self.violationsMax else { return }
        attempt.violations.append(object)
      }
      return
    }
    if lastEnded?.number == number, let count = lastEnded?.violations.count,
      count < Self.violationsMax
    {
      lastEnded?.violations.append(object)
    }
    for index in endedContracts.indices
    where endedContracts[index].contract.attempt == number
      && endedContracts[index].violations.count < Self.violationsMax
    {
      endedContracts[index].violations.append(object.name)
    }
  }

  fileprivate mutating func adopt(
    _ adoption: Adoption, at position: LogPosition, now: Timestamp
  ) {
    for number in adoption.history where number != adoption.stable {
      var entry = history[number] ?? RevisionHistory()
      if entry.attemptedAt == nil { entry.attemptedAt = position }
      if entry.becameStableAt == nil {
        entry.becameStableAt = position
        entry.imported = true
      }
      history[number] = entry
    }
    let entry = history[adoption.stable]
    if entry?.attemptedAt == nil {
      history[adoption.stable, default: .init()].attemptedAt = position
    }
    let imported = entry?.everStable != true || entry?.imported == true
    becomeStable(adoption.stable, imported: imported, at: position, now: now)
  }
}
