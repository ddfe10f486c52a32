/// What happened to one rollout: stream `rollout-<application>@<cluster>`.
public enum RolloutEvent: Equatable, Sendable {
  case attemptClassified(AttemptClassified)
  /// A later explicit command changed track or class of the running attempt.
  case attemptReclassified(AttemptReclassified)
  /// The step at `index` is the current one now; `steps.count` means all are done.
  case stepReached(AttemptNumber, index: Int, how: StepEnd, now: Timestamp)
  case paused(AttemptNumber, PauseReason, by: Requester?, now: Timestamp)
  case resumed(AttemptNumber, PauseReason, by: Requester?, now: Timestamp)
  case fullPromotionRequested(AttemptNumber, by: Requester, now: Timestamp)
  case runScheduled(AttemptNumber, RunKey, now: Timestamp)
  case runCreated(AttemptNumber, RunKey, RunObject, now: Timestamp)
  case runCancelled(AttemptNumber, RunKey, CancelReason, now: Timestamp)
  case runFinished(AttemptNumber, RunKey, RunResult, RunReading, now: Timestamp)
  /// The analysis was scheduled and no object of it appeared in time.
  case runMissing(AttemptNumber, RunKey, now: Timestamp)
  /// More objects of one type than an attempt can have asked for; told once for each type.
  case runawayDetected(AttemptNumber, RunType, objects: Int, now: Timestamp)
  /// `verified`: whether the router confirmed it; `nil` where it cannot tell.
  case weightApplied(AttemptNumber, weight: Int, verified: Bool?, now: Timestamp)
  case podsObserved(RevisionNumber, PodCounts, now: Timestamp)
  case servicesObserved(ServicesSeen, now: Timestamp)
  /// The preview was verified at its own size and may grow to full size.
  case checkpointReached(AttemptNumber, now: Timestamp)
  /// The active service goes to the attempt's revision.
  case switchDecided(AttemptNumber, now: Timestamp)
  /// Pods of a revision that is not wanted any more stay until then.
  case scaleDownDelayed(RevisionNumber, until: Timestamp, now: Timestamp)
  /// No progress within the deadline.
  case deadlineExceeded(AttemptNumber, now: Timestamp)
  case restartRequested(by: Requester, now: Timestamp)
  case restarted(now: Timestamp)
  case revisionAvailable(AttemptNumber, RevisionNumber, now: Timestamp)
  case revisionObserved(RevisionNumber, LocalRevision, now: Timestamp)
  case attemptEnded(AttemptEnded)
  /// No forbidden run was reported until the attempt ended.
  case contractKept(AttemptNumber, now: Timestamp)
  /// A run that the skip contract forbids exists.
  case contractViolated(AttemptNumber, RunObject, now: Timestamp)
  case stableAdopted(Adoption, by: Requester, now: Timestamp)
  /// An emergency skipped analysis outside its window; it has to succeed until `due`.
  case verificationOwed(AttemptNumber, RevisionNumber, due: Timestamp, now: Timestamp)
  case verificationPaid(AttemptNumber, RunKey, now: Timestamp)
  case verificationWaived(AttemptNumber, by: Requester, now: Timestamp)
  case verificationOverdue(AttemptNumber, now: Timestamp)
  /// Background analysis of a promoted attempt goes on.
  case watchStarted(
    AttemptNumber, RevisionNumber, until: Timestamp, WatchRule.Reaction, now: Timestamp)
  case watchEnded(AttemptNumber, WatchEnd, now: Timestamp)
}

/// How the watch after a promotion ended.
public enum WatchEnd: Equatable, Sendable {
  case passed
  case failed(RunKey, message: String)
  /// Another attempt began.
  case replaced
}

public struct AttemptClassified: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var revision: RevisionNumber
  /// Stable when it began; `nil` for the first deployment.
  public var stable: RevisionNumber?
  public var strategy: StrategyVersion
  public var classification: Classification
  public var by: Requester
  public var now: Timestamp

  public init(
    attempt: AttemptNumber, revision: RevisionNumber, stable: RevisionNumber?,
    strategy: StrategyVersion, classification: Classification, by: Requester, now: Timestamp
  ) {
    self.attempt = attempt
    self.revision = revision
    self.stable = stable
    self.strategy = strategy
    self.classification = classification
    self.by = by
    self.now = now
  }
}

public struct AttemptReclassified: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var track: Track
  public var rollbackClass: RollbackClass
  public var rule: Rule
  public var by: Requester
  public var now: Timestamp

  public init(
    attempt: AttemptNumber, track: Track, rollbackClass: RollbackClass, rule: Rule, by: Requester,
    now: Timestamp
  ) {
    self.attempt = attempt
    self.track = track
    self.rollbackClass = rollbackClass
    self.rule = rule
    self.by = by
    self.now = now
  }
}

public struct AttemptEnded: Equatable, Sendable {
  public var attempt: AttemptNumber
  public var verdict: Verdict
  /// Who ended it; `nil` when an outcome did.
  public var by: Requester?
  public var now: Timestamp

  public init(attempt: AttemptNumber, verdict: Verdict, by: Requester?, now: Timestamp) {
    self.attempt = attempt
    self.verdict = verdict
    self.by = by
    self.now = now
  }
}

/// How an attempt ended; exactly one for each.
public enum Verdict: Equatable, Codable, Sendable {
  /// The target became or stayed stable.
  case promoted
  case aborted(AbortCause)
  /// Given up for a target at or below stable.
  case withdrawn
  /// Given up for a higher revision.
  case superseded
}

public enum AbortCause: Equatable, Codable, Sendable {
  case person
  /// An analysis, an experiment or a step plugin, by its run.
  case analysis(RunKey, message: String)
  /// `progressDeadlineAbort`.
  case deadline(message: String)
}

/// Why the step before ended.
public enum StepEnd: String, Equatable, Sendable, CaseIterable {
  /// The attempt began here.
  case entered
  case weightApplied = "weight-applied"
  case pauseElapsed = "pause-elapsed"
  case resumed
  case analysisSuccessful = "analysis-successful"
  case experimentSuccessful = "experiment-successful"
  case pluginSuccessful = "plugin-successful"
  /// The pods that it asked for are there.
  case scaled
  /// It asked for nothing that has to be awaited: a route, a progress threshold, a disabled plugin.
  case applied
  case promoted
  /// A person's `skip-step`.
  case skipped
}

public enum PauseReason: String, Equatable, Codable, Sendable, CaseIterable {
  /// A pause step of the strategy.
  case step
  /// A person's `pause`.
  case person
  /// An analysis run was inconclusive.
  case inconclusiveAnalysis = "inconclusive-analysis"
  case inconclusiveExperiment = "inconclusive-experiment"
  /// Before a blue-green switch.
  case blueGreen = "blue-green"
}

public enum CancelReason: String, Equatable, Sendable, CaseIterable {
  case fastTrack = "fast-track"
  case attemptEnded = "attempt-ended"
  case stepSkipped = "step-skipped"
  case fullPromotion = "full-promotion"
  case repeated
  /// The watch after promotion is over.
  case watchEnded = "watch-ended"
}

/// One analysis that an attempt may start: at most one run per key, ever.
public struct RunKey: Hashable, Codable, Sendable {
  public var type: RunType
  /// Index of the analysis, experiment or plugin step; `nil` for the other types.
  public var stepIndex: Int?
  /// 1, raised when an inconclusive run is repeated after a person resumed.
  public var round: Int

  public init(type: RunType, stepIndex: Int? = nil, round: Int = 1) {
    self.type = type
    self.stepIndex = stepIndex
    self.round = round
  }
}

/// The honest reading of a finished run; only *verified* says that the revision was tested.
public enum RunReading: String, Equatable, Codable, Sendable, CaseIterable {
  case verified
  case failed
  case inconclusive
  /// Ended successful without a measurement.
  case skipped
  /// Cancelled by us before it ended.
  case stopped
  /// Successful although by its limits and conditions it could not have failed.
  case vacuous
  /// Successful although no measurement had a value to judge.
  case noData = "no-data"
}
