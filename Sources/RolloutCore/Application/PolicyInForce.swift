/// One part of a policy that counts for a cluster, and where the log has it.
public struct PolicyInForce<Part: Sendable>: Sendable {
  public var part: Part
  public var policy: String
  public var position: LogPosition
}

extension RolloutContext {
  /// The part of the narrowest policy that has it and selects the cluster; the first by name where
  /// several are equally narrow. Each part of a policy is looked up by itself: a narrow policy that
  /// only sets a watch leaves the window of a wider one in force.
  public func inForce<Part: Sendable>(_ part: (RolloutPolicy) -> Part?) -> PolicyInForce<Part>? {
    var best: PolicyInForce<Part>?
    var specificity = -1
    // Sorted by name: of equals the first stays.
    for applied in application.policies {
      let selector = applied.policy.clusters
      guard selector.specificity > specificity, let own = part(applied.policy),
        selector.selects(cluster, labels: registration.labels)
      else { continue }
      best = PolicyInForce(part: own, policy: applied.policy.name, position: applied.position)
      specificity = selector.specificity
    }
    return best
  }

  /// What has to be seen of scheduled analysis here.
  public var evidenceRule: EvidenceRule { inForce(\.evidence)?.part ?? .standard }
}
