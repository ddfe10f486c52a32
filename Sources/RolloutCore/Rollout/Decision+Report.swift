/// What clusters report. A stale or repeated report changes nothing and is never an error.
extension Decision {
  mutating func report(_ report: OutcomeReport) throws(Refusal) {
    switch report.outcome {
    case .revisionObserved(let revision, let local):
      try requireRegistered(revision)
      observed(revision, local)
    case .available(let revision):
      available(revision, report.attempt)
    case .podsObserved(let revision, let counts):
      podsObserved(revision, counts, report.attempt)
    case .weightApplied(let revision, let weight, let verified):
      weightApplied(revision, weight, verified, report.attempt)
    case .servicesObserved(let seen):
      servicesObserved(seen, report.attempt)
    case .restarted(let moment):
      // An older restart than the one that is asked for now says nothing about it.
      guard let asked = state.restart, moment >= asked else { return }
      emit(.restarted(now: now))
    case .runCreated(let object):
      seen(object, nil, report.attempt)
    case .runFinished(let object, let result):
      seen(object, result, report.attempt)
    case .changeObserved(let revision, let local):
      try requireRegistered(revision)
      if let local { observed(revision, local) }
      try changed(revision, report.attempt)
    }
  }

  private func requireRegistered(_ revision: RevisionNumber) throws(Refusal) {
    guard context.application.revision(revision) != nil else {
      throw Refusal(.unknownRevision, "revision \(revision) is reported but not registered")
    }
  }

  private mutating func observed(_ revision: RevisionNumber, _ local: LocalRevision) {
    guard state.local[revision] != local else { return }
    emit(.revisionObserved(revision, local, now: now))
  }

  private mutating func available(_ revision: RevisionNumber, _ number: AttemptNumber?) {
    guard let attempt = state.attempt, number == attempt.number, revision == attempt.revision,
      awaitsFullScale(attempt), !(attempt.available && isAvailable(attempt))
    else { return }
    emit(.revisionAvailable(attempt.number, revision, now: now))
    advance()
  }

  /// A report is of the present attempt, or of the rest after the last one.
  private func isPresent(_ number: AttemptNumber?) -> Bool {
    if let attempt = state.attempt { return number == attempt.number }
    return number.map { $0.value == state.attempts } ?? true
  }

  private mutating func podsObserved(
    _ revision: RevisionNumber, _ counts: PodCounts, _ number: AttemptNumber?
  ) {
    guard isPresent(number), revision == state.desired, counts.isPlausible else { return }
    if let attempt = state.attempt {
      guard attempt.pods != counts else { return }
    } else if state.pods?.revision == revision, state.pods?.counts == counts {
      return
    }
    emit(.podsObserved(revision, counts, now: now))
    if state.attempt == nil { keepAborted() } else { advance() }
  }

  private mutating func weightApplied(
    _ revision: RevisionNumber, _ weight: Int, _ verified: Bool?, _ number: AttemptNumber?
  ) {
    guard let attempt = state.attempt, number == attempt.number, revision == attempt.revision,
      let strategy = strategy(of: attempt), weight >= 0,
      weight <= (strategy.canary.map { PodMath.maxWeight($0) } ?? 100)
    else { return }
    let isDenied = verified == false
    let isNew = attempt.weight != weight || (attempt.weightVerified == false) != isDenied
    let confirmsStep =
      if case .setWeight(weight) = currentStep(attempt) { !attempt.weightIsOfThisStep } else {
        false
      }
    guard isNew || confirmsStep else { return }
    emit(.weightApplied(attempt.number, weight: weight, verified: verified, now: now))
    advance()
  }

  private mutating func servicesObserved(_ seen: ServicesSeen, _ number: AttemptNumber?) {
    guard isPresent(number) else { return }
    // Told again where the attempt has not heard it since its switch, although it is the same.
    let isNews = state.attempt.map { $0.activeSeen == nil && seen.active == $0.revision } ?? false
    guard state.services != seen || isNews else { return }
    emit(.servicesObserved(seen, now: now))
    advance()
  }

  /// A change made outside Windlass becomes an attempt. The revision that is wanted anyway, or a
  /// report made before the latest command was known, is no change.
  private mutating func changed(
    _ revision: RevisionNumber, _ number: AttemptNumber?
  ) throws(Refusal) {
    guard revision != state.desired else { return }
    let latest = state.attempt?.classification ?? state.lastEnded?.classification
    if let number {
      // Two changes in a row may both be made before the first has come back as an attempt.
      let isNext = latest?.origin == .observed && UInt64(number.value) + 1 == UInt64(state.attempts)
      if number.value < state.attempts, !isNext { return }
    } else if state.attempt?.classification.origin == .commanded {
      // What no attempt vouches for may be older than the command.
      return
    }
    try observeChange(revision)
  }

  // MARK: Analysis runs

  /// A run exists; with a result, it has finished.
  private mutating func seen(
    _ object: RunObject, _ result: RunResult?, _ number: AttemptNumber?
  ) {
    if let key = expectedKey(for: object, number) {
      guard let attempt = state.attempt else { return }
      if attempt.runs.first(where: { $0.key == key })?.object == nil {
        emit(.runCreated(attempt.number, key, object, now: now))
      }
      if let result { finished(key, result) }
      return
    }
    if seenOutsideAttempt(object, result, number) { return }
    if let ended = state.lastEnded,
      let run = ended.runs.first(where: { $0.object?.name == object.name })
    {
      if let result, run.isStopping {
        emit(.runFinished(ended.number, run.key, result, .stopped, now: now))
      }
      return
    }
    if let ended = state.lastEnded, let key = lateKey(for: object, of: ended, number) {
      emit(.runCreated(ended.number, key, object, now: now))
      if let result { emit(.runFinished(ended.number, key, result, .stopped, now: now)) }
      return
    }
    guardAgainstRunaway(object, number)
    guard !state.expectedObjects.contains(object.name),
      let broken = brokenContract(by: object, number)
    else { return }
    emit(.contractViolated(broken, object, now: now))
  }

  /// The run of the running attempt that this object is, or may be: one that was asked for and has
  /// no object yet; last of all one cancelled since, whose report comes late.
  private func expectedKey(for object: RunObject, _ number: AttemptNumber?) -> RunKey? {
    guard let attempt = state.attempt, number == nil || number == attempt.number else { return nil }
    if let run = attempt.runs.first(where: { $0.object?.name == object.name }) { return run.key }
    guard !state.expectedObjects.contains(object.name) else { return nil }
    let hash = state.local[attempt.revision]?.podHash
    guard hash == nil || object.podHash.isEmpty || object.podHash == hash else { return nil }
    let candidates = attempt.runs.filter { run in
      run.object == nil && run.key.type == object.type && run.key.stepIndex == object.stepIndex
    }
    return (candidates.first(where: \.isOpen) ?? candidates.first)?.key
  }

  /// The run of the ended attempt that this object may be: one that was cancelled before anybody
  /// reported an object of it.
  private func lateKey(
    for object: RunObject, of ended: EndedAttempt, _ number: AttemptNumber?
  ) -> RunKey? {
    guard number == ended.number, !state.expectedObjects.contains(object.name) else { return nil }
    let hash = state.local[ended.revision]?.podHash
    guard hash == nil || object.podHash.isEmpty || object.podHash == hash else { return nil }
    return ended.runs.first { run in
      run.state == .cancelled(nil) && run.key.type == object.type
        && run.key.stepIndex == object.stepIndex
    }?.key
  }

  /// The attempt whose skip contract this object breaks; `nil` when it breaks none or is known.
  private func brokenContract(by object: RunObject, _ number: AttemptNumber?) -> AttemptNumber? {
    let isKnown =
      state.attempt?.violations.contains { $0.name == object.name } ?? false
      || state.endedContracts.contains { $0.violations.contains(object.name) }
    guard !isKnown else { return nil }
    if let attempt = state.attempt, let contract = attempt.contract,
      Self.forbids(contract, object, number), attempt.violations.count < RolloutState.violationsMax
    {
      return attempt.number
    }
    // Newest first: an object seen late belongs to the last promise about its revision.
    for ended in state.endedContracts.reversed()
    where Self.forbids(ended.contract, object, number)
      && (!ended.isSucceeded || number == ended.contract.attempt)
      && ended.violations.count < RolloutState.violationsMax
    {
      return ended.contract.attempt
    }
    return nil
  }

  /// A run reported under an older attempt was asked for then. With the hash unknown only a report
  /// made under the contract's own attempt is evidence.
  private static func forbids(
    _ contract: SkipContract, _ object: RunObject, _ number: AttemptNumber?
  ) -> Bool {
    guard contract.types.contains(object.type) else { return false }
    guard let hash = contract.podHash else { return number == contract.attempt }
    guard object.podHash == hash else { return false }
    return number.map { $0 >= contract.attempt } ?? true
  }
}

extension PodCounts {
  /// More pods than that no cluster has; sums of such counts fit.
  private static let range = 0...1_000_000

  /// Counts that a cluster can have.
  var isPlausible: Bool { self == bounded }

  /// Each count brought into its range.
  var bounded: PodCounts {
    PodCounts(
      desired: desired.bounded(to: Self.range), stable: stable.bounded(to: Self.range),
      others: others.bounded(to: Self.range))
  }
}

extension PodCounts.Pods {
  fileprivate func bounded(to range: ClosedRange<Int>) -> PodCounts.Pods {
    func bounded(_ count: Int) -> Int { min(max(range.lowerBound, count), range.upperBound) }
    return PodCounts.Pods(
      requested: bounded(requested), created: bounded(created), ready: bounded(ready),
      available: bounded(available))
  }
}
