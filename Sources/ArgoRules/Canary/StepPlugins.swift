/// The life of step plugins: which operation is called in a pass, and what its answer means.
///
/// Source: semantics 6.4 ("Plugin life cycle").
public enum StepPlugins {
  /// One call to make.
  public struct Call: Equatable, Sendable {
    public var index: Int
    public var name: String
    public var operation: StepPluginStatus.Operation

    public init(index: Int, name: String, _ operation: StepPluginStatus.Operation) {
      self.index = index
      self.name = name
      self.operation = operation
    }
  }

  /// The statuses a pass starts with and the calls it makes, in order.
  ///
  /// Aborted: every run so far is aborted, newest first. Promoted or promoting fully: the one still
  /// running is terminated, unless that was done. Else the current step's plugin runs while the
  /// rollout's recorded phase is Progressing.
  public static func calls(
    _ rollout: ArgoRollout, aborted: Bool
  ) -> (statuses: [StepPluginStatus], calls: [Call]) {
    guard let canary = rollout.spec.strategy.canary else { return ([], []) }
    let steps = canary.stepList
    let recorded = rollout.status.canary.plugins
    if aborted {
      let calls = recorded.reversed().compactMap { status -> Call? in
        guard status.operation == .run, let name = pluginName(steps, status.index) else {
          return nil
        }
        return Call(index: status.index, name: name, .abort)
      }
      return (recorded, calls)
    }
    let statuses = cleanedForRetry(rollout, canary)
    if rollout.status.promoteFull || rollout.isFullyPromoted {
      guard let index = runningStep(recorded), let name = pluginName(steps, index) else {
        return (statuses, [])
      }
      return (statuses, [Call(index: index, name: name, .terminate)])
    }
    let position = CanarySteps(canary, rollout.status)
    guard case .plugin(let plugin)? = position.current, let index = position.index,
      rollout.status.phase == .progressing
    else { return (statuses, []) }
    return (statuses, [Call(index: index, name: plugin.name, .run)])
  }

  /// The statuses after an answer: it replaces the one of the same step and operation, else joins.
  public static func merged(
    _ answer: StepPluginStatus, into statuses: [StepPluginStatus]
  ) -> [StepPluginStatus] {
    var result = statuses
    let place = result.firstIndex {
      $0.index == answer.index && $0.operation == answer.operation
    }
    if let place {
      result[place] = answer
    } else {
      result.append(answer)
    }
    return result
  }

  /// Whether the step is over: it ran to Successful or Failed (which aborts as well), its plugin
  /// is switched off, or it runs but was terminated or aborted. Error is retried.
  public static func isComplete(_ index: Int, _ statuses: [StepPluginStatus]) -> Bool {
    guard let run = find(index, .run, statuses) else { return false }
    if run.disabled { return true }
    switch run.phase {
    case .successful, .failed: return true
    case .error: return false
    case .running:
      return find(index, .terminate, statuses) != nil || find(index, .abort, statuses) != nil
    }
  }

  /// Seconds until a plugin is asked again: its own back-off plus 5; 30 after a transient error.
  public static func secondsUntilNextCall(_ answer: StepPluginStatus?) -> Int? {
    guard let answer else { return 30 }
    switch answer.phase {
    case .running, .error: return answer.backoffSeconds + 5
    case .successful, .failed: return nil
    }
  }

  private static func pluginName(_ steps: [CanaryStep], _ index: Int) -> String? {
    guard steps.indices.contains(index), case .plugin(let plugin) = steps[index] else {
      return nil
    }
    return plugin.name
  }

  private static func find(
    _ index: Int, _ operation: StepPluginStatus.Operation, _ statuses: [StepPluginStatus]
  ) -> StepPluginStatus? {
    statuses.first { $0.index == index && $0.operation == operation }
  }

  /// The newest run still running; none once a termination after it succeeded.
  private static func runningStep(_ statuses: [StepPluginStatus]) -> Int? {
    for status in statuses.reversed() {
      if status.operation == .terminate, status.phase == .successful { return nil }
      if status.operation == .run, status.phase == .running { return status.index }
    }
    return nil
  }

  /// At step 0, results of an earlier attempt are dropped: all of them, unless step 0 is a plugin
  /// that has not finished, which means that this attempt wrote them.
  private static func cleanedForRetry(
    _ rollout: ArgoRollout, _ canary: CanaryStrategy
  ) -> [StepPluginStatus] {
    let recorded = rollout.status.canary.plugins
    let position = CanarySteps(canary, rollout.status)
    guard !recorded.isEmpty, !rollout.status.abort, let step = position.current,
      position.index == 0
    else { return recorded }
    if case .plugin = step, !isComplete(0, recorded) { return recorded }
    return []
  }
}
