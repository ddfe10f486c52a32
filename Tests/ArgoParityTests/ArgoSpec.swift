import ArgoRules
import RolloutCore

extension Strategy {
  /// The same strategy as the controller reads it.
  var argoSpec: ArgoRolloutSpec {
    ArgoRolloutSpec(
      replicas: replicas, templateHash: "",
      strategy: argoStrategy, revisionHistoryLimit: 100, rollbackWindowRevisions: window?.revisions,
      progressDeadlineSeconds: progress.deadline.wholeSeconds,
      progressDeadlineAbort: progress.aborts)
  }

  private var argoStrategy: ArgoStrategy {
    switch kind {
    case .canary(let canary):
      .canary(
        CanaryStrategy(
          steps: canary.steps.compactMap(\.argo), maxSurge: canary.maxSurge.argo,
          maxUnavailable: canary.maxUnavailable.argo,
          trafficRouting: canary.traffic.map {
            .init(maxWeight: $0.maxWeight, managedRoutes: $0.managedRoutes)
          },
          analysis: canary.background.map {
            .init(.some, startingStep: $0.startingStep)
          },
          canaryService: canary.traffic == nil ? "" : "canary",
          stableService: canary.traffic == nil ? "" : "stable",
          dynamicStableScale: canary.dynamicStableScale,
          minPodsPerReplicaSet: canary.minPodsPerRevision,
          abortScaleDownDelaySeconds: canary.abortScaleDownDelay?.wholeSeconds,
          scaleDownDelaySeconds: canary.scaleDownDelay?.wholeSeconds,
          progressThreshold: canary.progressThreshold.map {
            switch $0 {
            case .percent(let value): .init(.percent, value)
            case .pods(let value): .init(.pods, value)
            }
          }))
    case .blueGreen(let blueGreen):
      .blueGreen(
        BlueGreenStrategy(
          activeService: "active", previewService: blueGreen.hasPreviewService ? "preview" : "",
          previewReplicaCount: blueGreen.previewReplicas,
          autoPromotionEnabled: blueGreen.autoPromotion,
          autoPromotionSeconds: blueGreen.autoPromotionDelay?.wholeSeconds ?? 0,
          maxUnavailable: blueGreen.maxUnavailable.argo,
          scaleDownDelaySeconds: blueGreen.scaleDownDelay?.wholeSeconds,
          scaleDownDelayRevisionLimit: blueGreen.scaleDownDelayRevisionLimit,
          abortScaleDownDelaySeconds: blueGreen.abortScaleDownDelay?.wholeSeconds,
          prePromotionAnalysis: blueGreen.prePromotion.map { _ in .some },
          postPromotionAnalysis: blueGreen.postPromotion.map { _ in .some }))
    }
  }
}

extension AnalysisBlock {
  fileprivate static let some = AnalysisBlock([.init("error-rate")])
}

extension Interval {
  var wholeSeconds: Int { Int(microseconds / 1_000_000) }
}

extension PodBound {
  fileprivate var argo: CountOrPercent {
    switch self {
    case .pods(let count): .count(count)
    case .percent(let percent): .percent(percent)
    }
  }
}

extension Strategy.Step {
  /// `nil` for what the controller knows as no step of its own.
  fileprivate var argo: CanaryStep? {
    switch self {
    case .setWeight(let weight): .setWeight(weight)
    case .pause(let duration): .pause(duration.map { .seconds($0.wholeSeconds) })
    case .analysis: .analysis(.some)
    case .setCanaryScale(.replicas(let count)): .setCanaryScale(.init(replicas: count))
    case .setCanaryScale(.weight(let weight)): .setCanaryScale(.init(weight: weight))
    case .setCanaryScale(.matchTrafficWeight): .setCanaryScale(.init(matchTrafficWeight: true))
    case .experiment(let plan):
      .experiment(
        ExperimentStep(
          plan.templates.map {
            ExperimentStep.Template($0.name, $0.source == .canary ? .canary : .stable)
          }))
    case .setHeaderRoute(let route):
      .setHeaderRoute(HeaderRoute(route.name))
    case .setMirrorRoute(let route):
      .setMirrorRoute(MirrorRoute(route.name, percentage: route.percentage))
    case .plugin(let call): .plugin(PluginStep(call.name))
    case .progressThreshold: nil
    }
  }
}
