/// Whether the current step of a canary is complete.
///
/// Source: semantics 6.4. While a person paused the spec nothing completes.
public enum StepCompletion {
  /// - Parameters:
  ///   - weights: the weights as this pass has set them, with its verification.
  ///   - stepRun: phase of the current step analysis; absent: there is none. A step without
  ///     templates never gets one and so never completes.
  ///   - experiment: phase of the current experiment; absent: there is none.
  ///   - plugins: plugin statuses after this pass's calls.
  ///   - pluginFailedTransiently: a call did not come through; the step is tried again.
  public static func isComplete(
    _ rollout: ArgoRollout, _ sets: RevisionSets, weights: TrafficWeights?,
    stepRun: AnalysisPhase?, experiment: AnalysisPhase?, plugins: [StepPluginStatus],
    pluginFailedTransiently: Bool = false, now: ArgoTime, behaviour: ControllerBehaviour
  ) -> Bool {
    guard !rollout.spec.paused, let canary = rollout.spec.strategy.canary else { return false }
    let steps = CanarySteps(canary, rollout.status)
    guard let step = steps.current, let index = steps.index else { return false }
    switch step {
    case .pause(let duration):
      return PauseRules.completed(pauseOf: duration, status: rollout.status, now: now)
    case .setCanaryScale:
      return DesiredCounts.reached(rollout, canary, sets, weights: weights, behaviour: behaviour)
    case .setWeight:
      return weights?.verified != false
        && DesiredCounts.reached(rollout, canary, sets, weights: weights, behaviour: behaviour)
    case .experiment:
      return experiment == .successful
    case .analysis:
      return stepRun == .successful
    case .setHeaderRoute, .setMirrorRoute:
      return true
    case .plugin:
      return !pluginFailedTransiently && StepPlugins.isComplete(index, plugins)
    }
  }
}
