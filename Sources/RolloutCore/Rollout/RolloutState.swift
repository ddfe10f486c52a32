/// What the log says of one application on one cluster, folded.
public struct RolloutState: Equatable, Codable, Sendable {
  /// The revision last promoted or adopted.
  public internal(set) var stable: RevisionNumber?
  /// The revision being attempted; stays after an abort; equals `stable` after a promotion.
  public internal(set) var desired: RevisionNumber?
  /// The running attempt.
  public internal(set) var attempt: Attempt?
  public internal(set) var lastEnded: EndedAttempt? {
    get { boxedLastEnded?.value }
    set { boxedLastEnded = newValue.map { Box($0) } }
  }
  private var boxedLastEnded: Box<EndedAttempt>?
  /// What was desired before `desired` was.
  public internal(set) var previouslyDesired: RevisionNumber?
  /// Attempts so far, the running one included.
  public internal(set) var attempts: UInt32 = 0
  public internal(set) var history: [RevisionNumber: RevisionHistory] = [:]
  /// What this cluster calls each revision.
  public internal(set) var local: [RevisionNumber: LocalRevision] = [:]
  /// Skip contracts of ended attempts, oldest first: evidence against them may still arrive.
  public internal(set) var endedContracts: [EndedContract] = []
  /// Names of objects that belonged to analysis asked for lately, oldest first: reports about them
  /// that arrive late are no evidence against a later contract.
  public internal(set) var expectedObjects: [String] = []

  /// Pods last reported, with the revision that was desired then.
  public internal(set) var pods: ObservedPods?
  /// Where the services of a blue-green rollout were last seen.
  public internal(set) var services: ServicesSeen?
  /// Revisions whose pods stay for a while although they are not wanted any more, highest first.
  public internal(set) var kept: [Kept] = []
  /// A restart that was asked for and is not done.
  public internal(set) var restart: Timestamp?
  /// Verifications that emergencies owe.
  public internal(set) var debts: [VerificationDebt] = []
  /// The watch over what was promoted last.
  public internal(set) var watch: Watch? {
    get { boxedWatch?.value }
    set { boxedWatch = newValue.map { Box($0) } }
  }
  private var boxedWatch: Box<Watch>?
  /// Objects found to be made again and again.
  public internal(set) var runaways = Runaways()
  /// What users of Argo Rollouts read of progress.
  public internal(set) var shown = ShownProgress()

  /// A revision that is not wanted any more and whose pods stay for a while.
  public struct Kept: Equatable, Codable, Sendable {
    public internal(set) var revision: RevisionNumber
    /// The largest moment there is: for ever.
    public internal(set) var until: Timestamp
    /// Where that was recorded.
    public internal(set) var position: LogPosition
    /// It was stable, and something else became stable in its place: going back to it is a mere
    /// switch. What was aborted or given up is kept as well, and proves nothing.
    public internal(set) var wasStable: Bool
  }

  /// Revisions kept at once; more are not told of.
  public static let keptMax = 100
  /// Ended contracts kept for late evidence.
  public static let endedContractsMax = 8
  /// Names kept of objects that were asked for.
  public static let expectedObjectsMax = 24
  /// Violations recorded for one attempt; more objects add nothing to the finding.
  public static let violationsMax = 100

  public init() {}

  public enum Phase: String, Equatable, Sendable, CaseIterable {
    /// Nothing was ever asked or adopted.
    case empty
    /// Stable is what is desired.
    case healthy
    /// An attempt is running.
    case progressing
    /// The running attempt waits, for a person or a timer.
    case paused
    /// The last attempt was aborted and its revision is still desired.
    case degraded
  }

  public var phase: Phase {
    if let attempt { return attempt.pauses.isEmpty ? .progressing : .paused }
    guard let desired else { return .empty }
    return desired == stable ? .healthy : .degraded
  }

  /// The phase as a sentence for people.
  public var phaseMessage: String {
    if let attempt {
      if attempt.pauses[.person] != nil {
        return "revision \(attempt.revision) is paused by a person"
      }
      if attempt.pauses[.inconclusiveAnalysis] != nil {
        return "revision \(attempt.revision) is paused: an analysis was inconclusive"
      }
      if attempt.pauses[.inconclusiveExperiment] != nil {
        return "revision \(attempt.revision) is paused: an experiment was inconclusive"
      }
      if attempt.pauses[.step] != nil {
        return "revision \(attempt.revision) is paused at step \(attempt.stepIndex)"
      }
      if attempt.pauses[.blueGreen] != nil {
        return "revision \(attempt.revision) is paused before the switch"
      }
      if attempt.fullPromotion {
        return "revision \(attempt.revision) is being promoted in full"
      }
      switch attempt.track {
      case .fast: return "revision \(attempt.revision) is coming up without steps or analysis"
      case .full where attempt.switched:
        return "revision \(attempt.revision) is where the active service goes"
      case .full: return "revision \(attempt.revision) is at step \(attempt.stepIndex)"
      }
    }
    guard let desired else { return "nothing was deployed yet" }
    if desired == stable { return "revision \(desired) is stable" }
    guard let lastEnded, case .aborted(let cause) = lastEnded.verdict else {
      return "revision \(desired) is desired but not stable"
    }
    switch cause {
    case .person:
      return "revision \(desired) was aborted by \(lastEnded.by?.principal ?? "a person")"
    case .analysis(_, let message):
      return "revision \(desired) was aborted: analysis failed"
        + (message.isEmpty ? "" : ": \(message)")
    case .deadline(let message):
      return "revision \(desired) was aborted"
        + (message.isEmpty ? "" : ": \(message)")
    }
  }
}

extension RolloutState {
  /// Until when the pods of a revision stay that is not wanted any more; it may have passed.
  public func keptUntil(_ revision: RevisionNumber) -> Timestamp? {
    kept.first { $0.revision == revision }?.until
  }
}

/// What happened to one revision in one rollout.
public struct RevisionHistory: Equatable, Codable, Sendable {
  /// Where it was first attempted (or imported); `nil`: it never ran here.
  public internal(set) var attemptedAt: LogPosition?
  /// When that was.
  public internal(set) var attemptedSince: Timestamp?
  /// Where it last became stable, by promotion or by import; `nil`: it never was.
  public internal(set) var becameStableAt: LogPosition?
  /// Since when, the last time it became stable; `nil` for imported history without a moment.
  public internal(set) var stableSince: Timestamp?
  /// When it last stopped being stable, while it is not; `nil` when unknown or when it never was.
  public internal(set) var stoppedBeingStableAt: Timestamp?
  public internal(set) var stoppedBeingStablePosition: LogPosition?
  /// That it was stable rests on the cluster's own objects, not on a promotion in the log.
  public internal(set) var imported = false

  public var attempted: Bool { attemptedAt != nil }
  public var everStable: Bool { becameStableAt != nil }
}

/// A finished attempt, as far as anything later needs it.
public struct EndedAttempt: Equatable, Codable, Sendable {
  public internal(set) var number: AttemptNumber
  public internal(set) var revision: RevisionNumber
  /// Stable when it began.
  public internal(set) var stable: RevisionNumber?
  public internal(set) var classification: Classification
  public internal(set) var strategy: StrategyVersion
  public internal(set) var verdict: Verdict
  /// Who ended it; `nil` when an outcome did.
  public internal(set) var by: Requester?
  public internal(set) var now: Timestamp
  /// Who asked for it, and when.
  public internal(set) var requestedBy: Requester
  public internal(set) var startedAt: Timestamp
  /// Traffic that the cluster last confirmed for it.
  public internal(set) var weight: Int?
  /// Its latest analysis, at most ``RolloutState/expectedObjectsMax``. Objects of those cancelled
  /// at its end may still report how they stopped.
  public internal(set) var runs: [Attempt.Run]
  /// Present when it ended on the fast track.
  public internal(set) var contract: SkipContract?
  public internal(set) var violations: [RunObject]
}

/// The skip contract of an ended attempt.
public struct EndedContract: Equatable, Codable, Sendable {
  public internal(set) var contract: SkipContract
  /// Names of objects that broke it.
  public internal(set) var violations: [String]
  /// The same revision was attempted with analysis since: only a report that names this contract's
  /// attempt is evidence against it.
  public internal(set) var isSucceeded: Bool
}
