/// Metrics that are measured without counting, by name.
public struct DryRunRule: Hashable, Sendable {
  /// A regular expression that may match anywhere in a name.
  public var metricName: String

  public init(metricName: String) { self.metricName = metricName }
}

/// How many measurements stay readable, by name.
public struct RetentionRule: Hashable, Sendable {
  /// A regular expression that may match anywhere in a name.
  public var metricName: String
  /// The newest so many are kept; 0 or less means the usual 10.
  public var limit: Int64

  public init(metricName: String, limit: Int64) {
    self.metricName = metricName
    self.limit = limit
  }
}

/// Whether a regular expression matches somewhere in a name.
///
/// - Throws: anything, if the pattern is none. Must take time in proportion to the name.
public typealias NameMatching = (_ pattern: String, _ name: String) throws -> Bool

/// Rules expanded over the metrics of a run.
struct NameRules {
  /// Per metric.
  var isDryRun: [Bool]
  /// Per metric: how many measurements stay.
  var retained: [Int]

  /// The reason for refusal is Argo's: an invalid pattern matches nothing, and a rule that matches
  /// nothing is an error.
  struct Refusal: Error { var reason: String }

  static let usualRetention = 10

  init(
    _ dryRun: [DryRunRule], _ retention: [RetentionRule], over names: [String],
    _ matches: NameMatching
  ) throws(Refusal) {
    isDryRun = Array(repeating: false, count: names.count)
    retained = Array(repeating: Self.usualRetention, count: names.count)
    guard dryRun.count <= AnalysisLimits.rules, retention.count <= AnalysisLimits.rules else {
      throw Refusal(
        reason: "more than \(AnalysisLimits.rules) dryRun or measurementRetention rules")
    }
    for (place, rule) in dryRun.enumerated() {
      let matching = Self.places(of: rule.metricName, in: names, matches)
      guard !matching.isEmpty else {
        throw Refusal(reason: "dryRun[\(place)]: Rule didn't match any metric name(s)")
      }
      for index in matching { isDryRun[index] = true }
    }
    for (place, rule) in retention.enumerated() {
      let matching = Self.places(of: rule.metricName, in: names, matches)
      guard !matching.isEmpty else {
        throw Refusal(
          reason: "measurementRetention[\(place)]: Rule didn't match any metric name(s)")
      }
      // The last rule that matches is the one that counts.
      for index in matching {
        retained[index] =
          rule.limit > 0
          ? Int(min(rule.limit, Int64(AnalysisLimits.measurements))) : Self.usualRetention
      }
    }
  }

  private static func places(
    of pattern: String, in names: [String], _ matches: NameMatching
  ) -> [Int] {
    names.indices.filter { index in
      do {
        return try matches(pattern, names[index])
      } catch {
        return false
      }
    }
  }
}
