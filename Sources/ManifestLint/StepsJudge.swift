import ArgoManifests

/// Judges the steps of a canary.
struct StepsJudge {
  let steps: [Place]
  let routing: Place
  let maxWeight: Int64
  let replicas: Int64?
  let canary: Place
  let log: FindingLog

  private static let kinds: Set<String> = [
    "setWeight", "pause", "setCanaryScale", "analysis", "experiment", "setHeaderRoute",
    "setMirrorRoute", "plugin", "replicaProgressThreshold",
  ]

  /// Of which a step may have one. A size or a route beside one of them is accepted.
  private static let exclusive: Set<String> = [
    "setWeight", "pause", "analysis", "experiment", "plugin",
  ]

  func judge() {
    var weight: Int64 = 0
    var isFull = false
    var stuck: Place?
    var managed: Set<String>?
    if routing["managedRoutes"].isPresent {
      managed = Set(routing["managedRoutes"].items.compactMap { $0["name"].text })
    }
    for step in steps {
      log.worked()
      Fields.check(step, Self.kinds, log)
      let given = step.members.filter { $0.place.isPresent && Self.kinds.contains($0.key) }
      if given.isEmpty {
        log.report(
          .stepWithoutType, step,
          "the step does nothing that Argo Rollouts knows, and it refuses the rollout",
          fix: "write pause: {} to wait for a person")
      }
      let kinds = given.map(\.key).filter { Self.exclusive.contains($0) }
      if kinds.count > 1 {
        log.report(
          .stepSeveralTypes, step,
          "the step has \(kinds.joined(separator: " and ")): Argo Rollouts refuses it",
          fix: "make a step of each")
      }
      let scale = step["setCanaryScale"]
      // A size of its own goes with the weight beside it.
      if scale.isPresent { stuck = nil }
      if isFull && !given.isEmpty {
        log.report(
          .stepsAfterFullWeight, step,
          "the canary has had all traffic since an earlier step, so this step protects nobody",
          fix: "put it before the step that gives all traffic")
        isFull = false
      }
      if step["setWeight"].isPresent, let next = setWeight(step["setWeight"], after: weight) {
        if let earlier = stuck, next > weight {
          log.report(
            .canaryScaleSticks, earlier,
            "the size stays as it is set here while a later step raises the weight to \(next): few "
              + "pods get much traffic",
            fix: "add a step setCanaryScale: {matchTrafficWeight: true} before it")
          stuck = nil
        }
        weight = next
        isFull = next >= maxWeight
      }
      if step["pause"].isMapping { pause(step["pause"]) }
      if scale.isPresent {
        Fields.integers(scale, ["weight", "replicas"], log)
        stuck = scale["matchTrafficWeight"].bool == true ? nil : scale
        if routing.isAbsent {
          log.report(
            .routingRequired, scale,
            "setCanaryScale needs trafficRouting: Argo Rollouts refuses it",
            fix: "leave it out")
        }
      }
      route(step, managed)
    }
  }

  private func setWeight(_ place: Place, after weight: Int64) -> Int64? {
    guard let next = place.integer else {
      log.report(
        .fieldType, place, "setWeight must be an integer, is \(place.node?.kind ?? "nothing")",
        fix: "write a whole number without %")
      return nil
    }
    guard (0...maxWeight).contains(next) else {
      log.report(
        .weightOutOfRange, place, "setWeight must be 0 to \(maxWeight), is \(next)",
        fix: "use a weight in that range")
      return nil
    }
    if next < weight {
      log.report(
        .weightDecreases, place, "the weight goes down from \(weight) to \(next)",
        fix: "order the steps by weight, if that is not meant")
    }
    if routing.isAbsent, let replicas, replicas > 0, next > 0, next < maxWeight {
      let real = Self.nearest(next, replicas: replicas, maxWeight: maxWeight)
      if real == 0 || abs(real - Double(next)) * 100 >= 15 * Double(maxWeight) {
        log.report(
          .weightUnreachable, place,
          "without traffic routing \(replicas) pod\(replicas == 1 ? "" : "s") cannot make up a "
            + "weight of \(next); the nearest is about \(Int(real.rounded()))",
          fix: "use more replicas or traffic routing")
      }
    }
    return next
  }

  /// The nearest share that whole pods can make up, one more than `replicas` allowed for surge, and
  /// at least one pod on each side where there are two.
  private static func nearest(_ weight: Int64, replicas: Int64, maxWeight: Int64) -> Double {
    let (weight, most) = (Double(weight), Double(maxWeight))
    return [Double(min(replicas, 1_000_000)), Double(min(replicas, 1_000_000)) + 1].flatMap {
      pods in
      let exact = pods * weight / most
      return [exact.rounded(.down), exact.rounded(.up)].map { canary in
        let bounded = pods >= 2 ? min(max(canary, 1), pods - 1) : canary
        return bounded / pods * most
      }
    }.min { abs($0 - weight) < abs($1 - weight) } ?? weight
  }

  private func pause(_ step: Place) {
    Fields.check(step, ["duration"], log)
    let place = step["duration"]
    guard place.isPresent else { return }
    let seconds: Double? =
      if let value = place.integer {
        Int32(exactly: value).map { Double($0) }
      } else if let text = place.text {
        Int32(text).map { Double($0) } ?? GoDuration.seconds(text)
      } else {
        nil
      }
    guard let seconds, seconds >= 0 else {
      log.report(
        .pauseDurationInvalid, place,
        "\(Shown.quoted(place.scalar ?? "")) is no duration of 0 or more: Argo Rollouts refuses it",
        fix: "write seconds, or a duration such as 90s, 10m or 1h (days are not read)")
      return
    }
    // Whole seconds count.
    if seconds < 1 {
      log.report(
        .pauseZero, place,
        "a pause of \(Shown.text(place.scalar ?? "0")) is over at the controller's next look",
        fix: "write pause: {} to wait for a person, or a duration of 1s or more")
    }
  }

  private func route(_ step: Place, _ managed: Set<String>?) {
    let supported = [
      "setHeaderRoute": ["istio", "alb", "apisix", "plugins"],
      "setMirrorRoute": ["istio", "plugins"],
    ]
    for (kind, routers) in supported.sorted(by: { $0.key < $1.key }) {
      let place = step[kind]
      guard place.isPresent else { continue }
      if kind == "setMirrorRoute" { RouteMatches.judge(mirror: place, log) }
      guard routing.routes(by: routers) else {
        log.report(
          .routingRequired, place,
          "\(kind) needs trafficRouting with \(routers.joined(separator: ", ")): Argo Rollouts "
            + "refuses it",
          fix: "take the step out")
        continue
      }
      if kind == "setHeaderRoute" {
        RouteMatches.judge(headers: place, isALB: routing["alb"].isPresent, log)
      }
      guard let managed else {
        log.report(
          .routeUnmanaged, place,
          "trafficRouting has no managedRoutes: Argo Rollouts refuses the rollout",
          fix: "list the route's name under trafficRouting.managedRoutes")
        continue
      }
      let name = place["name"].text ?? ""
      if !managed.contains(name) {
        log.report(
          .routeUnmanaged, place["name"],
          "the route \(Shown.quoted(name)) is not among managedRoutes: Argo Rollouts refuses it",
          fix: "list it under trafficRouting.managedRoutes")
      }
    }
    for (index, template) in step["experiment"]["templates"].items.enumerated() {
      guard index < LintLimits.metricsPerAnalysis, template["weight"].isPresent else { continue }
      Fields.integers(template, ["weight", "replicas"], log)
      if !routing.routes(by: ["alb", "smi", "istio", "plugins"]) {
        log.report(
          .routingRequired, template["weight"],
          "the weight of an experiment needs trafficRouting with alb, smi, istio or plugins",
          fix: "leave it out")
      }
    }
  }
}
