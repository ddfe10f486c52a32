/// When a finished run is deleted by age: `ttlStrategy`. Each field in whole seconds.
public struct RunTimeToLive: Equatable, Sendable {
  @OptionalCount public var secondsAfterCompletion: Int?
  @OptionalCount public var secondsAfterSuccess: Int?
  @OptionalCount public var secondsAfterFailure: Int?

  public init(afterCompletion: Int? = nil, afterSuccess: Int? = nil, afterFailure: Int? = nil) {
    _secondsAfterCompletion = OptionalCount(wrappedValue: afterCompletion)
    _secondsAfterSuccess = OptionalCount(wrappedValue: afterSuccess)
    _secondsAfterFailure = OptionalCount(wrappedValue: afterFailure)
  }

  /// The limit for a phase: Successful and Failed have their own and fall back to the general one;
  /// Error and Inconclusive only ever use the general one. `nil`: kept, or not finished.
  public func seconds(for phase: AnalysisPhase) -> Int? {
    switch phase {
    case .none, .pending, .running: nil
    case .successful: secondsAfterSuccess ?? secondsAfterCompletion
    case .failed: secondsAfterFailure ?? secondsAfterCompletion
    case .error, .inconclusive: secondsAfterCompletion
    }
  }

  /// Whether the run goes now: more whole seconds than the limit since it completed. A run whose
  /// completion time is unknown stays for ever, and one being deleted is left alone.
  public func isOver(_ run: ArgoAnalysisRun, at now: ArgoTime) -> Bool {
    guard let limit = seconds(for: run.phase), let completed = run.completed, !run.isBeingDeleted
    else { return false }
    return now.wholeSeconds(since: completed) > limit
  }
}
