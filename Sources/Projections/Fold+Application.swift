import RolloutCore

extension Fold {
  mutating func apply(
    _ event: ApplicationEvent, to name: ApplicationName, at position: LogPosition,
    _ rows: inout Rows
  ) {
    switch event {
    case .revisionRegistered(let revision, let by, let now):
      rows.revisions[RevisionKey(application: name, revision: revision.number)] = RevisionRow(
        revision: revision, by: by, at: now, position: position)
    case .strategyRegistered(let version, _, let by, let now):
      rows.decisions.append(
        DecisionRow(
          position: position, at: now, application: name, decision: "strategy-registered",
          answer: .allow, subject: "\(version)", by: by))
    case .policyApplied(let policy, let by, let now):
      rows.decisions.append(
        DecisionRow(
          position: position, at: now, application: name, decision: "policy-applied",
          answer: .allow, subject: policy.name, by: by))
    case .revisionHeld(let number, let by, let now):
      // A hold that is held again ends where the next one begins.
      close(number, of: name, HoldRow.Release(by: by, at: now, position: position), &rows)
      rows.holds[HoldKey(application: name, revision: number, position: position)] = HoldRow(
        by: by, at: now)
      rows.decisions.append(
        DecisionRow(
          position: position, at: now, application: name, revision: number,
          decision: "revision-held", answer: .allow, by: by))
    case .revisionReleased(let number, let by, let now):
      close(number, of: name, HoldRow.Release(by: by, at: now, position: position), &rows)
      rows.decisions.append(
        DecisionRow(
          position: position, at: now, application: name, revision: number,
          decision: "revision-released", answer: .allow, by: by))
    }
    evolve(name, event, at: position)
  }

  private func close(
    _ revision: RevisionNumber, of name: ApplicationName, _ release: HoldRow.Release,
    _ rows: inout Rows
  ) {
    guard let held = applications[name]?.state.holds[revision] else { return }
    let key = HoldKey(application: name, revision: revision, position: held.position)
    rows.holds[key, default: HoldRow()].released = release
  }

  func apply(
    _ event: ClusterEvent, to name: ClusterName, at position: LogPosition, _ rows: inout Rows
  ) {
    switch event {
    case .registered(let registration, let by, let now):
      rows.clusters[name, default: ClusterRow()].register(registration, by, now, position)
    }
  }

  func apply(_ event: LeaseEvent, epoch: UInt64, to name: ClusterName, _ rows: inout Rows) {
    switch event {
    case .claimed(let holder, _, _, let now):
      rows.clusters[name, default: ClusterRow()].claim(epoch, holder, now)
    case .released(_, _, let now):
      rows.clusters[name, default: ClusterRow()].releasedAt = now
    }
  }
}

extension ClusterRow {
  fileprivate mutating func register(
    _ registration: ClusterRegistration, _ by: Requester, _ at: Timestamp, _ position: LogPosition
  ) {
    self.registration = registration
    self.by = by.principal
    self.at = at
    self.position = position
  }

  /// A claim of before and its end mean nothing any more.
  fileprivate mutating func claim(_ epoch: UInt64, _ holder: String, _ at: Timestamp) {
    self.epoch = epoch
    self.holder = holder
    claimedAt = at
    releasedAt = nil
  }
}

extension DecisionRow {
  init(_ refusal: RefusalRecorded, of application: ApplicationName, at position: LogPosition) {
    self.init(
      position: position, at: refusal.now, application: application, cluster: refusal.cluster,
      decision: refusal.command, answer: .refuse, detail: refusal.refusal.message,
      rules: [refusal.refusal.rule], by: refusal.by)
  }
}
