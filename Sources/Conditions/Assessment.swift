/// The verdict on one measured value.
public struct Assessment: Equatable, Sendable {
  public var phase: MeasurementPhase
  /// Empty unless `phase` is `error`; then Argo's message, naming the condition and the cause.
  public var message: String
  /// The failing condition's error with its position, for people; `nil` unless `phase` is `error`.
  public var error: ConditionError?

  init(phase: MeasurementPhase, message: String = "", error: ConditionError? = nil) {
    self.phase = phase
    self.message = message
    self.error = error
  }

  /// Argo replaces whatever went wrong by one sentence when the provider returned nothing at all.
  static func unevaluated(
    _ name: String, _ condition: String, _ error: ConditionError, _ result: Value
  ) -> Assessment {
    let cause =
      result.isNothing
      ? "metric result is nil or empty: no data returned from the metric provider"
      : error.message
    return Assessment(
      phase: .error,
      message: "could not evaluate \(name) \"\(condition)\": \(cause)", error: error)
  }
}
