/// What the Console shows. Whoever builds the service implements it over its own state.
///
/// Both calls answer from memory, at once: a probe must not wait for a database that is away.
public protocol ConsoleSource: Sendable {
  /// Whether this replica may be sent traffic now.
  func readiness() -> Readiness
  /// All metric families, each name at most once, in the order in which they are to be shown.
  func metrics() -> [MetricFamily]
}
