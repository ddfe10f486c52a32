/// How long a completed run is kept, in seconds.
public struct TimeToLive: Hashable, Sendable {
  /// Where none of the others applies.
  public var afterCompletion: Int64?
  public var afterSuccess: Int64?
  public var afterFailure: Int64?

  public init(
    afterCompletion: Int64? = nil, afterSuccess: Int64? = nil, afterFailure: Int64? = nil
  ) {
    self.afterCompletion = afterCompletion
    self.afterSuccess = afterSuccess
    self.afterFailure = afterFailure
  }

  /// Seconds that a run of this phase is kept; `nil` for ever. Error and Inconclusive only know
  /// ``afterCompletion``.
  public func seconds(_ phase: AnalysisPhase) -> Int64? {
    switch phase {
    case .pending, .running: nil
    case .successful: afterSuccess ?? afterCompletion
    case .failed: afterFailure ?? afterCompletion
    case .error, .inconclusive: afterCompletion
    }
  }

  /// Whether a run's time is over: more whole seconds than its time to live have passed since it
  /// completed. Never for one without a completion time.
  public func isOver(_ state: RunState, now: Moment) -> Bool {
    guard let limit = seconds(state.phase), let completedAt = state.completedAt else {
      return false
    }
    return now.since(completedAt).wholeSeconds > limit
  }

  /// The first moment at which ``isOver(_:now:)`` holds; `nil` if there is none to wait for.
  public func end(of state: RunState) -> Moment? {
    guard let limit = seconds(state.phase), let completedAt = state.completedAt else { return nil }
    // Whole seconds are cut off towards zero, so at less than 0 the last second before counts as 0.
    guard limit >= 0 else {
      return completedAt + .seconds(limit) + Moment.Span(nanoseconds: 1)
    }
    return completedAt + .seconds(limit.addingSaturating(1))
  }
}
