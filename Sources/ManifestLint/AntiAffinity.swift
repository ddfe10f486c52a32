import ArgoManifests

/// Checks on `antiAffinity`, which both strategies have.
enum AntiAffinity {
  static func judge(_ place: Place, _ log: FindingLog) {
    guard place.isPresent else { return }
    let preferred = place["preferredDuringSchedulingIgnoredDuringExecution"]
    let required = place["requiredDuringSchedulingIgnoredDuringExecution"]
    if preferred.isPresent == required.isPresent {
      log.report(
        .antiAffinityInvalid, place,
        "antiAffinity must have one of preferred and required, has "
          + (preferred.isPresent ? "both" : "neither") + ": Argo Rollouts refuses it",
        fix: preferred.isPresent ? "keep one" : "name one, or take the block out")
    }
    guard preferred.isPresent else { return }
    let weight = preferred["weight"]
    if weight.isPresent && weight.integer == nil {
      log.report(
        .fieldType, weight, "weight must be an integer, is \(weight.node?.kind ?? "nothing")",
        fix: "write a whole number")
    } else if !(1...100).contains(weight.integer ?? 0) {
      log.report(
        .antiAffinityInvalid, weight,
        "the weight must be 1 to 100, is \(weight.integer ?? 0): Argo Rollouts refuses it",
        fix: "use a weight in that range")
    }
  }
}
