/// A command of the kubectl plugin: an edit of the rollout's spec or status, recorded nowhere.
///
/// Source: semantics 9.
public enum PluginCommand: Equatable, Sendable {
  /// Resumes, or skips the step that is being carried out.
  case promote
  /// Deprecated flag `-c`.
  case promoteSkippingCurrentStep
  /// Deprecated flag `-a`.
  case promoteSkippingAllSteps
  case promoteFull
  case abort
  case retry
  /// Sets `spec.paused`.
  case pause
  /// Clears `spec.paused`. A pause of the controller is resumed by `promote`.
  case resume
  /// Copies the template of the revision with that number into the spec; `nil`: of the second
  /// highest number.
  case undo(toRevision: Int?)

  /// Why a command is refused. Texts as the plugin words them.
  public enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    case skipsStepsOfBlueGreen
    case skipsStepsOfNone
    case bothSkipFlags
    case unknownRevision(Int)
    case noEarlierRevision(rollout: String)

    public var description: String {
      switch self {
      case .skipsStepsOfBlueGreen:
        "Cannot skip steps of a bluegreen rollout. Run without a flags"
      case .skipsStepsOfNone: "Cannot skip steps of a rollout without steps"
      case .bothSkipFlags:
        "Cannot use skip-current-step and skip-all-steps flags at the same time"
      case .unknownRevision(let number):
        "unable to find specified revision \(number) in history"
      case .noEarlierRevision(let rollout): "no revision found for rollout \"\(rollout)\""
      }
    }
  }

  /// `promote` with its flags as given on the command line. The full flag gives way to a skip flag.
  public static func promote(
    skipCurrentStep: Bool, skipAllSteps: Bool, full: Bool
  ) throws(Refusal) -> PluginCommand {
    if skipCurrentStep, skipAllSteps { throw .bothSkipFlags }
    if skipCurrentStep { return .promoteSkippingCurrentStep }
    if skipAllSteps { return .promoteSkippingAllSteps }
    return full ? .promoteFull : .promote
  }

  /// The rollout after the command. Changing the spec raises the generation, as the API server does.
  public func applied(
    to rollout: ArgoRollout, replicaSets: [ArgoReplicaSet] = [],
    stepRunPhase: AnalysisPhase? = nil
  ) throws(Refusal) -> ArgoRollout {
    var result = rollout
    switch self {
    case .promote:
      result.spec.paused = false
      promote(&result.status, rollout, stepRunPhase)
    case .promoteSkippingCurrentStep:
      let canary = try steps(rollout)
      let index = CanarySteps(canary, rollout.status).index ?? 0
      result.status.stepIndex = min(index + 1, max(index, canary.stepList.count))
    case .promoteSkippingAllSteps:
      result.status.stepIndex = try steps(rollout).stepList.count
    case .promoteFull:
      result.spec.paused = false
      if !rollout.isFullyPromoted { result.status.promoteFull = true }
    case .abort: result.status.abort = true
    case .retry: result.status.abort = false
    case .pause: result.spec.paused = true
    case .resume: result.spec.paused = false
    case .undo(let number):
      result.spec.templateHash =
        try Self.undoTarget(number, of: rollout, among: replicaSets).hash
    }
    if result.spec != rollout.spec, result.generation < Int64.max { result.generation += 1 }
    return result
  }

  private func steps(_ rollout: ArgoRollout) throws(Refusal) -> CanaryStrategy {
    guard let canary = rollout.spec.strategy.canary else { throw .skipsStepsOfBlueGreen }
    guard !canary.stepList.isEmpty else { throw .skipsStepsOfNone }
    return canary
  }

  /// Exactly one of three: repeat nothing and go on after an inconclusive step analysis; end a
  /// pause by deleting its condition; or skip the running step.
  private func promote(
    _ status: inout ArgoRolloutStatus, _ rollout: ArgoRollout, _ stepRunPhase: AnalysisPhase?
  ) {
    let canary = rollout.spec.strategy.canary
    let index = canary.flatMap { CanarySteps($0, rollout.status).index }
    let count = canary?.stepList.count ?? 0
    let phase = stepRunPhase ?? rollout.status.canary.stepRun?.phase
    let stuck =
      phase == .inconclusive && !rollout.status.pauseConditions.isEmpty
      && rollout.status.controllerPause
    if stuck, let index {
      status.pauseConditions = []
      status.controllerPause = false
      status.stepIndex = min(index + 1, max(index, count))
    } else if !rollout.status.pauseConditions.isEmpty {
      status.pauseConditions = []
    } else if let index {
      status.pauseConditions = []
      status.stepIndex = min(index + 1, max(index, count))
    }
  }

  /// The revision an undo returns to.
  ///
  /// Without a number: the second highest number, which is the one desired before the present one;
  /// after a rollback that is the revision rolled back from.
  public static func undoTarget(
    _ number: Int?, of rollout: ArgoRollout, among replicaSets: [ArgoReplicaSet]
  ) throws(Refusal) -> ArgoReplicaSet {
    let owned = replicaSets.filter { ($0.experiment ?? "").isEmpty }
    if let number, number != 0 {
      guard number > 0, let match = owned.first(where: { ($0.revision ?? 0) == number }) else {
        throw .unknownRevision(number)
      }
      return match
    }
    var latest: ArgoReplicaSet?
    var previous: ArgoReplicaSet?
    for candidate in owned {
      let revision = candidate.revision ?? 0
      if revision > (latest.map { $0.revision ?? 0 } ?? -1) {
        previous = latest
        latest = candidate
      } else if revision > (previous.map { $0.revision ?? 0 } ?? -1) {
        previous = candidate
      }
    }
    guard let previous else { throw .noEarlierRevision(rollout: rollout.name) }
    return previous
  }
}
