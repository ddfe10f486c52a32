import Application
import RolloutCore

extension Fold {
  /// - Returns: the revisions whose history in the rollout may be another one now.
  mutating func apply(
    _ event: RolloutEvent, to name: RolloutName, at position: LogPosition, _ rows: inout Rows
  ) -> [RevisionNumber] {
    let before = rollouts[name].map { Before($0.state) } ?? Before()
    evolve(name, event, at: position)
    guard let after = rollouts[name]?.state else { return [] }
    if !before.debts.isEmpty { settle(event, name, before, after, &rows) }
    if let decision = DecisionRow(event, of: name, at: position) { rows.decisions.append(decision) }
    switch event {
    case .attemptClassified(let classified):
      rows.attempt(name, classified.attempt) {
        $0.classified = classified
        $0.position = position
        $0.track = classified.classification.track
        $0.rollbackClass = classified.classification.rollback?.rollbackClass
        $0.insistsOnAnalysis = classified.classification.rollback?.insistsOnAnalysis
      }
      return [classified.revision]
    case .attemptReclassified(let change):
      guard let attempt = after.attempt, attempt.number == change.attempt else { return [] }
      rows.attempt(name, change.attempt) {
        $0.track = attempt.track
        $0.rollbackClass = attempt.classification.rollback?.rollbackClass
        $0.insistsOnAnalysis = attempt.classification.rollback?.insistsOnAnalysis
        $0.reclassifiedAt = change.now
        $0.reclassifiedBy = change.by
      }
      return []
    case .attemptEnded(let ended):
      guard before.attempt == ended.attempt, after.attempt == nil else { return [] }
      rows.attempt(name, ended.attempt) {
        $0.ended = ended
        $0.endPosition = position
      }
      return [before.revision, before.stable, after.stable].compactMap(\.self)
    case .stableAdopted(let adoption, by: _, now: _):
      return adoption.history + [adoption.stable, before.stable].compactMap(\.self)
    case .revisionObserved(let revision, _, now: _):
      return [revision]
    case .contractViolated(let attempt, let object, let now):
      rows.violations.append(
        ViolationRow(position: position, at: now, rollout: name, attempt: attempt, object: object))
    case .runScheduled(let attempt, let key, let now):
      rows.run(name, attempt, key, after, or: .scheduled, position) { $0.scheduledAt = now }
    case .runCreated(let attempt, let key, let object, let now):
      rows.run(name, attempt, key, after, or: nil, position) {
        $0.createdAt = now
        $0.object = object
      }
    case .runFinished(let attempt, let key, let result, let reading, let now):
      rows.run(name, attempt, key, after, or: .finished, position) {
        $0.finishedAt = now
        $0.result = result
        $0.reading = reading
      }
    case .runCancelled(let attempt, let key, let reason, let now):
      rows.run(name, attempt, key, after, or: .cancelled, position) {
        $0.cancelledAt = now
        $0.cancelReason = reason
      }
    case .runMissing(let attempt, let key, let now):
      rows.run(name, attempt, key, after, or: nil, position) { $0.missingAt = now }
    case .verificationOwed(let attempt, let revision, let due, let now):
      rows.verifications[AttemptKey(rollout: name, attempt: attempt)] = VerificationRow(
        revision: revision, state: .owed, owedAt: now, due: due, position: position)
    case .verificationOverdue(let attempt, let now):
      let key = AttemptKey(rollout: name, attempt: attempt)
      rows.verifications[key, default: VerificationRow(state: .overdue)].state = .overdue
      rows.verifications[key]?.overdueAt = now
    case .watchStarted(let attempt, let revision, let until, let reaction, let now):
      rows.watches[AttemptKey(rollout: name, attempt: attempt)] = WatchRow(
        revision: revision, reaction: reaction, startedAt: now, until: until, position: position)
    case .watchEnded(let attempt, let end, let now):
      rows.watches[AttemptKey(rollout: name, attempt: attempt), default: WatchRow()].end(end, now)
    case .stepReached, .paused, .resumed, .fullPromotionRequested, .runawayDetected,
      .weightApplied, .podsObserved, .servicesObserved, .checkpointReached, .switchDecided,
      .scaleDownDelayed, .deadlineExceeded, .restartRequested, .restarted, .revisionAvailable,
      .contractKept, .verificationPaid, .verificationWaived:
      break  // The rollout's own row says it.
    }
    return []
  }

  /// What is asked of the state before an event. All of it at hand would be copied by the event.
  private struct Before {
    var attempt: AttemptNumber?
    var revision: RevisionNumber?
    var stable: RevisionNumber?
    var debts: [AttemptNumber] = []

    init() {}

    init(_ state: borrowing RolloutState) {
      attempt = state.attempt?.number
      revision = state.attempt?.revision
      stable = state.stable
      if !state.debts.isEmpty { debts = state.debts.map(\.attempt) }
    }
  }

  /// Verifications that were owed before an event and are not any more.
  private func settle(
    _ event: RolloutEvent, _ name: RolloutName, _ before: Before, _ after: RolloutState,
    _ rows: inout Rows
  ) {
    for debt in before.debts where !after.debts.contains(where: { $0.attempt == debt }) {
      let key = AttemptKey(rollout: name, attempt: debt)
      var row = rows.verifications[key] ?? VerificationRow(state: .dropped)
      row.state = .dropped
      row.settledAt = event.now
      switch event {
      case .verificationPaid(debt, _, now: _): row.state = .paid
      case .verificationWaived(debt, let by, now: _):
        row.state = .waived
        row.by = by
      default: break
      }
      rows.verifications[key] = row
    }
  }
}

extension WatchRow {
  fileprivate mutating func end(_ end: WatchEnd, _ now: Timestamp) {
    endedAt = now
    switch end {
    case .passed: outcome = .passed
    case .replaced: outcome = .replaced
    case .failed(_, let message):
      outcome = .failed
      self.message = message
    }
  }
}

extension Rows {
  fileprivate mutating func attempt(
    _ name: RolloutName, _ number: AttemptNumber, _ change: (inout AttemptRow) -> Void
  ) {
    change(&attempts[AttemptKey(rollout: name, attempt: number), default: AttemptRow()])
  }

  /// - Parameter known: what the event alone says, where the state knows the run no longer.
  fileprivate mutating func run(
    _ name: RolloutName, _ attempt: AttemptNumber, _ key: RunKey, _ state: RolloutState,
    or known: RunRow.State?, _ position: LogPosition, _ change: (inout RunRow) -> Void
  ) {
    let place = AttemptRunKey(rollout: name, attempt: attempt, run: key)
    var row = runs[place] ?? RunRow(position: position)
    if let run = state.run(attempt, key) {
      row.state = RunRow.State(run.state)
    } else if let known {
      row.state = known
    }
    change(&row)
    runs[place] = row
  }
}

extension RolloutState {
  /// A run as far as it is still known.
  fileprivate func run(_ number: AttemptNumber, _ key: RunKey) -> Attempt.Run? {
    if key.type == .verification {
      return debts.first { $0.attempt == number }?.runs.first { $0.key == key }
    }
    if attempt?.number == number { return attempt?.runs.first { $0.key == key } }
    if watch?.attempt == number, let run = watch?.runs.first(where: { $0.key == key }) {
      return run
    }
    if lastEnded?.number == number { return lastEnded?.runs.first { $0.key == key } }
    return nil
  }
}
