extension WhatIf {
  /// The nearest single change of input that would turn a refusal into another answer. Found by
  /// asking the decider again with the change, so it does flip.
  ///
  /// - Returns: `nil` where the command is answered, or where nothing near would help.
  public static func nearestChange(
    to command: RolloutCommand, _ state: RolloutState, in context: RolloutContext,
    by requester: Requester, now: Timestamp
  ) -> Counterfactual? {
    guard
      case .refused(let refusal) = preview(command, state, in: context, by: requester, now: now)
    else { return nil }
    return candidates(for: refusal, to: command, state, context, now).first { candidate in
      let answer = Question(command, state, context, requester, now).asked(with: candidate.change)
      if case .events = answer { return true }
      return false
    }
  }

  private static func candidates(
    for refusal: Refusal, to command: RolloutCommand, _ state: RolloutState,
    _ context: RolloutContext, _ now: Timestamp
  ) -> [Counterfactual] {
    switch refusal.rule {
    case .emergencyNeedsReason, .waiverNeedsReason:
      return [Counterfactual(change: .reason, text: "With a reason it would have been allowed.")]
    case .verificationOwed:
      return [
        Counterfactual(
          change: .nothingOwed,
          text: "Had the verification been paid or waived before, it would have been allowed.")
      ]
    case .heldRevision:
      guard let target = command.namedRevision ?? state.previousStable else { return [] }
      return [
        Counterfactual(
          change: .released(target),
          text: "Had revision \(target) been released before, it would have been allowed.")
      ]
    case .rollbackAboveStable:
      guard let target = command.namedRevision else { return [] }
      return [
        Counterfactual(
          change: .startInstead(target),
          text: "As a start to revision \(target) it would have been allowed.")
      ]
    case .emergencyOutsideWindow:
      var candidates = [
        Counterfactual(
          change: .emergencyRule(EmergencyRule(allowedOutsideWindow: true)),
          text: "Had a policy let emergencies skip analysis outside the window, it would have gone "
            + "at once, with its verification owed."),
        Counterfactual(
          change: .rollbackClass(.regular),
          text: "As a regular rollback it would have been allowed, with steps and analysis."),
      ]
      if let target = command.namedRevision ?? state.previousStable {
        let (answer, _, _) = WindowRule.answer(target: target, state, in: context, now: now)
        if let window = Counterfactual.nearest(to: answer, now: now) { candidates.append(window) }
      }
      return candidates
    // Nothing about the past or the policies would help, only another command.
    case .unknownRevision, .unknownCluster, .noStrategy, .nothingStable, .noPreviousStable,
      .notProgressing, .notPaused, .notAborted, .nothingToPromote, .notFast, .notARollback,
      .attemptRunning, .releaseContentChanged, .versionMoved, .notHeld, .nothingOwed, .noSteps,
      .nothingToUndo, .nothingToRestart, .limitReached, .emergencyWithAnalysis,
      .emergencyNotRetried, .onlyObserved:
      return []
    // Rules of answers, not of refusals.
    case .initialDeployment, .forwardByNumber, .returnToStable, .rollbackByNumber,
      .observedAdopted, .windowFromPolicy, .windowFromManifest, .noWindow, .windowRevisionsHeld,
      .windowRevisionsExceeded, .windowDurationHeld, .windowDurationExceeded, .neverStableHere,
      .neverRanHere, .importedHistory, .insideMeansFast, .outsideMeansFull, .analysisInsisted,
      .emergencyInsideWindow, .emergencyOwesVerification, .heldButObserved,
      .startBelowStableIsRollback, .stillHeldByScaleDownDelay, .automaticAfterWatch:
      return []
    }
  }

  /// A command with everything its answer depends on.
  struct Question {
    var command: RolloutCommand
    var state: RolloutState
    var context: RolloutContext
    var requester: Requester
    var now: Timestamp

    init(
      _ command: RolloutCommand, _ state: RolloutState, _ context: RolloutContext,
      _ requester: Requester, _ now: Timestamp
    ) {
      self.command = command
      self.state = state
      self.context = context
      self.requester = requester
      self.now = now
    }

    /// The answer with one input changed.
    func asked(with change: Counterfactual.Change) -> Answer {
      var changed = self
      changed.apply(change)
      return WhatIf.preview(
        changed.command, changed.state, in: changed.context, by: changed.requester,
        now: changed.now)
    }

    private mutating func apply(_ change: Counterfactual.Change) {
      switch change {
      case .window(let window): put(window)
      case .emergencyRule(let rule): put(rule)
      case .now(let moment): now = moment
      case .onceStable(let revision):
        state.history[revision, default: .init()].attemptedAt = Decision.unwritten
        state.history[revision, default: .init()].becameStableAt = Decision.unwritten
        state.history[revision, default: .init()].stoppedBeingStableAt = now
        state.history[revision, default: .init()].stoppedBeingStablePosition = Decision.unwritten
      case .rollbackClass(let rollbackClass):
        guard case .rollback(var request) = command else { return }
        request.rollbackClass = rollbackClass
        command = .rollback(request)
      case .insistence(let insists):
        guard case .rollback(var request) = command else { return }
        request.insistsOnAnalysis = insists
        command = .rollback(request)
      case .reason: requester.reason = "given"
      case .nothingOwed: state.debts = []
      case .released(let revision): context.application.holds[revision] = nil
      case .startInstead(let revision): command = .start(revision)
      }
    }

    /// This window in force and no other, that of the manifest included.
    private mutating func put(_ window: RollbackWindow?) {
      for index in context.application.policies.indices {
        context.application.policies[index].policy.window = nil
      }
      for index in context.application.strategies.indices {
        context.application.strategies[index].window = nil
      }
      guard let window else { return }
      add(RolloutPolicy(name: "what-if", window: window))
    }

    private mutating func put(_ rule: EmergencyRule?) {
      for index in context.application.policies.indices {
        context.application.policies[index].policy.emergency = nil
      }
      guard let rule else { return }
      add(RolloutPolicy(name: "what-if", emergency: rule))
    }

    private mutating func add(_ policy: RolloutPolicy) {
      context.application.policies.append(.init(policy: policy, position: Decision.unwritten))
    }
  }
}

extension RolloutCommand {
  /// The revision that the command names.
  var namedRevision: RevisionNumber? {
    switch self {
    case .start(let revision): revision
    case .rollback(let request): request.target
    case .undo, .promote, .promoteFull, .skipStep, .pause, .resume, .abort, .retry, .restart,
      .requireAnalysis, .escalate, .verify, .waiveVerification, .adopt, .report, .tick:
      nil
    }
  }
}
