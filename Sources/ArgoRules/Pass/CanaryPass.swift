/// One reconcile pass over a canary rollout.
///
/// Source: semantics 6.1 and 6.2. The order of the stages is part of the behaviour: analysis comes
/// before the status is written, which is why up to 1.7.1 a rollback inside the window started a
/// background run in the very pass that said it was inside.
public enum CanaryPass {
  /// - Parameter context: fresh, made from the input of this pass.
  public static func run(_ context: PassContext, _ canary: CanaryStrategy) -> PassResult {
    var context = context
    context.syncRevision(creating: false)
    if context.isScalingEvent { return syncReplicas(&context, canary) }
    if ChangeDetection.templateOrStepsChanged(
      context.rollout, desired: context.sets.desired, stepHash: context.stepHash)
    {
      return reset(&context, canary)
    }
    context.syncRevision(creating: true)
    deleteOldRevisions(&context)
    context.switchServices(
      CanaryServices.switches(
        context.rollout, canary, context.sets, services: context.services,
        aborted: context.isAborted))
    if let failure = routeTraffic(&context, canary) { return failure }
    let experiment: ExperimentReconciliation.Result
    do {
      experiment = try reconcileExperiments(&context, canary)
    } catch { return context.failed(.experiments, error.description) }
    do {
      try reconcileAnalysis(&context)
    } catch { return context.failed(.analysis, error.description) }
    if context.decisions.hasAddedPause {
      context.log.append("Detected pause due to inconclusive AnalysisRun")
      return writeStatus(&context, canary, experiment, .stopped(.analysis))
    }
    if scale(&context, canary) {
      context.log.append("Not finished reconciling ReplicaSets")
      return writeStatus(&context, canary, experiment, .stopped(.scaling))
    }
    switch PauseRules.canaryPause(context.rollout) {
    case .none: break
    case .add:
      context.decisions.addedPauses.append(.canaryPauseStep)
      return writeStatus(&context, canary, experiment, .stopped(.pause))
    case .wait(let until):
      if let until, until >= context.now { context.looks.append(until) }
      return writeStatus(&context, canary, experiment, .stopped(.pause))
    case .resumed: return writeStatus(&context, canary, experiment, .stopped(.pause))
    }
    callPlugins(&context)
    return writeStatus(&context, canary, experiment, .finished)
  }

  // MARK: Short passes

  /// The replica count changed: sizes only, no traffic, no analysis, no steps.
  private static func syncReplicas(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) -> PassResult {
    context.log.append("Syncing replicas only due to scaling event")
    scale(&context, canary)
    context.status.availableReplicas = context.sets.available
    return context.persist(.replicasSynced)
  }

  /// The template or the steps changed: the update begins anew, at the end at once for a return to
  /// stable or for a rollback inside the window whose target still has pods requested.
  private static func reset(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) -> PassResult {
    let recorded = context.rollout.status
    let isTemplateChange = ChangeDetection.templateChanged(
      recorded: recorded.currentHash,
      desiredHash: context.sets.desired?.hash ?? context.spec.templateHash)
    context.syncRevision(creating: true)
    context.beginStatus()
    forgetRuns(&context)
    StatusReset.apply(
      to: &context.status, spec: context.spec, decisions: &context.decisions)
    let count = canary.stepList.count
    if count > 0, let desired = context.sets.desired {
      if desired.hash == recorded.stableHash {
        context.events.append(
          .normal(ConditionText.Reason.skipSteps, ConditionText.rollbackToStable))
        context.status.stepIndex = count
      } else if context.behaviour.jumpsToEndWhenStillScaled {
        context.logWindow()
        if context.classification.window.isInside, desired.isActive {
          context.events.append(
            .normal(ConditionText.Reason.skipSteps, ConditionText.rollbackWithinWindow))
          context.status.stepIndex = count
        }
      }
    }
    if isTemplateChange || context.status.duration == nil { context.noteTemplateChange() }
    return context.finish(.reset)
  }

  private static func forgetRuns(_ context: inout PassContext) {
    context.status.blueGreen = ArgoRolloutStatus.BlueGreen()
    context.status.canary.stepRun = nil
    context.status.canary.backgroundRun = nil
    context.status.canary.experiment = ""
  }

  // MARK: Stages

  private static func deleteOldRevisions(_ context: inout PassContext) {
    let runs = RolloutRuns(context.input.runs, of: context.rollout).others
    let named = context.rollout.status.canary.experiment
    let experiments = context.input.experiments.filter {
      $0.ownerUID == context.rollout.uid && $0.name != named
    }
    let deletions = RevisionHistory.deletions(
      among: context.sets.other, limit: context.spec.revisionHistoryLimit, runs: runs,
      experiments: experiments)
    context.actions += deletions.replicaSets.map { .deleteReplicaSet(name: $0) }
    context.actions += deletions.runs.map { .deleteRun(name: $0) }
    context.actions += deletions.experiments.map { .deleteExperiment(name: $0) }
  }

  /// - Returns: the failed pass, when the end of the steps could not be verified.
  private static func routeTraffic(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) -> PassResult? {
    guard canary.trafficRouting != nil else {
      context.status.canary.weights = nil
      return nil
    }
    let rollout = context.rollout
    let named = rollout.status.canary.experiment
    let wish = DesiredWeight(
      rollout, canary, context.sets, aborted: context.isAborted,
      experiment: context.input.experiments.first { !named.isEmpty && $0.name == named },
      behaviour: context.behaviour)
    if wish.rule == .noAvailableCanary, context.behaviour.resetsWeightBeforeHash,
      let old = rollout.status.canary.weights, old.canary.weight > 0
    {
      context.actions.append(.setWeight(0, additional: []))
    }
    if wish.removesManagedRoutes { context.actions.append(.removeManagedRoutes) }
    if wish.rule == .aborted,
      let back = CanaryServices.switchAfterAbort(
        canary, stable: context.sets.stable, services: context.services,
        weight: wish.weight)
    {
      context.switchServices([back])
    }
    let share = canary.maxWeight - wish.weight
    guard
      TrafficRules.stableCanCarry(
        context.sets.stable, share: share, rollout, canary, behaviour: context.behaviour)
    else { return nil }
    setRoutes(&context, canary)
    context.actions.append(.setHashes(canary: wish.canaryHash, stable: wish.stableHash))
    context.actions.append(.setWeight(wish.weight, additional: wish.additional))
    var weights = wish.weights(canary)
    let old = rollout.status.canary.weights
    if TrafficRules.differ(old, weights) {
      context.events.append(
        .normal(
          ConditionText.Reason.trafficWeightUpdated,
          TrafficRules.message(from: old, to: weights)))
    }
    let verifies = TrafficRules.verifies(
      rollout, canary, weight: wish.weight, behaviour: context.behaviour)
    weights.verified = verifies ? context.input.weightVerified : nil
    context.status.canary.weights = weights
    guard weights.verified == false else { return nil }
    let index = CanarySteps(canary, rollout.status).index.map { "\($0)" } ?? "n/a"
    let line = "Desired weight (stepIdx: \(index)) \(wish.weight) not yet verified"
    context.log.append(line)
    context.looks.append(context.now.adding(seconds: TrafficRules.verifyRetrySeconds))
    guard context.behaviour.verifiesFinalWeight, wish.rule == .allStepsDone else { return nil }
    return context.failed(
      .traffic, "end of rollout, desired weight \(wish.weight) not yet verified")
  }

  private static func setRoutes(_ context: inout PassContext, _ canary: CanaryStrategy) {
    guard TrafficRules.mayManageRoutes(context.rollout) else { return }
    switch CanarySteps(canary, context.rollout.status).current {
    case .setHeaderRoute(let route): context.actions.append(.setHeaderRoute(route))
    case .setMirrorRoute(let route): context.actions.append(.setMirrorRoute(route))
    case nil, .setWeight, .pause, .setCanaryScale, .analysis, .experiment, .plugin: break
    }
  }

  private static func reconcileExperiments(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) throws(RunArguments.Problem) -> ExperimentReconciliation.Result {
    let result = try ExperimentReconciliation.run(
      context.rollout, step: CanarySteps(canary, context.rollout.status).current,
      stable: context.sets.stable, aborted: context.isAborted,
      experiments: context.input.experiments, sets: context.sets.all,
      object: context.input.object, behaviour: context.behaviour, now: context.now)
    if let creation = result.creation { context.actions.append(.createExperiment(creation)) }
    context.actions += result.terminations.map { .stopExperiment(name: $0) }
    context.actions += result.deletions.map { .deleteExperiment(name: $0) }
    if result.pauses { context.decisions.addedPauses.append(.inconclusiveExperiment) }
    if let cause = result.abortMessage { context.decisions.abort(cause) }
    return result
  }

  private static func reconcileAnalysis(
    _ context: inout PassContext
  ) throws(AnalysisReconciliation.Problem) {
    if context.behaviour.windowGuardsAnalysis { context.logWindow() }
    let schedule = AnalysisSchedule(
      context.behaviour, rollout: context.rollout, desired: context.sets.desired,
      runs: RolloutRuns(context.input.runs, of: context.rollout),
      targetsVerified: context.input.targetsVerified != false)
    let result = try AnalysisReconciliation.run(
      schedule,
      guarded: context.classification.guardFacts(
        context.rollout, context.sets, decisions: context.decisions),
      in: AnalysisReconciliation.Surroundings(
        now: context.now, sets: context.sets.all, allRuns: context.input.runs,
        stableHash: context.sets.stable?.hash, templates: context.input.templates,
        object: context.input.object))
    context.actions += result.stops.map { .stopRun(name: $0) }
    context.actions += result.creations.map { .createRun($0) }
    context.actions += result.deletions.map { .deleteRun(name: $0) }
    context.events += result.events.map {
      PassEvent(isWarning: $0.isWarning, reason: $0.reason, message: $0.message)
    }
    if result.pauses { context.decisions.addedPauses.append(.inconclusiveAnalysis) }
    if let cause = result.abortMessage { context.decisions.abort(cause) }
    context.analysis = result
  }

  /// Stable, then desired, then the others; the first that had to change ends the stage.
  ///
  /// - Returns: whether a size changed.
  @discardableResult
  private static func scale(_ context: inout PassContext, _ canary: CanaryStrategy) -> Bool {
    if let halt = PauseRules.halt(context.rollout) {
      context.log.append("Skipping canary/stable ReplicaSet reconciliation: \(halt.reason)")
      return false
    }
    context.revise(
      AbortScaleDown.clearedDeadlines(
        context.sets, aborted: context.isAborted, strategy: context.spec.strategy))
    if scaleStable(&context, canary) { return true }
    if scaleDesired(&context, canary) { return true }
    let old = OldRevisions.canary(
      context.sets.other, rollout: context.rollout, available: context.sets.available,
      services: context.services, targetsVerified: context.input.targetsVerified,
      now: context.now)
    return context.revise(old.actions)
  }

  private static func scaleStable(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) -> Bool {
    guard let stable = context.sets.stable, stable.name != context.sets.desired?.name else {
      return false
    }
    // The weights recorded at the start: stable shrinks one pass after its traffic is gone.
    let wanted =
      canary.trafficRouting == nil
      ? BasicCanaryCounts.wanted(
        context.rollout, canary, desired: context.sets.desired, stable: stable,
        others: context.sets.other)
      : RoutedCanaryCounts.wanted(
        context.rollout, canary, weights: context.rollout.status.canary.weights,
        desired: context.sets.desired, stable: stable, behaviour: context.behaviour)
    return context.revise(
      RevisionAction.sizing(stable, to: wanted.stable, replicas: context.spec.replicaCount))
  }

  private static func scaleDesired(
    _ context: inout PassContext, _ canary: CanaryStrategy
  ) -> Bool {
    // Template and replica count changed at once: what was current is sized until the new
    // revision exists.
    let recorded = context.rollout.status
    let fallback =
      recorded.currentHash == recorded.stableHash
      ? nil : context.sets.revisions.first { $0.hash == recorded.currentHash }
    guard let desired = context.sets.desired ?? fallback else { return false }
    let stable = context.sets.stable
    let others = context.sets.revisions.filter {
      $0.name != desired.name && $0.name != stable?.name
    }
    let wanted =
      canary.trafficRouting == nil
      ? BasicCanaryCounts.wanted(
        context.rollout, canary, desired: desired, stable: stable, others: others)
      : RoutedCanaryCounts.wanted(
        context.rollout, canary, weights: context.status.canary.weights, desired: desired,
        stable: stable, behaviour: context.behaviour)
    let delayed = AbortScaleDown.delays(
      aborted: context.isAborted, stable: stable, strategy: context.spec.strategy)
    if delayed {
      return context.revise(
        AbortScaleDown.actions(
          desired: desired, size: wanted.canary, stable: stable, rollout: context.rollout,
          aborted: context.isAborted, now: context.now))
    }
    return context.revise(
      RevisionAction.sizing(desired, to: wanted.canary, replicas: context.spec.replicaCount))
  }

  private static func callPlugins(_ context: inout PassContext) {
    guard context.behaviour.knowsStepPlugins else { return }
    let (statuses, calls) = StepPlugins.calls(context.rollout, aborted: context.isAborted)
    context.status.canary.plugins = statuses
    for call in calls {
      context.actions.append(.callPlugin(call))
      let answer = context.input.pluginAnswers.first {
        $0.index == call.index && $0.operation == call.operation
      }
      if call.operation == .run, let seconds = StepPlugins.secondsUntilNextCall(answer) {
        context.looks.append(context.now.adding(seconds: seconds))
      }
      guard let answer else { continue }
      context.status.canary.plugins = StepPlugins.merged(
        answer, into: context.status.canary.plugins)
      if call.operation == .run, answer.phase == .failed, !answer.disabled {
        context.decisions.abort(answer.message)
      }
    }
  }

  // MARK: Status

  private static func writeStatus(
    _ context: inout PassContext, _ canary: CanaryStrategy,
    _ experiment: ExperimentReconciliation.Result, _ outcome: PassResult.Outcome
  ) -> PassResult {
    let rollout = context.rollout
    let count = canary.stepList.count
    context.beginStatus()
    forgetRuns(&context)
    context.status.canary.experiment = experiment.recorded
    context.status.canary.stepRun = context.analysis?.current(.step)
    context.status.canary.backgroundRun = context.analysis?.current(.background)
    var index = CanarySteps(canary, rollout.status).index
    context.status.stepIndex = nil
    context.logWindow()
    if rollout.status.promoteFull || context.classification.window.isInside {
      context.decisions.clearsPauses = true
      context.decisions.removesAbort = true
      if count > 0 { index = count }
    }
    let answer = CanaryPromotion.answer(
      rollout, canary, context.sets, classification: context.classification,
      aborted: context.isAborted, behaviour: context.behaviour)
    if case .promote(let reason) = answer {
      context.promote(reason: reason.text, fully: reason == .fullPromotionRequested)
      return context.finish(outcome)
    }
    if context.isAborted {
      if count > 0 {
        context.status.stepIndex =
          context.status.stableHash == context.status.currentHash ? count : 0
      }
      return context.finish(outcome)
    }
    let complete = StepCompletion.isComplete(
      rollout, context.sets, weights: context.status.canary.weights,
      stepRun: context.analysis?.runs.step?.phase, experiment: experiment.current?.phase,
      plugins: context.status.canary.plugins, now: context.now, behaviour: context.behaviour)
    if complete, let step = CanarySteps(canary, rollout.status).current, let done = index {
      // Under the jump to the end this goes one past it, as in Argo.
      index = done + 1
      context.status.canary.stepRun = nil
      context.decisions.removedPauses.insert(.canaryPauseStep)
      context.events.append(
        .normal(
          ConditionText.Reason.rolloutStepCompleted,
          ConditionText.stepCompleted(done + 1, of: max(count, done + 1), step)))
    }
    context.status.stepIndex = index
    return context.finish(outcome)
  }
}
