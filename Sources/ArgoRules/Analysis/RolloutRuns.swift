/// The runs of one rollout, parted into those the status names as current and all others.
public struct RolloutRuns: Equatable, Sendable {
  public var step: ArgoAnalysisRun?
  public var background: ArgoAnalysisRun?
  public var prePromotion: ArgoAnalysisRun?
  public var postPromotion: ArgoAnalysisRun?
  /// Runs of the rollout that no type claims, in the order given.
  public var others: [ArgoAnalysisRun]

  /// A run belongs to the rollout when it is owned by it, or when its status names it.
  public init(_ runs: [ArgoAnalysisRun], of rollout: ArgoRollout) {
    let status = rollout.status
    others = []
    for run in runs {
      switch run.name {
      case status.canary.stepRun?.name: step = run
      case status.canary.backgroundRun?.name: background = run
      case status.blueGreen.prePromotionRun?.name: prePromotion = run
      case status.blueGreen.postPromotionRun?.name: postPromotion = run
      default: if run.ownerUID == rollout.uid { others.append(run) }
      }
    }
  }

  /// The current run of a type.
  public subscript(type: AnalysisType) -> ArgoAnalysisRun? {
    get {
      switch type {
      case .step: step
      case .background: background
      case .prePromotion: prePromotion
      case .postPromotion: postPromotion
      }
    }
    set {
      switch type {
      case .step: step = newValue
      case .background: background = newValue
      case .prePromotion: prePromotion = newValue
      case .postPromotion: postPromotion = newValue
      }
    }
  }

  /// All current runs: post-promotion, pre-promotion, step, background.
  public var current: [ArgoAnalysisRun] {
    [postPromotion, prePromotion, step, background].compactMap(\.self)
  }
}

extension ArgoAnalysisRun {
  /// Whether stopping it means anything: it is unfinished and was not asked to stop before.
  public var canBeStopped: Bool { !terminate && !phase.isCompleted }
}
