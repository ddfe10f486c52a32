/// What a run of a rollout is for; the value of the label `rollout-type`.
public enum AnalysisType: String, Equatable, Hashable, Sendable, CaseIterable {
  case background = "Background"
  case step = "Step"
  case prePromotion = "PrePromotion"
  case postPromotion = "PostPromotion"
}

/// A run the status names as current for its type.
public struct CurrentRun: Equatable, Sendable {
  public var name: String
  public var phase: AnalysisPhase
  public var message: String

  public init(_ name: String, _ phase: AnalysisPhase = .none, message: String = "") {
    self.name = name
    self.phase = phase
    self.message = message
  }
}
