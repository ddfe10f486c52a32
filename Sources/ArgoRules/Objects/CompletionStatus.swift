/// How an update ended, as the duration record says it.
public enum CompletionStatus: String, Equatable, Hashable, Sendable, CaseIterable {
  case promoted = "Promoted"
  case fastPromoted = "FastPromoted"
  case aborted = "Aborted"
  case superseded = "Superseded"
  case rolledBack = "RolledBack"
  case fastRolledBack = "FastRolledBack"
}

/// The record of one update's duration (since 1.11).
public struct DurationRecord: Equatable, Sendable {
  public var started: ArgoTime?
  public var finished: ArgoTime?
  public var completion: CompletionStatus?
  public var manualPauseStarted: ArgoTime?
  /// Whole seconds spent waiting for people.
  @Count public var manualPauseSeconds: Int

  public init(
    started: ArgoTime? = nil, finished: ArgoTime? = nil, completion: CompletionStatus? = nil,
    manualPauseStarted: ArgoTime? = nil, manualPauseSeconds: Int = 0
  ) {
    self.started = started
    self.finished = finished
    self.completion = completion
    self.manualPauseStarted = manualPauseStarted
    _manualPauseSeconds = Count(wrappedValue: manualPauseSeconds)
  }
}
