import ArgoManifests

/// Judges the analyses of rollouts and experiments against the templates they name.
struct AnalysisJudge {
  enum Use: Equatable {
    case background
    case step
    case prePromotion
    case postPromotion
    /// Inside an experiment, which stops it when its own time is over.
    case experiment(hasEnd: Bool)
    /// Within a template that is judged where it is used.
    case nested
  }

  /// Templates that are used together, those they name included.
  private struct Group {
    var members: [Int] = []
    var isComplete = true
    var isTooLarge = false
    var metricNames: [String] = []
    /// Names given by two templates.
    var duplicates: [(name: String, first: Int, second: Int)] = []
    var declared: Set<String> = []
    var literals: [String: String] = [:]
    var withoutValue: [(name: String, owner: Int)] = []
    var conflicts: [(name: String, first: Int, second: Int)] = []
    var usesPlaceholders: [Bool] = []
    var metrics: [Place] = []
    /// The template of each metric.
    var owners: [Int] = []
  }

  let index: TemplateIndex
  /// Some documents could not be read, so what seems missing may be there.
  let mayBeIncomplete: Bool
  let log: FindingLog
  private var groups: [[Int]: Group] = [:]
  private struct Reading: Hashable {
    var file: String
    var line: Int
    var column: Int
    var arguments: Int
  }

  private var reread: Set<Reading> = []
  /// Sets of arguments that were given, numbered.
  private var argumentSets: [[String: String]: Int] = [:]
  var memo = ConditionMemo()

  init(index: TemplateIndex, mayBeIncomplete: Bool, log: FindingLog) {
    (self.index, self.mayBeIncomplete, self.log) = (index, mayBeIncomplete, log)
  }

  private static let fields: Set<String> = [
    "templates", "args", "dryRun", "measurementRetention", "analysisRunMetadata",
  ]

  /// A block with `templates` and `args`.
  mutating func judge(_ block: Place, _ use: Use, namespace: String?) {
    guard block.isPresent else { return }
    let extra: Set<String> = use == .background ? ["startingStep"] : []
    Fields.check(block, Self.fields.union(extra), log)
    let references = block["templates"].items
    guard !references.isEmpty else { return empty(block, use) }
    judge(references, block, use, namespace: namespace)
    checkMetadataPaths(block)
  }

  private func empty(_ block: Place, _ use: Use) {
    let place = block["templates"].isPresent ? block["templates"] : block
    switch use {
    case .background:
      log.report(
        .backgroundWithoutTemplates, place,
        "the background analysis has no templates, so nothing watches the update",
        fix: "name a template, or take the block out")
    case .step:
      log.report(
        .analysisWithoutTemplates, place,
        "the step has no templates, so no run is made and the step never completes",
        fix: "name a template, or take the step out")
    case .prePromotion, .postPromotion:
      log.report(
        .analysisWithoutTemplates, place,
        "the block has no templates, so no run is made and the promotion waits for ever",
        fix: "name a template, or take the block out")
    case .experiment, .nested: break
    }
  }

  /// One analysis of an experiment: a single template.
  mutating func judge(experimentAnalysis: Place, hasEnd: Bool, namespace: String?) {
    Fields.check(
      experimentAnalysis,
      [
        "name", "templateName", "clusterScope", "args", "requiredForCompletion", "dryRun",
        "measurementRetention",
      ], log)
    judge(
      [experimentAnalysis], experimentAnalysis, .experiment(hasEnd: hasEnd), namespace: namespace)
    checkMetadataPaths(experimentAnalysis)
  }

  /// References of a template to others.
  mutating func judge(nested entry: TemplateEntry) {
    log.object = entry.object
    for reference in entry.references {
      _ = find(reference, namespace: entry.key.namespace)
    }
  }

  private func find(_ reference: Place, namespace: String?) -> Int? {
    let name = reference["templateName"]
    guard let text = name.text, !text.isEmpty else {
      log.report(
        .fieldMissing, reference, "the reference has no templateName", fix: "name a template")
      return nil
    }
    let isClusterScoped = reference["clusterScope"].bool ?? false
    if let found = index.find(text, namespace: namespace, isClusterScoped: isClusterScoped) {
      return found
    }
    guard !mayBeIncomplete else { return nil }
    let key = TemplateEntry.Key(namespace: nil, name: text, isClusterScoped: isClusterScoped)
    let other = index.find(text, namespace: namespace, isClusterScoped: !isClusterScoped)
    log.report(
      .templateMissing, name,
      "\(key.shown) is not in the given files, so its metrics are not judged; without it in the "
        + "cluster the rollout is Degraded",
      fix: other == nil
        ? "give its file too, or correct the name"
        : isClusterScoped ? "leave clusterScope out" : "set clusterScope: true")
    return nil
  }

  private mutating func judge(
    _ references: [Place], _ block: Place, _ use: Use, namespace: String?
  ) {
    var roots: [Int] = []
    var isComplete = references.count <= LintLimits.templatesPerAnalysis
    for reference in references.prefix(LintLimits.templatesPerAnalysis) {
      log.worked()
      if let found = find(reference, namespace: namespace) {
        if !roots.contains(found) { roots.append(found) }
      } else {
        isComplete = false
      }
    }
    if groups[roots] == nil { groups[roots] = group(roots, namespace: namespace) }
    guard let group = groups[roots] else { return }
    let arguments = block["args"].items
    for argument in arguments {
      AnalysisArguments.checkSource(argument, needsValue: true, log)
    }
    if group.isTooLarge {
      log.report(
        .analysisNotExamined, block,
        "the analysis has more than \(LintLimits.templatesPerAnalysis) templates or "
          + "\(LintLimits.metricsPerAnalysis) metrics; only the first are judged together",
        fix: "split the analysis")
    }
    isComplete = isComplete && group.isComplete && !group.isTooLarge
    let given = self.given(arguments)
    judgeArguments(arguments, given.names, group, block, isComplete: isComplete)
    for duplicate in group.duplicates {
      log.report(
        .metricDuplicate, block["templates"],
        "\(index.entries[duplicate.first].key.shown) and "
          + "\(index.entries[duplicate.second].key.shown) both have a metric "
          + "\(Shown.quoted(duplicate.name)): Argo Rollouts refuses the analysis",
        fix: "give them different names")
    }
    if isComplete {
      let isDry = MetricRules.judge(block["dryRun"], group.metricNames, log)
      if isDry && !group.metricNames.isEmpty && block["dryRun"].isPresent {
        log.report(
          .dryRunEverything, block["dryRun"],
          "every metric is a dry run: the analysis is Successful whatever is measured",
          fix: "leave at least one metric out of dryRun")
      }
      _ = MetricRules.judge(block["measurementRetention"], group.metricNames, log)
    }
    MetricRules.checkRetention(block["measurementRetention"], log)
    judgeMetrics(group, given, block, use)
  }

  /// Names that get a value here, and the values that are written.
  private func given(
    _ arguments: [Place]
  ) -> (names: Set<String>, literals: [String: String]) {
    var names: Set<String> = []
    var literals: [String: String] = [:]
    for argument in arguments {
      guard let name = argument["name"].text else { continue }
      names.insert(name)
      literals[name] = argument["value"].text
    }
    return (names, literals)
  }

  private func judgeArguments(
    _ arguments: [Place], _ given: Set<String>, _ group: Group, _ block: Place, isComplete: Bool
  ) {
    var seen: Set<String> = []
    for argument in arguments {
      guard let name = argument["name"].text else { continue }
      if !seen.insert(name).inserted {
        log.report(
          .argumentDuplicate, argument["name"],
          "the argument \(Shown.quoted(name)) is given twice", fix: "keep one")
      }
      if isComplete && !group.declared.contains(name) {
        log.report(
          .argumentUndeclared, argument["name"],
          "no template of the analysis declares \(Shown.quoted(name)), so it is dropped",
          fix: group.declared.isEmpty
            ? "take it out, or declare it under spec.args of the template"
            : "declared are \(group.declared.sorted().prefix(20).map { Shown.text($0) }.joined(separator: ", "))"
        )
      }
    }
    for (name, owner) in group.withoutValue where !given.contains(name) {
      log.report(
        .argumentWithoutValue, block["args"].isPresent ? block["args"] : block,
        "\(index.entries[owner].key.shown) declares \(Shown.quoted(name)) without a value, and none "
          + "is given: the analysis cannot start",
        fix: "give it under args")
    }
    for conflict in group.conflicts where !given.contains(conflict.name) {
      log.report(
        .argumentConflict, block["templates"],
        "\(index.entries[conflict.first].key.shown) and \(index.entries[conflict.second].key.shown) "
          + "give \(Shown.quoted(conflict.name)) different values: Argo Rollouts refuses the "
          + "analysis",
        fix: "give the value under args here")
    }
  }

  private mutating func judgeMetrics(
    _ group: Group, _ given: (names: Set<String>, literals: [String: String]), _ block: Place,
    _ use: Use
  ) {
    let values = group.literals.filter { !given.names.contains($0.key) }
      .merging(given.literals) { $1 }
    let set = argumentSets[given.literals] ?? argumentSets.count
    argumentSets[given.literals] = set
    var endless: [String] = []
    var ending = 0
    for (offset, metric) in group.metrics.enumerated() {
      log.worked()
      let judge = MetricJudge(
        metric: metric, values: values, declared: nil, log: log)
      if judge.count == .endless {
        let isEnded = (metric["consecutiveSuccessLimit"].integer ?? 0) > 0
        if !isEnded { endless.append(metric["name"].text ?? "") }
      } else if judge.count != .unknown {
        ending += 1
      }
      guard group.usesPlaceholders[offset], !given.literals.isEmpty else { continue }
      let reading = Reading(
        file: metric.file, line: metric.line, column: metric.column, arguments: set)
      guard reread.insert(reading).inserted else { continue }
      let object = log.object
      log.object = index.entries[group.owners[offset]].object
      log.origin = " (with the arguments given at \(block.file):\(block.line))"
      judge.judge(&memo)
      (log.object, log.origin) = (object, "")
    }
    judgeEnd(endless: endless, ending: ending, block, use)
    if use == .background, (block["startingStep"].integer ?? 0) <= 0,
      group.metrics.contains(where: { $0["initialDelay"].isAbsent })
    {
      log.report(
        .backgroundBeforeTraffic, block,
        "the first measurement is taken before the canary has pods or traffic: it passes on no "
          + "data, or aborts a healthy update",
        fix: "set startingStep to a step after the first setWeight, or an initialDelay")
    }
  }

  private func judgeEnd(endless: [String], ending: Int, _ block: Place, _ use: Use) {
    switch use {
    case .step, .prePromotion, .postPromotion, .experiment(hasEnd: false):
      guard let name = endless.first else { return }
      let isExperiment = use == .experiment(hasEnd: false)
      log.report(
        isExperiment ? .experimentWithoutEnd : .analysisEndless,
        block["templates"].isPresent ? block["templates"] : block,
        "the metric \(Shown.quoted(name)) has an interval and no count, so it never ends; "
          + (isExperiment
            ? "the experiment has no duration either" : "Argo Rollouts refuses that here"),
        fix: "give the metric a count")
    case .background:
      guard ending > 0, endless.isEmpty else { return }
      log.report(
        .backgroundEndsEarly, block["templates"],
        "every metric has an end, so later steps are not watched any more",
        fix: "give an interval and no count: the analysis then lasts as long as the update")
    case .experiment(hasEnd: true), .nested: break
    }
  }

  private func group(_ roots: [Int], namespace: String?) -> Group {
    var group = Group()
    var seen: Set<Int> = []
    var open = Array(roots.reversed())
    var owners: [String: Int] = [:]
    var values: [String: (literal: String?, owner: Int)] = [:]
    var valueless: [String: Int] = [:]
    var order: [String] = []
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      guard group.members.count < LintLimits.templatesPerAnalysis else {
        group.isTooLarge = true
        break
      }
      let entry = index.entries[next]
      group.members.append(next)
      if entry.arguments.count > LintLimits.metricsPerAnalysis { group.isTooLarge = true }
      for argument in entry.arguments.prefix(LintLimits.metricsPerAnalysis) {
        group.declared.insert(argument.name)
        if !argument.hasValue {
          if valueless.updateValue(next, forKey: argument.name) == nil {
            order.append(argument.name)
          }
          continue
        }
        if let other = values[argument.name], other.literal != argument.literal,
          other.literal != nil, argument.literal != nil
        {
          group.conflicts.append((argument.name, other.owner, next))
        } else {
          values[argument.name] = (argument.literal, next)
          group.literals[argument.name] = argument.literal
        }
      }
      for metric in entry.metrics {
        guard group.metrics.count < LintLimits.metricsPerAnalysis else {
          group.isTooLarge = true
          break
        }
        log.worked()
        group.metrics.append(metric)
        group.owners.append(next)
        group.usesPlaceholders.append(
          MetricJudge(metric: metric, values: [:], declared: nil, log: log)
            .hasPlaceholders)
        guard let name = metric["name"].text else { continue }
        group.metricNames.append(name)
        if let owner = owners.updateValue(next, forKey: name), owner != next {
          group.duplicates.append((name, owner, next))
        }
      }
      for reference in entry.references.prefix(LintLimits.templatesPerAnalysis).reversed() {
        let found = reference["templateName"].text.flatMap {
          index.find(
            $0, namespace: namespace ?? entry.key.namespace,
            isClusterScoped: reference["clusterScope"].bool ?? false)
        }
        if let found { open.append(found) } else { group.isComplete = false }
      }
    }
    group.withoutValue = order.compactMap { name in
      values[name] == nil ? valueless[name].map { (name, $0) } : nil
    }
    return group
  }

  private static let metadataFields: Set<String> = [
    "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels",
    "metadata.annotations",
  ]

  /// Source: Argo Rollouts, arguments from metadata are read like Kubernetes' downward API.
  private func checkMetadataPaths(_ block: Place) {
    for argument in block["args"].items {
      let place = argument["valueFrom"]["fieldRef"]["fieldPath"]
      guard let path = place.text, path.hasPrefix("metadata") else { continue }
      let isSubscript =
        (path.hasPrefix("metadata.labels['") || path.hasPrefix("metadata.annotations['"))
        && path.hasSuffix("']")
      if !isSubscript && !Self.metadataFields.contains(path) {
        log.report(
          .argumentAmbiguous, place,
          "\(Shown.quoted(path)) is no metadata that can be read: Argo Rollouts refuses it",
          fix: "use metadata.labels['key'], metadata.annotations['key'], name, namespace or uid")
      }
    }
  }
}
