/// What one pass did.
public struct PassResult: Equatable, Sendable {
  /// How the pass ended.
  public enum Outcome: Equatable, Sendable {
    /// The spec is invalid: only that was written. It is looked at again in 20 seconds.
    case invalidSpec
    /// Only conditions were written.
    case conditionsSynced
    /// Only sizes were reconciled, because the replica count changed.
    case replicasSynced
    /// The template or the steps changed: the status began anew.
    case reset
    /// A stage ended the pass early; the status was written.
    case stopped(Stage)
    /// All stages ran and the status was written.
    case finished
    /// A stage failed: no status was written, the pass is tried again with back-off.
    case failed(Stage, String)
  }

  /// The stages of a pass, in the order of a canary.
  public enum Stage: String, Equatable, Sendable, CaseIterable {
    case revisions, history, services, traffic, experiments, analysis, scaling, pause, plugins
  }

  public var outcome: Outcome
  /// The status after the pass; the old one if it failed.
  public var status: ArgoRolloutStatus
  public var actions: [PassAction]
  public var events: [PassEvent]
  /// Lines of the controller's log that tell why.
  public var log: [String]
  public var classification: Classification
  /// The answers of the analysis part; absent when it was not reached.
  public var analysis: AnalysisResult?
  /// When the controller wants to look again, apart from changes it is told of; absent: it waits
  /// for those.
  public var nextLook: ArgoTime?
  /// The duration record closed in this pass because another update overtook it.
  public var supersededRecord: DurationRecord?

  public init(
    outcome: Outcome, status: ArgoRolloutStatus, actions: [PassAction] = [],
    events: [PassEvent] = [], log: [String] = [], classification: Classification,
    analysis: AnalysisResult? = nil, nextLook: ArgoTime? = nil,
    supersededRecord: DurationRecord? = nil
  ) {
    self.outcome = outcome
    self.status = status
    self.actions = actions
    self.events = events
    self.log = log
    self.classification = classification
    self.analysis = analysis
    self.nextLook = nextLook
    self.supersededRecord = supersededRecord
  }
}
