import RolloutCore

/// Reads one step of a canary.
struct StepReader {
  let namespace: String?
  let traffic: Canary.TrafficRouting?
  let log: ReadLog

  /// What a weight may be at most.
  private var maxWeight: Int { traffic?.maxWeight ?? 100 }

  private static let known =
    "setWeight, pause, setCanaryScale, analysis, experiment, setHeaderRoute, setMirrorRoute, plugin "
    + "and replicaProgressThreshold"

  /// Steps that say something to a router.
  private static let routed: Set<String> = ["setCanaryScale", "setHeaderRoute", "setMirrorRoute"]

  /// - Returns: `nil` if anything about it was refused.
  func step(_ field: Field, _ catalog: inout TemplateCatalog) -> Strategy.Step? {
    let given = field.entries(log).filter { !$0.field.isAbsent }
    guard given.count == 1, let (key, member) = given.first else {
      if case .mapping = field.content {
        let kinds = given.map { printable($0.key, atMost: 40) }.joined(separator: ", ")
        log.refuse(
          field,
          given.isEmpty
            ? "must say what to do; a pause until someone resumes is 'pause: {}'"
            : "must be one step, is several: \(kinds)" + Self.advice(for: given.map(\.key)))
      } else if field.isAbsent {
        log.refuse(field, "must say what to do, is empty")
      }
      return nil
    }
    if traffic == nil, Self.routed.contains(key) {
      log.refuse(member, "needs trafficRouting, as in Argo Rollouts")
      return nil
    }
    switch key {
    case "setWeight": return member.integer(in: 0...maxWeight, log).map { .setWeight($0) }
    case "pause": return pause(member)
    case "setCanaryScale": return canaryScale(member).map { .setCanaryScale($0) }
    case "analysis":
      member.noteIgnoredAnalysis(log)
      return catalog.plan(member, namespace: namespace, log).map { .analysis($0) }
    case "experiment": return experiment(member, &catalog).map { .experiment($0) }
    case "setHeaderRoute": return headerRoute(member).map { .setHeaderRoute($0) }
    case "setMirrorRoute": return mirrorRoute(member).map { .setMirrorRoute($0) }
    case "plugin": return plugin(member).map { .plugin($0) }
    case "replicaProgressThreshold": return threshold(member).map { .progressThreshold($0) }
    default:
      log.refuse(member, "is no known step; known are \(Self.known)")
      return nil
    }
  }

  /// What Argo Rollouts takes as one step and counts as one.
  private static func advice(for kinds: [String]) -> String {
    guard Set(kinds) == ["setWeight", "setCanaryScale"] else { return "" }
    return "; Argo Rollouts takes both as one step, here write two: setCanaryScale, then setWeight"
  }

  private func pause(_ field: Field) -> Strategy.Step? {
    guard case .mapping = field.content else {
      log.refuse(field, "must be {} or {duration: ...}, is \(field.content.kind)")
      return nil
    }
    for (key, member) in field.entries(log) where key != "duration" {
      // An indefinite pause instead of a timed one is what a typo would give.
      log.refuse(member, "is not known in a pause; known is duration")
      return nil
    }
    let duration = field["duration"]
    if duration.isAbsent && duration.isWritten {
      log.refuse(duration, "is empty; write a duration, or 'pause: {}'")
      return nil
    }
    guard !duration.isAbsent else { return .pause(nil) }
    return pauseLength(duration).map { .pause($0) }
  }

  /// Whole seconds; 0 is a pause that is over at once.
  private func pauseLength(_ duration: Field) -> Interval? {
    do {
      switch duration.content {
      case .integer(let seconds): return try DurationText.pause(seconds: seconds)
      case .text(let text): return try DurationText.pause(text)
      case .null, .bool, .number, .sequence, .mapping:
        log.refuse(
          duration, "must be seconds or a duration such as 30s, is \(duration.content.kind)")
      }
    } catch {
      log.refuse(duration, error.reason)
    }
    return nil
  }

  /// Seconds or a duration of an experiment; 0 is one that is over at once.
  private func length(_ duration: Field) -> Interval? {
    do {
      switch duration.content {
      case .integer(0), .text("0"), .text("0s"): return Interval(microseconds: 0)
      case .integer(let seconds): return try DurationText.seconds(seconds)
      case .text(let text):
        // Argo Rollouts reads text without a unit as seconds.
        if let seconds = Int64(text) { return try DurationText.seconds(seconds) }
        return try DurationText.parse(text, days: false)
      case .null, .bool, .number, .sequence, .mapping:
        log.refuse(
          duration, "must be seconds or a duration such as 30s, is \(duration.content.kind)")
      }
    } catch {
      log.refuse(duration, error.reason)
    }
    return nil
  }

  private func canaryScale(_ field: Field) -> Strategy.CanaryScale? {
    guard let (key, member) = field.only(of: ["replicas", "weight", "matchTrafficWeight"], log)
    else { return nil }
    switch key {
    case "replicas":
      return member.integer(in: 0...ManifestLimits.replicas, log).map { .replicas($0) }
    case "weight":
      // Argo Rollouts has no upper bound.
      return member.integer(in: 0...ManifestLimits.canaryScale, log).map { .weight($0) }
    default:
      guard member.bool(log) == true else {
        log.refuse(member, "must be true; leave it out otherwise")
        return nil
      }
      return .matchTrafficWeight
    }
  }

  // MARK: Experiments

  private func experiment(
    _ field: Field, _ catalog: inout TemplateCatalog
  ) -> Strategy.ExperimentPlan? {
    for (key, member) in field.entries(log)
    where !["templates", "analyses", "duration"].contains(key) {
      log.ignore(member, "not read by Windlass")
    }
    let templates = field["templates"].items(atMost: ManifestLimits.experimentTemplates, log)
    if templates.isEmpty { log.refuse(field["templates"], "is missing: nothing would run") }
    let analyses = field["analyses"].items(atMost: ManifestLimits.experimentAnalyses, log)
    let readTemplates = templates.compactMap(template)
    let readAnalyses = analyses.compactMap { analysis($0, &catalog) }
    let duration = field["duration"].isAbsent ? nil : length(field["duration"])
    guard !templates.isEmpty, readTemplates.count == templates.count,
      readAnalyses.count == analyses.count, duration != nil || field["duration"].isAbsent
    else { return nil }
    return Strategy.ExperimentPlan(
      templates: readTemplates, analyses: readAnalyses, duration: duration)
  }

  private func template(_ field: Field) -> Strategy.ExperimentPlan.Template? {
    let source = field["specRef"]
    guard let name = field["name"].objectName(log),
      let word = source.requiredText(atMost: 16, log)
    else { return nil }
    guard let source = Strategy.ExperimentPlan.Template.Source(rawValue: word) else {
      log.refuse(source, "must be stable or canary, is \(quoted(word))")
      return nil
    }
    return .init(
      name: name, source: source,
      replicas: field["replicas"].integer(in: 0...ManifestLimits.replicas, log),
      weight: field["weight"].integer(in: 0...maxWeight, log))
  }

  private func analysis(
    _ field: Field, _ catalog: inout TemplateCatalog
  ) -> Strategy.ExperimentPlan.Analysis? {
    guard let name = field["name"].requiredText(atMost: ManifestLimits.nameBytes, log),
      let plan = catalog.plan(field, references: [field], namespace: namespace, log)
    else { return nil }
    return .init(
      name: name, plan: plan,
      requiredForCompletion: field["requiredForCompletion"].bool(log) ?? false)
  }

  // MARK: Routes and plugins

  private func routeName(_ field: Field) -> String? {
    guard let name = field.requiredText(atMost: ManifestLimits.nameBytes, log) else { return nil }
    guard traffic?.managedRoutes.contains(name) == true else {
      log.refuse(
        field, "must be one of trafficRouting.managedRoutes, which would not remove it otherwise")
      return nil
    }
    return name
  }

  private func headerRoute(_ field: Field) -> Strategy.HeaderRoute? {
    guard let name = routeName(field["name"]) else { return nil }
    let items = field["match"].items(atMost: ManifestLimits.routeMatches, log)
    let matches = items.compactMap { item -> Strategy.HeaderMatch? in
      guard let header = item["headerName"].requiredText(atMost: ManifestLimits.nameBytes, log),
        let value = valueMatch(item["headerValue"])
      else { return nil }
      return .init(header: header, value: value)
    }
    return matches.count == items.count ? .init(name: name, matches: matches) : nil
  }

  private func mirrorRoute(_ field: Field) -> Strategy.MirrorRoute? {
    guard let name = routeName(field["name"]) else { return nil }
    let items = field["match"].items(atMost: ManifestLimits.routeMatches, log)
    let matches = items.compactMap(requestMatch)
    guard matches.count == items.count else { return nil }
    return .init(
      name: name, percentage: field["percentage"].integer(in: 0...100, log), matches: matches)
  }

  private func requestMatch(_ field: Field) -> Strategy.RequestMatch? {
    let (method, path) = (field["method"], field["path"])
    let entries = field["headers"].entries(log)
    guard entries.count <= ManifestLimits.routeMatches else {
      log.refuse(
        field["headers"],
        "must have at most \(ManifestLimits.routeMatches) headers, has \(entries.count)")
      return nil
    }
    let headers = entries.compactMap { key, value in
      valueMatch(value).map { Strategy.HeaderMatch(header: key, value: $0) }
    }
    let match = Strategy.RequestMatch(
      method: method.isAbsent ? nil : valueMatch(method),
      path: path.isAbsent ? nil : valueMatch(path), headers: headers)
    guard headers.count == entries.count, match.method != nil || method.isAbsent,
      match.path != nil || path.isAbsent
    else { return nil }
    return match
  }

  private func valueMatch(_ field: Field) -> Strategy.ValueMatch? {
    guard let (key, member) = field.only(of: ["exact", "prefix", "regex"], log),
      let text = member.requiredText(atMost: ManifestLimits.argumentBytes, log)
    else { return nil }
    return switch key {
    case "exact": .exact(text)
    case "prefix": .prefix(text)
    default: .regex(text)
    }
  }

  private func plugin(_ field: Field) -> Strategy.PluginCall? {
    guard let name = field["name"].requiredText(atMost: ManifestLimits.nameBytes, log) else {
      return nil
    }
    var configuration: [UInt8] = []
    if !field["config"].isAbsent {
      CanonicalJSON.write(field["config"].content, into: &configuration)
    }
    guard configuration.count <= ManifestLimits.pluginBytes else {
      log.refuse(field["config"], "must have at most \(ManifestLimits.pluginBytes) bytes as JSON")
      return nil
    }
    return .init(
      name: name, configuration: String(decoding: configuration, as: UTF8.self),
      disabled: field["disabled"].bool(log) ?? false)
  }

  /// `{type: Percent | Pods, value: n}`; `nil` if absent or refused.
  func threshold(_ field: Field) -> Canary.ProgressThreshold? {
    guard !field.isAbsent else { return nil }
    guard let type = field["type"].requiredText(atMost: 16, log) else { return nil }
    guard !field["value"].isAbsent else {
      log.refuse(field["value"], "is missing")
      return nil
    }
    switch type {
    case "Percent": return field["value"].integer(in: 0...100, log).map { .percent($0) }
    case "Pod", "Pods":
      return field["value"].integer(in: 0...ManifestLimits.replicas, log).map { .pods($0) }
    default:
      log.refuse(field["type"], "must be Percent or Pods, is \(quoted(type))")
      return nil
    }
  }
}

extension Field {
  /// The only member of a mapping that may have one of several; refused otherwise.
  fileprivate func only(of keys: [String], _ log: ReadLog) -> (key: String, field: Field)? {
    let given = entries(log).filter { !$0.field.isAbsent }
    guard given.count == 1, let first = given.first, keys.contains(first.key) else {
      if case .mapping = content {
        log.refuse(self, "must have exactly one of \(keys.joined(separator: ", "))")
      } else if isAbsent {
        log.refuse(self, "is missing")
      }
      return nil
    }
    return first
  }
}
