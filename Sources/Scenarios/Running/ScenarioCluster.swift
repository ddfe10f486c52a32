import RolloutCore

/// One cluster of a scenario: what the log says of the application there, and which AnalysisRuns
/// the cluster itself has.
struct ScenarioCluster {
  let name: ClusterName
  let registration: ClusterRegistration
  private(set) var state = RolloutState()
  /// The last classification, for explanations.
  private(set) var classified: AttemptClassified?
  private(set) var objects: [Object] = []
  // Of this step.
  private(set) var events: [String] = []
  private(set) var scheduled: [String] = []
  private(set) var cancelled: [String] = []
  /// What the step's command was answered; `nil` where the step had none for this cluster.
  var answer: Answer?
  /// What `evaluate` would have been classified as.
  var evaluated: AttemptClassified?
  private var serial = 0

  enum Answer: Equatable {
    case allowed
    case alreadySatisfied
    case refused(RefusalRecorded)
    /// Nothing of the application is registered.
    case notFound
  }

  /// An AnalysisRun in the cluster.
  struct Object {
    var run: RunObject
    var attempt: AttemptNumber?
    /// `nil` for a run that nobody asked for.
    var key: RunKey?
    /// When a well-behaved one ends by itself, and with how many measurements; `nil`: never.
    var end: (at: Timestamp, measurements: Int)?
    var isFinished = false
  }

  init(_ name: ClusterName, _ registration: ClusterRegistration) {
    self.name = name
    self.registration = registration
  }

  mutating func beginStep() {
    events = []
    scheduled = []
    cancelled = []
    answer = nil
    evaluated = nil
  }

  mutating func fold(_ event: RolloutEvent, at position: LogPosition) {
    RolloutDecider.evolve(&state, event, at: position)
    switch event {
    case .attemptClassified(let event): classified = event
    case .runScheduled(_, let key, now: _): scheduled.append(EventText.text(key))
    case .runCancelled(_, let key, _, now: _): cancelled.append(EventText.text(key))
    case .attemptReclassified, .stepReached, .paused, .resumed, .fullPromotionRequested,
      .runCreated, .runFinished, .runMissing, .runawayDetected, .weightApplied, .podsObserved,
      .servicesObserved, .checkpointReached, .switchDecided, .scaleDownDelayed, .deadlineExceeded,
      .restartRequested, .restarted, .revisionAvailable, .revisionObserved, .attemptEnded,
      .contractKept, .contractViolated, .stableAdopted, .verificationOwed, .verificationPaid,
      .verificationWaived, .verificationOverdue, .watchStarted, .watchEnded:
      break
    }
  }

  mutating func record(_ event: String) {
    guard events.count < ScenarioLimits.eventsOfStep else { return }
    events.append(event)
  }

  /// The attempt whose directive the cluster has.
  var directed: AttemptNumber? { state.attempt?.number ?? state.lastEnded?.number }

  // MARK: Objects

  mutating func newName(_ application: ApplicationName, _ hash: String, _ run: String) -> String {
    serial += 1
    let short = application.text.split(separator: "/").last.map(String.init) ?? "rollout"
    let kind = run.replacing(" ", with: "-")
    return "\(short)-\(hash)-\(kind)-\(serial)"
  }

  mutating func remember(_ object: Object) {
    guard !objects.contains(where: { $0.run.name == object.run.name }) else { return }
    objects.append(object)
  }

  mutating func finish(_ name: String) {
    guard let index = objects.firstIndex(where: { $0.run.name == name }) else { return }
    objects[index].isFinished = true
  }

  /// The object a scenario means by what it is for: of the running attempt, else the latest.
  func object(for key: RunKey) -> RunObject? {
    let matches: (RunKey) -> Bool = { $0.type == key.type && $0.stepIndex == key.stepIndex }
    if let run = state.attempt?.runs.last(where: { matches($0.key) && $0.isOpen }) {
      return run.object
    }
    return objects.last {
      $0.run.type == key.type && $0.run.stepIndex == key.stepIndex && !$0.isFinished
    }?.run
  }
}
