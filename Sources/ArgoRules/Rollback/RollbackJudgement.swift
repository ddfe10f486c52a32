/// What a controller of a version will make of the template now in the spec, said beforehand.
///
/// Everything follows from one look at the objects; whatever changes before the controller's next
/// pass may change the answer (semantics 4.3).
public struct RollbackJudgement: Equatable, Sendable {
  /// How the update goes.
  public enum Track: Equatable, Sendable {
    /// Steps and analysis as configured.
    case full
    /// No steps are waited for; promoted when available.
    case fast
  }

  /// Where the version does what a reader of its documentation would not expect.
  public enum Warning: Equatable, Hashable, Sendable {
    /// Analysis runs although the rollback is inside the window (1.4 to 1.7.1).
    case analysisRunsInsideWindow
    /// The blue-green switch waits for ever: for a pause that is added and cleared in turn, or for
    /// pre-promotion analysis that is never started (to 1.9).
    case blueGreenHangs
    /// Traffic moves to the target when a single pod of it is ready.
    case trafficOnFirstPod(weight: Int)
    /// The first step is carried out although steps are skipped.
    case firstStepLeaks
    /// The step index goes one past the end for a while.
    case indexOverruns
    /// A person's abort is removed silently.
    case abortIsDropped
    /// The target is taken for a new version: it was created after stable, or its ReplicaSet is
    /// gone and will be created anew.
    case goesForward
  }

  public var version: ControllerVersion
  public var isRollback: Bool
  public var window: RollbackWindowAnswer
  public var track: Track
  /// The step index is at the end from the first pass on.
  public var jumpsToEnd: Bool
  /// Whether background or pre-promotion analysis, where configured, is started.
  public var startsAnalysis: Bool
  public var warnings: Set<Warning>

  public init(_ input: PassInput) {
    let sets = RevisionMatching.sets(of: input.rollout, among: input.replicaSets)
    let classification = Classification(sets, input: input)
    let behaviour = input.behaviour
    version = behaviour.version
    isRollback = classification.isRollback
    window = classification.window
    // After the first pass current is desired, so "promoted" means returning to stable.
    let returns = sets.desired != nil && sets.desired?.hash == sets.stable?.hash
    // Handling desired takes its deadline away, so a deadline only helps a target that is complete
    // and can be switched to or promoted in the same pass.
    let complete = Self.isComplete(sets.desired, input.rollout)
    let isBlueGreen = input.rollout.spec.strategy.blueGreen != nil
    let isFast =
      window.isInside || returns
      || (complete && classification.fast.grounds.contains(.liveScaleDownDeadline))
    var facts = AnalysisGuard.Facts()
    facts.fullyPromoted = returns
    facts.firstDeployment = sets.stable == nil
    facts.insideWindow = window.isInside
    facts.fastRollback = isFast
    facts.desiredHasDeadline =
      classification.desiredHasDeadline && complete && (isBlueGreen || window.isInside)
    startsAnalysis =
      Self.configuresAnalysis(input.rollout.spec.strategy) && !returns
      && AnalysisGuard.reasons(facts, behaviour).isEmpty
    // Before 1.10 the window does not lead past the blue-green pause, and any deadline does.
    let isFastTracked =
      isBlueGreen && !behaviour.unifiedFastRollback
      ? returns || facts.desiredHasDeadline : isFast
    track = isFastTracked ? .fast : .full
    warnings = []
    switch input.rollout.spec.strategy {
    case .canary(let canary):
      let active = sets.desired?.isActive ?? false
      jumpsToEnd =
        !canary.stepList.isEmpty
        && (returns
          || (behaviour.jumpsToEndWhenStillScaled && window.isInside && active))
      if window.isInside { warn(canary, jumped: jumpsToEnd) }
    case .blueGreen(let blueGreen):
      jumpsToEnd = false
      // Analysis that the window keeps from starting can never be successful.
      let waits =
        !blueGreen.promotesAutomatically || blueGreen.autoPromotionSeconds > 0
        || (blueGreen.prePromotionAnalysis != nil && !startsAnalysis)
      if window.isInside, !behaviour.unifiedFastRollback, waits, !facts.desiredHasDeadline {
        warnings.insert(.blueGreenHangs)
      }
    }
    if window.isInside {
      warnings.insert(.abortIsDropped)
      if startsAnalysis { warnings.insert(.analysisRunsInsideWindow) }
    }
    if !isRollback, sets.stable != nil { warnings.insert(.goesForward) }
  }

  private mutating func warn(_ canary: CanaryStrategy, jumped: Bool) {
    if canary.trafficRouting != nil,
      let weight = canary.stepList.compactMap(\.weight).last, weight > 0
    {
      warnings.insert(.trafficOnFirstPod(weight: weight))
    }
    guard !jumped, let first = canary.stepList.first else { return }
    switch first {
    case .experiment, .plugin: warnings.insert(.firstStepLeaks)
    case .setHeaderRoute, .setMirrorRoute:
      warnings.insert(.indexOverruns)
      if canary.trafficRouting != nil { warnings.insert(.firstStepLeaks) }
    case .setWeight(0): warnings.insert(.indexOverruns)
    case .setWeight, .pause, .setCanaryScale, .analysis: break
    }
  }

  private static func isComplete(_ set: ArgoReplicaSet?, _ rollout: ArgoRollout) -> Bool {
    guard let set else { return false }
    let replicas = rollout.spec.replicaCount
    return set.requested == replicas && set.available == replicas
  }

  private static func configuresAnalysis(_ strategy: ArgoStrategy) -> Bool {
    switch strategy {
    case .canary(let canary):
      let inSteps = canary.stepList.contains { step in
        if case .analysis = step { true } else { false }
      }
      return inSteps || canary.analysis.map { !$0.block.templates.isEmpty } ?? false
    case .blueGreen(let blueGreen):
      return blueGreen.prePromotionAnalysis != nil || blueGreen.postPromotionAnalysis != nil
    }
  }
}
