import RolloutCore

/// Reads how a rollout proceeds: `spec.strategy`, `spec.replicas` and `spec.rollbackWindow`.
struct StrategyReader {
  let namespace: String?
  let log: ReadLog

  private static let unsupportedSteps: Set<String> = [
    "setCanaryScale", "experiment", "setHeaderRoute", "setMirrorRoute", "plugin",
    "replicaProgressThreshold",
  ]

  /// - Returns: `nil` if anything about it was refused.
  func strategy(_ spec: Field, _ catalog: inout TemplateCatalog) -> Strategy? {
    let replicas =
      spec["replicas"].isAbsent
      ? 1 : spec["replicas"].integer(in: 0...ManifestLimits.replicas, log)
    let window = window(spec["rollbackWindow"])
    let strategy = spec["strategy"]
    let (canary, blueGreen) = (strategy["canary"], strategy["blueGreen"])
    if !blueGreen.isAbsent {
      log.refuse(blueGreen, "is not supported yet: only canary is read")
      return nil
    }
    guard !canary.isAbsent else {
      _ = strategy.members(log)
      log.refuse(canary, "is missing")
      return nil
    }
    noteIgnored(canary)
    let fields = canary["steps"].items(atMost: ManifestLimits.steps, log)
    let steps = fields.compactMap { step($0, &catalog) }
    let background = background(canary["analysis"], steps: fields.count, &catalog)
    guard let replicas, steps.count == fields.count,
      background != nil || canary["analysis"].isAbsent
    else { return nil }
    return Strategy(replicas: replicas, steps: steps, background: background, window: window)
  }

  private func noteIgnored(_ canary: Field) {
    for (key, field) in canary.entries(log) where !["steps", "analysis"].contains(key) {
      log.ignore(field, "has no effect on what Windlass decides")
    }
    let weight = canary["trafficRouting"]["maxTrafficWeight"]
    if !weight.isAbsent && weight.content != .integer(100) {
      log.refuse(weight, "is not supported yet: weights are 0 to 100")
    }
  }

  private func window(_ field: Field) -> RollbackWindow? {
    for (key, member) in field.entries(log) where key != "revisions" {
      log.ignore(member, "Argo Rollouts does not read it; a RolloutPolicy can limit the time")
    }
    return field["revisions"].integer(in: 1...Int(Int32.max), log).map {
      RollbackWindow(revisions: $0)
    }
  }

  private func step(_ field: Field, _ catalog: inout TemplateCatalog) -> Strategy.Step? {
    let given = field.entries(log).filter { !$0.field.isAbsent }
    guard given.count == 1, let (key, member) = given.first else {
      if case .mapping = field.content {
        let kinds = given.map { printable($0.key, atMost: 40) }.joined(separator: ", ")
        log.refuse(
          field,
          given.isEmpty
            ? "must say what to do; a pause until someone resumes is 'pause: {}'"
            : "must be one step, is several: \(kinds)")
      } else if field.isAbsent {
        log.refuse(field, "must say what to do, is empty")
      }
      return nil
    }
    switch key {
    case "setWeight": return member.integer(in: 0...100, log).map { .setWeight($0) }
    case "pause": return pause(member)
    case "analysis":
      noteIgnoredAnalysis(member)
      return catalog.plan(member, namespace: namespace, log).map { .analysis($0) }
    case _ where Self.unsupportedSteps.contains(key):
      log.refuse(member, "is not supported yet: read are setWeight, pause and analysis")
      return nil
    default:
      log.refuse(member, "is no known step; known are setWeight, pause and analysis")
      return nil
    }
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
    do {
      switch duration.content {
      case .null: return .pause(nil)
      case .integer(let seconds): return .pause(try DurationText.seconds(seconds))
      case .text(let text):
        // Argo Rollouts reads text without a unit as seconds.
        if let seconds = Int64(text) { return .pause(try DurationText.seconds(seconds)) }
        return .pause(try DurationText.parse(text, days: false))
      case .bool, .number, .sequence, .mapping:
        log.refuse(
          duration, "must be seconds or a duration such as 30s, is \(duration.content.kind)")
      }
    } catch {
      log.refuse(duration, error.reason)
    }
    return nil
  }

  private func background(
    _ field: Field, steps: Int, _ catalog: inout TemplateCatalog
  ) -> Strategy.BackgroundAnalysis? {
    guard !field.isAbsent else { return nil }
    guard case .mapping = field.content else {
      _ = field.members(log)
      return nil
    }
    noteIgnoredAnalysis(field)
    let startingStep = field["startingStep"]
    let start = startingStep.isAbsent ? 0 : startingStep.integer(in: 0...steps, log)
    guard let plan = catalog.plan(field, namespace: namespace, log), let start else { return nil }
    return Strategy.BackgroundAnalysis(plan: plan, startingStep: start)
  }

  private func noteIgnoredAnalysis(_ field: Field) {
    for (key, member) in field.entries(log) {
      switch key {
      case "templates", "args", "startingStep": continue
      case "dryRun" where !member.isEmptyList:
        log.refuse(member, "is not supported yet: its metrics would count like any other")
      default: log.ignore(member, "not read by Windlass")
      }
    }
  }
}
