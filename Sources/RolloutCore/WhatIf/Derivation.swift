/// What was asked, from what followed.
enum Derivation {
  struct Question {
    var command: RolloutCommand
    var requester: Requester
    var now: Timestamp
  }

  /// The question that an attempt's event answers.
  ///
  /// - Parameters:
  ///   - commit: the events of its commit.
  ///   - state: before the commit.
  static func question(
    for event: RolloutEvent, in commit: [RolloutEvent], _ state: RolloutState
  ) -> Question? {
    if case .attemptClassified(let classified) = event {
      return question(for: classified, in: commit, state)
    }
    // Whatever else happens follows from these two.
    guard case .attemptReclassified(let change) = event else { return nil }
    let command: RolloutCommand = change.rule == .analysisInsisted ? .requireAnalysis : .escalate
    return Question(command: command, requester: change.by, now: change.now)
  }

  private static func question(
    for event: AttemptClassified, in commit: [RolloutEvent], _ state: RolloutState
  ) -> Question? {
    let classification = event.classification
    switch classification.origin {
    case .observed:
      var local: LocalRevision?
      for case .revisionObserved(event.revision, let seen, now: _) in commit { local = seen }
      return Question(
        command: .report(
          .init(
            attempt: event.attempt.value > 1 ? AttemptNumber(event.attempt.value - 1) : nil,
            .changeObserved(event.revision, local))),
        requester: event.by, now: event.now)
    case .commanded: break
    }
    if classification.rollback?.rollbackClass == .automatic {
      return report(of: commit, state, now: event.now)
    }
    let asked: RolloutCommand
    switch classification.kind {
    case .initial, .forward: asked = .start(event.revision)
    case .rollback where classification.rules.contains(.startBelowStableIsRollback):
      asked = .start(event.revision)
    case .rollback, .returnToStable:
      asked = .rollback(
        RollbackRequest(
          target: event.revision,
          rollbackClass: classification.rollback?.rollbackClass ?? .regular,
          insistsOnAnalysis: classification.rollback?.insistsOnAnalysis
            ?? classification.rules.contains(.analysisInsisted)))
    }
    return Question(command: asked, requester: event.by, now: event.now)
  }

  /// A run's end that led to more.
  private static func report(
    of commit: [RolloutEvent], _ state: RolloutState, now: Timestamp
  ) -> Question? {
    var object: RunObject?
    for event in commit {
      if case .runCreated(_, _, let created, now: _) = event { object = created }
      guard case .runFinished(let number, let key, let result, _, now: _) = event else { continue }
      guard let seen = object ?? known(number, key, state) else { return nil }
      return Question(
        command: .report(.init(attempt: number, .runFinished(seen, result))), requester: agent,
        now: now)
    }
    return nil
  }

  /// The object of a run, wherever the state keeps it.
  private static func known(
    _ number: AttemptNumber, _ key: RunKey, _ state: RolloutState
  ) -> RunObject? {
    let places =
      [
        state.attempt.map { ($0.number, $0.runs) }, state.watch.map { ($0.attempt, $0.runs) },
        state.lastEnded.map { ($0.number, $0.runs) },
      ].compactMap { $0 } + state.debts.map { ($0.attempt, $0.runs) }
    for (owner, runs) in places where owner == number {
      if let object = runs.last(where: { $0.key == key })?.object { return object }
    }
    return nil
  }

  /// Who reports does not show in what follows from a report.
  private static let agent = Requester(principal: "agent")

  /// Everything that may have been asked where these events followed, the likeliest first.
  static func questions(
    for commit: [RolloutEvent], _ state: RolloutState, _ context: RolloutContext
  ) -> [Question] {
    guard let first = commit.first else { return [] }
    let now = first.now
    var commands: [(RolloutCommand, Requester)] = []
    for event in commit {
      if let own = question(for: event, in: commit, state) {
        commands.append((own.command, own.requester))
      }
    }
    if let report = report(of: commit, state, now: now) {
      commands.append((report.command, agent))
    }
    let number = state.attempt?.number
    func reported(_ outcome: Outcome, under attempt: AttemptNumber?) {
      commands.append((.report(.init(attempt: attempt, outcome)), agent))
      if attempt != nil { commands.append((.report(.init(attempt: nil, outcome)), agent)) }
    }
    switch first {
    case .paused(_, .person, let by, now: _): commands.append((.pause, by ?? agent))
    case .resumed(_, _, let by, now: _):
      for command in [RolloutCommand.resume, .promote, .promoteFull, .skipStep] {
        commands.append((command, by ?? agent))
      }
    case .fullPromotionRequested(_, let by, now: _): commands.append((.promoteFull, by))
    case .restartRequested(let by, now: _): commands.append((.restart, by))
    case .stableAdopted(let adoption, let by, now: _): commands.append((.adopt(adoption), by))
    case .verificationWaived(_, let by, now: _): commands.append((.waiveVerification, by))
    case .runScheduled(_, let key, now: _) where key.type == .verification,
      .runCancelled(_, let key, .repeated, now: _) where key.type == .verification:
      commands.append((.verify, agent))
    case .weightApplied(_, let weight, let verified, now: _):
      guard let revision = state.attempt?.revision else { break }
      reported(.weightApplied(revision, weight: weight, verified: verified), under: number)
    case .revisionAvailable(_, let revision, now: _):
      reported(.available(revision), under: number)
    case .podsObserved(let revision, let counts, now: _):
      reported(.podsObserved(revision, counts), under: number)
    case .servicesObserved(let seen, now: _): reported(.servicesObserved(seen), under: number)
    case .restarted: if let moment = state.restart { reported(.restarted(moment), under: number) }
    case .revisionObserved(let revision, let local, now: _):
      reported(.revisionObserved(revision, local), under: number)
    case .contractViolated(let owner, let object, now: _),
      .runCreated(let owner, _, let object, now: _):
      reported(.runCreated(object), under: owner)
    case .attemptClassified, .attemptReclassified, .stepReached, .paused, .runScheduled,
      .runCancelled, .runFinished, .runMissing, .runawayDetected, .checkpointReached,
      .switchDecided, .scaleDownDelayed, .deadlineExceeded, .attemptEnded, .contractKept,
      .verificationOwed, .verificationPaid, .verificationOverdue, .watchStarted, .watchEnded:
      break
    }
    for case .runawayDetected(let owner, let type, objects: let count, now: _) in commit {
      for object in objects(counted: count, type, commit, state) {
        reported(.runCreated(object), under: owner)
      }
    }
    for case .attemptEnded(let ended) in commit where ended.verdict == .aborted(.person) {
      commands.append((.abort, ended.by ?? agent))
    }
    for case .verificationWaived(_, let by, now: _) in commit {
      commands.append((.waiveVerification, by))
    }
    for case .stableAdopted(let adoption, let by, now: _) in commit {
      commands.append((.adopt(adoption), by))
    }
    for case .stepReached(_, index: _, let how, now: _) in commit {
      switch how {
      case .promoted: commands.append((.promote, agent))
      case .skipped: commands.append((.skipStep, agent))
      case .entered, .weightApplied, .pauseElapsed, .resumed, .analysisSuccessful,
        .experimentSuccessful, .pluginSuccessful, .scaled, .applied:
        break
      }
    }
    for case .fullPromotionRequested(_, let by, now: _) in commit {
      commands.append((.promoteFull, by))
    }
    commands.append((.tick, agent))
    return commands.map { Question(command: $0.0, requester: $0.1, now: now) }
  }
}

extension Derivation {
  /// Objects that may have given a runaway away: the one that broke a contract beside it, one whose
  /// name is known already, or any with that counter.
  private static func objects(
    counted count: Int, _ type: RunType, _ commit: [RolloutEvent], _ state: RolloutState
  ) -> [RunObject] {
    var objects: [RunObject] = []
    for case .contractViolated(_, let object, now: _) in commit { objects.append(object) }
    let broken = (state.attempt?.violations ?? []) + (state.lastEnded?.violations ?? [])
    let known =
      state.expectedObjects + broken.map(\.name) + state.endedContracts.flatMap(\.violations)
    for name in known {
      let object = RunObject(name: name, type: type, podHash: "")
      if object.copies == count { objects.append(object) }
    }
    switch type {
    case .experiment:
      objects.append(
        RunObject(name: "object-0-\(max(0, count - 1))", type: type, podHash: "", stepIndex: 0))
    case .background, .step, .prePromotion, .postPromotion, .plugin, .verification:
      objects.append(RunObject(name: "object.\(max(0, count - 1))", type: type, podHash: ""))
    }
    return objects
  }
}

extension RolloutEvent {
  /// The moment that its decision was given.
  var now: Timestamp {
    switch self {
    case .attemptClassified(let event): event.now
    case .attemptReclassified(let event): event.now
    case .attemptEnded(let event): event.now
    case .stepReached(_, index: _, how: _, let now), .paused(_, _, by: _, let now),
      .resumed(_, _, by: _, let now), .fullPromotionRequested(_, by: _, let now),
      .runScheduled(_, _, let now), .runCreated(_, _, _, let now),
      .runCancelled(_, _, _, let now), .runFinished(_, _, _, _, let now),
      .runMissing(_, _, let now), .runawayDetected(_, _, objects: _, let now),
      .weightApplied(_, weight: _, verified: _, let now), .podsObserved(_, _, let now),
      .servicesObserved(_, let now), .checkpointReached(_, let now),
      .switchDecided(_, let now), .scaleDownDelayed(_, until: _, let now),
      .deadlineExceeded(_, let now), .restartRequested(by: _, let now), .restarted(let now),
      .revisionAvailable(_, _, let now), .revisionObserved(_, _, let now),
      .contractKept(_, let now), .contractViolated(_, _, let now),
      .stableAdopted(_, by: _, let now), .verificationOwed(_, _, due: _, let now),
      .verificationPaid(_, _, let now), .verificationWaived(_, by: _, let now),
      .verificationOverdue(_, let now), .watchStarted(_, _, until: _, _, let now),
      .watchEnded(_, _, let now):
      now
    }
  }
}
