/// What a person sees in one word.
public enum RolloutPhase: String, Equatable, Sendable, CaseIterable {
  case progressing = "Progressing"
  case paused = "Paused"
  case healthy = "Healthy"
  case degraded = "Degraded"
}
