/// The experiment part of a canary's pass.
///
/// It asks for abort and promote-full only, never for the rollback window: inside the window the
/// first step's experiment is made and terminated a pass later. Semantics section 21.5.
public enum ExperimentReconciliation {
  public struct Result: Equatable, Sendable {
    /// The experiment that is made, if one is.
    public var creation: Creation?
    /// Name of an experiment taken over instead of being made.
    public var adoption: String?
    /// Names of experiments to terminate, each once.
    public var terminations: [String]
    /// Names of experiments to delete.
    public var deletions: [String]
    /// The experiment as the pass knows it: the one whose phase completes the step.
    public var current: ArgoExperiment?
    /// The name the status records; empty for none. Finished experiments are not recorded.
    public var recorded: String
    /// Pause with ``PauseReason/inconclusiveExperiment``.
    public var pauses: Bool
    /// Abort with this cause.
    public var abortMessage: String?

    public init(current: ArgoExperiment? = nil) {
      terminations = []
      deletions = []
      self.current = current
      recorded = ""
      pauses = false
    }

    /// The experiment step is complete.
    public var completesStep: Bool { current?.phase == .successful }
  }

  public struct Creation: Equatable, Sendable {
    public var name: String
    public var plan: ExperimentPlan

    public init(name: String, plan: ExperimentPlan) {
      self.name = name
      self.plan = plan
    }
  }

  /// Decides about the rollout's experiments in this pass.
  ///
  /// - Parameters:
  ///   - step: the current step, whatever its kind; `nil` when there is none.
  ///   - stable: the stable revision's ReplicaSet.
  ///   - aborted: the abort flag is set and not taken back.
  ///   - experiments: those owned by the rollout, and any that may hold the name.
  public static func run(
    _ rollout: ArgoRollout, step: CanaryStep?, stable: ArgoReplicaSet?, aborted: Bool,
    experiments: [ArgoExperiment], sets: [ArgoReplicaSet], object: TreeValue,
    behaviour: ControllerBehaviour, now: ArgoTime
  ) throws(RunArguments.Problem) -> Result {
    let owned = experiments.filter { $0.ownerUID == rollout.uid }
    let named = rollout.status.canary.experiment
    var result = Result(current: owned.first { !named.isEmpty && $0.name == named })
    var others = owned.filter { $0.name != result.current?.name }
    if aborted || rollout.status.promoteFull {
      result.terminations = stoppable(others + [result.current].compactMap(\.self))
      return result
    }
    guard rollout.status.pauseCondition(.inconclusiveAnalysis) == nil else { return result }
    if case .experiment(let wanted)? = step {
      if result.current == nil {
        guard let stable else { return result }
        let plan = try ExperimentPlan(
          wanted, of: rollout, stable: stable.hash, object: object)
        result.current = place(plan, rollout, experiments, now, &result)
      }
      if let current = result.current {
        judge(current, behaviour, &result)
        if !current.phase.isCompleted { others.removeAll { $0.name == current.name } }
      }
    } else if let current = result.current {
      others.append(current)
    }
    result.terminations = stoppable(others)
    result.deletions = RunHistory.deletions(
      among: others, sets: sets, limits: rollout.spec.analysisHistory)
    return result
  }

  private static func place(
    _ plan: ExperimentPlan, _ rollout: ArgoRollout, _ experiments: [ArgoExperiment],
    _ now: ArgoTime, _ result: inout Result
  ) -> ArgoExperiment? {
    let digest = plan.workDigest
    switch ExperimentPlan.place(
      ExperimentPlan.name(of: rollout), ownerUID: rollout.uid, workDigest: digest,
      among: experiments)
    {
    case .adopt(let name):
      result.adoption = name
      return experiments.first { $0.name == name }
    case .create(let name):
      result.creation = Creation(name: name, plan: plan)
      return ArgoExperiment(
        name: name, ownerUID: rollout.uid, hash: rollout.spec.templateHash,
        stepIndex: rollout.status.stepIndex ?? 0, created: now.storedSecond, workDigest: digest)
    }
  }

  private static func judge(
    _ current: ArgoExperiment, _ behaviour: ControllerBehaviour, _ result: inout Result
  ) {
    switch current.phase {
    case .none, .pending, .running: result.recorded = current.name
    case .successful: break
    case .inconclusive: result.pauses = true
    case .failed, .error:
      result.abortMessage = abortMessage(current.message, behaviour)
    }
  }

  /// The cause of an abort as the Progressing condition quotes it.
  public static func abortMessage(
    _ message: String, _ behaviour: ControllerBehaviour
  ) -> String {
    guard behaviour.namesAnalysisInAbortMessage else { return message }
    return "Experiment analysis phase is error/failed" + (message.isEmpty ? "" : ": \(message)")
  }

  private static func stoppable(_ experiments: [ArgoExperiment]) -> [String] {
    experiments.filter { !$0.terminate && !$0.phase.isCompleted }.map(\.name)
  }
}
