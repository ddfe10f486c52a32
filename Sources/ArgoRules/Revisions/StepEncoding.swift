/// The step list as the JSON text whose hash a rollout records.
///
/// Member order is that of Argo's API types. `analysisRunMetadata` and a template's `metadata` are
/// Go structs, which `omitempty` does not omit: they appear even when empty.
enum StepEncoding {
  static func json(_ steps: [CanaryStep]?) -> GoJSON {
    guard let steps else { return .null }
    return .array(steps.map { .object([member($0)]) })
  }

  private static func member(_ step: CanaryStep) -> (String, GoJSON) {
    switch step {
    case .setWeight(let weight): ("setWeight", .int(Int(Int32(clamping: weight))))
    case .pause(let duration):
      ("pause", .object(duration.map { [("duration", encode($0))] } ?? []))
    case .experiment(let experiment): ("experiment", encode(experiment))
    case .analysis(let block): ("analysis", encode(block))
    case .setCanaryScale(let scale): ("setCanaryScale", encode(scale))
    case .setHeaderRoute(let route): ("setHeaderRoute", encode(route))
    case .setMirrorRoute(let route): ("setMirrorRoute", encode(route))
    case .plugin(let plugin): ("plugin", encode(plugin))
    }
  }

  private static func encode(_ duration: PauseDuration) -> GoJSON {
    switch duration {
    case .seconds(let seconds): .int(Int(Int32(clamping: seconds)))
    case .text(let text): .string(text)
    }
  }

  private static func encode(_ scale: CanaryScale) -> GoJSON {
    var members: [(String, GoJSON)] = []
    if let weight = scale.weight { members.append(("weight", .int(weight))) }
    if let replicas = scale.replicas { members.append(("replicas", .int(replicas))) }
    if scale.matchTrafficWeight { members.append(("matchTrafficWeight", .bool(true))) }
    return .object(members)
  }

  private static func encode(_ match: StringMatch) -> GoJSON {
    var members: [(String, GoJSON)] = []
    if !match.exact.isEmpty { members.append(("exact", .string(match.exact))) }
    if !match.prefix.isEmpty { members.append(("prefix", .string(match.prefix))) }
    if !match.regex.isEmpty { members.append(("regex", .string(match.regex))) }
    return .object(members)
  }

  private static func encode(_ route: HeaderRoute) -> GoJSON {
    var members: [(String, GoJSON)] = []
    if !route.name.isEmpty { members.append(("name", .string(route.name))) }
    if !route.matches.isEmpty {
      let matches = route.matches.map { match -> GoJSON in
        .object([
          ("headerName", .string(match.header)),
          ("headerValue", match.value.map { encode($0) } ?? .null),
        ])
      }
      members.append(("match", .array(matches)))
    }
    return .object(members)
  }

  private static func encode(_ route: MirrorRoute) -> GoJSON {
    var members: [(String, GoJSON)] = [("name", .string(route.name))]
    if !route.matches.isEmpty {
      let matches = route.matches.map { match -> GoJSON in
        var parts: [(String, GoJSON)] = []
        if let method = match.method { parts.append(("method", encode(method))) }
        if let path = match.path { parts.append(("path", encode(path))) }
        if !match.headers.isEmpty {
          parts.append(("headers", .map(match.headers.mapValues { encode($0) })))
        }
        return .object(parts)
      }
      members.append(("match", .array(matches)))
    }
    if let percentage = route.percentage { members.append(("percentage", .int(percentage))) }
    return .object(members)
  }

  private static func encode(_ plugin: PluginStep) -> GoJSON {
    var members: [(String, GoJSON)] = [("name", .string(plugin.name))]
    if let configuration = plugin.configuration { members.append(("config", .raw(configuration))) }
    return .object(members)
  }

  private static func encode(_ block: AnalysisBlock) -> GoJSON {
    var members: [(String, GoJSON)] = []
    if !block.templates.isEmpty {
      members.append(("templates", .array(block.templates.map { encode($0) })))
    }
    if !block.arguments.isEmpty {
      members.append(("args", .array(block.arguments.map { encode($0) })))
    }
    if !block.dryRun.isEmpty { members.append(("dryRun", encode(dryRun: block.dryRun))) }
    if !block.retention.isEmpty {
      let rules = block.retention.map { rule -> GoJSON in
        .object([("metricName", .string(rule.metricName)), ("limit", .int(rule.limit))])
      }
      members.append(("measurementRetention", .array(rules)))
    }
    members.append(
      ("analysisRunMetadata", metadata(labels: block.labels, annotations: block.annotations)))
    return .object(members)
  }

  private static func encode(_ template: AnalysisBlock.TemplateReference) -> GoJSON {
    var members: [(String, GoJSON)] = [("templateName", .string(template.name))]
    if template.clusterScope { members.append(("clusterScope", .bool(true))) }
    return .object(members)
  }

  private static func encode(_ argument: AnalysisBlock.Argument) -> GoJSON {
    var members: [(String, GoJSON)] = [("name", .string(argument.name))]
    switch argument.value {
    case nil: break
    case .literal(let text):
      if !text.isEmpty { members.append(("value", .string(text))) }
    case .latestHash:
      members.append(("valueFrom", .object([("podTemplateHashValue", .string("Latest"))])))
    case .stableHash:
      members.append(("valueFrom", .object([("podTemplateHashValue", .string("Stable"))])))
    case .field(let path):
      let reference = GoJSON.object([("fieldPath", .string(path))])
      members.append(("valueFrom", .object([("fieldRef", reference)])))
    }
    return .object(members)
  }

  private static func encode(dryRun rules: [String]) -> GoJSON {
    .array(rules.map { .object([("metricName", .string($0))]) })
  }

  private static func metadata(labels: [String: String], annotations: [String: String]) -> GoJSON {
    var members: [(String, GoJSON)] = []
    if !labels.isEmpty { members.append(("labels", .map(labels))) }
    if !annotations.isEmpty { members.append(("annotations", .map(annotations))) }
    return .object(members)
  }

  private static func encode(_ experiment: ExperimentStep) -> GoJSON {
    var members: [(String, GoJSON)] = [
      ("templates", .array(experiment.templates.map { encode($0) }))
    ]
    if !experiment.duration.isEmpty { members.append(("duration", .string(experiment.duration))) }
    if !experiment.analyses.isEmpty {
      members.append(("analyses", .array(experiment.analyses.map { encode($0) })))
    }
    if !experiment.dryRun.isEmpty {
      members.append(("dryRun", encode(dryRun: experiment.dryRun)))
    }
    members.append(("analysisRunMetadata", .object([])))
    return .object(members)
  }

  private static func encode(_ template: ExperimentStep.Template) -> GoJSON {
    var members: [(String, GoJSON)] = [
      ("name", .string(template.name)), ("specRef", .string(template.source.rawValue)),
    ]
    if let replicas = template.replicas { members.append(("replicas", .int(replicas))) }
    members.append(
      ("metadata", metadata(labels: template.labels, annotations: template.annotations)))
    if let selector = template.selector {
      members.append(
        ("selector", .object(selector.isEmpty ? [] : [("matchLabels", .map(selector))])))
    }
    if let weight = template.weight { members.append(("weight", .int(weight))) }
    if let service = template.service {
      members.append(("service", .object(service.isEmpty ? [] : [("name", .string(service))])))
    }
    return .object(members)
  }

  private static func encode(_ analysis: ExperimentStep.Analysis) -> GoJSON {
    var members: [(String, GoJSON)] = [
      ("name", .string(analysis.name)), ("templateName", .string(analysis.templateName)),
    ]
    if analysis.clusterScope { members.append(("clusterScope", .bool(true))) }
    if !analysis.arguments.isEmpty {
      members.append(("args", .array(analysis.arguments.map { encode($0) })))
    }
    if analysis.requiredForCompletion { members.append(("requiredForCompletion", .bool(true))) }
    return .object(members)
  }
}
