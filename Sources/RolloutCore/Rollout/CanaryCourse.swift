import ArgoRules

/// Where a canary attempt is, and what that asks of pods, traffic and routes: facts and arithmetic,
/// without a decision.
struct CanaryCourse {
  let attempt: Attempt
  let canary: Canary
  let replicas: Int
  let maxWeight: Int
  /// Pods as last reported, be it before the attempt; `nil` where the cluster reports none.
  let pods: PodCounts?
  /// Traffic that the attempt's revision has, as far as the cluster confirmed any.
  let weightBefore: Int?

  init(_ attempt: Attempt, _ canary: Canary, replicas: Int) {
    self.attempt = attempt
    self.canary = canary
    self.replicas = replicas
    maxWeight = PodMath.maxWeight(canary)
    pods = attempt.pods
    weightBefore = attempt.weight
  }

  /// Where nothing was reported for the attempt yet, what is known from before it counts.
  init(_ attempt: Attempt, _ canary: Canary, replicas: Int, in state: RolloutState) {
    self.attempt = attempt
    self.canary = canary
    self.replicas = replicas
    maxWeight = PodMath.maxWeight(canary)
    if let pods = attempt.pods {
      self.pods = pods
    } else {
      var known = state.pods?.counts(desired: attempt.revision, stable: attempt.stable)
      if attempt.available { known?.desired = .init(replicas) }
      pods = known
    }
    let last = state.lastEnded
    weightBefore = attempt.weight ?? (last?.revision == attempt.revision ? last?.weight : nil)
  }

  /// No step is left, or none counts.
  var isAtEnd: Bool {
    attempt.track == .fast || attempt.fullPromotion || attempt.stepIndex >= canary.steps.count
  }

  /// The present step and those before it.
  private var stepsSoFar: ArraySlice<Strategy.Step> {
    isAtEnd ? canary.steps[...] : canary.steps.prefix(max(0, attempt.stepIndex + 1))
  }

  /// Its pods are stable's: nothing is there to share with.
  var isStableItself: Bool { attempt.stable == nil || attempt.stable == attempt.revision }

  // MARK: Weight

  /// The nearest weight that steps before `end` ask for; 0 if none does.
  func weight(before end: Int) -> Int {
    for case .setWeight(let weight) in canary.steps.prefix(max(0, end)).reversed() {
      return min(max(0, weight), maxWeight)
    }
    return 0
  }

  /// What the present step comes to: everything once all are done.
  var stepWeight: Int {
    isAtEnd ? maxWeight : weight(before: attempt.stepIndex + (attempt.stepIndex < .max ? 1 : 0))
  }

  /// What traffic should be now, never ahead of the pods that have to carry it.
  ///
  /// A cluster that reports no pods vouches for them with the weight that it confirms.
  var wantedWeight: Int { max(weightByPods, weightStableCannotCarry) }

  /// With dynamic scaling: what the revision has and keeps until stable can carry it.
  private var weightStableCannotCarry: Int {
    guard canary.traffic != nil, canary.dynamicStableScale, !isStableItself,
      let pods, pods.desired.available > 0, let weightBefore
    else { return 0 }
    let carried =
      maxWeight - PodMath.weight(of: pods.stable.available, in: replicas, whole: maxWeight)
    return min(max(0, carried), min(max(0, weightBefore), maxWeight))
  }

  private var weightByPods: Int {
    guard canary.traffic != nil, let pods else { return stepWeight }
    if isStableItself {
      guard canary.dynamicStableScale, pods.desired.available < replicas else { return stepWeight }
      return PodMath.weight(of: pods.desired.available, in: replicas, whole: maxWeight)
    }
    if pods.desired.available <= 0 { return 0 }
    if isAtEnd {
      // However many there are beside those that it needs.
      if isAvailable(pods) { return maxWeight }
      let present = attempt.weight.map { min(max(0, $0), maxWeight) } ?? 0
      guard attempt.track == .full, attempt.fullPromotion, canary.dynamicStableScale else {
        return attempt.track == .full && !attempt.fullPromotion
          ? weight(before: canary.steps.count) : present
      }
      return PodMath.weight(of: pods.desired.available, in: replicas, whole: maxWeight)
    }
    // Traffic that goes down waits for no pods of this side: it leaves them before they go.
    let goesDown = canary.dynamicStableScale && stepWeight < (attempt.weight ?? 0)
    return goesDown || arePodsReached(pods) ? stepWeight : weight(before: attempt.stepIndex)
  }

  // MARK: Pods

  /// The scale that a step set apart from the weight and that is still in force; only a router heeds
  /// it.
  var scaleInForce: Strategy.CanaryScale? {
    guard !isAtEnd else { return nil }
    for case .setCanaryScale(let scale) in stepsSoFar.reversed() {
      if case .matchTrafficWeight = scale { return nil }
      return scale
    }
    return nil
  }

  /// The progress threshold in force: the latest step that set one, else the strategy's. Where no
  /// step counts, theirs does not either.
  var threshold: Canary.ProgressThreshold? {
    if attempt.track == .fast || attempt.fullPromotion { return canary.progressThreshold }
    for case .progressThreshold(let threshold) in stepsSoFar.reversed() {
      return threshold
    }
    return canary.progressThreshold
  }

  /// How many pods each side comes to at the present step.
  var podTargets: Directive.PodTargets {
    if isStableItself { return .init(desired: replicas, stable: 0) }
    guard canary.traffic != nil else { return PodMath.split(stepWeight, of: replicas, canary) }
    let weight = stepWeight
    var isFixed = false
    // What stable has to leave to the canary: with a size in pods nothing.
    var sizedFor = weight
    var desired =
      switch scaleInForce {
      case .replicas(let count): min(max(0, count), PodMath.podsMax)
      case .weight(let percent): PodMath.scale(of: replicas, percent: percent)
      case .matchTrafficWeight, nil: PodMath.share(of: replicas, weight: weight, whole: maxWeight)
      }
    switch scaleInForce {
    case .replicas:
      isFixed = true
      sizedFor = 0
    case .weight(let percent): sizedFor = min(max(0, percent), 100) * maxWeight / 100
    case .matchTrafficWeight, nil: break
    }
    var stable = replicas
    if canary.dynamicStableScale {
      // Stable's pods are not taken away before their traffic has gone.
      // A last weight that the router denies takes nothing away from stable.
      let told =
        isAtEnd && attempt.weightVerified == false
        ? self.weight(before: canary.steps.count) : attempt.weight ?? 0
      let present = min(max(0, told), maxWeight)
      let carried = min(sizedFor, present)
      stable = PodMath.share(of: replicas, weight: maxWeight - carried, whole: maxWeight)
    }
    let least = min(max(0, canary.minPodsPerRevision ?? 0), replicas)
    if desired > 0, !isFixed || canary.dynamicStableScale { desired = max(desired, least) }
    if stable > 0 { stable = max(stable, least) }
    return .init(desired: desired, stable: stable)
  }

  /// The pods that the present step asks for are there.
  func arePodsReached(_ pods: PodCounts) -> Bool {
    var targets = podTargets
    if canary.traffic == nil,
      pods.desired.requested != targets.desired || pods.stable.created != targets.stable
    {
      // As far as what may be missing and what may be too many allow.
      targets = next(pods)
    }
    // Before the cluster was asked for that many, a threshold says nothing about them.
    guard pods.desired.requested == targets.desired,
      PodMath.isMet(threshold, pods.desired, wanted: targets.desired)
    else { return false }
    if !isStableItself, !(canary.dynamicStableScale && canary.traffic != nil) {
      guard pods.stable.created == targets.stable else { return false }
    }
    return canary.traffic != nil || pods.others.available <= 0
  }

  /// Enough pods for everything; where there are to be any, at least one, whatever a threshold says.
  func isAvailable(_ pods: PodCounts) -> Bool {
    pods.desired.available >= replicas
      || (threshold != nil && pods.desired.available > 0
        && PodMath.isMet(threshold, pods.desired, wanted: replicas))
  }

  // MARK: Routes

  /// Managed routes that steps so far have set, in the order of precedence.
  var routes: [Directive.Route] {
    guard let traffic = canary.traffic, !isAtEnd else { return [] }
    var routes: [Directive.Route] = []
    for step in stepsSoFar {
      switch step {
      case .setHeaderRoute(let route):
        routes.removeAll { $0.name == route.name }
        if !route.matches.isEmpty { routes.append(.header(route)) }
      case .setMirrorRoute(let route):
        routes.removeAll { $0.name == route.name }
        if !route.matches.isEmpty { routes.append(.mirror(route)) }
      case .setWeight, .pause, .analysis, .setCanaryScale, .experiment, .plugin,
        .progressThreshold:
        break
      }
    }
    let order = traffic.managedRoutes
    return routes.enumerated().sorted { a, b in
      let first = order.firstIndex(of: a.element.name) ?? order.count
      let second = order.firstIndex(of: b.element.name) ?? order.count
      return (first, a.offset) < (second, b.offset)
    }.map(\.element)
  }
}

extension Directive.Route {
  var name: String {
    switch self {
    case .header(let route): route.name
    case .mirror(let route): route.name
    }
  }
}

// MARK: One scaling after the other

extension CanaryCourse {
  /// How many pods each side should have next. Without a router the way to the targets goes by what
  /// may be missing and what may be too many on the way.
  var nextPods: Directive.PodTargets {
    guard canary.traffic == nil else {
      var targets = podTargets
      let kept = weightStableCannotCarry
      if kept > stepWeight {
        targets.desired = max(
          targets.desired, PodMath.share(of: replicas, weight: kept, whole: maxWeight))
      }
      return targets
    }
    guard let pods else { return podTargets }
    return next(pods)
  }

  private func next(_ pods: PodCounts) -> Directive.PodTargets {
    Self.next(pods, weight: stepWeight, of: replicas, canary, isStableItself: isStableItself)
  }

  /// The next sizes on the way to a weight, where pods are all there is to share with.
  static func next(
    _ pods: PodCounts, weight: Int, of replicas: Int, _ canary: Canary, isStableItself: Bool
  ) -> Directive.PodTargets {
    let desired = Self.set(Self.desiredName, pods.desired)
    let stable = isStableItself ? desired : Self.set(Self.stableName, pods.stable)
    let rollout = ArgoRollout(
      name: "",
      spec: ArgoRolloutSpec(
        replicas: replicas, templateHash: Self.desiredName,
        strategy: .canary(
          CanaryStrategy(
            steps: [.setWeight(weight)], maxSurge: PodMath.bound(canary.maxSurge),
            maxUnavailable: PodMath.bound(canary.maxUnavailable)))),
      status: ArgoRolloutStatus(
        currentHash: Self.desiredName, stableHash: stable.hash, stepIndex: 0))
    guard let strategy = rollout.spec.strategy.canary else {
      return PodMath.split(weight, of: replicas, canary)
    }
    let split = BasicCanaryCounts.wanted(
      rollout, strategy, desired: desired, stable: stable,
      others: [Self.set("others", pods.others)])
    return .init(desired: split.canary, stable: isStableItself ? 0 : split.stable)
  }

  private static let desiredName = "desired"
  private static let stableName = "stable"

  private static func set(_ name: String, _ pods: PodCounts.Pods) -> ArgoReplicaSet {
    ArgoReplicaSet(
      name: name, hash: name, created: ArgoTime(seconds: 0), requested: pods.requested,
      actual: pods.created, ready: pods.ready, available: pods.available)
  }
}
