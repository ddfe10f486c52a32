/// What users of Argo Rollouts last read of progress, where nothing else of the state says it.
///
/// Argo's conditions remember: a rollout is *resumed* until something moves again. Nothing decides
/// by this.
public struct ShownProgress: Equatable, Codable, Sendable {
  public internal(set) var word = Word.created
  /// Something was paused once: until then there is no condition Paused.
  public internal(set) var wasPaused = false
  /// What was given up had come past its first step: beginning anew moves.
  var wasUnderWay = false

  public enum Word: Equatable, Codable, Sendable {
    /// A revision that never ran here has no pods yet.
    case created
    /// Something moved.
    case updated
    /// A pause ended, and nothing moved since.
    case resumed
    /// An abort was taken back, and nothing moved since.
    case retried
    /// What was whole and promoted lost pods, and none came back since.
    case lostPods
  }
}

extension RolloutState {
  /// Called before the event is folded in: what moved is seen by what was.
  mutating func showProgress(_ event: RolloutEvent) {
    switch event {
    case .attemptClassified(let classified):
      shown.word = word(at: classified)
      shown.wasUnderWay = false
    case .paused: shown.wasPaused = true
    case .resumed(_, let reason, by: _, now: _):
      if attempt?.pauses.keys.allSatisfy({ $0 == reason }) == true { shown.word = .resumed }
    case .podsObserved(let revision, let counts, now: _):
      let before = pods?.counts(desired: revision, stable: stable)
      show(counts.bounded, after: before ?? PodCounts(desired: .none))
    case .servicesObserved(let seen, now: _):
      if seen != services { shown.word = .updated }
    case .stepReached, .fullPromotionRequested, .checkpointReached, .stableAdopted:
      shown.word = .updated
    case .attemptEnded(let ended):
      if ended.verdict == .promoted {
        if services == nil { shown.word = .updated }
      } else if attempt?.pauses.isEmpty == false {
        shown.word = .resumed
      }
      if ended.verdict == .superseded || ended.verdict == .withdrawn {
        shown.wasUnderWay = attempt.map { $0.stepIndex > 0 || $0.fullPromotion } ?? false
      }
    case .attemptReclassified, .runScheduled, .runCreated, .runCancelled, .runFinished,
      .runMissing, .runawayDetected, .weightApplied, .switchDecided, .scaleDownDelayed,
      .deadlineExceeded, .restartRequested, .restarted, .revisionAvailable, .revisionObserved,
      .contractKept, .contractViolated, .verificationOwed, .verificationPaid,
      .verificationWaived, .verificationOverdue, .watchStarted, .watchEnded:
      break
    }
  }

  private func word(at event: AttemptClassified) -> ShownProgress.Word {
    if attempt == nil, desired == event.revision, stable != event.revision { return .retried }
    // What was whole is so no more.
    if attempt == nil, let desired, desired == stable { return .updated }
    if shown.wasUnderWay { return .updated }
    let before = pods?.counts.desired.created ?? 0
    let after =
      if event.revision == stable, desired != stable {
        pods?.counts.stable.created ?? 0
      } else if kept.contains(where: { $0.revision == event.revision && $0.until > event.now }) {
        // Its pods are still up; how many is not told of each.
        before
      } else {
        0
      }
    if before != after { return .updated }
    if history[event.revision]?.attempted != true { return .created }
    if attempt == nil, case .aborted? = lastEnded?.verdict { return .retried }
    return shown.word
  }

  private mutating func show(_ counts: PodCounts, after before: PodCounts) {
    let old = counts.stable.created + counts.others.created
    let oldBefore = before.stable.created + before.others.created
    if counts.desired.created != before.desired.created || old < oldBefore
      || counts.ready > before.ready || counts.available > before.available
    {
      shown.word = .updated
    } else if attempt == nil, stable == desired, before.desired.isWhole,
      oldBefore == 0 || services != nil,
      counts.desired.available < before.desired.available
    {
      shown.word = .lostPods
    }
  }
}

extension PodCounts {
  fileprivate var ready: Int { desired.ready + stable.ready + others.ready }
  fileprivate var available: Int { desired.available + stable.available + others.available }
}

extension PodCounts.Pods {
  fileprivate var isWhole: Bool { requested == created && available == created }
}
