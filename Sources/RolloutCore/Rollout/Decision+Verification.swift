/// Emergencies, and the verification that one outside its window owes.
extension Decision {
  /// Debts of one rollout; each is about another revision.
  static let debtsMax = 16

  // MARK: Judging

  /// On which track a rollback goes, by its class and the window's answer, and by which rules.
  ///
  /// - Throws: ``Rule/emergencyOutsideWindow`` where no policy allows that;
  ///   ``Rule/limitReached`` where too much is owed already.
  func judgeRollback(
    _ wish: Wish, _ answer: WindowAnswer
  ) throws(Refusal) -> (track: Track, rules: [Rule], facts: [Fact]) {
    switch (wish.rollbackClass, answer.isInside) {
    case (.regular, true) where wish.insistsOnAnalysis: return (.full, [.analysisInsisted], [])
    case (.regular, true): return (.fast, [.insideMeansFast], [])
    case (.regular, false): return (.full, [.outsideMeansFull], [])
    case (.automatic, true):
      return (
        .fast, [.automaticAfterWatch, .insideMeansFast], [wish.failedWatch].compactMap(\.self)
      )
    case (.automatic, false):
      return (
        .full, [.automaticAfterWatch, .outsideMeansFull], [wish.failedWatch].compactMap(\.self)
      )
    case (.emergency, true): return (.fast, [.emergencyInsideWindow], [])
    case (.emergency, false):
      guard let policy = context.inForce(\.emergency), policy.part.allowedOutsideWindow else {
        throw outsideForEmergency(answer)
      }
      let others = state.debts.count { $0.revision != answer.target }
      guard others < Self.debtsMax else {
        throw Refusal(
          .limitReached,
          "\(others) revisions of \(context.spokenName) on \(context.cluster) are unverified "
            + "since earlier emergencies, which is the most there may be; `windlass "
            + "waive-verification \(context.spokenName)` forgives them")
      }
      return (
        .fast, [.emergencyOwesVerification], [Fact(.emergencyPolicy, at: policy.position)]
      )
    }
  }

  func outsideForEmergency(_ answer: WindowAnswer) -> Refusal {
    Refusal(
      .emergencyOutsideWindow,
      "the rollback of \(context.spokenName) on \(context.cluster) from revision "
        + "\(answer.stable) to \(answer.target) is outside its window "
        + "(\(answer.verdict.rawValue)), and no policy here lets an emergency skip analysis outside "
        + "it; `windlass rollback \(context.spokenName) --to \(answer.target)` without --emergency "
        + "goes there with steps and analysis")
  }

  // MARK: Owing

  /// Asked right after an attempt became an emergency outside its window.
  mutating func oweVerification() {
    guard let attempt = state.attempt, let policy = context.inForce(\.emergency) else { return }
    // A debt that the revision has already is not prolonged by another emergency.
    let due = now + policy.part.verificationDeadline
    let earlier = state.debts.first { $0.revision == attempt.revision }?.due
    emit(
      .verificationOwed(
        attempt.number, attempt.revision, due: earlier.map { min($0, due) } ?? due, now: now))
  }

  /// Forward attempts wait until everything owed is paid or waived. Going back never does.
  func refuseWhileOwed() throws(Refusal) {
    guard let debt = state.debts.first else { return }
    if let running = state.attempt, state.debts.contains(where: { $0.attempt == running.number }) {
      throw Refusal(
        .verificationOwed,
        "revision \(running.revision) is on its way to \(context.cluster) as an emergency outside "
          + "its window and is verified once it is stable; wait for that, or `windlass abort "
          + "\(context.spokenName)` ends it and what it owes")
    }
    let more = state.debts.count > 1 ? " (and \(state.debts.count - 1) more)" : ""
    throw Refusal(
      .verificationOwed,
      "revision \(debt.revision)\(more) went to \(context.cluster) as an emergency outside its "
        + "window and its verification is \(debt.overdue ? "overdue since" : "owed until") "
        + "\(debt.due.utcText); `windlass run-verification \(context.spokenName)` runs it, `windlass "
        + "waive-verification \(context.spokenName) --reason ...` forgives it")
  }

  // MARK: Paying

  /// Runs what is owed, again where that was tried already.
  mutating func verify() throws(Refusal) {
    guard !state.debts.isEmpty else {
      throw Refusal(.nothingOwed, "no verification is owed on \(context.cluster)")
    }
    guard state.attempt == nil else {
      throw Refusal(
        .attemptRunning, "a verification needs a rollout at rest: \(state.phaseMessage)")
    }
    guard let debt = state.debts.first(where: { $0.revision == state.stable }) else {
      let owed = state.debts.map { "revision \($0.revision)" }.joined(separator: ", ")
      throw Refusal(
        .verificationOwed,
        "\(owed) is owed a verification but is not what \(context.cluster) runs any more, so it "
          + "cannot be measured; `windlass waive-verification \(context.spokenName) --reason ...` "
          + "forgives it")
    }
    let open = debt.openRun
    // One that has only been asked for may still appear; whether one that did is still there, only
    // a person can tell.
    if let open, open.state == .scheduled, !open.missed { return }
    guard context.registration.mode == .enforce else {
      throw Refusal(
        .verificationOwed,
        "the verification of revision \(debt.revision) is owed, but \(context.cluster) is only "
          + "observed and runs no analysis for Windlass; `windlass waive-verification "
          + "\(context.spokenName) --reason ...` forgives it")
    }
    guard hasPlan(debt) else {
      throw Refusal(
        .verificationOwed,
        "the verification of revision \(debt.revision) is owed, but strategy version "
          + "\(debt.strategy) has no analysis to run; `windlass waive-verification "
          + "\(context.spokenName) --reason ...` forgives it")
    }
    if let open { emit(.runCancelled(debt.attempt, open.key, .repeated, now: now)) }
    schedule(debt)
  }

  /// Forgives all that is owed, each debt with its event.
  mutating func waiveVerification() throws(Refusal) {
    guard !state.debts.isEmpty else {
      throw Refusal(.nothingOwed, "no verification is owed on \(context.cluster)")
    }
    guard requester.reason.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else {
      throw Refusal(
        .waiverNeedsReason, "waiving a verification needs a reason; give one with --reason")
    }
    verificationDue()
    for debt in state.debts {
      if let run = debt.openRun {
        emit(.runCancelled(debt.attempt, run.key, .attemptEnded, now: now))
      }
      emit(.verificationWaived(debt.attempt, by: requester, now: now))
    }
  }

  /// Schedules what is owed for the revision that is stable after an attempt ended, unless it was
  /// tried already: a repeat is a person's decision. With nothing to run, or nobody to run it, it
  /// stays owed.
  mutating func verifyIfOwed(stable: RevisionNumber?) {
    guard context.registration.mode == .enforce,
      let debt = state.debts.last(where: { $0.revision == stable }), !debt.wasTried,
      hasPlan(debt)
    else { return }
    schedule(debt)
  }

  private func hasPlan(_ debt: VerificationDebt) -> Bool {
    context.application.strategy(debt.strategy).flatMap(AnalysisPlan.verification) != nil
  }

  private mutating func schedule(_ debt: VerificationDebt) {
    let (round, overflow) = debt.round.addingReportingOverflow(1)
    guard !overflow else { return }
    emit(
      .runScheduled(debt.attempt, RunKey(type: .verification, round: round), now: now))
  }

  /// Another attempt begins: nothing is measured beside it.
  mutating func cancelVerification(_ reason: CancelReason) {
    for debt in state.debts {
      guard let run = debt.openRun else { continue }
      emit(.runCancelled(debt.attempt, run.key, reason, now: now))
    }
  }

  // MARK: Reports and time

  /// - Returns: whether the object is a verification that is owed.
  mutating func seenVerification(_ object: RunObject, _ result: RunResult?) -> Bool {
    guard object.type == .verification,
      let (debt, run) = verification(for: object)
    else { return false }
    if run.object == nil { emit(.runCreated(debt.attempt, run.key, object, now: now)) }
    guard let result else { return true }
    switch run.state {
    case .finished: break
    case .cancelled: emit(.runFinished(debt.attempt, run.key, result, .stopped, now: now))
    case .scheduled, .created:
      let reading = Self.reading(of: result)
      emit(.runFinished(debt.attempt, run.key, result, reading, now: now))
      // Only a run that could fail, measured and did not: anything less leaves the debt.
      if reading == .verified {
        // A late timer changes nothing: paid too late is overdue first.
        verificationDue()
        emit(.verificationPaid(debt.attempt, run.key, now: now))
      }
    }
    return true
  }

  private func verification(for object: RunObject) -> (VerificationDebt, Attempt.Run)? {
    for debt in state.debts {
      if let run = debt.runs.last(where: { $0.object?.name == object.name }) {
        return (debt, run)
      }
    }
    for debt in state.debts {
      let hash = state.local[debt.revision]?.podHash
      guard hash == nil || object.podHash.isEmpty || object.podHash == hash else { continue }
      let waiting = debt.runs.filter { $0.object == nil }
      if let run = waiting.last(where: \.isOpen) ?? waiting.last { return (debt, run) }
    }
    return nil
  }

  mutating func verificationDue() {
    for debt in state.debts where !debt.overdue && now > debt.due {
      emit(.verificationOverdue(debt.attempt, now: now))
    }
  }
}

extension RolloutState {
  mutating func owe(
    _ number: AttemptNumber, _ revision: RevisionNumber, due: Timestamp, now: Timestamp,
    at position: LogPosition
  ) {
    guard let attempt, attempt.number == number else { return }
    // An older debt of the same revision is taken over once this emergency has become stable.
    debts.removeAll { $0.attempt == number }
    guard debts.count <= Decision.debtsMax else { return }
    debts.append(
      VerificationDebt(
        attempt: number, revision: revision, strategy: attempt.strategy, due: due, owedAt: now,
        position: position))
  }

  mutating func debt(_ number: AttemptNumber, _ change: (inout VerificationDebt) -> Void) {
    guard let index = debts.firstIndex(where: { $0.attempt == number }) else { return }
    change(&debts[index])
  }
}
