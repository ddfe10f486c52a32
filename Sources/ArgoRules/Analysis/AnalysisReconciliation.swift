/// The analysis part of a pass: guard, each type, the others, history.
public enum AnalysisReconciliation {
  /// Why a run that is due cannot be made. It fails the whole pass, which is tried again later.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case arguments(RunArguments.Problem)
    case composition(RunComposition.Problem)
    case noHash(replicaSet: String)

    public var description: String {
      switch self {
      case .arguments(let problem): problem.description
      case .composition(let problem): problem.description
      case .noHash(let set): "Latest ReplicaSet '\(set)' has no pod hash in the labels"
      }
    }
  }

  /// What the pass sees besides what the schedule holds.
  public struct Surroundings: Equatable, Sendable {
    public var now: ArgoTime
    /// All ReplicaSets of the rollout.
    public var sets: [ArgoReplicaSet]
    /// All runs of the namespace; only their names matter where they belong to somebody else.
    public var allRuns: [ArgoAnalysisRun]
    /// Pod hash of the stable revision's ReplicaSet, `nil` when there is none.
    public var stableHash: String?
    /// Templates in reach; `nil` when not known, and then never missed.
    public var templates: [AnalysisTemplate]?
    /// The rollout as JSON.
    public var object: TreeValue

    public init(
      now: ArgoTime, sets: [ArgoReplicaSet] = [], allRuns: [ArgoAnalysisRun] = [],
      stableHash: String? = nil, templates: [AnalysisTemplate]? = nil,
      object: TreeValue = .map([:])
    ) {
      self.now = now
      self.sets = sets
      self.allRuns = allRuns
      self.stableHash = stableHash
      self.templates = templates
      self.object = object
    }
  }

  /// Decides everything about the rollout's runs in this pass.
  ///
  /// Under silence all unfinished runs, current and other, are asked to stop and none is made;
  /// versions differ in whether history is trimmed then. Otherwise each type is decided, runs that are not current are
  /// asked to stop, and history is trimmed. A run of this pass that turns up among the others is
  /// spared. Where two runs call for an abort, the cause of the later one in the order of
  /// ``AnalysisSchedule/types(of:)`` stands.
  public static func run(
    _ schedule: AnalysisSchedule, guarded facts: AnalysisGuard.Facts,
    in surroundings: Surroundings
  ) throws(Problem) -> AnalysisResult {
    let rollout = schedule.rollout
    var result = AnalysisResult(runs: schedule.runs)
    result.silence = AnalysisGuard.reasons(facts, schedule.behaviour)
    guard result.silence.isEmpty else {
      for run in schedule.runs.current + schedule.runs.others where run.canBeStopped {
        result.stops.append(run.name)
      }
      if schedule.behaviour.silencedCanaryForgetsRuns, rollout.spec.strategy.canary != nil {
        result.runs.step = nil
        result.runs.background = nil
      }
      if schedule.behaviour.trimsHistoryInSilence { trim(&result, rollout, surroundings) }
      return result
    }
    for type in AnalysisType.allCases where isForeign(type, to: rollout.spec.strategy) {
      result.runs[type] = nil
    }
    for type in AnalysisSchedule.types(of: rollout.spec.strategy) {
      let decision = schedule.decide(type)
      result.decisions[type] = decision
      try apply(decision, to: type, schedule, surroundings, &result)
    }
    let names = Set(result.runs.current.map(\.name))
    result.runs.others = result.runs.others.filter { !names.contains($0.name) }
    for run in result.runs.others where run.canBeStopped { result.stops.append(run.name) }
    trim(&result, rollout, surroundings)
    result.events = events(result.runs, status: rollout.status)
    return result
  }

  private static func trim(
    _ result: inout AnalysisResult, _ rollout: ArgoRollout, _ surroundings: Surroundings
  ) {
    result.deletions = RunHistory.deletions(
      among: result.runs.others, sets: surroundings.sets,
      limits: rollout.spec.analysisHistory)
  }

  private static func isForeign(_ type: AnalysisType, to strategy: ArgoStrategy) -> Bool {
    !AnalysisSchedule.types(of: strategy).contains(type)
  }

  private static func apply(
    _ decision: RunDecision, to type: AnalysisType, _ schedule: AnalysisSchedule,
    _ surroundings: Surroundings, _ result: inout AnalysisResult
  ) throws(Problem) {
    let current = schedule.runs[type]
    switch decision.action {
    case .create:
      result.runs[type] = try create(type, schedule, surroundings, &result)
    case .keep, .freeze: break
    case .forget: result.runs[type] = nil
    case .stopAndKeep:
      if let current, current.canBeStopped { result.stops.append(current.name) }
    case .stopAndForget:
      if let current, current.canBeStopped { result.stops.append(current.name) }
      result.runs[type] = nil
    }
    // A canary looks at the outcome of a run it keeps; blue-green at whatever is then current,
    // a stopped or newly adopted run too.
    let counts =
      switch type {
      case .step, .background: decision.action == .keep
      case .prePromotion, .postPromotion: true
      }
    guard counts, let run = result.runs[type] else { return }
    switch RunOutcome(type, run.phase, message: run.message, schedule.behaviour) {
    case .wait, .passed: break
    case .pause: result.pauses = true
    case .abort(let message): result.abortMessage = message
    }
  }

  private static func create(
    _ type: AnalysisType, _ schedule: AnalysisSchedule, _ surroundings: Surroundings,
    _ result: inout AnalysisResult
  ) throws(Problem) -> ArgoAnalysisRun? {
    let rollout = schedule.rollout
    guard let block = schedule.block(type) else { return nil }
    let hash = schedule.desired?.hash ?? ""
    let content = try content(block, hash: hash, surroundings, schedule.behaviour)
    if hash.isEmpty { throw .noHash(replicaSet: schedule.desired?.name ?? "") }
    let step = type == .step ? schedule.stepIndex : nil
    let base = RunNaming.name(
      rollout: rollout.name, hash: hash, revision: rollout.revision, type: type, step: step)
    let placement = RunNaming.place(
      base, ownerUID: rollout.uid, workDigest: content?.digest ?? "",
      among: surroundings.allRuns)
    switch placement {
    case .adopt(let name):
      result.adoptions.append(name)
      return surroundings.allRuns.first { $0.name == name }
    case .create(let name):
      let request = RunRequest(
        type, name: name, hash: hash, stepIndex: step,
        labels: RunNaming.labels(
          hash: hash, type: type, step: step,
          instance: rollout.labels[RunNaming.LabelKey.controllerInstance] ?? "",
          block: block.labels, selector: rollout.spec.selectorLabels),
        annotations: RunNaming.annotations(
          revision: rollout.revision, block: block.annotations),
        content: content)
      result.creations.append(request)
      return request.object(ownerUID: rollout.uid, now: surroundings.now)
    }
  }

  /// What the block's run would measure; `nil` when templates are not known.
  public static func content(
    _ block: AnalysisBlock, hash: String, _ surroundings: Surroundings,
    _ behaviour: ControllerBehaviour
  ) throws(Problem) -> RunContent? {
    guard let templates = surroundings.templates else { return nil }
    let arguments: [RunArgument]
    do {
      arguments = try RunArguments.resolve(
        block.arguments, latest: hash, stable: surroundings.stableHash,
        object: surroundings.object)
    } catch { throw .arguments(error) }
    do {
      let used = try RunComposition.templates(
        block.templates, among: templates, followingReferences: behaviour.knowsNestedTemplates)
      return try RunComposition.content(
        of: used, arguments: arguments, dryRun: block.dryRun, retention: block.retention)
    } catch { throw .composition(error) }
  }

  private static func events(
    _ runs: RolloutRuns, status: ArgoRolloutStatus
  ) -> [RunPhaseEvent] {
    [
      .due(.postPromotion, runs.postPromotion, recorded: status.blueGreen.postPromotionRun),
      .due(.prePromotion, runs.prePromotion, recorded: status.blueGreen.prePromotionRun),
      .due(.step, runs.step, recorded: status.canary.stepRun),
      .due(.background, runs.background, recorded: status.canary.backgroundRun),
    ].compactMap(\.self)
  }
}
