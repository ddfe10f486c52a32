/// What a run measures: the part of it that is fixed when it is created, and by which an existing
/// run of the same name is recognised as the one meant.
public struct RunContent: Equatable, Sendable {
  public var metrics: [AnalysisTemplate.Metric]
  public var dryRun: [String]
  public var retention: [AnalysisBlock.Retention]
  public var arguments: [RunArgument]

  public init(
    metrics: [AnalysisTemplate.Metric] = [], dryRun: [String] = [],
    retention: [AnalysisBlock.Retention] = [], arguments: [RunArgument] = []
  ) {
    self.metrics = metrics
    self.dryRun = dryRun
    self.retention = retention
    self.arguments = arguments
  }
}

extension RunContent {
  /// Text that two contents share exactly when they are equal. What ``ArgoAnalysisRun/workDigest``
  /// is compared by.
  ///
  /// Every list is written with its length and every text with its size in bytes, so no text can
  /// be mistaken for two.
  public var digest: String {
    func text(_ value: String?) -> String { value.map { "\($0.utf8.count):\($0)" } ?? "-" }
    func list(_ items: [String]) -> String { "\(items.count)[" + items.joined() + "]" }
    return list(metrics.map { text($0.name) + text($0.definition) })
      + list(dryRun.map { text($0) })
      + list(retention.map { text($0.metricName) + text("\($0.limit)") })
      + list(
        arguments.map {
          switch $0.origin {
          case nil: text($0.name) + text($0.value)
          case .secret(let name, let key):
            text($0.name) + text($0.value) + "s" + text(name) + text(key)
          case .field(let path): text($0.name) + text($0.value) + "f" + text(path)
          }
        })
  }
}
