/// The answer to "is this rollback inside its window?", with everything it rests on.
///
/// Taken once, when an attempt is classified, and stored in its event.
public struct WindowAnswer: Equatable, Codable, Sendable {
  public var verdict: Verdict
  /// The window that was in force; `nil` where no policy and no manifest gives one.
  public var window: RollbackWindow?
  /// Where the window comes from.
  public var source: Source
  /// The stable revision at that moment.
  public var stable: RevisionNumber
  public var target: RevisionNumber
  /// Revisions strictly between target and stable that the counting rule counts, ascending.
  public var between: [RevisionNumber]
  /// When the target last stopped being stable in this rollout; `nil` if it never was.
  public var stoppedBeingStableAt: Timestamp?
  /// The target's history here rests on imported facts (a cluster's ReplicaSets), not on the log.
  public var restsOnImport: Bool

  public enum Verdict: String, Equatable, Codable, Sendable, CaseIterable {
    case inside
    case outsideByRevisions = "outside-by-revisions"
    case outsideByDuration = "outside-by-duration"
    /// Both were given, both had to hold, neither did (or any had to hold and none did).
    case outsideByBoth = "outside-by-both"
    case noWindow = "no-window"
    case neverStableHere = "never-stable-here"
    case neverRanHere = "never-ran-here"
  }

  public enum Source: Equatable, Codable, Sendable {
    case none
    case manifest
    case policy(String)
  }

  public var isInside: Bool { verdict == .inside }

  public init(
    verdict: Verdict, window: RollbackWindow?, source: Source, stable: RevisionNumber,
    target: RevisionNumber, between: [RevisionNumber], stoppedBeingStableAt: Timestamp?,
    restsOnImport: Bool
  ) {
    self.verdict = verdict
    self.window = window
    self.source = source
    self.stable = stable
    self.target = target
    self.between = between
    self.stoppedBeingStableAt = stoppedBeingStableAt
    self.restsOnImport = restsOnImport
  }
}
