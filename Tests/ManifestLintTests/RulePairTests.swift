import Foundation
import Testing

@testable import ManifestLint

/// For each rule a manifest where it fires and a near one where it does not.
@Suite("Each rule fires where it should, and only there")
struct RulePairTests {
  typealias Pair = (rule: LintRule, fires: String, quiet: String)

  static let step = "steps: [{analysis: {templates: [{templateName: t}]}}]"
  static let background = "analysis: {templates: [{templateName: t}]}, steps: [{setWeight: 20}]"

  static func step(_ more: String) -> String {
    Sample.canary("steps: [{analysis: {templates: [{templateName: t}], \(more)}}]")
  }

  static let pingPong = "pingPong: {pingService: a, pongService: b}"
  static let required = "requiredDuringSchedulingIgnoredDuringExecution"
  static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

  static func header(_ router: String, _ value: String) -> String {
    Sample.canary(
      "stableService: a, canaryService: b, trafficRouting: {\(router), managedRoutes: [{name: h}]}, "
        + "steps: [{setHeaderRoute: {name: h, match: [{headerName: n, headerValue: \(value)}]}}]")
  }

  static func mirror(_ router: String, _ match: String) -> String {
    Sample.canary(
      "stableService: a, canaryService: b, trafficRouting: {\(router), managedRoutes: [{name: m}]}, "
        + "steps: [{setMirrorRoute: {name: m, match: [\(match)]}}]")
  }

  static func experimentWeight(_ router: String) -> String {
    Sample.canary(
      "stableService: a, canaryService: b, trafficRouting: {\(router)}, steps: [{experiment: "
        + "{duration: 1m, templates: [{name: a, specRef: canary, weight: 5}]}}]")
  }

  static let conditions: [Pair] = [
    (.conditionMissing, Sample.metric("successCondition: \"\""), Sample.metric()),
    (
      .conditionNotEvaluated,
      Sample.metric("successCondition: \"true\", provider: {job: {spec: {}}}"),
      Sample.template("metrics: [{name: m, provider: {job: {spec: {}}}}]")
    ),
    (.conditionConstant, Sample.success("true"), Sample.success("result[0] == 1")),
    (.conditionNeverFails, Sample.success("len(result) >= 0"), Sample.success("len(result) > 1")),
    (
      .conditionNeverPasses, Sample.success("result[0] > 5 and result[0] < 5"),
      Sample.success("result[0] > 5 and result[0] < 5.5")
    ),
    (.conditionSyntax, Sample.success("result[0] >"), Sample.success("result[0] > 1")),
    (
      .conditionUnknownName, Sample.success("results[0] > 1"),
      Sample.success("asFloat(result[0]) > 1")
    ),
    (
      .conditionListAgainstNumber, Sample.success("result >= 0.95"),
      Sample.metric(
        "successCondition: \"result >= 0.95\", provider: {prometheus: {query: scalar(up)}}")
    ),
    (
      .conditionTypeMismatch, Sample.success("result[0] > '5'"), Sample.success("result[0] > 5")
    ),
    (
      .conditionTypeMismatch,
      Sample.metric(
        "successCondition: \"result[0] > 1\", provider: {prometheus: {query: scalar(up)}}"),
      Sample.metric("successCondition: \"result > 1\", provider: {prometheus: {query: scalar(up)}}")
    ),
    (
      .conditionIgnoresArgument, Sample.success("isNil(result[0]) or result[0] < 1"),
      Sample.success("isNil(result) or result[0] < 1")
    ),
    (
      .conditionNanPasses, Sample.metric("failureCondition: \"result[0] > 0.05\""),
      Sample.metric("failureCondition: \"isNaN(result[0]) or result[0] > 0.05\"")
    ),
    (
      .conditionNoDataPasses, Sample.success("len(result) == 0 or result[0] < 0.05"),
      Sample.success("len(result) > 0 and result[0] < 0.05")
    ),
    (
      .conditionNoDataErrors, Sample.success("result[0] < 0.05"),
      Sample.success("len(result) > 0 and result[0] < 0.05")
    ),
    (
      .conditionStringNumber, Sample.success("result.code == '200'", web: true),
      Sample.success("result.code == 200", web: true)
    ),
    (
      .conditionReadsClock, Sample.success("result[0] > 1 or now() == nil"),
      Sample.success("result[0] > 1")
    ),
  ]

  static let metrics: [Pair] = [
    (.metricsMissing, Sample.template("metrics: []"), Sample.metric()),
    (
      .metricDuplicate,
      Sample.template(
        "metrics: [{name: m, provider: {job: {spec: {}}}}, {name: m, provider: {job: {spec: {}}}}]"),
      Sample.template(
        "metrics: [{name: m, provider: {job: {spec: {}}}}, {name: n, provider: {job: {spec: {}}}}]")
    ),
    (
      .metricDuplicate,
      Sample.canary(
        "steps: [{analysis: {templates: [{templateName: t}, {templateName: u}]}}]")
        + Sample.metric() + Sample.metric(name: "u"),
      Sample.canary("steps: [{analysis: {templates: [{templateName: t}]}}]")
        + Sample.metric() + Sample.metric(name: "u")
    ),
    (.providerMissing, Sample.metric("provider: {}"), Sample.metric()),
    (
      .providerSeveral,
      Sample.metric("provider: {prometheus: {query: up}, web: {url: https://a.invalid}}"),
      Sample.metric()
    ),
    (
      .providerUnknown, Sample.metric("provider: {prometeus: {query: up}}"),
      Sample.metric("provider: {plugin: {a/b: {}}}")
    ),
    (
      .limitNegative, Sample.metric("failureLimit: -2"),
      Sample.metric("failureLimit: -1, consecutiveSuccessLimit: 2, interval: 5s")
    ),
    (
      .limitsBothDisabled, Sample.metric("failureLimit: -1"),
      Sample.metric("failureLimit: -1, consecutiveSuccessLimit: 2, interval: 5s")
    ),
    (
      .countBelowLimits, Sample.metric("count: 2, interval: 5s, failureLimit: 3"),
      Sample.metric("count: 4, interval: 5s, failureLimit: 3")
    ),
    (
      .countBelowLimits,
      Sample.metric("count: 3, interval: 5s, failureLimit: 2, consecutiveSuccessLimit: 2"),
      Sample.metric("count: 4, interval: 5s, failureLimit: 2, consecutiveSuccessLimit: 2")
    ),
    (
      .countBelowLimits, Sample.metric("count: 2, interval: 5s, inconclusiveLimit: 3"),
      Sample.metric("count: 3, interval: 5s, inconclusiveLimit: 3")
    ),
    (
      .countWithoutInterval, Sample.metric("count: 2"), Sample.metric("count: 2, interval: 5s")
    ),
    (.countZero, Sample.metric("count: 0"), Sample.metric("count: 1")),
    (.numberInvalid, Sample.metric("count: five"), Sample.metric("count: '5', interval: 5s")),
    (
      .durationInvalid, Sample.metric("interval: 1d, count: 2"),
      Sample.metric("interval: 24h, count: 2")
    ),
    (.durationInvalid, Sample.metric("initialDelay: 5"), Sample.metric("initialDelay: 5m")),
    (
      .failureLimitUnreachable, Sample.metric("count: 3, interval: 5s, failureLimit: 3"),
      Sample.metric("count: 3, interval: 5s, failureLimit: 2")
    ),
    (.failureLimitUnreachable, Sample.metric("failureLimit: 1"), Sample.metric("failureLimit: 0")),
    (
      .inconclusiveLimitUnreachable, Sample.metric("count: 3, interval: 5s, inconclusiveLimit: 3"),
      Sample.metric("count: 3, interval: 5s, inconclusiveLimit: 2")
    ),
    (
      .successLimitUnreachable, Sample.metric("consecutiveSuccessLimit: 2"),
      Sample.metric("consecutiveSuccessLimit: 2, interval: 5s")
    ),
    (
      .errorLimitDistant, Sample.metric("consecutiveErrorLimit: 360"),
      Sample.metric("consecutiveErrorLimit: 359")
    ),
  ]

  static let arguments: [Pair] = [
    (
      .argumentDuplicate, Sample.metric(args: "{name: a, value: x}, {name: a, value: x}"),
      Sample.metric(args: "{name: a, value: x}, {name: b, value: x}")
    ),
    (
      .argumentUnresolved, Sample.metric("provider: {prometheus: {query: '{{args.a}}'}}"),
      Sample.metric(
        "provider: {prometheus: {query: '{{ args.a }}'}}", args: "{name: a, value: x}")
    ),
    (
      .argumentWithoutValue, Sample.canary(step) + Sample.metric(args: "{name: a}"),
      step("args: [{name: a, value: x}]") + Sample.metric(args: "{name: a}")
    ),
    (
      .argumentUndeclared, step("args: [{name: b, value: x}]") + Sample.metric(),
      step("args: [{name: b, value: x}]") + Sample.metric(args: "{name: b}")
    ),
    (
      .argumentAmbiguous,
      step("args: [{name: b, value: x, valueFrom: {podTemplateHashValue: Latest}}]")
        + Sample.metric(args: "{name: b}"),
      step("args: [{name: b, valueFrom: {podTemplateHashValue: Latest}}]")
        + Sample.metric(args: "{name: b}")
    ),
    (
      .argumentAmbiguous,
      step("args: [{name: b, valueFrom: {fieldRef: {fieldPath: metadata.color}}}]")
        + Sample.metric(args: "{name: b}"),
      step(
        "args: [{name: b, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['color']\"}}}]")
        + Sample.metric(args: "{name: b}")
    ),
    (
      .argumentConflict,
      Sample.canary("steps: [{analysis: {templates: [{templateName: t}, {templateName: u}]}}]")
        + Sample.metric(args: "{name: a, value: x}")
        + Sample.template(
          "args: [{name: a, value: y}], metrics: [{name: n, provider: {job: {spec: {}}}}]",
          name: "u"),
      Sample.canary("steps: [{analysis: {templates: [{templateName: t}, {templateName: u}]}}]")
        + Sample.metric(args: "{name: a, value: x}")
        + Sample.template(
          "args: [{name: a, value: x}], metrics: [{name: n, provider: {job: {spec: {}}}}]",
          name: "u")
    ),
    (
      .metricRuleUnmatched, step("dryRun: [{metricName: x.*}]") + Sample.metric(),
      step("dryRun: [{metricName: m.*}]") + Sample.metric()
    ),
    (
      .metricRulePattern, step("dryRun: [{metricName: '*'}]") + Sample.metric(),
      step("dryRun: [{metricName: '.*'}]") + Sample.metric()
    ),
    (
      .metricRuleDuplicate,
      step("measurementRetention: [{metricName: m, limit: 5}, {metricName: m, limit: 5}]")
        + Sample.metric(),
      step("measurementRetention: [{metricName: m, limit: 5}]") + Sample.metric()
    ),
    (
      .dryRunEverything, step("dryRun: [{metricName: m}]") + Sample.metric(),
      step("dryRun: [{metricName: n}]")
        + Sample.template(
          "metrics: [{name: m, provider: {job: {spec: {}}}}, {name: n, provider: {job: {spec: {}}}}]"
        )
    ),
    (
      .retentionIgnored, step("measurementRetention: [{metricName: m}]") + Sample.metric(),
      step("measurementRetention: [{metricName: m, limit: 1}]") + Sample.metric()
    ),
  ]

  static let analyses: [Pair] = [
    (.templateMissing, Sample.canary(step), Sample.canary(step) + Sample.metric()),
    (
      .templateMissing,
      Sample.canary(
        "steps: [{analysis: {templates: [{templateName: t, clusterScope: true}]}}]")
        + Sample.metric(), Sample.canary(step) + Sample.metric()
    ),
    (
      .analysisWithoutTemplates, Sample.canary("steps: [{analysis: {templates: []}}]"),
      Sample.canary(step) + Sample.metric()
    ),
    (
      .analysisWithoutTemplates, Sample.blueGreen("postPromotionAnalysis: {}"),
      Sample.blueGreen("postPromotionAnalysis: {templates: [{templateName: t}]}")
        + Sample.metric()
    ),
    (
      .backgroundWithoutTemplates, Sample.canary("analysis: {}"),
      Sample.canary(background) + Sample.metric()
    ),
    (
      .analysisEndless, Sample.canary(step) + Sample.metric("interval: 5s"),
      Sample.canary(background) + Sample.metric("interval: 5s")
    ),
    (
      .analysisNotExamined,
      Sample.canary(step)
        + Sample.template(
          "metrics: ["
            + (0...LintLimits.metricsPerAnalysis).map {
              "{name: m\($0), provider: {job: {spec: {}}}}"
            }.joined(separator: ",") + "]"),
      Sample.canary(step) + Sample.metric()
    ),
    (
      .backgroundEndsEarly,
      Sample.canary(background) + Sample.metric("interval: 5s, count: 3"),
      Sample.canary(background) + Sample.metric("interval: 5s")
    ),
    (
      .backgroundBeforeTraffic, Sample.canary(background) + Sample.metric("interval: 5s"),
      Sample.canary(background) + Sample.metric("interval: 5s, initialDelay: 1m")
    ),
    (
      .startingStepUnreachable,
      Sample.canary(
        "analysis: {startingStep: 1, templates: [{templateName: t}]}, steps: [{setWeight: 20}]"),
      Sample.canary(
        "analysis: {startingStep: 1, templates: [{templateName: t}]}, "
          + "steps: [{setWeight: 20}, {pause: {}}]")
    ),
    (
      .experimentWithoutEnd,
      Sample.canary("steps: [{experiment: {templates: [{name: a, specRef: canary}]}}]"),
      Sample.canary(
        "steps: [{experiment: {duration: 1h, templates: [{name: a, specRef: canary}]}}]")
    ),
    (
      .experimentOutrunsAnalysis,
      Sample.canary(
        "steps: [{experiment: {duration: 1h, analyses: [{name: a, templateName: t}]}}]")
        + Sample.metric(),
      Sample.canary(
        "steps: [{experiment: {duration: 1h, analyses: "
          + "[{name: a, templateName: t, requiredForCompletion: true}]}}]") + Sample.metric()
    ),
  ]

  static let windows: [Pair] = [
    (
      .windowNotPositive, Sample.canary("", "rollbackWindow: {revisions: 0}"),
      Sample.canary("", "rollbackWindow: {revisions: 1}")
    ),
    (
      .windowBeyondHistory,
      Sample.canary("", "rollbackWindow: {revisions: 3}, revisionHistoryLimit: 2"),
      Sample.canary("", "rollbackWindow: {revisions: 2}, revisionHistoryLimit: 2")
    ),
    (.windowReach, Sample.canary("", "rollbackWindow: {revisions: 2}"), Sample.canary("")),
    (
      .windowSkipsAnalysis,
      Sample.canary(background, "rollbackWindow: {revisions: 2}") + Sample.metric(),
      Sample.canary("", "rollbackWindow: {revisions: 2}")
    ),
    (
      .windowFullTraffic,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setWeight: 100}]",
        "rollbackWindow: {revisions: 2}"),
      Sample.canary("steps: [{setWeight: 100}]", "rollbackWindow: {revisions: 2}")
    ),
    (
      .windowFirstStep,
      Sample.canary("steps: [{plugin: {name: p}}]", "rollbackWindow: {revisions: 2}"),
      Sample.canary(
        "steps: [{setWeight: 1}, {plugin: {name: p}}]", "rollbackWindow: {revisions: 2}")
    ),
    (
      .windowFirstStep,
      Sample.canary("steps: [{setWeight: 0}]", "rollbackWindow: {revisions: 2}"),
      Sample.canary("steps: [{setWeight: 0}]")
    ),
    (
      .windowManualPromotion,
      Sample.blueGreen("autoPromotionEnabled: false", "rollbackWindow: {revisions: 2}"),
      Sample.blueGreen("autoPromotionEnabled: false")
    ),
    (
      .windowPreviewCount,
      Sample.blueGreen(
        "autoPromotionEnabled: false, previewReplicaCount: 1", "rollbackWindow: {revisions: 2}"),
      Sample.blueGreen("previewReplicaCount: 1", "rollbackWindow: {revisions: 2}")
    ),
    (
      .windowAbortFlaps,
      Sample.canary("", "rollbackWindow: {revisions: 2}, progressDeadlineAbort: true"),
      Sample.canary("", "progressDeadlineAbort: true")
    ),
  ]

  static let strategies: [Pair] = [
    (
      .strategyCount, Sample.rollout("canary: {}, blueGreen: {activeService: a}"),
      Sample.rollout("canary: {}")
    ),
    (.strategyCount, Sample.rollout(""), Sample.rollout("blueGreen: {activeService: a}")),
    (
      .stepWithoutType, Sample.canary("steps: [{pause: }]"), Sample.canary("steps: [{pause: {}}]")
    ),
    (
      .stepSeveralTypes, Sample.canary("steps: [{setWeight: 5, pause: {}}]"),
      Sample.canary("steps: [{setWeight: 5}, {pause: {}}]")
    ),
    (
      .stepSeveralTypes,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, "
          + "steps: [{setCanaryScale: {replicas: 1}, setWeight: 5, analysis: {}}]"),
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, "
          + "steps: [{setCanaryScale: {replicas: 1}, setWeight: 5}]")
    ),
    (
      .canaryScaleSticks,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, "
          + "steps: [{setCanaryScale: {replicas: 1}, setWeight: 5}, {setWeight: 6}]"),
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setCanaryScale: {replicas: 1}}, "
          + "{setCanaryScale: {replicas: 2}, setWeight: 5}]")
    ),
    (
      .weightOutOfRange, Sample.canary("steps: [{setWeight: 101}]"),
      Sample.canary("steps: [{setWeight: 100}]")
    ),
    (
      .weightOutOfRange,
      Sample.canary("trafficRouting: {nginx: {}, maxTrafficWeight: -1}, steps: [{setWeight: 1}]"),
      Sample.canary("trafficRouting: {nginx: {}, maxTrafficWeight: 1}, steps: [{setWeight: 1}]")
    ),
    (
      .weightOutOfRange, Sample.canary("trafficRouting: {nginx: {}, maxTrafficWeight: 0}"),
      Sample.canary("trafficRouting: {nginx: {}}")
    ),
    (
      .weightOutOfRange,
      Sample.canary(
        "trafficRouting: {nginx: {}}, steps: [{setWeight: 9223372036854775807}]",
        "rollbackWindow: {revisions: 1}"),
      Sample.canary(
        "trafficRouting: {nginx: {}}, steps: [{setWeight: 1}]", "rollbackWindow: {revisions: 1}")
    ),
    (
      .windowFullTraffic,
      Sample.canary(
        "trafficRouting: {nginx: {}}, steps: [{setWeight: 50}]", "rollbackWindow: {revisions: 1}"),
      Sample.canary(
        "trafficRouting: {nginx: {}}, steps: [{setWeight: 49}]", "rollbackWindow: {revisions: 1}")
    ),
    (
      .weightDecreases, Sample.canary("steps: [{setWeight: 20}, {setWeight: 10}]"),
      Sample.canary("steps: [{setWeight: 20}, {setWeight: 20}]")
    ),
    (
      .weightUnreachable, Sample.canary("steps: [{setWeight: 5}]", "replicas: 1"),
      Sample.canary("steps: [{setWeight: 50}]", "replicas: 1")
    ),
    (
      .stepsAfterFullWeight, Sample.canary("steps: [{setWeight: 100}, {pause: {}}]"),
      Sample.canary("steps: [{setWeight: 99}, {pause: {}}]")
    ),
    (
      .pauseZero, Sample.canary("steps: [{pause: {duration: 0}}]"),
      Sample.canary("steps: [{pause: {duration: 1}}]")
    ),
    (
      .pauseDurationInvalid, Sample.canary("steps: [{pause: {duration: 1d}}]"),
      Sample.canary("steps: [{pause: {duration: '90'}}]")
    ),
    (
      .pauseDurationInvalid, Sample.canary("steps: [{pause: {duration: -5s}}]"),
      Sample.canary("steps: [{pause: {duration: 1h30m}}]")
    ),
    (
      .canaryScaleSticks,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setCanaryScale: {replicas: 1}}, {setWeight: 50}]"
      ),
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setCanaryScale: {replicas: 1}}, "
          + "{setCanaryScale: {matchTrafficWeight: true}}, {setWeight: 50}]")
    ),
    (
      .routingRequired, Sample.canary("steps: [{setCanaryScale: {replicas: 1}}]"),
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setCanaryScale: {replicas: 1}}]")
    ),
    (
      .routingRequired, Sample.canary("dynamicStableScale: true"),
      Sample.canary("dynamicStableScale: false")
    ),
    (
      .routingRequired, Sample.canary("steps: [{setMirrorRoute: {name: m}}]"),
      Sample.canary(
        "stableService: a, canaryService: b, trafficRouting: {istio: {}, managedRoutes: [{name: m}]}, "
          + "steps: [{setMirrorRoute: {name: m}}]")
    ),
    (
      .routingRequired, mirror("alb: {}", "{method: {exact: GET}}"),
      mirror("plugins: {a/b: {}}", "{method: {exact: GET}}")
    ),
    (
      .routingRequired, experimentWeight("nginx: {}"), experimentWeight("plugins: {a/b: {}}")
    ),
    (
      .routeUnmanaged,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, steps: [{setHeaderRoute: {name: h}}]"),
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}, managedRoutes: [{name: h}]}, "
          + "steps: [{setHeaderRoute: {name: h}}]")
    ),
    (
      .routeUnmanaged,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}, managedRoutes: [{name: g}]}, "
          + "steps: [{setHeaderRoute: {name: h}}]"),
      Sample.canary("trafficRouting: {plugins: {a/b: {}}}, steps: [{setWeight: 5}]")
    ),
    (
      .servicesMissing, Sample.canary("trafficRouting: {nginx: {stableIngress: i}}"),
      Sample.canary(
        "stableService: a, canaryService: b, trafficRouting: {nginx: {stableIngress: i}}")
    ),
    (
      .servicesMissing, Sample.rollout("blueGreen: {previewService: p}"), Sample.blueGreen("")
    ),
    (
      .servicesMissing, Sample.canary("\(pingPong), trafficRouting: {alb: {rootService: ''}}"),
      Sample.canary("\(pingPong), trafficRouting: {alb: {rootService: r}}")
    ),
    (
      .servicesMissing, Sample.canary("trafficRouting: {istio: {}}"),
      Sample.canary("\(pingPong), trafficRouting: {istio: {}}")
    ),
    (
      .routingRequired, Sample.canary("\(pingPong), trafficRouting: {nginx: {}}"),
      Sample.canary("\(pingPong), trafficRouting: {istio: {destinationRule: {name: d}}}")
    ),
    (
      .routingRequired, Sample.canary("\(pingPong), trafficRouting: {plugins: {}}"),
      Sample.canary("\(pingPong), trafficRouting: {plugins: {a/b: {}}}")
    ),
    (
      .routeMatchInvalid, header("plugins: {a/b: {}}", "{exact: a, prefix: b}"),
      header("plugins: {a/b: {}}", "{exact: a, prefix: ''}")
    ),
    (
      .routeMatchInvalid, header("apisix: {}", "{exact: ''}"), header("apisix: {}", "{regex: a}")
    ),
    (.routeMatchInvalid, header("istio: {}", ""), header("istio: {}", "{prefix: a}")),
    (.routeMatchInvalid, header("alb: {}", "{prefix: a}"), header("alb: {}", "{exact: a}")),
    (
      .routeMatchInvalid, mirror("istio: {}", "{method: {exact: GET, regex: G}}"),
      mirror("istio: {}", "{method: {exact: GET}}")
    ),
    (
      .routeMatchInvalid, mirror("plugins: {a/b: {}}", "{path: {}}"),
      mirror("plugins: {a/b: {}}", "{path: {prefix: /}}")
    ),
    (
      .servicesIdentical, Sample.canary("stableService: a, canaryService: a"),
      Sample.canary("stableService: a, canaryService: b")
    ),
    (
      .servicesIdentical, Sample.blueGreen("previewService: active"),
      Sample.blueGreen("previewService: preview")
    ),
    (
      .serviceWithoutSelector,
      Sample.blueGreen("")
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: active}\nspec: {ports: []}\n",
      Sample.blueGreen("")
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: active}\nspec: {selector: {app: a}}\n"
    ),
    (
      .dynamicScaleWithDelay,
      Sample.canary(
        "trafficRouting: {plugins: {a/b: {}}}, dynamicStableScale: true, scaleDownDelaySeconds: 5"),
      Sample.canary("trafficRouting: {plugins: {a/b: {}}}, scaleDownDelaySeconds: 5")
    ),
    (
      .antiAffinityInvalid, Sample.canary("antiAffinity: {}"),
      Sample.canary("antiAffinity: {\(required): {}}")
    ),
    (
      .antiAffinityInvalid,
      Sample.blueGreen("antiAffinity: {\(required): {}, \(preferred): {weight: 1}}"),
      Sample.blueGreen("antiAffinity: {\(preferred): {weight: 1}}")
    ),
    (
      .antiAffinityInvalid, Sample.canary("antiAffinity: {\(preferred): {weight: 101}}"),
      Sample.canary("antiAffinity: {\(preferred): {weight: 100}}")
    ),
    (
      .antiAffinityInvalid, Sample.blueGreen("antiAffinity: {\(preferred): {}}"),
      Sample.blueGreen("antiAffinity: {\(preferred): {weight: 1}, \(required): }")
    ),
    (
      .surgeAndUnavailableZero, Sample.canary("maxSurge: 0, maxUnavailable: 0%"),
      Sample.canary("maxSurge: 0, maxUnavailable: 1")
    ),
    (
      .deadlineTooShort,
      Sample.canary("", "progressDeadlineSeconds: 30, minReadySeconds: 30"),
      Sample.canary("", "progressDeadlineSeconds: 31, minReadySeconds: 30")
    ),
    (
      .deadlineSuspended, Sample.blueGreen("scaleDownDelaySeconds: 601"),
      Sample.blueGreen("scaleDownDelaySeconds: 600")
    ),
    (
      .historyBelowScaleDownLimit,
      Sample.blueGreen("scaleDownDelayRevisionLimit: 3", "revisionHistoryLimit: 2"),
      Sample.blueGreen("scaleDownDelayRevisionLimit: 2", "revisionHistoryLimit: 2")
    ),
    (
      .previewCountCheckpoint,
      Sample.blueGreen(
        "previewReplicaCount: 1, prePromotionAnalysis: {templates: [{templateName: t}]}"),
      Sample.blueGreen("previewReplicaCount: 1")
    ),
    (
      .autoPromotionSecondsIgnored,
      Sample.blueGreen("autoPromotionEnabled: false, autoPromotionSeconds: 30"),
      Sample.blueGreen("autoPromotionSeconds: 30")
    ),
    (
      .postAnalysisLate,
      Sample.blueGreen(
        "scaleDownDelaySeconds: 30, postPromotionAnalysis: {templates: [{templateName: t}]}"),
      Sample.blueGreen("postPromotionAnalysis: {templates: [{templateName: t}]}")
    ),
    (
      .workloadRefSkipsChecks,
      Sample.referring("blueGreen: {activeService: a, autoPromotionEnabled: false}", ""),
      Sample.referring("blueGreen: {activeService: a}", "")
    ),
    (
      .workloadRefAndTemplate,
      Sample.referring("canary: {}", "", ", template: {metadata: {labels: {a: b}}}"),
      Sample.referring("canary: {}", "")
    ),
    (
      .workloadStillScaled,
      Sample.referring("canary: {}", "")
        + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 2}\n",
      Sample.referring("canary: {}", ", scaleDown: onsuccess")
        + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 2}\n"
    ),
  ]

  static let others: [Pair] = [
    (
      .suppressionMalformed, "# windlass-lint: allow pause-zero\n" + Sample.canary(""),
      "# windlass-lint: allow pause-zero because\n" + Sample.canary("")
    ),
    (
      .suppressionUnused, "# windlass-lint: allow pause-zero because\n" + Sample.canary(""),
      "# windlass-lint:\n" + Sample.canary("")
    ),
    (
      .duplicateObject, Sample.canary("") + "---\n" + Sample.canary(""),
      Sample.canary("") + Sample.template("metrics: []", name: "r")
    ),
    (
      .fieldMissing, Sample.template("metrics: [{provider: {job: {}}}]"), Sample.metric()
    ),
    (
      .fieldMissing,
      Sample.canary("").replacingOccurrences(of: "{matchLabels: {app: a}}", with: "{}"),
      Sample.canary("").replacingOccurrences(
        of: "{matchLabels: {app: a}}", with: "{matchExpressions: [{key: a, operator: Exists}]}")
    ),
    (
      .fieldMissing,
      Sample.canary("").replacingOccurrences(of: "{app: a}", with: "{}"), Sample.canary("")
    ),
    (.fieldType, Sample.canary("steps: {setWeight: 5}"), Sample.canary("steps: [{setWeight: 5}]")),
    (
      .fieldUnknown, Sample.metric("sucessCondition: \"true\""),
      Sample.metric("failureLimit: 0")
    ),
    (.policyInvalid, Sample.policy("revisions: 0"), Sample.policy("revisions: 1")),
    (
      .policyWindowBeyondHistory,
      Sample.canary("", "revisionHistoryLimit: 2") + Sample.policy("revisions: 3"),
      Sample.canary("", "revisionHistoryLimit: 2") + Sample.policy("revisions: 2")
    ),
    (
      .policyWindowAny, Sample.policy("revisions: 3, duration: 7d, match: any"),
      Sample.policy("revisions: 3, duration: 7d, match: all")
    ),
    (
      .policyNeverStableAllowed, Sample.policy("revisions: 3, requireStable: false"),
      Sample.policy("revisions: 3, requireStable: true")
    ),
    (
      .policySelectsNothing,
      Sample.canary("") + Sample.policy("revisions: 3", ", applications: [shop/r]"),
      Sample.canary("") + Sample.policy("revisions: 3", ", applications: [default/r]")
    ),
  ]

  static let pairs =
    conditions + metrics + arguments + analyses + windows + strategies + others

  @Test("a rule fires in the first manifest and not in the second", arguments: pairs)
  func pair(rule: LintRule, fires: String, quiet: String) {
    let first = lint(fires)
    let second = lint(quiet)
    #expect(first.unreadable == [])
    #expect(second.unreadable == [])
    #expect(first.findings.contains { $0.rule == rule }, "\(rule.rawValue): \(first.findings)")
    #expect(!second.findings.contains { $0.rule == rule }, "\(rule.rawValue): \(second.findings)")
  }

  @Test("every rule has a pair", arguments: LintRule.allCases)
  func complete(rule: LintRule) {
    #expect(Self.pairs.contains { $0.rule == rule })
  }

  @Test("a disabled rule does not fire", arguments: pairs)
  func disabled(rule: LintRule, fires: String, quiet: String) {
    #expect(!lint(fires, disabled: [rule]).findings.contains { $0.rule == rule })
  }
}
