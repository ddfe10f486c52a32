/// What a run is created with: the metrics of all its templates, and the values of its arguments.
public struct RunSpecification: Equatable, Sendable {
  public var metrics: [MetricSpecification]
  public var arguments: [RunArgument]
  public var dryRun: [DryRunRule]
  public var measurementRetention: [RetentionRule]

  public init(
    metrics: [MetricSpecification], arguments: [RunArgument] = [], dryRun: [DryRunRule] = [],
    measurementRetention: [RetentionRule] = []
  ) {
    self.metrics = metrics
    self.arguments = arguments
    self.dryRun = dryRun
    self.measurementRetention = measurementRetention
  }

  /// Composes a run from templates and from what a rollout says about them.
  ///
  /// Values given replace the templates' defaults, and names that no template declares are dropped.
  ///
  /// - Parameters:
  ///   - templates: as ``TemplateSpecification/expanded(_:_:)`` gives them.
  ///   - given: the rollout's arguments.
  ///   - dryRun: the rollout's own rules, which come before the templates'.
  ///   - measurementRetention: likewise.
  /// - Throws: ``CompositionError`` for two metrics of one name, an argument with two different
  ///   values or with none, a rule given twice, a field that cannot be resolved.
  public static func composed(
    of templates: [TemplateSpecification], given: [GivenArgument] = [],
    dryRun: [DryRunRule] = [], measurementRetention: [RetentionRule] = [],
    in context: ArgumentContext = ArgumentContext()
  ) throws(CompositionError) -> RunSpecification {
    var values: [String: String] = [:]
    // The last one counts where a name is given twice.
    for argument in given { values[argument.name] = try context.text(of: argument.source) }
    let metrics = templates.flatMap(\.metrics)
    if let twice = firstRepeated(metrics.map(\.name)) {
      throw CompositionError("two metrics have the same name '\(twice)'")
    }
    let templateDryRun = templates.flatMap(\.dryRun)
    let templateRetention = templates.flatMap(\.measurementRetention)
    try refuseRepeated(templateDryRun, templateRetention)
    let arguments = try merged(templates.flatMap(\.arguments), values)
    let result = RunSpecification(
      metrics: metrics, arguments: arguments, dryRun: dryRun + templateDryRun,
      measurementRetention: measurementRetention + templateRetention)
    try refuseRepeated(result.dryRun, result.measurementRetention)
    return result
  }

  private static func refuseRepeated(
    _ dryRun: [DryRunRule], _ retention: [RetentionRule]
  ) throws(CompositionError) {
    if let twice = firstRepeated(dryRun.map(\.metricName)) {
      throw CompositionError("two Dry-Run metric rules have the same name '\(twice)'")
    }
    if let twice = firstRepeated(retention.map(\.metricName)) {
      throw CompositionError("two Measurement Retention metric rules have the same name '\(twice)'")
    }
  }

  /// The templates' arguments, each name once, with the values given.
  private static func merged(
    _ declared: [RunArgument], _ values: [String: String]
  ) throws(CompositionError) -> [RunArgument] {
    var result: [RunArgument] = []
    var places: [String: Int] = [:]
    for argument in declared {
      guard let place = places[argument.name] else {
        places[argument.name] = result.count
        result.append(argument)
        continue
      }
      if let old = result[place].value, let new = argument.value {
        guard old == new else {
          throw CompositionError(
            "Argument `\(argument.name)` specified multiple times with different values: "
              + "'\(old)', '\(new)'")
        }
      }
      if result[place].value == nil { result[place] = argument }
    }
    for index in result.indices {
      if let value = values[result[index].name] { result[index].value = value }
      guard result[index].value != nil || result[index].secret != nil else {
        throw CompositionError("args.\(result[index].name) was not resolved")
      }
    }
    return result
  }

  private static func firstRepeated(_ names: [String]) -> String? {
    var met: Set<String> = []
    return names.first { !met.insert($0).inserted }
  }
}
