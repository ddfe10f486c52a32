/// The running try to make a revision stable.
public struct Attempt: Equatable, Sendable {
  public internal(set) var number: AttemptNumber
  public internal(set) var revision: RevisionNumber
  /// Stable when it began.
  public internal(set) var stable: RevisionNumber?
  /// As decided when it began; track and class follow later explicit commands.
  public internal(set) var classification: Classification
  /// The strategy it began with; later ones do not touch it.
  public internal(set) var strategy: StrategyVersion
  /// Index of the current step; the number of steps once all are done. Unused on the fast track.
  public internal(set) var stepIndex = 0
  public internal(set) var enteredStepAt: Timestamp
  /// Why it waits, and since when.
  public internal(set) var pauses: [PauseReason: Timestamp] = [:]
  /// Percent of traffic that the cluster last confirmed for this attempt.
  public internal(set) var weight: Int?
  /// Whether `weight` was confirmed after the current step was reached.
  public internal(set) var weightIsOfThisStep = false
  /// The revision had its full number of pods available when that was asked for.
  public internal(set) var available = false
  /// A person asked to skip everything that is left.
  public internal(set) var fullPromotion = false
  /// Every analysis of this attempt, in the order of scheduling.
  public internal(set) var runs: [Run] = []
  /// Where in `runs` the present way through the steps begins: a later command may have sent the
  /// attempt back to its first step, and what ran before counts no more.
  public internal(set) var firstRun = 0
  /// Inconclusive runs that the present pause is about.
  public internal(set) var inconclusive: [RunKey] = []
  /// Open exactly while the track is fast.
  public internal(set) var contract: SkipContract?
  /// Objects that broke the contract, at most ``RolloutState/violationsMax``.
  public internal(set) var violations: [RunObject] = []
  public internal(set) var startedAt: Timestamp
  public internal(set) var by: Requester
  /// Where its `attempt-classified` event is.
  public internal(set) var position: LogPosition

  init(_ event: AttemptClassified, at position: LogPosition) {
    number = event.attempt
    revision = event.revision
    stable = event.stable
    classification = event.classification
    strategy = event.strategy
    enteredStepAt = event.now
    startedAt = event.now
    by = event.by
    self.position = position
  }

  /// One analysis of an attempt.
  public struct Run: Equatable, Sendable {
    public var key: RunKey
    public var state: State
    public var scheduledAt: Timestamp

    public enum State: Equatable, Sendable {
      /// Asked for; no object was reported yet.
      case scheduled
      case created(RunObject)
      case finished(RunObject?, RunResult, RunReading)
      /// Not wanted any more; its object, if it has one, is to be stopped.
      case cancelled(RunObject?)
    }

    /// It may still start or report a result that counts.
    public var isOpen: Bool {
      switch state {
      case .scheduled, .created: true
      case .finished, .cancelled: false
      }
    }

    /// Cancelled, with an object that still has to stop.
    var isStopping: Bool {
      if case .cancelled(.some) = state { true } else { false }
    }

    /// The cluster's object for it, once reported.
    public var object: RunObject? {
      switch state {
      case .scheduled: nil
      case .created(let object): object
      case .finished(let object, _, _): object
      case .cancelled(let object): object
      }
    }
  }

  public var track: Track { classification.track }

  /// Runs of the present way through the steps.
  var presentRuns: ArraySlice<Run> { runs.dropFirst(firstRun) }

  /// A person or an inconclusive analysis stopped it: no step completes, no timer fires, nothing is
  /// promoted. Reports are recorded and take effect at resume.
  public var isHalted: Bool { pauses[.person] != nil || pauses[.inconclusiveAnalysis] != nil }
}
