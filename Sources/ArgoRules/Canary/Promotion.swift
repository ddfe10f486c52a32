/// What promotion changes in the status, for both strategies.
///
/// Source: semantics 6.6. The only place where stable changes, and it only ever becomes the
/// recorded current revision.
public enum Promotion {
  /// - Returns: whether stable changed; only then an event is due.
  @discardableResult
  public static func apply(
    to status: inout ArgoRolloutStatus, spec: ArgoRolloutSpec, decisions: inout PassDecisions
  ) -> Bool {
    decisions.clearsPauses = true
    decisions.removesAbort = true
    status.promoteFull = false
    status.blueGreen.scaleUpPreviewCheckpoint = false
    if let canary = spec.strategy.canary {
      status.stepIndex = canary.stepList.isEmpty ? nil : canary.stepList.count
    }
    guard status.stableHash != status.currentHash else { return false }
    if spec.strategy.canary?.pingPong != nil {
      status.canary.stablePingPong = status.canary.stablePingPong == "ping" ? "pong" : "ping"
    }
    status.stableHash = status.currentHash
    return true
  }
}
