internal import ArgoRules

/// What whoever asked should know although it does not change the answer.
extension Decision {
  /// Whether this cluster's controller may send traffic to a target that cannot carry it yet: on
  /// the fast track it takes the last weight of the steps as soon as one pod is ready
  /// (argoproj/argo-rollouts#3941).
  ///
  /// Told only where the pods last reported do not show that the target has all it needs.
  func warnings(
    _ kind: Classification.Kind, _ track: Track, _ target: RevisionNumber,
    _ version: StrategyVersion
  ) -> (warnings: [Classification.Warning], facts: [Fact]) {
    switch kind {
    case .initial, .forward: return ([], [])
    case .returnToStable, .rollback: break
    }
    guard track == .fast, let strategy = context.application.strategy(version),
      let canary = strategy.canary, canary.traffic != nil
    else { return ([], []) }
    let controller = ArgoController.version(context.registration.controllerVersion)
    if let controller, !controller.sendsTrafficAheadOfCapacity { return ([], []) }
    let available = state.pods?.available(target, stable: state.stable)
    if let available, available >= strategy.replicas { return ([], []) }
    return (
      controller == nil
        ? [.trafficAheadOfCapacity, .unknownController] : [.trafficAheadOfCapacity],
      state.pods.map { [Fact(.podsObserved, revision: $0.revision, at: $0.position)] } ?? []
    )
  }
}

/// The controller that a cluster's agent saw.
enum ArgoController {
  /// Reads `v1.7.1`, `1.7.1+6a99ea9`, or an image that is tagged so; `nil` for anything else.
  static func version(_ text: String) -> ControllerVersion? {
    guard text.utf8.count <= 256 else { return nil }
    let withoutDigest = text.prefix { $0 != "@" }
    guard let tag = withoutDigest.split(separator: ":").last else { return nil }
    return ControllerVersion(String(tag))
  }
}

extension ControllerVersion {
  /// Every released one does.
  var sendsTrafficAheadOfCapacity: Bool { self < .main }
}
