/// How templates become the content of one run.
public enum RunComposition {
  /// Why no run can be made. `description` is the text Argo reports.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownTemplate(AnalysisBlock.TemplateReference)
    case repeatedMetric(String)
    case contradictoryArgument(String, String, String)
    case repeatedDryRun(String)
    case repeatedRetention(String)
    case unresolvedArgument(String)
    /// Templates refer to each other in a circle. Argo follows them until its stack is spent.
    case circularReference(AnalysisBlock.TemplateReference)

    public var description: String {
      switch self {
      case .unknownTemplate(let reference):
        (reference.clusterScope ? "clusteranalysistemplate" : "analysistemplate")
          + ".argoproj.io \"\(reference.name)\" not found"
      case .repeatedMetric(let name): "two metrics have the same name '\(name)'"
      case .contradictoryArgument(let name, let first, let second):
        "Argument `\(name)` specified multiple times with different values: "
          + "'\(first)', '\(second)'"
      case .repeatedDryRun(let name): "two Dry-Run metric rules have the same name '\(name)'"
      case .repeatedRetention(let name):
        "two Measurement Retention metric rules have the same name '\(name)'"
      case .unresolvedArgument(let name): "args.\(name) was not resolved"
      case .circularReference(let reference):
        "template '\(reference.name)' refers to itself, directly or through others"
      }
    }
  }

  /// The templates that `references` stand for, each one once, in the order in which they are
  /// first met going down every reference before the next; namespaced ones before cluster-wide
  /// ones. A namespaced and a cluster-wide template may share a name: they are two templates.
  /// Versions without nested templates do not follow references.
  public static func templates(
    _ references: [AnalysisBlock.TemplateReference], among known: [AnalysisTemplate],
    followingReferences: Bool = true
  ) throws(Problem) -> [AnalysisTemplate] {
    var met: [AnalysisTemplate] = []
    var path: [AnalysisBlock.TemplateReference] = []
    let reach = followingReferences ? known : known.map { $0.withoutReferences }
    try follow(references, among: reach, path: &path, met: &met)
    return met.filter { !$0.clusterScope } + met.filter(\.clusterScope)
  }

  private static func follow(
    _ references: [AnalysisBlock.TemplateReference], among known: [AnalysisTemplate],
    path: inout [AnalysisBlock.TemplateReference], met: inout [AnalysisTemplate]
  ) throws(Problem) {
    for reference in references {
      guard !path.contains(reference) else { throw .circularReference(reference) }
      let found = known.first {
        $0.name == reference.name && $0.clusterScope == reference.clusterScope
      }
      guard let found else { throw .unknownTemplate(reference) }
      let isNew = !met.contains {
        $0.name == found.name && $0.clusterScope == found.clusterScope
      }
      // What was met before has brought its own references along already.
      guard isNew else { continue }
      met.append(found)
      path.append(reference)
      try follow(found.references, among: known, path: &path, met: &met)
      path.removeLast()
    }
  }

  /// The content of a run made from templates and what the caller adds.
  ///
  /// All metrics go into one run. An argument the templates do not declare is dropped; a given
  /// value replaces the declared one. Rules of the caller come before those of the templates.
  /// Checked in this order: metric names, dry-run rules, retention rules and arguments among the
  /// templates; then unresolved arguments; then the caller's rules against the templates'.
  ///
  /// - Parameters:
  ///   - templates: in the order of ``templates(_:among:)``.
  ///   - arguments: of the caller, resolved.
  public static func content(
    of templates: [AnalysisTemplate], arguments: [RunArgument] = [], dryRun: [String] = [],
    retention: [AnalysisBlock.Retention] = []
  ) throws(Problem) -> RunContent {
    let metrics = templates.flatMap(\.metrics)
    if let name = firstRepeated(metrics.map(\.name)) { throw .repeatedMetric(name) }
    let templateDryRun = templates.flatMap(\.dryRun)
    if let name = firstRepeated(templateDryRun) { throw .repeatedDryRun(name) }
    let templateRetention = templates.flatMap(\.retention)
    if let name = firstRepeated(templateRetention.map(\.metricName)) {
      throw .repeatedRetention(name)
    }
    let merged = try merge(arguments, into: try declared(by: templates))
    let allDryRun = dryRun + templateDryRun
    if let name = firstRepeated(allDryRun) { throw .repeatedDryRun(name) }
    let allRetention = retention + templateRetention
    if let name = firstRepeated(allRetention.map(\.metricName)) { throw .repeatedRetention(name) }
    return RunContent(
      metrics: metrics, dryRun: allDryRun, retention: allRetention, arguments: merged)
  }

  /// The arguments templates declare, by name. One with a value beats one without; two values
  /// must agree; among several without a value the last stands, with its origin.
  static func declared(by templates: [AnalysisTemplate]) throws(Problem) -> [RunArgument] {
    var result: [RunArgument] = []
    for argument in templates.flatMap(\.arguments) {
      guard let index = result.firstIndex(where: { $0.name == argument.name }) else {
        result.append(argument)
        continue
      }
      guard let earlier = result[index].value else {
        result[index] = argument
        continue
      }
      if let value = argument.value, value != earlier {
        throw .contradictoryArgument(argument.name, earlier, value)
      }
    }
    return result
  }

  /// The declared arguments with the given values in place. A given value leaves a declared
  /// origin standing beside it; an argument that ends with neither is an error.
  static func merge(
    _ given: [RunArgument], into declared: [RunArgument]
  ) throws(Problem) -> [RunArgument] {
    var result = declared
    for argument in given {
      guard let index = result.firstIndex(where: { $0.name == argument.name }) else { continue }
      if let value = argument.value {
        result[index].value = value
      } else if let origin = argument.origin {
        result[index].origin = origin
      }
    }
    if let open = result.first(where: { $0.value == nil && $0.origin == nil }) {
      throw .unresolvedArgument(open.name)
    }
    return result
  }

  private static func firstRepeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }
}
