import Application
import EventLog
import RolloutCore
import WindlassWire

extension World {
  /// What people and programs are shown of a rollout; `nil` when its application or cluster is
  /// not registered.
  func view(of name: RolloutName, now: Timestamp) -> RolloutView? {
    guard let context = context(of: name) else { return nil }
    let state = rollouts[name] ?? RolloutState()
    let directive = RolloutDecider.directive(state, in: context)
    let (window, source, _) = WindowRule.windowInForce(in: context)
    var view = RolloutView(
      application: name.application, cluster: name.cluster, version: version(.rollout(name)),
      position: head.next.index, phase: state.phase.rawValue, message: state.phaseMessage,
      weight: directive.weight, maxWeight: directive.maxWeight, now: now)
    if let why = quarantined[.rollout(name)] ?? quarantined[.application(name.application)] {
      view.message = "quarantined, this is how it stood before: \(why)"
    }
    view.stable = state.stable
    view.desired = state.desired
    view.attempt = state.attempt.map { attempt in
      AttemptView(attempt, in: context.application)
    }
    view.lastEnded = state.lastEnded.map { AttemptView($0) }
    view.revisions = context.application.revisions.reversed().prefix(100).map { registered in
      let number = registered.revision.number
      let history = state.history[number]
      return RevisionView(
        revision: registered.revision, isStable: number == state.stable,
        isDesired: number == state.desired,
        isHeld: context.application.holds[number] != nil,
        wasAttempted: history?.attempted == true, wasStable: history?.everStable == true,
        isImported: history?.imported == true, local: state.local[number])
    }
    view.window = window
    view.windowSource =
      switch source {
      case .none: ""
      case .manifest: "manifest"
      case .policy(let policy): "policy \(policy)"
      }
    view.registration = context.registration
    if let lease = leases[name.cluster], !lease.released { view.epoch = lease.epoch }
    view.argo = RolloutStatus(state, in: context).map { ArgoStatusView($0) }
    view.debts = state.debts.map { DebtView($0) }
    view.watch = state.watch.map { WatchView($0) }
    view.pods = state.pods?.counts
    view.podsRevision = state.pods?.revision
    view.services = state.services
    view.kept = state.kept.map { .init(revision: $0.revision, until: $0.until) }
    view.restart = state.restart
    view.nextDue = nextDue(name)
    return view
  }
}

extension ArgoStatusView {
  init(_ status: RolloutStatus) {
    self.init(
      phase: status.phase.rawValue, message: status.message,
      conditions: status.conditions.map {
        Condition(
          type: $0.kind.rawValue, status: $0.state.rawValue, reason: $0.reason,
          message: $0.message)
      })
  }
}

extension DebtView {
  init(_ debt: VerificationDebt) {
    self.init(
      attempt: debt.attempt, revision: debt.revision, due: debt.due, owedAt: debt.owedAt,
      isOverdue: debt.overdue, runs: debt.runs.map { RunView($0) })
  }
}

extension WatchView {
  init(_ watch: Watch) {
    self.init(
      attempt: watch.attempt, revision: watch.revision, previous: watch.previous,
      until: watch.until, onFailure: watch.reaction, runs: watch.runs.map { RunView($0) })
  }
}

extension AttemptView {
  init(_ attempt: Attempt, in application: ApplicationState) {
    self.init(
      number: attempt.number, revision: attempt.revision,
      classification: attempt.classification, track: attempt.track,
      stepIndex: attempt.stepIndex,
      steps: application.strategy(attempt.strategy)?.steps ?? [],
      runs: attempt.runs.map { RunView($0) },
      pauses: PauseReason.allCases.filter { attempt.pauses[$0] != nil },
      violations: attempt.violations, by: attempt.by, startedAt: attempt.startedAt,
      isAvailable: attempt.available, isLate: attempt.isLate,
      isBlueGreen: application.strategy(attempt.strategy)?.blueGreen != nil,
      isSwitched: attempt.switched)
    if attempt.contract != nil { contract = attempt.violations.isEmpty ? .open : .violated }
  }

  init(_ ended: EndedAttempt) {
    self.init(
      number: ended.number, revision: ended.revision, classification: ended.classification,
      track: ended.classification.track, runs: ended.runs.map { RunView($0) },
      verdict: ended.verdict, violations: ended.violations, by: ended.requestedBy,
      startedAt: ended.startedAt, endedAt: ended.now)
    if ended.contract != nil { contract = ended.violations.isEmpty ? .kept : .violated }
  }
}

extension RunView {
  init(_ run: Attempt.Run) {
    self.init(
      key: run.key, state: .scheduled, object: run.object?.name ?? "", isMissing: run.missed)
    switch run.state {
    case .scheduled: state = .scheduled
    case .created: state = .created
    case .cancelled: state = .cancelled
    case .finished(_, let result, let reading):
      state = .finished
      self.result = result
      self.reading = reading
    }
  }
}
