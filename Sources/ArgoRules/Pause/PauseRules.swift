/// Pauses: when they end, what they stop, who must act.
///
/// Source: semantics 7.
public enum PauseRules {
  /// Why progress halts.
  public enum Halt: Equatable, Sendable {
    /// A person paused the spec.
    case userPaused
    /// An analysis run was inconclusive.
    case inconclusiveAnalysis

    /// As the controller words it.
    public var reason: String {
      switch self {
      case .userPaused: "user paused"
      case .inconclusiveAnalysis: "inconclusive analysis"
      }
    }
  }

  /// Canary: scaling of all revisions stops. Blue-green: both service switches and pause handling
  /// stop. Analysis, traffic and the promotion decision go on.
  public static func halt(_ rollout: ArgoRollout) -> Halt? {
    if rollout.spec.paused { return .userPaused }
    if rollout.status.pauseCondition(.inconclusiveAnalysis) != nil { return .inconclusiveAnalysis }
    return nil
  }

  /// The signal that a person resumed: the controller remembers a pause that has no condition any
  /// more. The next pass consumes it.
  public static func isResumed(_ status: ArgoRolloutStatus) -> Bool {
    status.controllerPause && status.pauseConditions.isEmpty
  }

  /// Whether a pause step is over: a person resumed, or its time is strictly past. A step without
  /// a duration ends by a person only.
  public static func completed(
    pauseOf duration: PauseDuration?, status: ArgoRolloutStatus, now: ArgoTime
  ) -> Bool {
    let condition = status.pauseCondition(.canaryPauseStep)
    if status.controllerPause, condition == nil { return true }
    guard let duration, let condition else { return false }
    return now > condition.start.adding(seconds: duration.wholeSeconds)
  }

  /// What a canary does at the current step about pausing.
  public enum CanaryPause: Equatable, Sendable {
    /// Not at a pause step, paused by a person, fully promoting, or no steps left.
    case none
    /// The pause begins now.
    case add
    /// Paused; a timed pause is looked at again at `until`.
    case wait(until: ArgoTime?)
    /// A person resumed; the step completes with the status write.
    case resumed
  }

  public static func canaryPause(_ rollout: ArgoRollout) -> CanaryPause {
    guard !rollout.spec.paused, !rollout.status.promoteFull,
      let canary = rollout.spec.strategy.canary,
      case .pause(let duration)? = CanarySteps(canary, rollout.status).current
    else { return .none }
    guard let condition = rollout.status.pauseCondition(.canaryPauseStep) else {
      return rollout.status.controllerPause ? .resumed : .add
    }
    return .wait(until: duration.map { condition.start.adding(seconds: $0.wholeSeconds) })
  }

  /// Whether only a person can end the present pause; the time until then counts as manual.
  public static func needsPerson(_ rollout: ArgoRollout) -> Bool {
    if rollout.spec.paused { return true }
    return rollout.status.pauseConditions.contains { condition in
      switch condition.reason {
      case .inconclusiveAnalysis, .inconclusiveExperiment: true
      case .canaryPauseStep:
        if let canary = rollout.spec.strategy.canary,
          case .pause(nil)? = CanarySteps(canary, rollout.status).current
        {
          true
        } else {
          false
        }
      case .blueGreenPause:
        rollout.spec.strategy.blueGreen.map { !$0.promotesAutomatically } ?? false
      }
    }
  }
}
