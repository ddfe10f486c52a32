/// Why the controller paused a rollout. Raw values are the ones users read.
public enum PauseReason: String, Equatable, Hashable, Sendable, CaseIterable {
  case inconclusiveAnalysis = "InconclusiveAnalysisRun"
  case inconclusiveExperiment = "InconclusiveExperiment"
  case canaryPauseStep = "CanaryPauseStep"
  case blueGreenPause = "BlueGreenPause"
}

/// One entry of `status.pauseConditions`.
public struct PauseCondition: Equatable, Sendable {
  public var reason: PauseReason
  public var start: ArgoTime

  public init(_ reason: PauseReason, start: ArgoTime) {
    self.reason = reason
    self.start = start
  }
}
