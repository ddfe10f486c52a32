import RolloutCore

/// Reads `spec.strategy.canary`.
struct CanaryReader {
  let namespace: String?
  let log: ReadLog

  private static let read: Set<String> = [
    "steps", "analysis", "trafficRouting", "dynamicStableScale", "maxSurge", "maxUnavailable",
    "minPodsPerReplicaSet", "scaleDownDelaySeconds",
    "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds", "replicaProgressThreshold",
  ]

  /// - Returns: `nil` if anything about it was refused.
  func canary(_ field: Field, _ catalog: inout TemplateCatalog) -> Canary? {
    for (key, member) in field.entries(log) where !Self.read.contains(key) {
      log.ignore(member, "has no effect on what Windlass decides")
    }
    let traffic = traffic(field["trafficRouting"])
    let reader = StepReader(namespace: namespace, traffic: traffic, log: log)
    let fields = field["steps"].items(atMost: ManifestLimits.steps, log)
    let steps = fields.compactMap { reader.step($0, &catalog) }
    let background = background(field["analysis"], steps: fields.count, &catalog)
    let dynamic = field["dynamicStableScale"]
    let isDynamic = dynamic.bool(log) ?? false
    if isDynamic && traffic == nil {
      log.refuse(dynamic, "needs trafficRouting, as in Argo Rollouts")
    }
    let delay = field["scaleDownDelaySeconds"]
    if !delay.isAbsent && traffic == nil {
      log.refuse(delay, "needs trafficRouting, as in Argo Rollouts")
    } else if !delay.isAbsent && isDynamic {
      log.refuse(delay, "must not be given with dynamicStableScale, as in Argo Rollouts")
    }
    let (surge, unavailable) = (field["maxSurge"], field["maxUnavailable"])
    let canary = Canary(
      steps: steps, background: background, traffic: traffic, dynamicStableScale: isDynamic,
      maxSurge: surge.podBound(log) ?? .percent(25),
      maxUnavailable: unavailable.podBound(log) ?? .percent(25),
      minPodsPerRevision: field["minPodsPerReplicaSet"].integer(
        in: 1...ManifestLimits.replicas, log),
      scaleDownDelay: delay.seconds(log),
      scaleDownDelayRevisionLimit: field["scaleDownDelayRevisionLimit"].integer(
        in: 0...Int(Int32.max), log),
      abortScaleDownDelay: field["abortScaleDownDelaySeconds"].seconds(log),
      progressThreshold: reader.threshold(field["replicaProgressThreshold"]))
    if canary.maxSurge.isZero && canary.maxUnavailable.isZero {
      log.refuse(unavailable, "and maxSurge must not both be 0: no pod could be replaced")
    }
    guard steps.count == fields.count, background != nil || field["analysis"].isAbsent else {
      return nil
    }
    return canary
  }

  private func traffic(_ field: Field) -> Canary.TrafficRouting? {
    guard !field.isAbsent else { return nil }
    let weight = field["maxTrafficWeight"]
    let routes = field["managedRoutes"].items(atMost: ManifestLimits.routes, log)
    return Canary.TrafficRouting(
      maxWeight: weight.integer(in: 1...1_000_000_000, log) ?? 100,
      managedRoutes: routes.compactMap {
        $0["name"].requiredText(atMost: ManifestLimits.nameBytes, log)
      })
  }

  private func background(
    _ field: Field, steps: Int, _ catalog: inout TemplateCatalog
  ) -> Strategy.BackgroundAnalysis? {
    guard !field.isAbsent else { return nil }
    guard case .mapping = field.content else {
      _ = field.members(log)
      return nil
    }
    field.noteIgnoredAnalysis(log)
    let startingStep = field["startingStep"]
    let start = startingStep.isAbsent ? 0 : startingStep.integer(in: 0...steps, log)
    guard let plan = catalog.plan(field, namespace: namespace, log), let start else { return nil }
    return Strategy.BackgroundAnalysis(plan: plan, startingStep: start)
  }
}

extension PodBound {
  fileprivate var isZero: Bool { self == .pods(0) || self == .percent(0) }
}

extension Field {
  /// Lists what an analysis block may hold and Windlass does not read.
  func noteIgnoredAnalysis(_ log: ReadLog) {
    for (key, member) in entries(log)
    where !["templates", "args", "startingStep", "dryRun"].contains(key) {
      log.ignore(member, "not read by Windlass")
    }
  }
}
