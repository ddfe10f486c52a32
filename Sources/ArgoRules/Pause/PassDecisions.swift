/// What a pass decided about pausing and aborting. Kept aside during the pass and merged when the
/// status is written: rules inside the pass read the status as it was at the start.
///
/// Source: semantics 2 ("Pass"), 7 and 8.
public struct PassDecisions: Equatable, Sendable {
  public var addedPauses: [PauseReason] = []
  public var removedPauses: Set<PauseReason> = []
  public var clearsPauses = false
  public var addsAbort = false
  public var abortMessage = ""
  public var removesAbort = false

  public init() {}

  /// A pause decided in this pass already.
  public var hasAddedPause: Bool { !addedPauses.isEmpty }

  public mutating func abort(_ message: String) {
    addsAbort = true
    abortMessage = message
  }

  /// Whether the rollout counts as aborted from here on in the pass. A removal wins over both the
  /// recorded flag and an abort decided in the same pass.
  public func isAborted(_ recorded: ArgoRolloutStatus) -> Bool {
    !removesAbort && (addsAbort || recorded.abort)
  }

  /// Writes flag, time, conditions and `controllerPause` into `status`.
  ///
  /// An abort drops all pause conditions. Adding a condition that is there changes nothing, so its
  /// clock keeps running. When no condition is left, `controllerPause` goes too.
  public func merge(
    into status: inout ArgoRolloutStatus, recorded: ArgoRolloutStatus, now: ArgoTime
  ) {
    status.pauseConditions = []
    status.controllerPause = false
    // An abort decided in this pass is written even if a removal hides it from later rules.
    if addsAbort || (!removesAbort && recorded.abort) {
      status.abort = true
      status.abortedAt = recorded.abortedAt ?? now.storedSecond
      return
    }
    status.abort = false
    status.abortedAt = nil
    if clearsPauses { return }
    var conditions = recorded.pauseConditions.filter { !removedPauses.contains($0.reason) }
    var controllerPause = recorded.controllerPause
    var known = Set(recorded.pauseConditions.map(\.reason))
    for reason in addedPauses where known.insert(reason).inserted {
      conditions.append(PauseCondition(reason, start: now.storedSecond))
      controllerPause = true
    }
    guard !conditions.isEmpty else { return }
    status.controllerPause = controllerPause
    status.pauseConditions = conditions
  }
}
