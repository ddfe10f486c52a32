/// What clusters report. A stale or repeated report changes nothing and is never an error.
extension Decision {
  mutating func report(_ report: OutcomeReport) throws(Refusal) {
    switch report.outcome {
    case .revisionObserved(let revision, let local):
      try requireRegistered(revision)
      observed(revision, local)
    case .available(let revision):
      available(revision, report.attempt)
    case .weightApplied(let revision, let weight):
      weightApplied(revision, weight, report.attempt)
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
      awaitsFullScale(attempt), !attempt.available
    else { return }
    emit(.revisionAvailable(attempt.number, revision, now: now))
    advance()
  }

  private mutating func weightApplied(
    _ revision: RevisionNumber, _ weight: Int, _ number: AttemptNumber?
  ) {
    guard let attempt = state.attempt, number == attempt.number, revision == attempt.revision,
      (0...100).contains(weight)
    else { return }
    let isNew = attempt.weight != weight
    let confirmsStep =
      if case .setWeight(weight) = currentStep(attempt) { !attempt.weightIsOfThisStep } else {
        false
      }
    guard isNew || confirmsStep else { return }
    emit(.weightApplied(attempt.number, weight: weight, now: now))
    advance()
  }

  /// A change made outside Windlass becomes an attempt. The revision that is wanted anyway, or a
  /// report made before the latest attempt was known, is no change.
  private mutating func changed(
    _ revision: RevisionNumber, _ number: AttemptNumber?
  ) throws(Refusal) {
    guard revision != state.desired else { return }
    if let number, number.value < state.attempts { return }
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
    if let ended = state.lastEnded,
      let run = ended.runs.first(where: { $0.object?.name == object.name })
    {
      if let result, run.isStopping {
        emit(.runFinished(ended.number, run.key, result, .stopped, now: now))
      }
      return
    }
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

  private mutating func finished(_ key: RunKey, _ result: RunResult) {
    guard let attempt = state.attempt, let run = attempt.runs.first(where: { $0.key == key })
    else { return }
    switch run.state {
    case .finished: return
    case .cancelled:
      emit(.runFinished(attempt.number, key, result, .stopped, now: now))
      return
    case .scheduled, .created: break
    }
    emit(.runFinished(attempt.number, key, result, Self.reading(of: result), now: now))
    switch result.phase {
    case .successful:
      advance()
    case .failed, .error:
      end(.aborted(.analysis(key, message: result.message)), by: nil, cancelling: .attemptEnded)
    case .inconclusive:
      guard attempt.pauses[.inconclusiveAnalysis] == nil else { return }
      emit(.paused(attempt.number, .inconclusiveAnalysis, by: nil, now: now))
    }
  }

  /// Success without a measurement proves nothing and is never called verified.
  private static func reading(of result: RunResult) -> RunReading {
    switch result.phase {
    case .successful: result.measurements > 0 ? .verified : .skipped
    case .failed, .error: .failed
    case .inconclusive: .inconclusive
    }
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
