/// What the rules of a blue-green pass look at.
///
/// ReplicaSets are as the pass found them. The selectors are those the services have now, which
/// the status learns only at the end of the pass.
public struct BlueGreenFacts: Equatable, Sendable {
  public var behaviour: ControllerBehaviour
  public var now: ArgoTime
  public var rollout: ArgoRollout
  public var strategy: BlueGreenStrategy
  public var sets: RevisionSets
  public var classification: Classification
  /// Hash the active service selects; empty when its selector has none.
  public var activeHash: String
  /// What this pass decided so far about pauses and abort.
  public var decisions: PassDecisions
  public var runs: RolloutRuns
  /// Whether the load balancer's targets belong to the active service. Nothing to verify is true.
  public var targetsVerified: Bool

  public init(
    _ behaviour: ControllerBehaviour, now: ArgoTime, rollout: ArgoRollout,
    strategy: BlueGreenStrategy, sets: RevisionSets, classification: Classification,
    activeHash: String, decisions: PassDecisions = PassDecisions(), runs: RolloutRuns,
    targetsVerified: Bool = true
  ) {
    self.behaviour = behaviour
    self.now = now
    self.rollout = rollout
    self.strategy = strategy
    self.sets = sets
    self.classification = classification
    self.activeHash = activeHash
    self.decisions = decisions
    self.runs = runs
    self.targetsVerified = targetsVerified
  }

  /// The facts of a pass as it stands: before it changes sizes, so that the rules see the
  /// ReplicaSets as found.
  public init(_ context: PassContext, _ strategy: BlueGreenStrategy) {
    let active = context.input.services.first { $0.name == strategy.activeService }
    self.init(
      context.behaviour, now: context.now, rollout: context.rollout, strategy: strategy,
      sets: context.sets, classification: context.classification,
      activeHash: active?.selectedHash ?? "", decisions: context.decisions,
      runs: RolloutRuns(context.input.runs, of: context.rollout),
      targetsVerified: context.input.targetsVerified ?? true)
  }

  var status: ArgoRolloutStatus { rollout.status }

  /// Requested and available pods of desired are what it should have now.
  public var isDesiredReady: Bool {
    guard let desired = sets.desired else { return false }
    let size = BlueGreenSize.desired(rollout, strategy, sets)
    return desired.requested == size && desired.available == size
  }

  /// Desired has the rollout's full replica count, recorded and available.
  public var isDesiredSaturated: Bool {
    sets.desired.map { AnalysisSchedule.isSaturated($0, for: rollout) } ?? false
  }

  /// Pre-promotion analysis is Successful or there is none configured. A block without templates
  /// counts as configured, has no run, and so never is.
  public var prePromotionPassed: Bool {
    strategy.prePromotionAnalysis == nil || runs.prePromotion?.phase == .successful
  }
}
