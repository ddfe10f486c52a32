/// When analysis is due: the one place that says so, for every type.
extension Decision {
  /// Starts a run of a type if one is due.
  mutating func schedule(_ type: RunType) {
    // The usual answer, without a look at anything else.
    if let latest = latestRun(type), !latest.isRepeatable { return }
    guard let attempt = state.attempt, case .due = need(type, of: attempt) else { return }
    let stepIndex = type.belongsToStep ? attempt.stepIndex : nil
    // A key that the attempt never used: one round above the last.
    var last = 0
    for run in attempt.runs where run.key.type == type && run.key.stepIndex == stepIndex {
      last = max(last, run.key.round)
    }
    let (round, overflow) = last.addingReportingOverflow(1)
    guard !overflow else { return }
    emit(
      .runScheduled(
        attempt.number, RunKey(type: type, stepIndex: stepIndex, round: round), now: now))
  }

  /// The latest run of a type, for steps of the current step, on the present way.
  private func latestRun(_ type: RunType) -> Attempt.Run? {
    guard let runs = state.attempt?.runs, let first = state.attempt?.firstRun else { return nil }
    let stepIndex = type.belongsToStep ? state.attempt?.stepIndex : nil
    return runs.dropFirst(first).last { $0.key.type == type && $0.key.stepIndex == stepIndex }
  }

  /// What there is to say about a type now.
  ///
  /// Once for an attempt and, for steps, for each step; another run is needed only where the last
  /// one was inconclusive and a person resumed. An abort ends the attempt: a retry begins anew.
  func need(_ type: RunType, of attempt: Attempt) -> AnalysisNeed {
    if attempt.track == .fast { return .notDue(.fastTrack) }
    if attempt.fullPromotion { return .notDue(.fullPromotion) }
    if let reason = reasonNotDue(type, attempt) { return .notDue(reason) }
    let stepIndex = type.belongsToStep ? attempt.stepIndex : nil
    let latest = attempt.presentRuns.last { $0.key.type == type && $0.key.stepIndex == stepIndex }
    if let latest, latest.isOpen { return .running(latest.key) }
    if attempt.isHalted {
      let reason = PauseReason.allCases.first { $0.halts && attempt.pauses[$0] != nil }
      return .frozen(reason ?? .person)
    }
    guard let latest else { return firstIsDue(type, attempt) }
    return latest.isRepeatable ? .due : .done(latest.key)
  }

  /// What was configured, and whether this is the place for it.
  private func reasonNotDue(_ type: RunType, _ attempt: Attempt) -> AnalysisNeed.Reason? {
    let strategy = strategy(of: attempt)
    switch type {
    case .background:
      guard let background = strategy?.background else { return .notConfigured }
      if background.plan.templates.isEmpty { return .noTemplates }
      return attempt.stepIndex < background.startingStep ? .beforeStartingStep : nil
    case .step:
      guard case .analysis(let plan) = currentStep(attempt) else { return .notAtStep }
      return plan.templates.isEmpty ? .noTemplates : nil
    case .experiment:
      guard case .experiment = currentStep(attempt) else { return .notAtStep }
      return nil
    case .plugin:
      guard case .plugin(let call) = currentStep(attempt) else { return .notAtStep }
      return call.disabled ? .notConfigured : nil
    case .prePromotion:
      guard let plan = strategy?.blueGreen?.prePromotion else { return .notConfigured }
      if plan.templates.isEmpty { return .noTemplates }
      return attempt.switched ? .switched : nil
    case .postPromotion:
      guard let plan = strategy?.blueGreen?.postPromotion else { return .notConfigured }
      if plan.templates.isEmpty { return .noTemplates }
      return attempt.switched && attempt.activeSeen == attempt.revision ? nil : .notSwitched
    // Owed after an attempt, never part of one.
    case .verification: return .notConfigured
    }
  }

  /// A run that has begun goes on when pods come and go; the first one waits for all of them.
  private func firstIsDue(_ type: RunType, _ attempt: Attempt) -> AnalysisNeed {
    guard type == .prePromotion, let blueGreen = strategy(of: attempt)?.blueGreen else {
      return .due
    }
    return isSaturated(attempt, blueGreen) ? .due : .notDue(.notSaturated)
  }

  /// The latest run of a type (for steps, of the current step) succeeded and was not stopped.
  func hasPassed(_ type: RunType) -> Bool {
    guard let latest = latestRun(type), case .finished(_, let result, let reading) = latest.state
    else { return false }
    return result.phase == .successful && reading != .stopped
  }

  // MARK: Outcomes

  /// A run of the running attempt has ended.
  mutating func finished(_ key: RunKey, _ result: RunResult) {
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
      let reason: PauseReason =
        key.type == .experiment ? .inconclusiveExperiment : .inconclusiveAnalysis
      guard attempt.pauses[reason] == nil else { return }
      emit(.paused(attempt.number, reason, by: nil, now: now))
    }
  }

  /// Success that proves nothing is never called verified.
  static func reading(of result: RunResult) -> RunReading {
    switch result.phase {
    case .successful:
      guard result.measurements > 0 else { return .skipped }
      return switch result.evidence {
      case .measured: .verified
      case .noData: .noData
      case .vacuous: .vacuous
      }
    case .failed, .error: return .failed
    case .inconclusive: return .inconclusive
    }
  }
}

extension Attempt.Run {
  /// It was inconclusive: once a person resumed, another one is needed.
  var isRepeatable: Bool {
    guard case .finished(_, let result, let reading) = state else { return false }
    return result.phase == .inconclusive && reading != .stopped
  }
}

extension RunType {
  /// Its runs belong to one step each.
  var belongsToStep: Bool {
    switch self {
    case .step, .experiment, .plugin: true
    case .background, .prePromotion, .postPromotion, .verification: false
    }
  }
}

extension PauseReason {
  /// Nothing goes on while it lasts.
  var halts: Bool {
    switch self {
    case .person, .inconclusiveAnalysis, .inconclusiveExperiment: true
    case .step, .blueGreen: false
    }
  }
}
