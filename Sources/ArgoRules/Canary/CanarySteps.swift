/// A canary's steps together with how far the status says they are done.
///
/// Source: semantics 6.4. The index counts completed steps; one beyond the list reads as "no
/// current step". Everything here reads the status as recorded at the start of the pass.
public struct CanarySteps: Equatable, Sendable {
  public let canary: CanaryStrategy
  public let status: ArgoRolloutStatus

  public init(_ canary: CanaryStrategy, _ status: ArgoRolloutStatus) {
    self.canary = canary
    self.status = status
  }

  private var steps: [CanaryStep] { canary.stepList }

  /// Index of the current step; absent without steps. An absent record reads as 0.
  public var index: Int? { steps.isEmpty ? nil : max(0, status.stepIndex ?? 0) }

  /// The step that is being carried out; none without steps or when all are done.
  public var current: CanaryStep? {
    guard let index, index < steps.count else { return nil }
    return steps[index]
  }

  /// All steps are done: none exist, or the index is exactly their number.
  public var allDone: Bool { index.map { $0 == steps.count } ?? true }

  /// The weight in force: 0 once aborted, all without a current step, else the nearest `setWeight`
  /// at or before the index, else 0.
  public var currentWeight: Int {
    if status.abort { return 0 }
    guard current != nil, let index else { return canary.maxWeight }
    return weight(atOrBefore: index) ?? 0
  }

  /// The nearest `setWeight` strictly before the index: what stays in force while the pods for the
  /// current step are not there yet. An index past the end is read as the end; Argo reads beyond
  /// its list there and panics.
  public var previousWeight: Int {
    guard let index, index > 0 else { return 0 }
    return weight(atOrBefore: min(index, steps.count) - 1) ?? 0
  }

  private func weight(atOrBefore index: Int) -> Int? {
    steps.prefix(index + 1).last { $0.weight != nil }?.weight
  }

  /// The `setCanaryScale` in force, if any. Needs traffic routing; a `matchTrafficWeight` ends an
  /// earlier one. Aborting ends it too, unless the abort delay is explicitly 0 (keep the canary).
  public var scaleInForce: CanaryScale? {
    guard canary.trafficRouting != nil, current != nil, let index else { return nil }
    if status.abort, canary.abortScaleDownDelaySeconds != 0 { return nil }
    for step in steps.prefix(index + 1).reversed() {
      guard case .setCanaryScale(let scale) = step else { continue }
      return scale.matchTrafficWeight ? nil : scale
    }
    return nil
  }

  /// The nearest `experiment` at or before the index.
  public var experimentInForce: ExperimentStep? {
    guard current != nil, let index else { return nil }
    for step in steps.prefix(index + 1).reversed() {
      if case .experiment(let experiment) = step { return experiment }
    }
    return nil
  }

  /// Background analysis may not start yet. Without steps it may.
  public var isBeforeStartingStep: Bool {
    guard let start = canary.analysis?.startingStep, let index else { return false }
    return index < start
  }

  /// What the step is called in events.
  public static func describe(_ step: CanaryStep) -> String {
    switch step {
    case .setWeight(let weight): "setWeight: \(Int32(clamping: weight))"
    case .pause(nil): "pause"
    case .pause(.seconds(let seconds)?): "pause: \(Int32(clamping: seconds))"
    case .pause(.text(let text)?): "pause: \(text)"
    case .experiment: "experiment"
    case .analysis: "analysis"
    case .setCanaryScale(let scale):
      if let weight = scale.weight {
        "setCanaryScale{weight: \(weight)}"
      } else if scale.matchTrafficWeight {
        "setCanaryScale{matchTrafficWeight: true}"
      } else if let replicas = scale.replicas {
        "setCanaryScale{replicas: \(replicas)}"
      } else {
        "invalid"
      }
    case .setHeaderRoute: "setHeaderRoute"
    case .setMirrorRoute: "setMirrorRoute"
    case .plugin(let plugin): "plugin: \(plugin.name)"
    }
  }
}
