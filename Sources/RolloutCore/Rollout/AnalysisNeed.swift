/// Whether an analysis of a type is due now, and if not, why.
public enum AnalysisNeed: Equatable, Sendable {
  /// A new run is to start.
  case due
  /// Its run goes on.
  case running(RunKey)
  /// Its run has ended; no other is needed for this attempt.
  case done(RunKey)
  /// Something waits for a person: nothing is started, nothing is stopped.
  case frozen(PauseReason)
  case notDue(Reason)

  public enum Reason: String, Equatable, Sendable, CaseIterable {
    /// Nothing is in progress.
    case noAttempt = "no-attempt"
    /// The attempt is on the fast track: a rollback inside its window, a return to stable, a first
    /// deployment.
    case fastTrack = "fast-track"
    case fullPromotion = "full-promotion"
    /// The strategy has none of this type.
    case notConfigured = "not-configured"
    /// It is configured with no template: there is nothing to run.
    case noTemplates = "no-templates"
    /// Background: its starting step is not reached.
    case beforeStartingStep = "before-starting-step"
    /// The current step is of another kind.
    case notAtStep = "not-at-step"
    /// Pre-promotion: not all pods of the preview are available.
    case notSaturated = "not-saturated"
    /// Post-promotion: the active service was not seen at the revision.
    case notSwitched = "not-switched"
    /// Pre-promotion: the switch is decided.
    case switched
  }
}
