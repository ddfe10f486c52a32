import ArgoManifests

/// An analysis template, and what others need to know of it.
struct TemplateEntry {
  struct Key: Hashable {
    /// `nil` for one that is cluster-scoped, or whose manifest leaves it open.
    var namespace: String?
    var name: String
    var isClusterScoped: Bool

    var shown: String {
      "\(isClusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate") \(Shown.quoted(name))"
    }
  }

  /// One declared argument.
  struct Argument {
    var name: String
    var place: Place
    /// The literal value the template itself gives.
    var literal: String?
    /// Whether the template gives a value, literal or from a source.
    var hasValue: Bool
  }

  let key: Key
  let object: String
  let spec: Place
  let arguments: [Argument]
  let metrics: [Place]
  let references: [Place]

  static let fields: Set<String> = [
    "metrics", "args", "dryRun", "measurementRetention", "templates", "ttlStrategy",
  ]

  init(_ spec: Place, key: Key, object: String) {
    self.key = key
    self.object = object
    self.spec = spec
    metrics = spec["metrics"].items
    references = spec["templates"].items
    arguments = spec["args"].items.compactMap { place in
      guard let name = place["name"].text else { return nil }
      return Argument(
        name: name, place: place, literal: place["value"].scalar,
        hasValue: place["value"].isPresent || place["valueFrom"].isPresent)
    }
  }

  var literals: [String: String] {
    Dictionary(
      arguments.compactMap { argument in argument.literal.map { (argument.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What can be said of the template by itself.
  func judge(_ memo: inout ConditionMemo, _ log: FindingLog) {
    log.object = object
    Fields.check(spec, Self.fields, log)
    for (name, place) in [("metrics", spec["metrics"]), ("templates", spec["templates"])]
    where place.isPresent && place.node?.kind != "a list" {
      log.report(
        .fieldType, place, "\(name) must be a list, is \(place.node?.kind ?? "nothing")",
        fix: "begin each item with a dash")
    }
    if metrics.isEmpty && references.isEmpty {
      log.report(
        .metricsMissing, spec["metrics"].isPresent ? spec["metrics"] : spec,
        "the template has no metrics: a run of it alone ends in Error", fix: "add a metric")
    }
    var seen: Set<String> = []
    for argument in arguments where !seen.insert(argument.name).inserted {
      log.report(
        .argumentDuplicate, argument.place["name"],
        "the argument \(Shown.quoted(argument.name)) is declared twice", fix: "keep one")
    }
    for argument in arguments {
      AnalysisArguments.checkSource(argument.place, needsValue: false, log)
    }
    MetricNames.checkUnique(metrics, log)
    let declared = references.isEmpty ? Set(arguments.map(\.name)) : nil
    let literals = literals
    for metric in metrics {
      MetricJudge(
        metric: metric, values: literals, declared: declared, log: log
      ).judge(&memo)
    }
    // With references, the metrics of others count too; that is judged where the template is used.
    if references.isEmpty {
      let names = metrics.compactMap { $0["name"].text }
      let isDry = MetricRules.judge(spec["dryRun"], names, log)
      if isDry && !names.isEmpty {
        log.report(
          .dryRunEverything, spec["dryRun"],
          "every metric is a dry run: the analysis is Successful whatever is measured",
          fix: "leave at least one metric out of dryRun")
      }
      _ = MetricRules.judge(spec["measurementRetention"], names, log)
    }
    MetricRules.checkRetention(spec["measurementRetention"], log)
  }
}
