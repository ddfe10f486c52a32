/// What an attempt is, decided once and stored in its `attempt-classified` event.
///
/// Everything later reads this; nothing later asks the question again.
public struct Classification: Equatable, Codable, Sendable {
  public var kind: Kind
  public var origin: Origin
  public var track: Track
  /// Present exactly when `kind` is ``Kind/rollback``.
  public var rollback: Rollback?
  /// The rules that led here, in the order they were applied.
  public var rules: [Rule]
  /// What the decision rests on, each with its place in the log.
  public var facts: [Fact]
  /// What whoever asked should know although it does not change the answer.
  public var warnings: [Warning]

  public init(
    kind: Kind, origin: Origin, track: Track, rollback: Rollback? = nil, rules: [Rule],
    facts: [Fact], warnings: [Warning] = []
  ) {
    self.kind = kind
    self.origin = origin
    self.track = track
    self.rollback = rollback
    self.rules = rules
    self.facts = facts
    self.warnings = warnings
  }

  public enum Warning: String, Equatable, Codable, Sendable, CaseIterable {
    /// On the fast track this controller may send all traffic to a target with a single ready pod
    /// (argoproj/argo-rollouts#3941).
    case trafficAheadOfCapacity = "traffic-ahead-of-capacity"
    /// Which controller the cluster runs is not known, so its habits are not either.
    case unknownController = "unknown-controller"
  }

  public enum Kind: String, Equatable, Codable, Sendable, CaseIterable {
    /// Nothing is stable yet.
    case initial
    /// The target's number is above stable's.
    case forward
    /// The target is stable, while something else was desired.
    case returnToStable = "return-to-stable"
    /// The target's number is below stable's.
    case rollback
  }

  public enum Origin: String, Equatable, Codable, Sendable, CaseIterable {
    /// Through Windlass.
    case commanded
    /// By kubectl, Helm, Argo CD or a person, seen by the cluster's agent.
    case observed
  }

  public struct Rollback: Equatable, Codable, Sendable {
    public var rollbackClass: RollbackClass
    /// The caller wants analysis although the window would allow to skip it.
    public var insistsOnAnalysis: Bool
    public var answer: WindowAnswer

    public init(rollbackClass: RollbackClass, insistsOnAnalysis: Bool, answer: WindowAnswer) {
      self.rollbackClass = rollbackClass
      self.insistsOnAnalysis = insistsOnAnalysis
      self.answer = answer
    }
  }
}

/// Steps and analysis, or neither.
public enum Track: String, Equatable, Codable, Sendable, CaseIterable {
  case full
  case fast
}

/// Declared by the caller, never guessed; undeclared is regular.
public enum RollbackClass: String, Equatable, Codable, Sendable, CaseIterable {
  case regular
  case emergency
  /// Windlass's own reaction to a failed watch.
  case automatic
}

/// A rule of the decision core. The raw value is the stable id that events store, documented in
/// docs/decision-rules.md.
public enum Rule: String, Equatable, Codable, Sendable, CaseIterable {
  case initialDeployment = "initial-deployment"
  case forwardByNumber = "forward-by-number"
  case returnToStable = "return-to-stable"
  case rollbackByNumber = "rollback-by-number"
  case observedAdopted = "observed-adopted"
  case windowFromPolicy = "window-from-policy"
  case windowFromManifest = "window-from-manifest"
  case noWindow = "no-window"
  case windowRevisionsHeld = "window-revisions-held"
  case windowRevisionsExceeded = "window-revisions-exceeded"
  case windowDurationHeld = "window-duration-held"
  case windowDurationExceeded = "window-duration-exceeded"
  case neverStableHere = "never-stable-here"
  case neverRanHere = "never-ran-here"
  case importedHistory = "imported-history"
  case insideMeansFast = "inside-means-fast"
  case outsideMeansFull = "outside-means-full"
  case analysisInsisted = "analysis-insisted"
  case emergencyInsideWindow = "emergency-inside-window"
  case emergencyOutsideWindow = "emergency-outside-window"
  case emergencyNeedsReason = "emergency-needs-reason"
  case heldRevision = "held-revision"
  case heldButObserved = "held-but-observed"
  case startBelowStableIsRollback = "start-below-stable-is-rollback"
  case rollbackAboveStable = "rollback-above-stable"
  case noPreviousStable = "no-previous-stable"
  case nothingStable = "nothing-stable"
  case unknownRevision = "unknown-revision"
  case unknownCluster = "unknown-cluster"
  case noStrategy = "no-strategy"
  case notProgressing = "not-progressing"
  case notPaused = "not-paused"
  case notAborted = "not-aborted"
  case nothingToPromote = "nothing-to-promote"
  case notFast = "not-fast"
  case notARollback = "not-a-rollback"
  case attemptRunning = "attempt-running"
  case releaseContentChanged = "release-content-changed"
  case versionMoved = "version-moved"
  case notHeld = "not-held"
  case stillHeldByScaleDownDelay = "still-held-by-scale-down-delay"
  case emergencyOwesVerification = "emergency-owes-verification"
  case verificationOwed = "verification-owed"
  case nothingOwed = "nothing-owed"
  case waiverNeedsReason = "waiver-needs-reason"
  case automaticAfterWatch = "automatic-after-watch"
  case noSteps = "no-steps"
  case nothingToUndo = "nothing-to-undo"
  case nothingToRestart = "nothing-to-restart"
  case limitReached = "limit-reached"
  case emergencyWithAnalysis = "emergency-with-analysis"
  case emergencyNotRetried = "emergency-not-retried"
  case onlyObserved = "only-observed"
}

/// One input of a decision and where the log has it.
public struct Fact: Equatable, Codable, Sendable {
  public var kind: Kind
  /// The revision it speaks of, where it speaks of one.
  public var revision: RevisionNumber?
  public var position: LogPosition?

  public init(_ kind: Kind, revision: RevisionNumber? = nil, at position: LogPosition?) {
    self.kind = kind
    self.revision = revision
    self.position = position
  }

  public enum Kind: String, Equatable, Codable, Sendable, CaseIterable {
    case targetRegistered = "target-registered"
    case stableSince = "stable-since"
    case targetStoppedBeingStable = "target-stopped-being-stable"
    case attemptedBetween = "attempted-between"
    case windowPolicy = "window-policy"
    case strategy
    case hold
    case importedHistory = "imported-history"
    case scaleDownDelay = "scale-down-delay"
    case emergencyPolicy = "emergency-policy"
    case watchPolicy = "watch-policy"
    case evidencePolicy = "evidence-policy"
    case verificationOwed = "verification-owed"
    case watchFailed = "watch-failed"
    case podsObserved = "pods-observed"
  }
}
