internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension AnalysisPlan: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__analysis_plan__init)

  init(wire m: Windlass__V1__AnalysisPlan) throws(WireError) {
    unsafe self.init(
      templates: try AnalysisTemplate.list(m.n_templates, m.templates, "templates"),
      arguments: try Argument.list(m.n_arguments, m.arguments, "arguments"),
      dryRun: strings(m.n_dry_run, m.dry_run))
  }

  func packed(in arena: Arena) -> Windlass__V1__AnalysisPlan {
    unsafe Windlass__V1__AnalysisPlan(
      base: Self.wireType.base, n_templates: templates.count, templates: arena.list(templates),
      n_arguments: arguments.count, arguments: arena.list(arguments), n_dry_run: dryRun.count,
      dry_run: arena.strings(dryRun))
  }
}

extension AnalysisPlan.Argument: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__argument__init)

  init(wire m: Windlass__V1__Argument) throws(WireError) {
    unsafe self.init(name: string(m.name), value: string(m.value))
  }

  func packed(in arena: Arena) -> Windlass__V1__Argument {
    unsafe Windlass__V1__Argument(
      base: Self.wireType.base, name: arena.string(name), value: arena.string(value))
  }
}

extension AnalysisTemplate: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__analysis_template__init)

  init(wire m: Windlass__V1__AnalysisTemplate) throws(WireError) {
    unsafe self.init(
      name: string(m.name), clusterScoped: m.cluster_scoped != 0,
      metrics: try Metric.list(m.n_metrics, m.metrics, "metrics"))
  }

  func packed(in arena: Arena) -> Windlass__V1__AnalysisTemplate {
    unsafe Windlass__V1__AnalysisTemplate(
      base: Self.wireType.base, name: arena.string(name), cluster_scoped: flag(clusterScoped),
      n_metrics: metrics.count, metrics: arena.list(metrics))
  }
}

extension AnalysisTemplate.Metric: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__metric__init)

  /// Counts are the manifest's own, where 32 bits are plenty.
  private static let counts = 0...Int(Int32.max)
  private static let limits = -1...Int(Int32.max)
  /// The limit where none is given.
  private static let errorsInARow = 4

  init(wire m: Windlass__V1__Metric) throws(WireError) {
    unsafe self.init(
      name: string(m.name),
      interval: try optionalLength(m.interval_microseconds, "interval_microseconds"),
      initialDelay: try optionalLength(m.initial_delay_microseconds, "initial_delay_microseconds"),
      count: try number(m.count, in: Self.counts, "count"),
      failureLimit: try number(m.failure_limit, in: Self.limits, "failure_limit"),
      inconclusiveLimit: try number(m.inconclusive_limit, in: Self.counts, "inconclusive_limit"),
      consecutiveErrorLimit: index(plusOne: m.consecutive_error_limit_plus_one)
        ?? Self.errorsInARow,
      consecutiveSuccessLimit: try number(
        m.consecutive_success_limit, in: Self.counts, "consecutive_success_limit"),
      successCondition: string(m.success_condition), failureCondition: string(m.failure_condition),
      provider: string(m.provider), query: string(m.query))
  }

  func packed(in arena: Arena) -> Windlass__V1__Metric {
    unsafe Windlass__V1__Metric(
      base: Self.wireType.base, name: arena.string(name),
      interval_microseconds: interval?.microseconds ?? 0,
      initial_delay_microseconds: initialDelay?.microseconds ?? 0, count: Int64(count),
      failure_limit: Int64(failureLimit), success_condition: arena.string(successCondition),
      failure_condition: arena.string(failureCondition), provider: arena.string(provider),
      query: arena.string(query), inconclusive_limit: Int32(clamping: inconclusiveLimit),
      consecutive_error_limit_plus_one: consecutiveErrorLimit == Self.errorsInARow
        ? 0 : plusOne(consecutiveErrorLimit),
      consecutive_success_limit: Int32(clamping: consecutiveSuccessLimit))
  }
}
