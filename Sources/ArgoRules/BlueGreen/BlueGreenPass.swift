/// One reconcile pass over a blue-green rollout.
///
/// In this order: desired revision made and numbered, preview service, (a new template: status,
/// end), deadlines cleared, active, desired and old revisions sized, history, pause, active service,
/// analysis, status. The preview service switches before the change is processed, and analysis comes
/// after the switch of the active service. Unlike a canary's, the pass goes on after a change of
/// size. Source: semantics 10.1.
///
/// Restarts of pods, injected metadata and the question to the load balancer are left to others.
public enum BlueGreenPass {
  public static func run(_ context: PassContext, _ strategy: BlueGreenStrategy) -> PassResult {
    var context = context
    context.syncRevision(creating: false)
    if context.isScalingEvent {
      context.log.append("Syncing replicas only due to scaling event")
      size(&context, BlueGreenFacts(context, strategy))
      count(&context, active: context.status.blueGreen.activeSelector)
      return context.persist(.replicasSynced)
    }
    context.syncRevision(creating: true)
    var facts = BlueGreenFacts(context, strategy)
    context.status.canary = ArgoRolloutStatus.Canary()
    context.status.stepIndex = nil
    switchPreview(&context, facts)
    let changed = ChangeDetection.templateChanged(
      recorded: facts.status.currentHash, desiredHash: context.sets.desired?.hash ?? "")
    guard !changed else {
      return write(&context, facts, isChange: true)
    }
    size(&context, facts)
    BlueGreenPause(facts).record(in: &context.decisions)
    facts.decisions = context.decisions
    switchActive(&context, &facts)
    do {
      try analyse(&context, &facts)
    } catch { return context.failed(.analysis, error.description) }
    return write(&context, facts, isChange: false)
  }

  // MARK: Services

  private static func switchPreview(_ context: inout PassContext, _ facts: BlueGreenFacts) {
    context.status.blueGreen.activeSelector = facts.activeHash
    let service = context.input.services.first { $0.name == facts.strategy.previewService }
    guard let service, !service.name.isEmpty else {
      context.status.blueGreen.previewSelector = ""
      return
    }
    context.status.blueGreen.previewSelector = service.selectedHash
    guard let hash = BlueGreenServices.preview(facts) else { return }
    turn(service, to: hash, &context)
    context.status.blueGreen.previewSelector = hash
  }

  private static func switchActive(_ context: inout PassContext, _ facts: inout BlueGreenFacts) {
    let service = context.input.services.first { $0.name == facts.strategy.activeService }
    guard case .selects(let hash, _) = BlueGreenServices.active(facts), let service else { return }
    turn(service, to: hash, &context)
    facts.activeHash = hash
    context.status.blueGreen.activeSelector = hash
  }

  /// A service that no rollout manages yet is written even when it selects the hash already.
  private static func turn(
    _ service: ArgoService, to hash: String, _ context: inout PassContext
  ) {
    guard service.selectedHash != hash || service.managedBy.isEmpty else { return }
    context.switchServices([ServiceSwitch(service.name, from: service.selectedHash, to: hash)])
  }

  // MARK: Sizes

  private static func size(_ context: inout PassContext, _ facts: BlueGreenFacts) {
    let rollout = facts.rollout
    let replicas = rollout.spec.replicaCount
    let aborted = context.isAborted
    context.revise(
      AbortScaleDown.clearedDeadlines(
        facts.sets, aborted: aborted, strategy: rollout.spec.strategy))
    if let active = BlueGreenSize.set(with: facts.activeHash, in: context.sets.all) {
      context.revise(RevisionAction.sizing(active, to: replicas, replicas: replicas))
    }
    if let desired = context.sets.desired {
      context.revise(
        AbortScaleDown.actions(
          desired: desired,
          size: BlueGreenSize.desired(rollout, facts.strategy, facts.sets),
          stable: facts.sets.stable, rollout: rollout, aborted: aborted, now: facts.now))
    }
    let old = OldRevisions.blueGreen(
      facts.sets.other, schedule: schedule(facts), services: context.input.services,
      now: facts.now)
    context.revise(old.actions)
    let gone = RevisionHistory.deletions(
      among: facts.sets.other, limit: rollout.spec.revisionHistoryLimit,
      runs: facts.runs.others,
      experiments: context.input.experiments.filter { $0.ownerUID == rollout.uid })
    context.actions += gone.replicaSets.map { .deleteReplicaSet(name: $0) }
    context.actions += gone.runs.map { .deleteRun(name: $0) }
    context.actions += gone.experiments.map { .deleteExperiment(name: $0) }
  }

  private static func schedule(_ facts: BlueGreenFacts) -> AnalysisSchedule {
    AnalysisSchedule(
      facts.behaviour, rollout: facts.rollout, desired: facts.sets.desired, runs: facts.runs,
      targetsVerified: facts.targetsVerified)
  }

  // MARK: Analysis

  private static func analyse(
    _ context: inout PassContext, _ facts: inout BlueGreenFacts
  ) throws(AnalysisReconciliation.Problem) {
    if context.behaviour.windowGuardsAnalysis { context.logWindow() }
    let result = try AnalysisReconciliation.run(
      schedule(facts),
      guarded: context.classification.guardFacts(
        facts.rollout, facts.sets, decisions: context.decisions),
      in: AnalysisReconciliation.Surroundings(
        now: facts.now, sets: facts.sets.all, allRuns: context.input.runs,
        stableHash: facts.sets.stable?.hash, templates: context.input.templates,
        object: context.input.object))
    // A run that went with its revision is gone; history may not ask for it again.
    let gone = Set(
      context.actions.compactMap { action -> String? in
        guard case .deleteRun(let name) = action else { return nil }
        return name
      })
    context.actions += result.stops.filter { !gone.contains($0) }.map { .stopRun(name: $0) }
    context.actions += result.creations.map { .createRun($0) }
    context.actions += result.deletions.filter { !gone.contains($0) }.map { .deleteRun(name: $0) }
    context.events += result.events.map {
      PassEvent(isWarning: $0.isWarning, reason: $0.reason, message: $0.message)
    }
    if result.pauses { context.decisions.addedPauses.append(.inconclusiveAnalysis) }
    if let cause = result.abortMessage { context.decisions.abort(cause) }
    context.status.blueGreen.prePromotionRun = result.current(.prePromotion)
    context.status.blueGreen.postPromotionRun = result.current(.postPromotion)
    context.analysis = result
    facts.decisions = context.decisions
    facts.runs = result.runs
  }

  // MARK: Status

  private static func write(
    _ context: inout PassContext, _ facts: BlueGreenFacts, isChange: Bool
  ) -> PassResult {
    var facts = facts
    context.beginStatus()
    if isChange {
      StatusReset.apply(
        to: &context.status, spec: context.spec, decisions: &context.decisions)
      context.noteTemplateChange()
    }
    context.logWindow()
    if facts.status.promoteFull || context.classification.window.isInside {
      context.decisions.clearsPauses = true
      context.decisions.removesAbort = true
    }
    facts.decisions = context.decisions
    switch BlueGreenPromotion(
      facts, activeHash: facts.activeHash, currentHash: context.status.currentHash)
    {
    case .promotes(let ground):
      context.promote(reason: ground.text, fully: ground == .promoteFull)
    case .waits:
      // A template change does not clear the switch: it is computed anew from the old record.
      context.status.blueGreen.scaleUpPreviewCheckpoint = BlueGreenPromotion.checkpoint(facts)
    }
    count(&context, active: facts.activeHash)
    return context.finish(isChange ? .reset : .finished)
  }

  /// Ready and available pods are those of the active revision, or of all while none is active.
  private static func count(_ context: inout PassContext, active: String) {
    if let set = BlueGreenSize.set(with: active, in: context.sets.all) {
      context.status.readyReplicas = set.ready
      context.status.availableReplicas = set.available
    } else {
      context.status.readyReplicas = context.sets.ready
      context.status.availableReplicas = context.sets.available
    }
    context.status.replicas = context.sets.actual
    context.status.updatedReplicas = context.sets.desired?.actual ?? 0
  }
}
