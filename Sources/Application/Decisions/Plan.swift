internal import EventLog
public import RolloutCore
public import WindlassWire

/// What a decision wants to write. It rests on every stream its action touches, and is refused by
/// the log when one of them has moved.
struct Plan {
  var writes: [(address: StreamAddress, events: [LogEvent])] = []

  enum Outcome {
    case plan(Plan)
    /// Another commit has to come first, so that its facts have places in the log.
    case first(Submission.Action)
    case answer(Answer.Result)
  }
}

extension Submission.Action {
  /// The streams a decision on it may write, and those it reads. Two commands that meet on a stream
  /// one of them writes are never decided in one batch: a decision quotes the positions of its
  /// facts, and those are known only once the facts are in the log.
  var touches: (writes: [StreamAddress], reads: [StreamAddress]) {
    switch self {
    case .application(let name, _), .hold(let name, _), .release(let name, _):
      ([.application(name)], [])
    case .start(let name, _), .rollback(let name, _, _, _), .rollout(let name, _),
      .tick(let name):
      ([.rollout(name)], [.application(name.application), .cluster(name.cluster)])
    case .report(let cluster, _, let report):
      (
        [.rollout(RolloutName(report.application, on: cluster))]
          + (report.registersRevision ? [.application(report.application)] : []),
        [.application(report.application), .lease(cluster), .cluster(cluster)]
      )
    case .claim(let cluster, _, _, _, _): ([.lease(cluster), .cluster(cluster)], [])
    case .releaseLease(let cluster, _, _): ([.lease(cluster)], [])
    }
  }

  /// The stream whose commands it takes turns with.
  var lane: StreamAddress {
    switch self {
    case .application(let name, _), .hold(let name, _), .release(let name, _): .application(name)
    case .start(let name, _), .rollback(let name, _, _, _), .rollout(let name, _),
      .tick(let name):
      .rollout(name)
    case .report(let cluster, _, let report): .rollout(RolloutName(report.application, on: cluster))
    case .claim(let cluster, _, _, _, _), .releaseLease(let cluster, _, _): .lease(cluster)
    }
  }

  /// Whether the reserved share of the queue is open to it: without outcomes and leases clusters go
  /// blind, and an emergency cannot wait for a flood to end.
  var hasReservedShare: Bool {
    switch self {
    case .report, .claim, .releaseLease, .tick: true
    case .rollback(_, _, let rollbackClass, _): rollbackClass == .emergency
    case .rollout(_, .rollback(let request)): request.rollbackClass == .emergency
    case .rollout(_, .escalate), .rollout(_, .abort): true
    case .application, .hold, .release, .start, .rollout: false
    }
  }

  /// The command's name in refusals and messages.
  var name: String {
    switch self {
    case .application(_, .register): "apply"
    case .application(_, .hold), .hold: "hold"
    case .application(_, .release), .release: "release"
    case .start: "start"
    case .rollback: "rollback"
    case .rollout(_, let command):
      switch command {
      case .start: "start"
      case .rollback: "rollback"
      case .promote: "promote"
      case .promoteFull: "promote-full"
      case .pause: "pause"
      case .resume: "resume"
      case .abort: "abort"
      case .retry: "retry"
      case .requireAnalysis: "require-analysis"
      case .escalate: "escalate"
      case .adopt: "adopt"
      case .undo: "undo"
      case .skipStep: "skip-step"
      case .restart: "restart"
      case .verify: "verify"
      case .waiveVerification: "waive-verification"
      case .report: "report"
      case .tick: "tick"
      }
    case .report: "report"
    case .claim: "claim-lease"
    case .releaseLease: "release-lease"
    case .tick: "tick"
    }
  }
}

extension ReportedOutcome {
  /// Whether it may add a revision to the application.
  var registersRevision: Bool {
    switch outcome {
    case .changeObserved: true
    case .core: false
    }
  }
}

extension World {
  /// Decides one command against the folded state. Writes nothing.
  func decide(_ submission: Submission, now: Timestamp) -> Plan.Outcome {
    let touches: Batch.Touches = quarantined.isEmpty ? ([], []) : submission.action.touches
    for address in touches.writes + touches.reads {
      if let why = quarantined[address] {
        return .answer(.quarantined("stream \(address.stream) is quarantined: \(why)"))
      }
    }
    let requester = submission.requester
    switch submission.action {
    case .application(let name, let command):
      return decide(command, of: name, submission, now)
    case .hold(let name, let reference), .release(let name, let reference):
      guard let application = applications[name] else { return .answer(.missing(name)) }
      guard let number = application.number(of: reference) else {
        return refuse(.unknownRevision(reference, of: name), name, nil, submission, now)
      }
      if case .hold = submission.action {
        return decide(.hold(number), of: name, submission, now)
      }
      return decide(.release(number), of: name, submission, now)
    case .start(let name, let reference):
      return resolve(reference, name, submission, now) { .start($0) }
    case .rollback(let name, let reference, let rollbackClass, let insists):
      guard let reference else {
        let request = RollbackRequest(
          rollbackClass: rollbackClass, insistsOnAnalysis: insists)
        return decide(.rollback(request), name, submission, now)
      }
      return resolve(reference, name, submission, now) {
        .rollback(
          RollbackRequest(target: $0, rollbackClass: rollbackClass, insistsOnAnalysis: insists))
      }
    case .rollout(let name, let command):
      return decide(command, name, submission, now)
    case .tick(let name):
      return decide(.tick, name, submission, now)
    case .report(let cluster, let epoch, let report):
      return decide(report, cluster, epoch, submission, now)
    case .claim(let cluster, let holder, let stolen, let registration, let after):
      guard version(.lease(cluster)) == after else {
        return .answer(.unavailable("another agent claimed \(cluster) at the same time"))
      }
      var plan = Plan()
      plan.writes.append(
        (
          .lease(cluster),
          [.lease(.claimed(holder: holder, stolen: stolen, by: requester, now: now))]
        ))
      if clusters[cluster] != registration {
        plan.writes.append(
          (.cluster(cluster), [.cluster(.registered(registration, by: requester, now: now))]))
      }
      return .plan(plan)
    case .releaseLease(let cluster, let holder, let epoch):
      guard let lease = leases[cluster], lease.epoch == epoch, lease.holder == holder else {
        return .answer(.fenced)
      }
      if lease.released { return .plan(Plan()) }
      let event = LogEvent.lease(.released(holder: holder, by: requester, now: now))
      return .plan(Plan(writes: [(.lease(cluster), [event])]))
    }
  }

  private func decide(
    _ command: ApplicationCommand, of name: ApplicationName, _ submission: Submission,
    _ now: Timestamp
  ) -> Plan.Outcome {
    if applications[name] == nil {
      guard case .register = command else { return .answer(.missing(name)) }
    }
    do {
      let events = try ApplicationDecider.decide(
        command, applications[name] ?? ApplicationState(), by: submission.requester, now: now)
      return .plan(Plan(writes: [(.application(name), events.map { .application($0) })]))
    } catch {
      return refuse(error, name, nil, submission, now)
    }
  }

  private func resolve(
    _ reference: RevisionRef, _ name: RolloutName, _ submission: Submission, _ now: Timestamp,
    _ command: (RevisionNumber) -> RolloutCommand
  ) -> Plan.Outcome {
    guard let application = applications[name.application] else {
      return .answer(.missing(name.application))
    }
    guard let number = application.number(of: reference) else {
      return refuse(
        .unknownRevision(reference, of: name.application), name.application, name.cluster,
        submission, now)
    }
    return decide(command(number), name, submission, now)
  }

  private func decide(
    _ command: RolloutCommand, _ name: RolloutName, _ submission: Submission, _ now: Timestamp
  ) -> Plan.Outcome {
    guard applications[name.application] != nil else {
      return .answer(.missing(name.application))
    }
    guard let context = context(of: name) else {
      return refuse(
        Refusal(
          .unknownCluster,
          "no agent has registered cluster \(name.cluster); start one with "
            + "`windlass-agent`, or see `windlass clusters`"),
        name.application, name.cluster, submission, now)
    }
    let at = version(.rollout(name))
    if let expected = submission.expectedVersion, expected != at {
      return refuse(
        Refusal(
          .versionMoved,
          "the rollout is at version \(at), the command expected \(expected); look again with "
            + "`windlass get \(name.application) --cluster \(name.cluster)`"),
        name.application, name.cluster, submission, now)
    }
    do {
      let events = try RolloutDecider.decide(
        command, rollouts[name] ?? RolloutState(), in: context, by: submission.requester, now: now)
      return .plan(Plan(writes: [(.rollout(name), events.map { .rollout($0) })]))
    } catch {
      return refuse(error, name.application, name.cluster, submission, now)
    }
  }

  private func decide(
    _ report: ReportedOutcome, _ cluster: ClusterName, _ epoch: UInt64, _ submission: Submission,
    _ now: Timestamp
  ) -> Plan.Outcome {
    guard let lease = leases[cluster], lease.epoch == epoch, !lease.released else {
      return .answer(.fenced)
    }
    let name = RolloutName(report.application, on: cluster)
    let outcome: Outcome
    switch report.outcome {
    case .core(let core): outcome = core
    case .changeObserved(let content, let local):
      guard let known = applications[report.application]?.revision(release: content.release),
        known.revision.digest == content.digest
      else {
        return .first(
          .application(report.application, .register(Registration(revision: content))))
      }
      outcome = .changeObserved(known.revision.number, local)
    }
    return decide(
      .report(OutcomeReport(attempt: report.attempt, outcome)), name, submission, now)
  }

  private func refuse(
    _ refusal: Refusal, _ application: ApplicationName, _ cluster: ClusterName?,
    _ submission: Submission, _ now: Timestamp
  ) -> Plan.Outcome {
    let record = RefusalRecorded(
      command: submission.action.name, cluster: cluster, refusal: refusal,
      by: submission.requester, now: now)
    return .plan(Plan(writes: [(.refusals(application), [.refusal(record)])]))
  }
}

extension ApplicationState {
  /// The revision a caller means; `nil` when there is none.
  public func number(of reference: RevisionRef) -> RevisionNumber? {
    switch reference {
    case .number(let number): revision(number)?.revision.number
    case .release(let release): revision(release: release)?.revision.number
    }
  }
}

extension Refusal {
  public static func unknownRevision(_ reference: RevisionRef, of name: ApplicationName) -> Self {
    let text =
      switch reference {
      case .number(let number): "revision \(number)"
      case .release(let release): "release \(release)"
      }
    return Refusal(
      .unknownRevision,
      "\(name) has no \(text); register it with `windlass apply`, or list revisions with "
        + "`windlass get \(name)`")
  }
}

extension Answer.Result {
  static func missing(_ name: ApplicationName) -> Self {
    .notFound("no application \(name) is registered; register it with `windlass apply`")
  }
}

extension Plan {
  var isRefusal: Bool {
    writes.contains { if case .refusals = $0.address { true } else { false } }
  }

  var isEmpty: Bool { writes.allSatisfy { $0.events.isEmpty } }
}

extension World {
  func dryRun(_ plan: Plan) -> Answer {
    let written = plan.writes.first { !$0.events.isEmpty }
    let version = written.map { self.version($0.address) + UInt64($0.events.count) } ?? 0
    return Answer(
      recorded: plan.writes.flatMap(\.events), first: head.next, version: version)
  }

  mutating func reschedule(_ submission: Submission) {
    if case .tick(let name) = submission.action { reschedule(name) }
  }
}
