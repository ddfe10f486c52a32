/// All answers about rollback that one pass uses, computed once from what the pass found.
///
/// Argo recomputes them in each reconciler, from the same objects within one pass, so once is
/// enough; between passes nothing pins them (semantics 4.3).
public struct Classification: Equatable, Sendable {
  public var isRollback: Bool
  public var window: RollbackWindowAnswer
  /// The unified notion of 1.10; before it, what stands here is computed but asked by nobody.
  public var fast: FastRollback
  /// Desired carried a scale-down deadline when the pass began, passed or not.
  public var desiredHasDeadline: Bool

  public init(_ sets: RevisionSets, input: PassInput) {
    let behaviour = input.behaviour
    isRollback = RollbackRules.isRollback(desired: sets.desired, stable: sets.stable)
    window = RollbackRules.window(
      sets, revisions: input.rollout.spec.rollbackWindowRevisions, behaviour: behaviour)
    fast = FastRollback(
      sets, strategy: input.rollout.spec.strategy, window: window, now: input.now)
    desiredHasDeadline = sets.desired?.scaleDownDeadline != nil
  }

  /// What the guard in front of all analysis looks at.
  public func guardFacts(
    _ rollout: ArgoRollout, _ sets: RevisionSets, decisions: PassDecisions
  ) -> AnalysisGuard.Facts {
    AnalysisGuard.Facts(
      fullyPromoted: rollout.isFullyPromoted, aborted: decisions.isAborted(rollout.status),
      promoteFull: rollout.status.promoteFull, firstDeployment: sets.stable == nil,
      insideWindow: window.isInside, fastRollback: fast.isFast,
      desiredHasDeadline: desiredHasDeadline)
  }
}
