import ArgoRules
import RolloutCore

/// One rule of the controller bent on purpose: the comparison has to notice.
enum Perturbation: String, CaseIterable, Sendable {
  /// Pauses, delays and deadlines are over at their end instead of after it.
  case earlyTimers
  case widerWindow
  case noWindow
  case errorIsNoFailure
  case inconclusiveIsSuccess
  case backgroundFromTheStart
  case noSurge
  case sharedScale
  case noAbortOnDeadline
  case shorterPauses
  case automaticSwitch
  case noPrePromotion
  case otherDelay

  func apply(to spec: inout ArgoRolloutSpec) {
    switch self {
    case .widerWindow: spec.rollbackWindowRevisions = spec.rollbackWindowRevisions.map { $0 + 1 }
    case .noWindow: spec.rollbackWindowRevisions = nil
    case .noAbortOnDeadline: spec.progressDeadlineAbort = false
    case .earlyTimers, .errorIsNoFailure, .inconclusiveIsSuccess: break
    case .backgroundFromTheStart, .noSurge, .sharedScale, .shorterPauses, .automaticSwitch,
      .noPrePromotion, .otherDelay:
      switch spec.strategy {
      case .canary(var canary):
        apply(to: &canary)
        spec.strategy = .canary(canary)
      case .blueGreen(var blueGreen):
        apply(to: &blueGreen)
        spec.strategy = .blueGreen(blueGreen)
      }
    }
  }

  private func apply(to canary: inout CanaryStrategy) {
    switch self {
    case .backgroundFromTheStart: canary.analysis?.startingStep = nil
    case .noSurge: canary.maxSurge = .count(0)
    case .sharedScale: canary.dynamicStableScale = false
    case .shorterPauses:
      canary.steps = canary.steps?.map { step in
        guard case .pause(.seconds(let seconds)) = step else { return step }
        return .pause(.seconds(seconds - 1))
      }
    case .otherDelay: canary.abortScaleDownDelaySeconds = 25
    case .earlyTimers, .widerWindow, .noWindow, .errorIsNoFailure, .inconclusiveIsSuccess,
      .noAbortOnDeadline, .automaticSwitch, .noPrePromotion:
      break
    }
  }

  private func apply(to blueGreen: inout BlueGreenStrategy) {
    switch self {
    case .automaticSwitch: blueGreen.autoPromotionEnabled = true
    case .noPrePromotion: blueGreen.prePromotionAnalysis = nil
    case .otherDelay: blueGreen.abortScaleDownDelaySeconds = 25
    case .earlyTimers, .widerWindow, .noWindow, .errorIsNoFailure, .inconclusiveIsSuccess,
      .noAbortOnDeadline, .backgroundFromTheStart, .noSurge, .sharedScale, .shorterPauses:
      break
    }
  }

  func apply(to phase: inout RunResult.Phase, of type: RunType) {
    switch (self, phase) {
    case (.errorIsNoFailure, .error), (.inconclusiveIsSuccess, .inconclusive): phase = .successful
    default: break
    }
  }
}
