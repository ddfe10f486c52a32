/// One measurement of a metric.
public struct Measurement: Hashable, Sendable {
  public var phase: AnalysisPhase
  /// What the provider or the conditions had to say.
  public var message: String
  /// The answer, as the provider writes it.
  public var value: String
  public var startedAt: Moment?
  /// `nil` until it has a completed phase.
  public var finishedAt: Moment?
  /// When to ask again, while it is unfinished; `nil` if the provider will say.
  public var resumeAt: Moment?

  public init(
    _ phase: AnalysisPhase, message: String = "", value: String = "", startedAt: Moment? = nil,
    finishedAt: Moment? = nil, resumeAt: Moment? = nil
  ) {
    self.phase = phase
    self.message = message
    self.value = value
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.resumeAt = resumeAt
  }

  public var isFinished: Bool { phase.isCompleted }
}
