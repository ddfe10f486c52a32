import RolloutCore

/// The analysis templates of all files, and how an analysis of a rollout becomes a plan.
struct TemplateCatalog {
  private var definitions: [TemplateDefinition.Key: TemplateDefinition] = [:]
  private var resolvedMetrics = 0
  /// Values of metrics that were read once more for their arguments.
  private var readAgain = 0

  mutating func add(_ definition: TemplateDefinition, _ log: ReadLog) {
    let key = definition.key
    if let first = definitions[key] {
      log.refuse(
        definition.location, "metadata.name",
        "\(key.kind) \(quoted(key.name)) is given twice; first at \(first.location)")
      return
    }
    guard definitions.count < ManifestLimits.templates else {
      log.refuse(
        definition.location, "kind", "more than \(ManifestLimits.templates) analysis templates")
      return
    }
    definitions[key] = definition
  }

  /// One analysis of a rollout: its templates with those they name, their metrics, and a value for
  /// every argument they declare. Arguments that no template declares are dropped.
  ///
  /// - Returns: `nil` if anything about it was refused.
  mutating func plan(
    _ analysis: Field, references named: [Field]? = nil, namespace: String?, _ log: ReadLog
  ) -> AnalysisPlan? {
    let references =
      named ?? analysis["templates"].items(atMost: ManifestLimits.templatesPerAnalysis, log)
    if named == nil, analysis["templates"].isEmptyList {
      log.refuse(analysis["templates"], "is missing: an analysis needs at least one template")
    }
    let given = givenArguments(analysis, log)
    guard
      let definitions = expand(
        references.compactMap { .init($0, log) }, of: analysis, namespace: namespace, log)
    else { return nil }
    guard let arguments = arguments(of: definitions, given: given, analysis, log) else {
      return nil
    }
    let values = Dictionary(
      arguments.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let templates = templates(definitions, values, analysis, log),
      let dryRun = dryRun(of: definitions, analysis, log)
    else { return nil }
    return AnalysisPlan(
      templates: templates,
      arguments: arguments.map { .init(name: $0.name, value: $0.value.text) }, dryRun: dryRun)
  }

  /// Patterns of the rollout and of its templates; one given twice is refused, as in Argo Rollouts.
  private func dryRun(
    of definitions: [TemplateDefinition], _ analysis: Field, _ log: ReadLog
  ) -> [String]? {
    var patterns: [String] = []
    let fields = definitions.flatMap(\.dryRun) + analysis.dryRun(log)
    for field in fields {
      guard let pattern = field["metricName"].requiredText(atMost: ManifestLimits.nameBytes, log)
      else { return nil }
      guard !patterns.contains(pattern) else {
        log.refuse(field["metricName"], "is given twice for one analysis: \(quoted(pattern))")
        return nil
      }
      patterns.append(pattern)
    }
    return patterns
  }

  private func givenArguments(_ analysis: Field, _ log: ReadLog) -> [String: ArgumentValue] {
    var given: [String: ArgumentValue] = [:]
    for field in analysis["args"].items(atMost: ManifestLimits.arguments, log) {
      guard let name = field["name"].requiredText(atMost: ManifestLimits.nameBytes, log) else {
        continue
      }
      if field["value"].isAbsent && field["valueFrom"].isAbsent {
        log.refuse(field, "must have value or valueFrom")
      }
      guard let value = ArgumentValue.ofRollout(field, log) else { continue }
      if given.updateValue(value, forKey: name) != nil {
        log.refuse(field["name"], "gives the argument \(quoted(name)) twice")
      }
    }
    return given
  }

  /// The templates that references name, each followed by those it names in turn; one that is named
  /// again is dropped, so a circle ends.
  private func expand(
    _ references: [TemplateDefinition.Reference], of analysis: Field, namespace: String?,
    _ log: ReadLog
  ) -> [TemplateDefinition]? {
    var found: [TemplateDefinition] = []
    var seen: Set<TemplateDefinition.Key> = []
    var isComplete = !references.isEmpty
    var open = Array(references.reversed())
    while let reference = open.popLast() {
      guard let definition = definition(reference, namespace: namespace) else {
        isComplete = false
        guard !log.hasUnreadableFile else { continue }
        let kind = reference.clusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate"
        log.refuse(
          reference.field["templateName"],
          "\(kind) \(quoted(reference.name)) is not in the given files"
            + otherScope(reference, namespace: namespace))
        continue
      }
      guard seen.insert(definition.key).inserted else { continue }
      guard found.count < ManifestLimits.templatesPerAnalysis else {
        log.refuse(
          analysis["templates"],
          "must name at most \(ManifestLimits.templatesPerAnalysis) templates, those they name "
            + "included")
        return nil
      }
      found.append(definition)
      open.append(contentsOf: definition.references.reversed())
    }
    return isComplete ? found : nil
  }

  /// A template of the rollout's namespace. Where a manifest leaves the namespace open, whoever
  /// applies it decides, so that matches any.
  private func definition(
    _ reference: TemplateDefinition.Reference, namespace: String?
  ) -> TemplateDefinition? {
    let candidates: [String?] =
      reference.clusterScoped ? [nil] : [namespace, nil] + (namespace == nil ? ["default"] : [])
    for candidate in candidates {
      let key = TemplateDefinition.Key(
        namespace: candidate, name: reference.name, clusterScoped: reference.clusterScoped)
      if let definition = definitions[key] { return definition }
    }
    return nil
  }

  private func otherScope(
    _ reference: TemplateDefinition.Reference, namespace: String?
  ) -> String {
    var other = reference
    other.clusterScoped.toggle()
    guard let definition = definition(other, namespace: namespace) else { return "" }
    let fix = other.clusterScoped ? "set clusterScope: true" : "leave out clusterScope"
    return "; \(definition.key.kind) of that name is (\(fix))"
  }

  private func arguments(
    of definitions: [TemplateDefinition], given: [String: ArgumentValue], _ analysis: Field,
    _ log: ReadLog
  ) -> [(name: String, value: ArgumentValue)]? {
    var order: [(name: String, owner: TemplateDefinition)] = []
    var defaults: [String: ArgumentValue] = [:]
    var declared: Set<String> = []
    var isComplete = true
    for definition in definitions {
      for argument in definition.arguments {
        if declared.insert(argument.name).inserted { order.append((argument.name, definition)) }
        guard let value = argument.value else { continue }
        if let other = defaults.updateValue(value, forKey: argument.name), other != value {
          log.refuse(
            argument.field,
            "gives the argument \(quoted(argument.name)) another value than a template of the same "
              + "analysis does (used at \(analysis.location))")
          isComplete = false
        }
      }
    }
    guard order.count <= ManifestLimits.arguments else {
      log.refuse(
        analysis["templates"],
        "must declare at most \(ManifestLimits.arguments) arguments, declare \(order.count)")
      return nil
    }
    var result: [(name: String, value: ArgumentValue)] = []
    for (name, owner) in order {
      guard let value = given[name] ?? defaults[name] else {
        log.refuse(
          analysis["args"],
          "must give a value for \(quoted(name)), which \(owner.key.kind) "
            + "\(quoted(owner.key.name)) declares at \(owner.location)")
        isComplete = false
        continue
      }
      result.append((name, value))
    }
    return isComplete ? result : nil
  }

  private mutating func templates(
    _ definitions: [TemplateDefinition], _ values: [String: ArgumentValue], _ analysis: Field,
    _ log: ReadLog
  ) -> [AnalysisTemplate]? {
    let count = definitions.reduce(0) { $0 + $1.metrics.count }
    guard count > 0 else {
      // With other issues, the metrics may be what was refused.
      if !log.hasIssues { log.refuse(analysis["templates"], "must have metrics, have none") }
      return nil
    }
    guard count <= ManifestLimits.metricsPerAnalysis else {
      log.refuse(
        analysis["templates"],
        "must have at most \(ManifestLimits.metricsPerAnalysis) metrics together, have \(count)")
      return nil
    }
    resolvedMetrics += count
    guard resolvedMetrics <= ManifestLimits.resolvedMetrics else {
      log.refuse(
        analysis,
        "more than \(ManifestLimits.resolvedMetrics) metrics in the analyses of all rollouts")
      return nil
    }
    for metric in definitions.flatMap(\.metrics) where !metric.placeholders.isEmpty {
      readAgain += metric.nodes
    }
    guard readAgain <= ManifestLimits.nodes else {
      log.refuse(
        analysis,
        "more than \(ManifestLimits.nodes) values in metrics that arguments change, of all rollouts"
      )
      return nil
    }
    var owners: [String: TemplateDefinition] = [:]
    var result: [AnalysisTemplate] = []
    var isComplete = true
    for definition in definitions {
      var metrics: [AnalysisTemplate.Metric] = []
      for metricDefinition in definition.metrics {
        guard let metric = metricDefinition.metric(with: values, log) else {
          isComplete = false
          continue
        }
        if let owner = owners.updateValue(definition, forKey: metric.name) {
          log.refuse(
            metricDefinition.field["name"],
            "two metrics of one analysis are named \(quoted(metric.name)): the other is in "
              + "\(owner.key.kind) \(quoted(owner.key.name)) at \(owner.location)")
          isComplete = false
        }
        metrics.append(metric)
      }
      result.append(
        AnalysisTemplate(
          name: definition.key.name, clusterScoped: definition.key.clusterScoped,
          metrics: metrics))
    }
    return isComplete ? result : nil
  }
}
