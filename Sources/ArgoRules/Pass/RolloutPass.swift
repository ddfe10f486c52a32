/// One reconcile pass of a controller of a given version, as a function of what it finds.
///
/// Source: semantics 2 and 6.1. Nothing here reads a clock: time is part of the input.
public enum RolloutPass {
  public static func run(_ input: PassInput) -> PassResult {
    var context = PassContext(input)
    if let problem = input.specProblem { return context.refuse(problem) }
    let changes = ConditionSync.changes(input.rollout, now: input.now)
    if !changes.isEmpty { return context.syncConditions(changes) }
    switch input.rollout.spec.strategy {
    case .canary(let canary): return CanaryPass.run(context, canary)
    case .blueGreen(let blueGreen): return BlueGreenPass.run(context, blueGreen)
    }
  }
}

extension PassContext {
  /// The spec is invalid. The condition is renewed when the problem changes.
  fileprivate mutating func refuse(_ problem: String) -> PassResult {
    let message = ConditionText.invalid(rollout.name, problem)
    if status.condition(.invalidSpec)?.message != message { status.remove(.invalidSpec) }
    status.set(
      RolloutCondition(
        .invalidSpec, .yes, reason: ConditionText.Reason.invalidSpec, message: message,
        lastUpdate: now.storedSecond))
    status.observedGeneration = rollout.generation
    (status.phase, status.message) = PhaseRules.phase(spec, status)
    return PassResult(
      outcome: .invalidSpec, status: status, classification: classification,
      nextLook: now.adding(seconds: 20))
  }

  /// Writes only conditions, the phase and the generation seen.
  fileprivate mutating func syncConditions(_ changes: [RolloutCondition]) -> PassResult {
    for change in changes { status.set(change) }
    status.observedGeneration = rollout.generation
    (status.phase, status.message) = PhaseRules.phase(spec, status)
    return PassResult(
      outcome: .conditionsSynced, status: status, classification: classification)
  }
}
