/// What becomes of the current run of one type in a pass.
public struct RunDecision: Equatable, Sendable {
  public enum Action: String, Equatable, Sendable, CaseIterable {
    /// A new run takes the place of the current one.
    case create
    /// The current run stays current and its outcome counts.
    case keep
    /// The current run stays current; its outcome is not looked at.
    case freeze
    /// The current run is asked to stop and stays current.
    case stopAndKeep
    /// The current run is asked to stop and is no longer current.
    case stopAndForget
    /// The current run is no longer current; the next pass finds it among the others and stops it.
    case forget
  }

  public enum Reason: String, Equatable, Sendable, CaseIterable {
    case notConfigured, noTemplates
    case fullyPromoted, noStableRevision, noCurrentRevision, noHash, beforeStartingStep
    case noAnalysisStep, runOfAnotherStep
    case desiredIsStable, activeNotSet, desiredIsActive, desiredIsNotActive, notSaturated
    case targetsNotVerified
    case pausedAfterInconclusive, paused, aborted
    case firstRun, repeatedAfterResume, repeatedAfterRetry, upToDate
  }

  public var action: Action
  public var reason: Reason

  public init(_ action: Action, _ reason: Reason) {
    self.action = action
    self.reason = reason
  }
}
