/// What a pass decided about a rollout's analysis.
public struct AnalysisResult: Equatable, Sendable {
  /// Why there was no analysis at all; empty when each type was decided.
  public var silence: Set<AnalysisGuard.Reason>
  /// The decision per type; empty under silence.
  public var decisions: [AnalysisType: RunDecision]
  /// Names of runs to ask to stop, each once, none that was asked before or has finished.
  public var stops: [String]
  public var creations: [RunRequest]
  /// Names of runs taken over instead of being created.
  public var adoptions: [String]
  /// Names of runs to delete.
  public var deletions: [String]
  /// The runs as they stand after the pass: what the status records as current.
  public var runs: RolloutRuns
  /// A run is inconclusive: pause with ``PauseReason/inconclusiveAnalysis``.
  public var pauses: Bool
  /// Abort with this cause; `nil` for no abort.
  public var abortMessage: String?
  public var events: [RunPhaseEvent]

  public init(runs: RolloutRuns) {
    silence = []
    decisions = [:]
    stops = []
    creations = []
    adoptions = []
    deletions = []
    self.runs = runs
    pauses = false
    events = []
  }

  /// What the status says about the current run of a type.
  public func current(_ type: AnalysisType) -> CurrentRun? {
    runs[type].map { CurrentRun($0.name, $0.phase, message: $0.message) }
  }
}

/// An event about a current run whose phase is new to the rollout.
public struct RunPhaseEvent: Equatable, Sendable {
  public var type: AnalysisType
  public var run: String
  public var phase: AnalysisPhase
  /// Phase the status held before; `nil` when it named no run.
  public var previous: AnalysisPhase?

  public init(_ type: AnalysisType, run: String, _ phase: AnalysisPhase, was: AnalysisPhase?) {
    self.type = type
    self.run = run
    self.phase = phase
    previous = was
  }

  /// `AnalysisRunFailed` and so on.
  public var reason: String { "AnalysisRun" + phase.rawValue }

  /// Failed and Error are warnings, all else is ordinary.
  public var isWarning: Bool { phase == .failed || phase == .error }

  public var message: String {
    "\(type.rawValue) Analysis Run '\(run)' Status New: '\(phase.rawValue)' Previous: "
      + "'\(previous?.rawValue ?? "NoPreviousStatus")'"
  }

  /// The event for a current run, if one is due: the run has a phase, and the status named no run
  /// for the type, or this one with another phase.
  static func due(
    _ type: AnalysisType, _ run: ArgoAnalysisRun?, recorded: CurrentRun?
  ) -> RunPhaseEvent? {
    guard let run, run.phase != .none else { return nil }
    if let recorded {
      guard recorded.name == run.name, recorded.phase != run.phase else { return nil }
    }
    return RunPhaseEvent(type, run: run.name, run.phase, was: recorded?.phase)
  }
}
