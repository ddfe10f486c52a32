import ArgoManifests

/// Judges a canary strategy.
struct CanaryJudge {
  let rollout: RolloutJudge
  let canary: Place
  let log: FindingLog

  private static let fields: Set<String> = [
    "canaryService", "stableService", "steps", "trafficRouting", "maxUnavailable", "maxSurge",
    "analysis", "antiAffinity", "canaryMetadata", "stableMetadata", "scaleDownDelaySeconds",
    "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds", "dynamicStableScale", "pingPong",
    "minPodsPerReplicaSet", "replicaProgressThreshold",
  ]

  private var routing: Place { canary["trafficRouting"] }
  private var steps: [Place] { canary["steps"].items }

  private func routes(by names: String...) -> Bool { routing.routes(by: names) }

  /// 1...2^31 - 1, whatever is written: what is wrong with it is said once, and not of each step.
  private var maxWeight: Int64 {
    guard let weight = routing["maxTrafficWeight"].integer, weight >= 1,
      Int32(exactly: weight) != nil
    else { return 100 }
    return weight
  }

  func judge(_ analyses: inout AnalysisJudge) {
    Fields.check(canary, Self.fields, log)
    if canary["steps"].isPresent && canary["steps"].node?.kind != "a list" {
      log.report(
        .fieldType, canary["steps"], "steps must be a list", fix: "begin each step with a dash")
    }
    Fields.integers(
      canary,
      [
        "scaleDownDelaySeconds", "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds",
        "minPodsPerReplicaSet",
      ], log)
    AntiAffinity.judge(canary["antiAffinity"], log)
    services()
    fullWeight()
    scaling()
    StepsJudge(
      steps: steps, routing: routing, maxWeight: maxWeight,
      replicas: rollout.spec["replicas"].integer, canary: canary, log: log
    ).judge()
    for step in steps {
      analyses.judge(step["analysis"], .step, namespace: rollout.namespace)
      ExperimentJudge(experiment: step["experiment"], isStep: true, log: log)
        .judge(&analyses, namespace: rollout.namespace)
    }
    background(&analyses)
    window()
    rollout.scaleDownDelay(canary["scaleDownDelaySeconds"])
  }

  private func background(_ analyses: inout AnalysisJudge) {
    let analysis = canary["analysis"]
    analyses.judge(analysis, .background, namespace: rollout.namespace)
    let start = analysis["startingStep"]
    Fields.integer(start, "startingStep", from: nil, log)
    if let value = start.integer, value >= max(Int64(steps.count), 1) {
      log.report(
        .startingStepUnreachable, start,
        "there are \(steps.count) steps, counted from 0, so the analysis would start when the "
          + "update is over",
        fix: "use a startingStep of at most \(max(steps.count - 1, 0))")
    }
  }

  private func services() {
    let (stable, own) = (canary["stableService"], canary["canaryService"])
    if let name = own.text, !name.isEmpty, name == stable.text {
      log.report(
        .servicesIdentical, own,
        "canaryService and stableService are the same: Argo Rollouts refuses it",
        fix: "use two services")
    }
    let pingPong = canary["pingPong"]
    if pingPong.isPresent {
      let (ping, pong) = (pingPong["pingService"], pingPong["pongService"])
      for place in [ping, pong] where place.text?.isEmpty ?? true {
        log.report(
          .servicesMissing, place, "ping-pong needs pingService and pongService", fix: "name both")
      }
      if let name = ping.text, !name.isEmpty, name == pong.text {
        log.report(
          .servicesIdentical, ping, "pingService and pongService are the same",
          fix: "use two services")
      }
      if routing.isPresent && !routes(by: "alb", "istio", "plugins") {
        log.report(
          .routingRequired, pingPong, "ping-pong works with alb, istio and plugins only",
          fix: "use one of them")
      }
      let alb = routing["alb"]
      if alb.isPresent, alb["rootService"].text?.isEmpty ?? true {
        log.report(
          .servicesMissing, alb, "ping-pong with alb needs a rootService: Argo Rollouts refuses it",
          fix: "name one")
      }
    }
    let needsServices =
      routes(by: "smi", "apisix", "ambassador", "nginx", "appMesh", "traefik")
      || routes(by: "alb") && pingPong.isAbsent
      || routes(by: "istio") && pingPong.isAbsent && routing["istio"]["destinationRule"].isAbsent
    for place in [stable, own] where needsServices && (place.text?.isEmpty ?? true) {
      log.report(
        .servicesMissing, routing,
        "traffic routing needs stableService and canaryService: Argo Rollouts refuses it",
        fix: "name both")
      break
    }
  }

  private func fullWeight() {
    let weight = routing["maxTrafficWeight"]
    guard weight.isPresent else { return }
    if !routes(by: "nginx", "plugins") {
      log.report(
        .routingRequired, weight, "maxTrafficWeight works with nginx and plugins only",
        fix: "leave it out")
    }
    Fields.integer(weight, "maxTrafficWeight", from: nil, log)
    if let value = weight.integer, value < 1 {
      log.report(
        .weightOutOfRange, weight, "maxTrafficWeight must be 1 or more, is \(value)",
        fix: "use the weight that stands for all traffic, or leave it out for 100")
    }
  }

  private func scaling() {
    let (delay, dynamic) = (canary["scaleDownDelaySeconds"], canary["dynamicStableScale"])
    if routing.isAbsent {
      if delay.isPresent {
        log.report(
          .routingRequired, delay,
          "scaleDownDelaySeconds needs trafficRouting: Argo Rollouts refuses it",
          fix: "leave it out")
      }
      if dynamic.bool == true {
        log.report(
          .routingRequired, dynamic,
          "dynamicStableScale needs trafficRouting: Argo Rollouts refuses it",
          fix: "leave it out")
      }
    } else if dynamic.bool == true {
      if delay.isPresent {
        log.report(
          .dynamicScaleWithDelay, delay,
          "scaleDownDelaySeconds cannot be used with dynamicStableScale: Argo Rollouts refuses it",
          fix: "keep one")
      }
    }
    let (surge, unavailable) = (canary["maxSurge"], canary["maxUnavailable"])
    if Self.isZero(surge) && Self.isZero(unavailable) {
      log.report(
        .surgeAndUnavailableZero, surge,
        "maxSurge and maxUnavailable are both 0: no pod could ever be replaced",
        fix: "allow one of them")
    }
  }

  private static func isZero(_ place: Place) -> Bool {
    place.isPresent && (place.integer == 0 || place.text == "0" || place.text == "0%")
  }

  private func window() {
    rollout.windowWithAnalysis([canary["analysis"]] + steps.map { $0["analysis"] })
    guard let window = rollout.window else { return }
    let weights = steps.compactMap { $0["setWeight"].integer }
    if routing.isPresent, let last = weights.last, (0...maxWeight).contains(last),
      last >= maxWeight - last
    {
      log.report(
        .windowFullTraffic, window,
        "a rollback inside the window to a revision that was scaled down sends \(last) of "
          + "\(maxWeight) parts of the traffic to it as soon as one pod is ready; depends on the "
          + "version of the controller",
        fix: "leave out the last setWeight (all traffic follows anyway), or the window")
    }
    guard let first = steps.first else { return }
    let leaks = ["experiment", "plugin"].first { first[$0].isPresent }
    let overruns =
      ["setHeaderRoute", "setMirrorRoute"].first { first[$0].isPresent }
      ?? (first["setWeight"].integer == 0 ? "setWeight: 0" : nil)
    if let leaks {
      log.report(
        .windowFirstStep, first,
        "a rollback inside the window to a revision that was scaled down still starts the "
          + "\(leaks) of the first step",
        fix: "put a setWeight in front of it")
    } else if let overruns {
      log.report(
        .windowFirstStep, first,
        "a rollback inside the window to a revision that was scaled down completes \(overruns) on "
          + "top of all steps, and the controller looks beyond the list",
        fix: "begin with a setWeight above 0")
    }
  }
}
