/// What the phase of a run means for its rollout.
public enum RunOutcome: Equatable, Sendable {
  /// Nothing yet, or nothing at all.
  case wait
  /// Successful. A step is complete, a service may switch, stable may move; a background run
  /// changes nothing.
  case passed
  /// Pause with ``PauseReason/inconclusiveAnalysis``.
  case pause
  /// Abort, with this cause.
  case abort(message: String)

  public init(
    _ type: AnalysisType, _ phase: AnalysisPhase, message: String,
    _ behaviour: ControllerBehaviour
  ) {
    switch phase {
    case .none, .pending, .running: self = .wait
    case .successful: self = .passed
    case .inconclusive: self = .pause
    case .failed, .error:
      self = .abort(message: Self.abortMessage(type, message: message, behaviour))
    }
  }

  /// The cause of an abort as the Progressing condition quotes it. Failed and Error read alike.
  public static func abortMessage(
    _ type: AnalysisType, message: String, _ behaviour: ControllerBehaviour
  ) -> String {
    guard behaviour.namesAnalysisInAbortMessage else { return message }
    let title =
      switch type {
      case .step: "Step-based analysis"
      case .background: "Background analysis"
      case .prePromotion: "Blue/green pre-promotion analysis"
      case .postPromotion: "Blue/green post-promotion analysis"
      }
    return "\(title) phase error/failed" + (message.isEmpty ? "" : ": \(message)")
  }
}
