import Console

/// A source with fixed answers.
struct FixedSource: ConsoleSource {
  var state = Readiness.ready
  var families: [MetricFamily] = []

  func readiness() -> Readiness { state }
  func metrics() -> [MetricFamily] { families }
}
