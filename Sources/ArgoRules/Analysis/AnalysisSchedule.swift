/// When each type of analysis runs, once the guard has let analysis through.
public struct AnalysisSchedule: Equatable, Sendable {
  public var behaviour: ControllerBehaviour
  public var rollout: ArgoRollout
  /// The desired revision; absent only while it could not be made.
  public var desired: ArgoReplicaSet?
  public var runs: RolloutRuns
  /// Whether the load balancer's targets belong to the active service. Nothing to verify is true.
  public var targetsVerified: Bool

  public init(
    _ behaviour: ControllerBehaviour, rollout: ArgoRollout, desired: ArgoReplicaSet?,
    runs: RolloutRuns, targetsVerified: Bool = true
  ) {
    self.behaviour = behaviour
    self.rollout = rollout
    self.desired = desired
    self.runs = runs
    self.targetsVerified = targetsVerified
  }

  /// The types a strategy knows, in the order in which a pass looks at them.
  public static func types(of strategy: ArgoStrategy) -> [AnalysisType] {
    switch strategy {
    case .canary: [.step, .background]
    case .blueGreen: [.prePromotion, .postPromotion]
    }
  }

  /// The decision for one type. A type of the other strategy is not configured.
  public func decide(_ type: AnalysisType) -> RunDecision {
    switch type {
    case .background: background
    case .step: step
    case .prePromotion: prePromotion
    case .postPromotion: postPromotion
    }
  }

  /// The block that a new run of a type is made from, if there is one to make it from.
  public func block(_ type: AnalysisType) -> AnalysisBlock? {
    switch type {
    case .background: return rollout.spec.strategy.canary?.analysis?.block
    case .step:
      guard case .analysis(let block)? = currentStep else { return nil }
      return block
    case .prePromotion: return rollout.spec.strategy.blueGreen?.prePromotionAnalysis
    case .postPromotion: return rollout.spec.strategy.blueGreen?.postPromotionAnalysis
    }
  }

  // MARK: Is a new run needed

  /// Why a type that is due gets a new run; `nil` when the current one will do.
  ///
  /// None yet; or, when the controller paused and neither a step pause nor a blue-green pause
  /// stands (a person resumed, or only an inconclusive run paused), exactly if the current run is
  /// Inconclusive; else exactly if an abort time is recorded, which means retry.
  public func needsNew(_ current: ArgoAnalysisRun?) -> RunDecision.Reason? {
    guard let current else { return .firstRun }
    let status = rollout.status
    let atStepPause =
      behaviour.freezesBackgroundWhileInconclusive
      && status.pauseCondition(.canaryPauseStep) != nil
    if status.controllerPause, !atStepPause, status.pauseCondition(.blueGreenPause) == nil {
      return current.phase == .inconclusive ? .repeatedAfterResume : nil
    }
    return status.abortedAt == nil ? nil : .repeatedAfterRetry
  }

  private func due(_ current: ArgoAnalysisRun?) -> RunDecision {
    guard let reason = needsNew(current) else { return RunDecision(.keep, .upToDate) }
    return RunDecision(.create, reason)
  }

  // MARK: Canary

  private var steps: CanarySteps? {
    rollout.spec.strategy.canary.map { CanarySteps($0, rollout.status) }
  }

  /// Index of the step that is current: 0 while none is recorded, none without steps.
  public var stepIndex: Int? { steps?.index }

  /// The step the index points at; none beyond the list.
  public var currentStep: CanaryStep? { steps?.current }

  private var background: RunDecision {
    guard let analysis = rollout.spec.strategy.canary?.analysis else {
      return RunDecision(.stopAndForget, .notConfigured)
    }
    if behaviour.ignoresEmptyBackgroundBlock, analysis.block.templates.isEmpty {
      return RunDecision(.stopAndForget, .noTemplates)
    }
    let status = rollout.status
    if status.stableHash.isEmpty { return RunDecision(.forget, .noStableRevision) }
    if status.currentHash.isEmpty { return RunDecision(.forget, .noCurrentRevision) }
    if rollout.isFullyPromoted { return RunDecision(.forget, .fullyPromoted) }
    if steps?.isBeforeStartingStep == true {
      return RunDecision(.forget, .beforeStartingStep)
    }
    if status.pauseCondition(.inconclusiveAnalysis) != nil {
      return RunDecision(.freeze, .pausedAfterInconclusive)
    }
    return due(runs.background)
  }

  private var step: RunDecision {
    let status = rollout.status
    if rollout.spec.strategy.canary == nil { return RunDecision(.stopAndForget, .notConfigured) }
    if status.abort { return RunDecision(.freeze, .aborted) }
    if !status.pauseConditions.isEmpty { return RunDecision(.freeze, .paused) }
    guard case .analysis(let block)? = currentStep else {
      return RunDecision(.stopAndForget, .noAnalysisStep)
    }
    if behaviour.ignoresEmptyBlocks, block.templates.isEmpty {
      return RunDecision(.stopAndForget, .noTemplates)
    }
    if let run = runs.step, run.stepIndex != stepIndex {
      return RunDecision(.stopAndForget, .runOfAnotherStep)
    }
    return due(runs.step)
  }

  // MARK: Blue-green

  private var prePromotion: RunDecision {
    guard let block = rollout.spec.strategy.blueGreen?.prePromotionAnalysis else {
      return RunDecision(.stopAndForget, .notConfigured)
    }
    if behaviour.ignoresEmptyBlocks, block.templates.isEmpty {
      return RunDecision(.stopAndForget, .noTemplates)
    }
    if let reason = prePromotionSkip { return RunDecision(.stopAndKeep, reason) }
    return promotionRun(runs.prePromotion)
  }

  private var postPromotion: RunDecision {
    guard let block = rollout.spec.strategy.blueGreen?.postPromotionAnalysis else {
      return RunDecision(.stopAndForget, .notConfigured)
    }
    if behaviour.ignoresEmptyBlocks, block.templates.isEmpty {
      return RunDecision(.stopAndForget, .noTemplates)
    }
    if let reason = postPromotionSkip { return RunDecision(.stopAndKeep, reason) }
    if !targetsVerified { return RunDecision(.stopAndKeep, .targetsNotVerified) }
    return promotionRun(runs.postPromotion)
  }

  private func promotionRun(_ current: ArgoAnalysisRun?) -> RunDecision {
    // The outcome of a frozen run is looked at all the same: an inconclusive one asks again for
    // the pause that stands already.
    if rollout.status.pauseCondition(.inconclusiveAnalysis) != nil {
      return RunDecision(.keep, .pausedAfterInconclusive)
    }
    return due(current)
  }

  /// Why there is no pre-promotion analysis now; `nil` when it is due.
  public var prePromotionSkip: RunDecision.Reason? {
    guard let desired, !desired.hash.isEmpty else { return .noHash }
    let status = rollout.status
    if status.stableHash == desired.hash { return .desiredIsStable }
    if status.blueGreen.activeSelector.isEmpty { return .activeNotSet }
    if status.blueGreen.activeSelector == desired.hash { return .desiredIsActive }
    if behaviour.keepsStartedPromotionRuns, runs.prePromotion != nil { return nil }
    if let count = rollout.spec.strategy.blueGreen?.previewReplicaCount {
      return desired.requested == count && desired.available == count ? nil : .notSaturated
    }
    return Self.isSaturated(desired, for: rollout) ? nil : .notSaturated
  }

  /// Why there is no post-promotion analysis now, targets aside; `nil` when it is due.
  public var postPromotionSkip: RunDecision.Reason? {
    guard let desired, !desired.hash.isEmpty else { return .noHash }
    let status = rollout.status
    if status.stableHash == desired.hash { return .desiredIsStable }
    if status.blueGreen.activeSelector != desired.hash { return .desiredIsNotActive }
    if behaviour.keepsStartedPromotionRuns, runs.postPromotion != nil { return nil }
    return Self.isSaturated(desired, for: rollout) ? nil : .notSaturated
  }

  /// Requested replicas, recorded desired replicas and available replicas all equal the rollout's
  /// replica count.
  public static func isSaturated(_ set: ArgoReplicaSet, for rollout: ArgoRollout) -> Bool {
    let count = rollout.spec.replicaCount
    return set.requested == count && set.desiredReplicas == count && set.available == count
  }
}
