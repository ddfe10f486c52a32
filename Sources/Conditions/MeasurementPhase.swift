/// What the conditions say about one measured value.
public enum MeasurementPhase: String, Equatable, Sendable, CaseIterable {
  case successful = "Successful"
  case failed = "Failed"
  case inconclusive = "Inconclusive"
  /// No verdict: a condition could not be evaluated.
  case error = "Error"
}
