/// The working memory of one pass: what it found, what it decided so far, and what it did.
///
/// Rules read ``rollout`` (the status as recorded at the start) and ``sets``; decisions about
/// pausing and aborting are kept in ``decisions`` and merged by ``finish(_:)``. Both strategies
/// work on this one type.
public struct PassContext: Sendable {
  public let input: PassInput
  /// The rollout as found; only its revision number and a first Progressing condition are brought
  /// up to date during the pass, as the controller does.
  public var rollout: ArgoRollout
  public var sets: RevisionSets
  /// Answers about rollback, from the ReplicaSets as found.
  public let classification: Classification
  public var decisions = PassDecisions()
  /// The services as they stand after the switches so far.
  public var services: [ArgoService]
  /// The status being built.
  public var status: ArgoRolloutStatus
  public var stepHash: String
  public var actions: [PassAction] = []
  public var events: [PassEvent] = []
  public var log: [String] = []
  public var analysis: AnalysisResult?
  public var supersededRecord: DurationRecord?
  /// Instants at which something may change by time alone.
  public var looks: [ArgoTime] = []
  private var loggedWindow = false

  public var behaviour: ControllerBehaviour { input.behaviour }
  public var now: ArgoTime { input.now }
  public var spec: ArgoRolloutSpec { rollout.spec }

  /// The rollout counts as aborted at this point of the pass.
  public var isAborted: Bool { decisions.isAborted(rollout.status) }

  public init(_ input: PassInput) {
    self.input = input
    rollout = input.rollout
    sets = RevisionMatching.sets(of: input.rollout, among: input.replicaSets)
    classification = Classification(sets, input: input)
    stepHash = input.stepHash ?? StepHash.of(input.rollout.spec.strategy)
    services = input.services
    status = input.rollout.status
    // Nothing in flight, so nothing to abort: the flag is dropped before any rule reads it.
    if rollout.isFullyPromoted, rollout.status.abort { decisions.removesAbort = true }
  }

  /// Logs the answer of the window once, where this version first asks for it.
  public mutating func logWindow() {
    guard !loggedWindow, let line = classification.window.logLine else { return }
    loggedWindow = true
    log.append(line)
  }

  // MARK: Revisions

  /// Brings the numbers of desired and of the rollout up to date; makes the desired ReplicaSet when
  /// asked and it does not exist.
  public mutating func syncRevision(creating: Bool) {
    if let desired = sets.desired {
      let renumbered = RevisionNumbering.renumbered(desired, others: sets.older)
      let number = renumbered.revision ?? 0
      if renumbered != desired {
        actions.append(.setRevision(replicaSet: desired.name, to: number))
        log.append("Synced revision on ReplicaSet '\(desired.name)' to '\(number)'")
        sets.replace(renumbered)
      }
      setRolloutRevision(number)
      if rollout.status.condition(.progressing) == nil {
        note(
          reason: ConditionText.Reason.foundNewReplicaSet,
          message: ConditionText.found(desired.name))
      }
      return
    }
    guard creating else { return }
    let number = RevisionNumbering.number(of: nil, others: sets.older)
    let made = ArgoReplicaSet(
      name: "\(rollout.name)-\(spec.templateHash)", hash: spec.templateHash,
      created: now.storedSecond, revision: number, requested: 0,
      desiredReplicas: spec.replicaCount)
    actions.append(.createReplicaSet(name: made.name, hash: made.hash, revision: number))
    sets.desired = made
    sets.all.append(made)
    if sets.stable == nil, !rollout.status.stableHash.isEmpty,
      rollout.status.stableHash == made.hash
    {
      sets.stable = made
    }
    setRolloutRevision(number)
    events.append(
      .normal(
        ConditionText.Reason.newReplicaSetCreated,
        ConditionText.created(made.name, revision: number)))
    note(
      reason: ConditionText.Reason.newReplicaSetCreated, message: ConditionText.created(made.name))
  }

  private mutating func setRolloutRevision(_ number: Int) {
    guard rollout.revision != number else { return }
    rollout.revision = number
    actions.append(.setRolloutRevision(number))
    events.append(
      .normal(ConditionText.Reason.rolloutUpdated, ConditionText.updated(revision: number)))
  }

  private mutating func note(reason: String, message: String) {
    let condition = RolloutCondition(
      .progressing, .yes, reason: reason, message: message, lastUpdate: now.storedSecond)
    rollout.status.set(condition)
    status.set(condition)
  }

  // MARK: Scaling

  /// Records changes of ReplicaSets, with an event for each change of size.
  ///
  /// - Returns: whether a size changed.
  @discardableResult
  public mutating func revise(_ changes: [RevisionAction]) -> Bool {
    var scaled = false
    for change in changes {
      guard let set = sets.all.first(where: { $0.name == change.name }) else { continue }
      if case .scale(_, let count) = change, count != set.requested {
        scaled = true
        events.append(
          .normal(
            ConditionText.Reason.scalingReplicaSet, ConditionText.scaled(set, to: count)))
      }
      actions.append(.revise(change))
      sets.replace(change.applied(to: set, replicas: spec.replicaCount))
    }
    return scaled
  }

  /// Whether the replica count changed since desired or stable was sized last. A pass that sees
  /// that reconciles sizes only.
  public var isScalingEvent: Bool {
    [sets.desired, sets.stable].contains { set in
      guard let set, set.isActive, let recorded = set.desiredReplicas else { return false }
      return recorded != spec.replicaCount
    }
  }

  /// Points services, each switch with its event.
  public mutating func switchServices(_ switches: [ServiceSwitch]) {
    for change in switches {
      actions.append(.switchService(change))
      for index in services.indices where services[index].name == change.service {
        services[index].selectedHash = change.to
        services[index].managedBy = rollout.name
      }
      events.append(.normal(ConditionText.Reason.switchService, change.message))
    }
  }

  // MARK: Status

  /// Fills in what every status holds: counts, current hash, and the promote-full flag, which is
  /// only kept while current is not stable. Runs and experiments are forgotten unless a stage set
  /// them again; conditions are carried over.
  public mutating func beginStatus() {
    status.currentHash = sets.desired?.hash ?? spec.templateHash
    status.replicas = sets.actual
    status.updatedReplicas = sets.desired?.actual ?? 0
    status.readyReplicas = sets.ready
    status.availableReplicas = sets.available
    status.promoteFull =
      rollout.status.promoteFull && status.currentHash != rollout.status.stableHash
    status.stepHash = stepHash
  }

  /// Conditions, pause state, phase and message: the end of every pass that writes a status.
  public mutating func finish(_ outcome: PassResult.Outcome) -> PassResult {
    events += ConditionRules.apply(
      to: &status, ConditionRules.Facts(rollout, sets, now: now, behaviour: behaviour),
      decisions: &decisions)
    return persist(outcome)
  }

  /// Like ``finish(_:)`` but with the conditions as they are.
  public mutating func persist(_ outcome: PassResult.Outcome) -> PassResult {
    let recorded = input.rollout.status
    decisions.merge(into: &status, recorded: recorded, now: now)
    status.observedGeneration = rollout.generation
    if behaviour.recordsCompletionStatus { keepRecord(recorded) }
    (status.phase, status.message) = PhaseRules.phase(spec, status)
    noteStateChange(from: recorded)
    lookAtDeadlines()
    return result(outcome, status: status)
  }

  /// The progress deadline, unless it does not apply, and deadlines of scaling down.
  private mutating func lookAtDeadlines() {
    for set in sets.revisions {
      if case .at(let time)? = set.scaleDownDeadline, time > now { looks.append(time) }
    }
    let reason = status.condition(.progressing)?.reason
    guard let clock = status.condition(.progressing)?.lastUpdate,
      reason != ConditionText.Reason.progressDeadlineExceeded, status.pauseConditions.isEmpty,
      !spec.paused, !status.abort, !ProgressRules.isHealthy(rollout, status),
      ProgressRules.suspension(rollout, others: sets.other, behaviour: behaviour) == nil
    else { return }
    let seconds = spec.progressDeadlineSeconds ?? ProgressRules.defaultDeadlineSeconds
    // A second more, so that the look is never a moment too early.
    looks.append(max(now, clock.adding(seconds: seconds).adding(seconds: 1)))
  }

  /// A stage failed: nothing of the status is written.
  public func failed(_ stage: PassResult.Stage, _ reason: String) -> PassResult {
    result(.failed(stage, reason), status: input.rollout.status)
  }

  private func result(
    _ outcome: PassResult.Outcome, status: ArgoRolloutStatus
  ) -> PassResult {
    PassResult(
      outcome: outcome, status: status, actions: actions, events: events, log: log,
      classification: classification, analysis: analysis, nextLook: looks.min(),
      supersededRecord: supersededRecord)
  }

  private mutating func keepRecord(_ recorded: ArgoRolloutStatus) {
    if recorded.abortedAt != nil, !recorded.abort, !status.abort,
      status.duration?.finished != nil, !ProgressRules.isCompleted(status)
    {
      status.duration = CompletionRules.retried(now: now)
    }
    if status.abort {
      status.duration = CompletionRules.aborted(status.duration, now: now)
    } else {
      var seen = rollout
      seen.status.pauseConditions = status.pauseConditions
      status.duration = CompletionRules.paused(
        status.duration, needsPerson: PauseRules.needsPerson(seen), now: now)
    }
  }

  /// Leaving a pause by an abort is no resumption.
  private mutating func noteStateChange(from recorded: ArgoRolloutStatus) {
    guard recorded.pauseConditions.isEmpty != status.pauseConditions.isEmpty else { return }
    if let pause = status.pauseConditions.first {
      events.append(
        .normal(
          ConditionText.Reason.rolloutPaused,
          "\(ConditionText.paused) (\(pause.reason.rawValue))"))
    } else if status.abortedAt == nil {
      events.append(.normal(ConditionText.Reason.rolloutResumed, ConditionText.resumed))
    }
  }

  /// Makes desired stable, with the event and the end of the duration record.
  public mutating func promote(reason: String, fully: Bool) {
    if Promotion.apply(to: &status, spec: spec, decisions: &decisions) {
      notePromotion(reason: reason, fully: fully)
    }
  }

  /// Stable changed: the event and the end of the duration record.
  mutating func notePromotion(reason: String, fully: Bool) {
    events.append(
      .normal(
        ConditionText.Reason.rolloutCompleted,
        ConditionText.completed(
          revision: rollout.revision, hash: status.currentHash, reason: reason)))
    if behaviour.recordsCompletionStatus {
      status.duration = CompletionRules.promoted(status.duration, fully: fully, now: now)
    }
  }

  /// The duration record after a template change was seen.
  public mutating func noteTemplateChange() {
    guard behaviour.recordsCompletionStatus else { return }
    let recorded = input.rollout.status
    let inProgress = !recorded.stableHash.isEmpty && recorded.stableHash != recorded.currentHash
    (status.duration, supersededRecord) = CompletionRules.templateChanged(
      recorded.duration, inProgress: inProgress, classification: classification, now: now)
  }
}
