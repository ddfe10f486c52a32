/// Where the two services of a blue-green rollout should point.
public enum BlueGreenServices {
  /// What becomes of the active service.
  public enum Active: Equatable, Sendable {
    /// Not touched.
    case held(Hold)
    /// It selects this hash from now on; the one it has already when nothing calls for a switch.
    case selects(String, Ground)
  }

  public enum Hold: String, Equatable, Sendable, CaseIterable {
    case paused, inconclusiveAnalysis, desiredNotReady, desiredNotSaturated
  }

  public enum Ground: Equatable, Sendable {
    case fastTracked(BlueGreenFastTrack)
    /// Pause complete and pre-promotion analysis passed.
    case ready
    /// Not yet: it stays where it is.
    case unchanged
    /// Back to stable.
    case aborted
  }

  /// The hash the preview service should select: desired, at once, even before the change is
  /// processed. `nil`: not touched, because there is no such service or progress halts.
  public static func preview(_ facts: BlueGreenFacts) -> String? {
    guard !facts.strategy.previewService.isEmpty, PauseRules.halt(facts.rollout) == nil else {
      return nil
    }
    return facts.sets.desired?.hash
  }

  /// The decision for the active service.
  ///
  /// Saturation is asked before anything else, so that an abort cannot lead back to stable while
  /// the preview lacks pods. The recorded abort flag counts here, not one decided in this pass.
  public static func active(_ facts: BlueGreenFacts) -> Active {
    if let halt = PauseRules.halt(facts.rollout) {
      return .held(halt == .userPaused ? .paused : .inconclusiveAnalysis)
    }
    guard facts.isDesiredReady else { return .held(.desiredNotReady) }
    guard facts.isDesiredSaturated, let desired = facts.sets.desired else {
      return .held(.desiredNotSaturated)
    }
    if facts.status.abort { return .selects(facts.status.stableHash, .aborted) }
    if BlueGreenPause.isComplete(facts), facts.prePromotionPassed {
      return .selects(desired.hash, .ready)
    }
    if let reason = BlueGreenFastTrack.reason(facts) {
      return .selects(desired.hash, .fastTracked(reason))
    }
    return .selects(facts.activeHash, .unchanged)
  }
}
