/// The rollback that plays no steps and runs no analysis, as 1.10 and later judge it.
///
/// Source: semantics 4.4. Earlier versions have no such notion, see ``ControllerBehaviour``.
public struct FastRollback: Equatable, Sendable {
  /// Why it is fast. Several grounds may hold at once.
  public enum Ground: Equatable, Hashable, Sendable {
    case insideWindow
    /// Blue-green: desired still had a scale-down deadline ahead when the pass began.
    case liveScaleDownDeadline
    case desiredIsStable
  }

  public var grounds: Set<Ground>

  public var isFast: Bool { !grounds.isEmpty }

  public init(grounds: Set<Ground>) { self.grounds = grounds }

  /// - Parameter sets: as the pass found them. The deadline annotation is removed during the pass,
  ///   so a later look would miss it. An expired or unreadable deadline is no ground.
  public init(
    _ sets: RevisionSets, strategy: ArgoStrategy, window: RollbackWindowAnswer, now: ArgoTime
  ) {
    grounds = []
    guard RollbackRules.isRollback(desired: sets.desired, stable: sets.stable),
      let desired = sets.desired, let stable = sets.stable
    else { return }
    if window.isInside { grounds.insert(.insideWindow) }
    if strategy.blueGreen != nil, let deadline = desired.scaleDownDeadline,
      deadline.isAhead(of: now)
    {
      grounds.insert(.liveScaleDownDeadline)
    }
    if desired.hash == stable.hash { grounds.insert(.desiredIsStable) }
  }
}
