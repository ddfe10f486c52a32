import RolloutCore

extension Rows {
  /// The rows of each table, in the order of the parameters of ``ReadModelStore/write``.
  var texts: [RowText] {
    [
      table(revisions) { $0.revision($1, $2) },
      table(holds) { $0.hold($1, $2) },
      table(clusters) { $0.cluster($1, $2) },
      table(rollouts) { $0.rollout($1, $2) },
      table(rolloutRevisions) { $0.rolloutRevision($1, $2) },
      table(attempts) { $0.attempt($1, $2) },
      table(runs) { $0.run($1, $2) },
      table(violations) { $0.violation($1) },
      table(decisions) { $0.decision($1) },
      table(verifications) { $0.verification($1, $2) },
      table(watches) { $0.watch($1, $2) },
      table(quarantined) { $0.quarantine($1) },
    ]
  }

  private func table<Key, Row>(
    _ rows: [Key: Row], _ write: (inout RowText, Key, Row) -> Void
  ) -> RowText {
    var text = RowText()
    for (key, row) in rows { text.row { write(&$0, key, row) } }
    return text
  }

  private func table<Row>(_ rows: [Row], _ write: (inout RowText, Row) -> Void) -> RowText {
    var text = RowText()
    for row in rows { text.row { write(&$0, row) } }
    return text
  }
}

extension RowText {
  fileprivate mutating func key(_ name: RolloutName) {
    text("application", name.application.text)
    text("cluster", name.cluster.text)
  }

  fileprivate mutating func key(_ key: AttemptKey) {
    self.key(key.rollout)
    number("attempt", key.attempt.value)
  }

  fileprivate mutating func asked(_ by: Requester?, as column: StaticString = "requested_by") {
    text(column, by?.principal)
    text("claimed_actor", by?.claimedActor)
    text("reason", by?.reason)
  }

  fileprivate mutating func revision(_ key: RevisionKey, _ row: RevisionRow) {
    text("application", key.application.text)
    number("revision", key.revision.value)
    text("release", row.revision.release.text)
    text("digest", row.revision.digest)
    texts("images", row.revision.images)
    moment("registered_at", row.at)
    asked(row.by, as: "registered_by")
    number("position", row.position)
  }

  fileprivate mutating func hold(_ key: HoldKey, _ row: HoldRow) {
    text("application", key.application.text)
    number("revision", key.revision.value)
    number("position", key.position)
    moment("held_at", row.at)
    asked(row.by, as: "held_by")
    moment("released_at", row.released?.at)
    text("released_by", row.released?.by.principal)
    text("release_claimed_actor", row.released?.by.claimedActor)
    text("release_reason", row.released?.by.reason)
    number("release_position", row.released?.position)
  }

  fileprivate mutating func cluster(_ name: ClusterName, _ row: ClusterRow) {
    text("cluster", name.text)
    text("mode", row.registration?.mode.rawValue)
    object("labels", row.registration?.labels.map { ($0.key, $0.value) })
    text("controller_version", row.registration?.controllerVersion)
    moment("registered_at", row.at)
    text("registered_by", row.by)
    number("lease_epoch", row.epoch.map { Int64(clamping: $0) })
    text("lease_holder", row.holder)
    moment("lease_claimed_at", row.claimedAt)
    moment("lease_released_at", row.releasedAt)
    number("position", row.position)
  }

  fileprivate mutating func rollout(_ name: RolloutName, _ row: RolloutRow) {
    key(name)
    text("phase", row.phase)
    text("message", row.message)
    number("stable_revision", row.stable?.value)
    number("desired_revision", row.desired?.value)
    number("attempt", row.attempt?.value)
    number("attempts", row.attempts)
    text("track", row.track?.rawValue)
    number("step_index", row.stepIndex.map { Int64($0) })
    texts("pauses", row.pauses.map(\.rawValue))
    flag("is_available", row.isAvailable)
    flag("is_late", row.isLate)
    flag("is_switched", row.isSwitched)
    number("weight", row.weight.map { Int64($0) })
    number("pods_revision", row.podsRevision?.value)
    number("pods_requested", row.podsRequested.map { Int64($0) })
    number("pods_available", row.podsAvailable.map { Int64($0) })
    moment("restart_requested_at", row.restart)
    number("version", Int64(clamping: row.version))
    number("position", row.position)
    moment("changed_at", row.at)
  }

  fileprivate mutating func rolloutRevision(
    _ key: RolloutRevisionKey, _ row: RolloutRevisionRow
  ) {
    self.key(key.rollout)
    number("revision", key.revision.value)
    flag("was_attempted", row.history?.attempted == true)
    flag("was_stable", row.history?.everStable == true)
    flag("is_imported", row.history?.imported == true)
    text("pod_hash", row.local?.podHash)
    number("argo_revision", row.local?.argoRevision.map { Int64($0) })
    moment("attempted_since", row.history?.attemptedSince)
    moment("stable_since", row.history?.stableSince)
    moment("stopped_being_stable_at", row.history?.stoppedBeingStableAt)
  }

  fileprivate mutating func attempt(_ key: AttemptKey, _ row: AttemptRow) {
    self.key(key)
    if let classified = row.classified { classification(classified) }
    number("position", row.position)
    text("track", row.track?.rawValue)
    text("rollback_class", row.rollbackClass?.rawValue)
    flag("insists_on_analysis", row.insistsOnAnalysis)
    moment("reclassified_at", row.reclassifiedAt)
    text("reclassified_by", row.reclassifiedBy?.principal)
    if let ended = row.ended {
      let cause = ended.verdict.cause
      text("verdict", ended.verdict.word)
      text("abort_cause", cause?.word)
      text("abort_run_type", cause?.run?.type.rawValue)
      text("message", cause?.message)
      moment("ended_at", ended.now)
      text("ended_by", ended.by?.principal)
      text("ended_claimed_actor", ended.by?.claimedActor)
      text("end_reason", ended.by?.reason)
    }
    number("end_position", row.endPosition)
  }

  private mutating func classification(_ event: AttemptClassified) {
    let classification = event.classification
    number("revision", event.revision.value)
    number("stable_before", event.stable?.value)
    number("strategy_version", event.strategy.value)
    text("kind", classification.kind.rawValue)
    text("origin", classification.origin.rawValue)
    if let answer = classification.rollback?.answer {
      text("window_verdict", answer.verdict.rawValue)
      text("window_source", answer.source.words)
      number("window_revisions", answer.window?.revisions.map { Int64($0) })
      seconds("window_duration_seconds", answer.window?.duration)
      numbers("revisions_between", answer.between.map(\.value))
      flag("rests_on_import", answer.restsOnImport)
    }
    texts("rules", classification.rules.map(\.rawValue))
    texts("warnings", classification.warnings.map(\.rawValue))
    asked(event.by)
    moment("started_at", event.now)
  }

  fileprivate mutating func run(_ key: AttemptRunKey, _ row: RunRow) {
    self.key(key.rollout)
    number("attempt", key.attempt.value)
    text("type", key.run.type.rawValue)
    number("step_index", Int64(key.run.stepIndex ?? -1))
    number("round", Int64(key.run.round))
    text("state", row.state?.rawValue)
    text("object", row.object?.name)
    text("phase", row.result?.phase.rawValue)
    text("reading", row.reading?.rawValue)
    text("evidence", row.result?.evidence.rawValue)
    number("measurements", row.result.map { Int64($0.measurements) })
    text("message", row.result?.message)
    moment("scheduled_at", row.scheduledAt)
    moment("created_at", row.createdAt)
    moment("finished_at", row.finishedAt)
    moment("cancelled_at", row.cancelledAt)
    text("cancel_reason", row.cancelReason?.rawValue)
    moment("missing_at", row.missingAt)
    number("position", row.position)
  }

  fileprivate mutating func violation(_ row: ViolationRow) {
    number("position", row.position)
    moment("violated_at", row.at)
    key(AttemptKey(rollout: row.rollout, attempt: row.attempt))
    text("object", row.object.name)
    text("type", row.object.type.rawValue)
    number("step_index", row.object.stepIndex.map { Int64($0) })
    text("pod_hash", row.object.podHash)
  }

  fileprivate mutating func decision(_ row: DecisionRow) {
    number("position", row.position)
    moment("decided_at", row.at)
    text("application", row.application.text)
    text("cluster", row.cluster?.text)
    number("attempt", row.attempt?.value)
    number("revision", row.revision?.value)
    text("decision", row.decision)
    text("answer", row.answer.rawValue)
    text("subject", row.subject)
    text("detail", row.detail)
    texts("rules", row.rules.map(\.rawValue))
    objects("facts", row.facts) { text, fact in
      text.text("kind", fact.kind.rawValue)
      text.number("revision", fact.revision?.value)
      text.number("position", fact.position)
    }
    asked(row.by)
  }

  fileprivate mutating func verification(_ key: AttemptKey, _ row: VerificationRow) {
    self.key(key)
    number("revision", row.revision?.value)
    text("state", row.state.rawValue)
    moment("owed_at", row.owedAt)
    moment("due_at", row.due)
    moment("overdue_at", row.overdueAt)
    moment("settled_at", row.settledAt)
    asked(row.by, as: "settled_by")
    number("position", row.position)
  }

  fileprivate mutating func watch(_ key: AttemptKey, _ row: WatchRow) {
    self.key(key)
    number("revision", row.revision?.value)
    text("on_failure", row.reaction?.rawValue)
    moment("started_at", row.startedAt)
    moment("until_at", row.until)
    text("outcome", row.outcome?.rawValue)
    moment("ended_at", row.endedAt)
    text("message", row.message)
    number("position", row.position)
  }

  fileprivate mutating func quarantine(_ row: QuarantineRow) {
    text("stream", row.stream)
    number("position", row.position)
    text("reason", row.reason)
  }
}

extension WindowAnswer.Source {
  /// `policy NAME`, `manifest`, or nothing.
  fileprivate var words: String {
    switch self {
    case .none: ""
    case .manifest: "manifest"
    case .policy(let name): "policy \(name)"
    }
  }
}
