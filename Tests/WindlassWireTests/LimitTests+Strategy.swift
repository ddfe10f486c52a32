import RolloutCore
import WindlassWire

// Limits of what manifests give: strategies and policies.

extension LimitTests {
  static func applied(_ strategy: Strategy) throws -> SubmitRequest {
    try submit { $0.command = .apply(Registration(revision: nil, strategy: strategy)) }
  }

  static func stepped(_ step: Strategy.Step) throws -> SubmitRequest { try apply(steps: [step]) }

  static func routed(_ matches: [Strategy.RequestMatch], name: String = "r") throws
    -> SubmitRequest
  {
    try stepped(.setMirrorRoute(.init(name: name, matches: matches)))
  }

  static func headers(_ count: Int) -> [Strategy.HeaderMatch] {
    Array(repeating: .init(header: "h", value: .exact("v")), count: count)
  }

  static func blueGreen(_ change: (inout BlueGreen) -> Void) throws -> SubmitRequest {
    var blueGreen = BlueGreen()
    change(&blueGreen)
    return try applied(Strategy(replicas: 1, kind: .blueGreen(blueGreen)))
  }

  static func canary(_ change: (inout Canary) -> Void) throws -> SubmitRequest {
    var canary = Canary(steps: [])
    change(&canary)
    return try applied(Strategy(replicas: 1, kind: .canary(canary)))
  }

  static func experiment(
    templates: Int = 0, template: String = "t", analyses: Int = 0, analysis: String = "a"
  ) throws -> SubmitRequest {
    try stepped(
      .experiment(
        .init(
          templates: Array(repeating: .init(name: template, source: .stable), count: templates),
          analyses: Array(
            repeating: .init(name: analysis, plan: AnalysisPlan(templates: [])),
            count: analyses))))
  }

  static let podsRule = "must be 0 to 100000"
  static let step = "apply.strategy.steps[0]"

  static let strategyLimits: [Limit] = [
    Limit("\(step).set_weight.percent", "must be 0 to 1000", inside: 1_000, outside: 1_001, -1) {
      n in
      try canary {
        $0.traffic = .init(maxWeight: 1_000)
        $0.steps = [.setWeight(n)]
      }
    },
    Limit(
      "\(step).set_canary_scale.value", podsRule, inside: 100_000, outside: 100_001
    ) { n in try stepped(.setCanaryScale(.replicas(n))) },
    Limit(
      "\(step).set_canary_scale.value", "must be 0 to 10000", inside: 10_000, outside: 10_001
    ) { n in try stepped(.setCanaryScale(.weight(n))) },
    Limit("\(step).progress_threshold.value", "must be 0 to 100", inside: 100, outside: 101) {
      n in try stepped(.progressThreshold(.percent(n)))
    },
    Limit(
      "apply.strategy.background.plan.dry_run", "has more than 100 elements", inside: 100,
      outside: 101
    ) { n in
      try apply(
        plan: AnalysisPlan(templates: [], dryRun: Array(repeating: "x", count: n)))
    },
    Limit("\(step).set_header_route.name", nameRule, inside: 253, outside: 0, 254) { n in
      try stepped(.setHeaderRoute(.init(name: text(n))))
    },
    Limit(
      "\(step).set_header_route.matches", "has more than 50 elements", inside: 50, outside: 51
    ) { n in try stepped(.setHeaderRoute(.init(name: "r", matches: headers(n)))) },
    Limit("\(step).set_header_route.matches[0].header", nameRule, inside: 253, outside: 0, 254) {
      n in
      try stepped(
        .setHeaderRoute(.init(name: "r", matches: [.init(header: text(n), value: .exact(""))])))
    },
    Limit(
      "\(step).set_mirror_route.matches[0].path.value",
      "must be at most 1024 bytes without control characters", inside: 1_024, outside: 1_025
    ) { n in try routed([.init(path: .regex(text(n)))]) },
    Limit("\(step).set_mirror_route.name", nameRule, inside: 253, outside: 0, 254) { n in
      try routed([], name: text(n))
    },
    Limit(
      "\(step).set_mirror_route.matches", "has more than 50 elements", inside: 50, outside: 51
    ) { n in try routed(Array(repeating: .init(), count: n)) },
    Limit(
      "\(step).set_mirror_route.matches[0].headers", "has more than 50 elements", inside: 50,
      outside: 51
    ) { n in try routed([.init(headers: headers(n))]) },
    Limit("\(step).set_mirror_route.percentage", "must be 0 to 100", inside: 100, outside: 101) {
      n in try stepped(.setMirrorRoute(.init(name: "r", percentage: n)))
    },
    Limit("\(step).plugin.name", nameRule, inside: 253, outside: 0, 254) { n in
      try stepped(.plugin(.init(name: text(n))))
    },
    Limit(
      "\(step).plugin.configuration",
      "must be at most 16384 bytes without control characters but newline and tab",
      inside: 16_384, outside: 16_385
    ) { n in try stepped(.plugin(.init(name: "p", configuration: text(n)))) },
    Limit(
      "\(step).experiment.templates", "has more than 20 elements", inside: 20, outside: 21
    ) { n in try experiment(templates: n) },
    Limit("\(step).experiment.templates[0].name", nameRule, inside: 253, outside: 0, 254) { n in
      try experiment(templates: 1, template: text(n))
    },
    Limit("\(step).experiment.analyses", "has more than 20 elements", inside: 20, outside: 21) {
      n in try experiment(analyses: n)
    },
    Limit("\(step).experiment.analyses[0].name", nameRule, inside: 253, outside: 0, 254) { n in
      try experiment(analyses: 1, analysis: text(n))
    },
    Limit(
      "apply.strategy.canary.traffic.managed_routes", "has more than 50 elements", inside: 50,
      outside: 51
    ) { n in
      try canary { $0.traffic = .init(managedRoutes: Array(repeating: "r", count: n)) }
    },
    Limit(
      "apply.strategy.canary.traffic.max_weight", weightRule, inside: 1_000_000_000,
      outside: 1_000_000_001
    ) { n in try canary { $0.traffic = .init(maxWeight: n) } },
    Limit("apply.strategy.canary.max_surge.value", podsRule, inside: 100_000, outside: 100_001) {
      n in try canary { $0.maxSurge = .pods(n) }
    },
    Limit(
      "apply.strategy.canary.max_unavailable.value", "must be 0 to 100", inside: 100,
      outside: 101
    ) { n in try canary { $0.maxUnavailable = .percent(n) } },
    Limit(
      "apply.strategy.canary.min_pods_per_revision", podsRule, inside: 100_000, outside: 100_001
    ) { n in try canary { $0.minPodsPerRevision = n } },
    Limit(
      "apply.strategy.canary.scale_down_delay.microseconds", "must not be negative", inside: 0,
      outside: -1
    ) { n in try canary { $0.scaleDownDelay = Interval(microseconds: Int64(n)) } },
    Limit(
      "apply.strategy.blue_green.preview_replicas", podsRule, inside: 100_000, outside: 100_001,
      -1
    ) { n in try blueGreen { $0.previewReplicas = n } },
    Limit(
      "apply.strategy.blue_green.scale_down_delay_revision_limit", "must be 0 to 2147483647",
      inside: 2_147_483_647, outside: -1, .max
    ) { n in try blueGreen { $0.scaleDownDelayRevisionLimit = n } },
    Limit(
      "apply.strategy.progress_deadline_microseconds", "must not be negative", inside: 1,
      outside: -1
    ) { n in
      try applied(
        Strategy(
          replicas: 1, kind: .canary(Canary(steps: [])),
          progress: .init(deadline: Interval(microseconds: Int64(n)))))
    },
    Limit(
      "apply.policies[0].watch.duration_microseconds", "must be 1 or more", inside: 1, outside: 0
    ) { n in
      try apply(policies: [
        RolloutPolicy(name: "p", watch: WatchRule(duration: Interval(microseconds: Int64(n))))
      ])
    },
    Limit(
      "reports[0].pods_observed.pods.desired.ready", "must be 0 to 1000000", inside: 1_000_000,
      outside: 1_000_001
    ) { n in
      try report(
        .core(
          .podsObserved(
            RevisionNumber(1),
            PodCounts(desired: .init(requested: 0, created: 0, ready: n, available: 0)))))
    },
    Limit("policies", "has more than 100 elements", inside: 100, outside: 101) { n in
      WhatIfRequest(
        application: try ApplicationName(validating: "a/b"),
        policies: Array(repeating: RolloutPolicy(name: "p"), count: n))
    },
    Limit("limit", "must be 1 to 10000", inside: 10_000, outside: 10_001) { n in
      WhatIfRequest(
        application: try ApplicationName(validating: "a/b"), policies: [], limit: n)
    },
    Limit(
      "reports[0].restarted.asked_microseconds", "is missing", inside: 1, outside: 0
    ) { n in try report(.core(.restarted(Timestamp(microseconds: Int64(n))))) },
  ]
}
