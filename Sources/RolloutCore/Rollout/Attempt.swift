/// The running try to make a revision stable.
public struct Attempt: Equatable, Codable, Sendable {
  public internal(set) var number: AttemptNumber
  public internal(set) var revision: RevisionNumber
  /// Stable when it began.
  public internal(set) var stable: RevisionNumber?
  /// As decided when it began; track and class follow later explicit commands.
  public internal(set) var classification: Classification {
    get { boxedOrigin.value.classification }
    set { boxedOrigin = Box(Origin(classification: newValue, by: by)) }
  }
  /// The strategy it began with; later ones do not touch it.
  public internal(set) var strategy: StrategyVersion
  /// Index of the current step; the number of steps once all are done. Unused on the fast track.
  public internal(set) var stepIndex = 0
  public internal(set) var enteredStepAt: Timestamp
  /// Why it waits, and since when.
  public internal(set) var pauses: [PauseReason: Timestamp] = [:]
  /// Traffic that the cluster last confirmed for this attempt, 0...`maxWeight`.
  public internal(set) var weight: Int?
  /// Whether `weight` was confirmed after the current step was reached.
  public internal(set) var weightIsOfThisStep = false
  /// Whether the router confirmed `weight`; `nil` where it cannot tell.
  public internal(set) var weightVerified: Bool?
  /// Pods last reported for this attempt.
  public internal(set) var pods: PodCounts?
  /// `pods` were reported after `available` was, so they say more.
  public internal(set) var podsAreNewer = false
  /// The most that was ready and available since the current step began: only more than that is
  /// progress, or pods that come and go would keep a deadline away for ever.
  public internal(set) var best = PodCounts.Pods.none
  /// The fewest pods since the current step began; `nil` before the first report of it.
  public internal(set) var fewest: Fewest?
  /// The revision had its full number of pods available when that was asked for.
  public internal(set) var available = false
  /// A person asked to skip everything that is left.
  public internal(set) var fullPromotion = false
  /// The blue-green preview was verified at its own size and grows to full size.
  public internal(set) var checkpoint = false
  /// The pause before a blue-green switch is over: a person resumed.
  public internal(set) var switchApproved = false
  /// The active service was told to go to this revision.
  public internal(set) var switched = false
  /// Where the active service was last seen in this attempt, after the switch once it was decided.
  public internal(set) var activeSeen: RevisionNumber?
  /// When it last got on.
  public internal(set) var progressAt: Timestamp
  /// No progress within the deadline; over with the next progress.
  public internal(set) var isLate = false
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
  public var by: Requester { boxedOrigin.value.by }
  private var boxedOrigin: Box<Origin>
  /// Where its `attempt-classified` event is.
  public internal(set) var position: LogPosition

  init(_ event: AttemptClassified, at position: LogPosition) {
    number = event.attempt
    revision = event.revision
    stable = event.stable
    boxedOrigin = Box(Origin(classification: event.classification, by: event.by))
    strategy = event.strategy
    enteredStepAt = event.now
    progressAt = event.now
    startedAt = event.now
    self.position = position
  }

  /// Only fewer than that is progress where pods have to go, or pods that are made again and again
  /// would keep a deadline away for ever.
  public struct Fewest: Equatable, Codable, Sendable {
    /// Of the attempt's revision.
    public internal(set) var created: Int
    /// Of all others together.
    public internal(set) var old: Int
    /// Of the attempt's revision when counting began.
    public internal(set) var start: Int

    init(created: Int, old: Int, start: Int) {
      self.created = created
      self.old = old
      self.start = start
    }

    init(_ counts: PodCounts) {
      self.init(
        created: counts.desired.created, old: counts.stable.created + counts.others.created,
        start: counts.desired.created)
    }
  }

  private struct Origin: Equatable, Codable, Sendable {
    var classification: Classification
    var by: Requester
  }

  /// One analysis of an attempt.
  public struct Run: Equatable, Codable, Sendable {
    public var key: RunKey
    public var state: State
    public var scheduledAt: Timestamp
    /// No object of it appeared in time, and that was told.
    public var missed = false

    public enum State: Equatable, Codable, Sendable {
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

  public var track: Track { boxedOrigin.value.classification.track }

  /// Runs of the present way through the steps.
  var presentRuns: ArraySlice<Run> { runs.dropFirst(firstRun) }

  /// A person or something inconclusive stopped it: no step completes, no timer fires, nothing is
  /// scheduled, switched or promoted. Reports are recorded and take effect at resume.
  public var isHalted: Bool {
    pauses[.person] != nil || pauses[.inconclusiveAnalysis] != nil
      || pauses[.inconclusiveExperiment] != nil
  }
}
