extension RolloutDecider {
  /// What the event changed, in place. Total: every event ever written folds, and one that speaks
  /// of another attempt than the running one changes nothing of it.
  public static func evolve(
    _ state: inout RolloutState, _ event: RolloutEvent, at position: LogPosition
  ) {
    state.showProgress(event)
    state.evolveOutsideAttempt(event, at: position)
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
        attempt.startCounting()
        attempt.gotOn(now)
      }
    case .paused(let number, let reason, by: _, let now):
      state.running(number) { attempt in
        attempt.pauses[reason] = now
        // What waits is not late; its clock begins anew when it goes on.
        attempt.isLate = false
      }
    case .resumed(let number, let reason, by: _, let now):
      state.running(number) { attempt in
        attempt.pauses[reason] = nil
        attempt.gotOn(now)
        switch reason {
        case .inconclusiveAnalysis: attempt.inconclusive.removeAll { $0.type != .experiment }
        case .inconclusiveExperiment: attempt.inconclusive.removeAll { $0.type == .experiment }
        case .blueGreen: attempt.switchApproved = true
        case .person, .step: break
        }
      }
    case .fullPromotionRequested(let number, by: _, let now):
      state.running(number) { attempt in
        attempt.fullPromotion = true
        attempt.gotOn(now)
      }
    case .runScheduled(let number, let key, let now):
      state.running(number) { attempt in
        guard !attempt.runs.contains(where: { $0.key == key }) else { return }
        attempt.runs.append(.init(key: key, state: .scheduled, scheduledAt: now))
      }
    case .runCreated(let number, let key, let object, now: _):
      state.run(number, key) { $0.state = $0.isOpen ? .created(object) : .cancelled(object) }
      state.endedRun(number, key) { run in
        if run.state == .cancelled(nil) { run.state = .cancelled(object) }
      }
      state.expect(object.name)
    case .runCancelled(let number, let key, _, now: _):
      state.run(number, key) { $0.state = .cancelled($0.object) }
    case .runFinished(let number, let key, let result, let reading, now: _):
      state.finish(number, key, result, reading)
    case .weightApplied(let number, let weight, let verified, now: _):
      state.running(number) { attempt in
        attempt.weight = weight
        attempt.weightVerified = verified
        attempt.weightIsOfThisStep = true
      }
    case .podsObserved(let revision, let reported, let now):
      let counts = reported.bounded
      state.pods = ObservedPods(revision: revision, counts: counts, position: position)
      if state.attempt?.revision == revision { state.attempt.modify { $0.see(counts, now) } }
    case .servicesObserved(let seen, let now):
      let changed = state.services?.active != seen.active
      state.services = seen
      state.attempt.modify { attempt in
        attempt.activeSeen = seen.active
        if changed { attempt.gotOn(now) }
      }
    case .checkpointReached(let number, let now):
      state.running(number) { attempt in
        attempt.checkpoint = true
        attempt.pauses[.blueGreen] = nil
        attempt.startCounting()
        attempt.gotOn(now)
      }
    case .switchDecided(let number, let now):
      state.running(number) { attempt in
        attempt.switched = true
        // What was seen before says nothing about where it points once it has moved.
        attempt.activeSeen = nil
        attempt.pauses[.blueGreen] = nil
        attempt.gotOn(now)
      }
    case .scaleDownDelayed(let revision, let until, let now):
      state.keep(revision, until: until, now: now, at: position)
    case .deadlineExceeded(let number, now: _):
      state.running(number) { $0.isLate = true }
    case .restartRequested(by: _, let now):
      state.restart = now
    case .restarted:
      state.restart = nil
    case .revisionAvailable(let number, let revision, let now):
      state.running(number) { attempt in
        guard attempt.revision == revision else { return }
        attempt.available = true
        attempt.podsAreNewer = false
        attempt.gotOn(now)
      }
    case .revisionObserved(let revision, let local, now: _):
      state.observe(revision, local)
    case .attemptEnded(let ended):
      state.end(ended, at: position)
    case .contractKept:
      break  // The contract stays among the ended ones: evidence may still arrive.
    case .runMissing, .runawayDetected, .verificationOwed, .verificationPaid, .verificationWaived,
      .verificationOverdue, .watchStarted, .watchEnded:
      break  // Folded above.
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

extension Attempt {
  fileprivate mutating func gotOn(_ now: Timestamp) {
    progressAt = max(progressAt, now)
    isLate = false
  }

  /// What comes next is measured by itself.
  fileprivate mutating func startCounting() {
    best = .none
    fewest = nil
  }

  /// Pods as they are now, and whether they are on their way.
  fileprivate mutating func see(_ counts: PodCounts, _ now: Timestamp) {
    let before = pods
    pods = counts
    podsAreNewer = true
    let old = counts.stable.created + counts.others.created
    let fewest = fewest ?? before.map { Fewest($0) } ?? Fewest(counts)
    let isProgress =
      before == nil || counts.desired.created > max(best.created, fewest.start)
      || counts.desired.created < fewest.created || old < fewest.old
      || counts.desired.ready > best.ready || counts.desired.available > best.available
    best.created = max(best.created, counts.desired.created)
    best.ready = max(best.ready, counts.desired.ready)
    best.available = max(best.available, counts.desired.available)
    self.fewest = Fewest(
      created: min(fewest.created, counts.desired.created), old: min(fewest.old, old),
      start: fewest.start)
    // What was whole after the switch, or before it in its pause, and lost pods has its deadline
    // from then on; once it is whole again it is late no more.
    var isTurn = false
    if switched && activeSeen == revision || pauses[.blueGreen] != nil, let before {
      let wasWhole = before.desired.available == before.desired.requested
      let isWhole = counts.desired.available == counts.desired.requested
      isTurn =
        wasWhole && counts.desired.available < before.desired.available
        || isLate && !wasWhole && isWhole
    }
    if isProgress || isTurn { gotOn(now) }
  }
}

extension RolloutState {
  fileprivate mutating func keep(
    _ revision: RevisionNumber, until: Timestamp, now: Timestamp, at position: LogPosition
  ) {
    kept.removeAll { $0.revision == revision || $0.until <= now }
    guard until > now else { return }
    let wasStable =
      attempt == nil && lastEnded?.verdict == .promoted && lastEnded?.stable == revision
    let place = kept.firstIndex { $0.revision < revision } ?? kept.endIndex
    kept.insert(
      Kept(revision: revision, until: until, position: position, wasStable: wasStable), at: place)
    if kept.count > Self.keptMax { kept.removeLast() }
  }

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

  fileprivate mutating func endedRun(
    _ number: AttemptNumber, _ key: RunKey, _ change: (inout Attempt.Run) -> Void
  ) {
    guard lastEnded?.number == number,
      let index = lastEnded?.runs.firstIndex(where: { $0.key == key }),
      var run = lastEnded?.runs[index]
    else { return }
    change(&run)
    lastEnded?.runs[index] = run
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
    if desired != event.revision {
      previouslyDesired = desired
      // New pods need no restart.
      restart = nil
      desired = event.revision
    }
    kept.removeAll { $0.revision == event.revision }
    if history[event.revision, default: .init()].attemptedAt == nil {
      history[event.revision, default: .init()].attemptedAt = position
      history[event.revision, default: .init()].attemptedSince = event.now
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
      for reason in PauseReason.allCases where reason != .person { attempt.pauses[reason] = nil }
      attempt.inconclusive = []
      attempt.stepIndex = 0
      attempt.firstRun = attempt.runs.count
      attempt.enteredStepAt = change.now
      attempt.weight = nil
      attempt.weightIsOfThisStep = false
      attempt.weightVerified = nil
      attempt.checkpoint = false
      attempt.switchApproved = false
      // Steps and analysis come before a switch; without them one that was made stands.
      if change.track == .full {
        attempt.switched = false
        attempt.activeSeen = nil
      }
      attempt.startCounting()
      attempt.gotOn(change.now)
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
      number: ended.number, revision: ended.revision, stable: ended.stable,
      classification: ended.classification, strategy: ended.strategy, verdict: event.verdict,
      by: event.by, now: event.now, requestedBy: ended.by, startedAt: ended.startedAt,
      weight: ended.weight, runs: Self.remembered(ended.runs),
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
    if let desired, desired != revision { previouslyDesired = desired }
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
    for number in adoption.history {
      var entry = history[number] ?? RevisionHistory()
      if entry.attemptedAt == nil {
        entry.attemptedAt = position
        entry.attemptedSince = now
      }
      if entry.becameStableAt == nil {
        entry.becameStableAt = position
        entry.imported = true
      }
      history[number] = entry
    }
    if desired == nil { previouslyDesired = adoption.history.last { $0 != adoption.stable } }
    kept.removeAll { $0.revision == adoption.stable }
    let entry = history[adoption.stable]
    if entry?.attemptedAt == nil {
      history[adoption.stable, default: .init()].attemptedAt = position
      history[adoption.stable, default: .init()].attemptedSince = now
    }
    let imported = entry?.everStable != true || entry?.imported == true
    becomeStable(adoption.stable, imported: imported, at: position, now: now)
  }
}
