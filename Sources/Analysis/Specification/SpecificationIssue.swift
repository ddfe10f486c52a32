/// What is wrong with a run's metrics: the first thing that Argo would name, in its words.
public struct SpecificationIssue: Error, Equatable, Sendable, CustomStringConvertible {
  /// Place of the metric; `nil` if it concerns the list as a whole.
  public var metric: Int?
  public var reason: String

  /// For example `metrics[0]: count must be >= inconclusiveLimit`.
  public var description: String { metric.map { "metrics[\($0)]: \(reason)" } ?? reason }

  /// The first issue of the list, or `nil`: metric after metric, and in each in Argo's order.
  ///
  /// Takes time in proportion to the number of metrics. Ours alone: numbers beyond 32 bits, which
  /// Argo lets wrap around, are refused, and so are more than ``AnalysisLimits/metrics``.
  public static func first(in metrics: [MetricSpecification]) -> Self? {
    guard !metrics.isEmpty else { return Self(metric: nil, reason: "no metrics specified") }
    guard metrics.count <= AnalysisLimits.metrics else {
      return Self(
        metric: nil, reason: "too many metrics: \(metrics.count), at most \(AnalysisLimits.metrics)"
      )
    }
    var names: Set<String> = []
    for (index, metric) in metrics.enumerated() {
      guard names.insert(metric.name).inserted else {
        return Self(metric: index, reason: "duplicate name '\(metric.name)'")
      }
      if let reason = reason(metric) { return Self(metric: index, reason: reason) }
    }
    return nil
  }

  /// What is wrong with one metric, without its place.
  static func reason(_ metric: MetricSpecification) -> String? {
    for (name, setting) in metric.numbers {
      guard let setting, Int32(exactly: setting.value) == nil else { continue }
      return "\(name) must be between \(Int32.min) and \(Int32.max)"
    }
    let consecutiveSuccessLimit = metric.consecutiveSuccessLimit?.value ?? 0
    let failureLimit = metric.failureLimit?.value ?? 0
    let inconclusiveLimit = metric.inconclusiveLimit?.value ?? 0
    let count = metric.count?.value ?? 0
    if consecutiveSuccessLimit < 0 { return "consecutiveSuccessLimit must be >= 0" }
    if failureLimit < -1 { return "failureLimit must be >= -1" }
    if consecutiveSuccessLimit == 0 && failureLimit == -1 {
      return "failureLimit and consecutiveSuccessLimit cannot both be disabled"
    }
    if inconclusiveLimit < 0 { return "inconclusiveLimit must be >= 0" }
    if let limit = metric.consecutiveErrorLimit, limit.value < 0 {
      return "consecutiveErrorLimit must be >= 0"
    }
    if count > 0 {
      // No overflow: all are within 32 bits.
      if failureLimit >= 0 && count < failureLimit + consecutiveSuccessLimit {
        return consecutiveSuccessLimit == 0
          ? "count must be >= failureLimit"
          : "count must be >= failureLimit + consecutiveSuccessLimit"
      }
      if failureLimit < 0 && count < consecutiveSuccessLimit {
        return "count must be >= consecutiveSuccessLimit"
      }
      if count < inconclusiveLimit { return "count must be >= inconclusiveLimit" }
    }
    if count > 1 && metric.interval.isEmpty {
      return "interval must be specified when count > 1"
    }
    do throws(GoDuration.Invalid) {
      if !metric.interval.isEmpty { _ = try GoDuration.parse(metric.interval) }
    } catch {
      return "invalid interval string: \(error.description)"
    }
    do throws(GoDuration.Invalid) {
      if !metric.initialDelay.isEmpty { _ = try GoDuration.parse(metric.initialDelay) }
    } catch {
      return "invalid startDelay string: \(error.description)"
    }
    guard let providers = metric.providers else { return nil }
    if providers.isEmpty { return "no provider specified" }
    return providers.count > 1 ? "multiple providers specified" : nil
  }
}
