/// The pause between preview and switch.
public enum BlueGreenPause: Equatable, Sendable {
  /// Nothing is looked at.
  case skipped(Skip)
  /// No pause is called for; one that stands is taken away.
  case notNeeded(Ground)
  /// Pre-promotion analysis is not successful yet; nothing changes.
  case awaitsPrePromotion
  /// The pause begins with this pass.
  case begins
  /// Paused. With automatic promotion it is looked at again at `until`.
  case goesOn(until: ArgoTime?)
  /// The pause stands and is over: it is taken away.
  case ends
  /// A person resumed, there is no condition any more; nothing changes.
  case resumed

  public enum Skip: String, Equatable, Sendable, CaseIterable {
    case aborted, desiredNotReady, paused, inconclusiveAnalysis
  }

  public enum Ground: Equatable, Sendable {
    case fastTracked(BlueGreenFastTrack)
    case pastCheckpoint
    /// Automatic promotion without delay.
    case automatic
  }

  /// What a pass does about the pause.
  public init(_ facts: BlueGreenFacts) {
    let status = facts.status
    if status.abort {
      self = .skipped(.aborted)
    } else if !facts.isDesiredReady {
      self = .skipped(.desiredNotReady)
    } else if let halt = PauseRules.halt(facts.rollout) {
      self = .skipped(halt == .userPaused ? .paused : .inconclusiveAnalysis)
    } else if let reason = BlueGreenFastTrack.reason(facts) {
      self = .notNeeded(.fastTracked(reason))
    } else if status.blueGreen.scaleUpPreviewCheckpoint {
      self = .notNeeded(.pastCheckpoint)
    } else if !Self.isNeeded(facts.strategy) {
      self = .notNeeded(.automatic)
    } else if !facts.prePromotionPassed {
      self = .awaitsPrePromotion
    } else if let condition = status.pauseCondition(.blueGreenPause) {
      if Self.isComplete(facts) {
        self = .ends
      } else {
        let seconds = facts.strategy.autoPromotionSeconds
        self = .goesOn(until: seconds > 0 ? condition.start.adding(seconds: seconds) : nil)
      }
    } else {
      self = status.controllerPause ? .resumed : .begins
    }
  }

  /// The effect on what the pass decided.
  public func record(in decisions: inout PassDecisions) {
    switch self {
    case .begins: decisions.addedPauses.append(.blueGreenPause)
    case .notNeeded, .ends: decisions.removedPauses.insert(.blueGreenPause)
    case .skipped, .awaitsPrePromotion, .goesOn, .resumed: break
    }
  }

  /// The strategy has a pause: promotion is manual, or delayed.
  public static func isNeeded(_ strategy: BlueGreenStrategy) -> Bool {
    strategy.autoPromotionEnabled == false || strategy.autoPromotionSeconds > 0
  }

  /// Whether the pause lies behind the update, so that the active service may switch.
  ///
  /// No, if any pause was asked for in this pass. Yes, past the checkpoint. With automatic
  /// promotion: yes without a delay; else exactly if the condition stands and now is strictly
  /// after its start plus the delay (without a condition: no). With manual promotion: exactly if
  /// the controller paused and a person took the condition away.
  public static func isComplete(_ facts: BlueGreenFacts) -> Bool {
    let status = facts.status
    if facts.decisions.hasAddedPause { return false }
    if status.blueGreen.scaleUpPreviewCheckpoint { return true }
    let condition = status.pauseCondition(.blueGreenPause)
    guard facts.strategy.promotesAutomatically else {
      return status.controllerPause && condition == nil
    }
    let seconds = facts.strategy.autoPromotionSeconds
    guard seconds != 0 else { return true }
    guard let condition else { return false }
    return condition.start.adding(seconds: seconds) < facts.now
  }
}
