/// Names of the metrics of one list.
enum MetricNames {
  static func checkUnique(_ metrics: [Place], _ log: FindingLog) {
    var seen: Set<String> = []
    for metric in metrics {
      guard let name = metric["name"].text, !seen.insert(name).inserted else { continue }
      log.report(
        .metricDuplicate, metric["name"],
        "two metrics are named \(Shown.quoted(name)): Argo Rollouts refuses the analysis",
        fix: "give them different names")
    }
  }
}

/// Lists of rules with patterns over metric names: `dryRun` and `measurementRetention`.
enum MetricRules {
  /// - Returns: whether all names are matched.
  static func judge(_ list: Place, _ names: [String], _ log: FindingLog) -> Bool {
    var open = Set(names)
    var isOpenEnded = false
    var seen: Set<String> = []
    for rule in list.items.prefix(LintLimits.metricRules) {
      guard let pattern = rule["metricName"].text else {
        log.report(
          .fieldMissing, rule, "the rule has no metricName", fix: "give a pattern such as .*")
        continue
      }
      let place = rule["metricName"]
      guard pattern.utf8.count <= LintLimits.metricPatternBytes else {
        log.report(
          .analysisNotExamined, place,
          "the pattern is longer than \(LintLimits.metricPatternBytes) bytes and is not tried",
          fix: "use a shorter one")
        isOpenEnded = true
        continue
      }
      if !seen.insert(pattern).inserted {
        log.report(
          .metricRuleDuplicate, place,
          "the rule \(Shown.quoted(pattern)) is given twice: the run is refused", fix: "keep one")
      }
      guard let matches = ConditionTrial.matcher(pattern) else {
        log.report(
          .metricRulePattern, place,
          "\(Shown.quoted(pattern)) is no regular expression and matches nothing: the run ends in "
            + "Error",
          fix: pattern == "*" ? "write .* for all metrics" : "correct the expression")
        continue
      }
      let matched = names.filter(matches)
      log.worked(names.count)
      if matched.isEmpty {
        log.report(
          .metricRuleUnmatched, place,
          "the rule \(Shown.quoted(pattern)) matches no metric: the run ends in Error",
          fix: names.isEmpty
            ? "take it out"
            : "the metrics are \(names.prefix(10).map { Shown.text($0) }.joined(separator: ", "))")
      }
      open.subtract(matched)
    }
    return open.isEmpty && !isOpenEnded
  }

  static func checkRetention(_ list: Place, _ log: FindingLog) {
    for rule in list.items where rule["metricName"].text != nil {
      if let limit = rule["limit"].integer, limit > 0 { continue }
      log.report(
        .retentionIgnored, rule["limit"].isPresent ? rule["limit"] : rule,
        "without a limit above 0 the rule does nothing: the last 10 measurements are kept",
        fix: "give a limit")
    }
  }
}
