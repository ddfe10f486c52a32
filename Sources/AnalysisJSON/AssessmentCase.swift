public import Analysis

/// A run to assess: what it is made of, and what was measured so far.
///
/// In JSON an object. Only `metrics` must be there; what is not known is ignored and listed in the
/// answer's `notes`.
///
/// | member | value |
/// | --- | --- |
/// | `metrics` | list of metrics, at most ``AnalysisLimits/metrics`` |
/// | `args` | list of `{"name", "value"}`, which replace `{{args.name}}` in the metrics |
/// | `dryRun` | list of `{"metricName"}`, a regular expression |
/// | `measurementRetention` | list of `{"metricName", "limit"}` |
/// | `ttlStrategy` | `secondsAfterCompletion`, `secondsAfterSuccess`, `secondsAfterFailure` |
/// | `terminate` | whether the run is told to stop |
/// | `settle` | whether to go on until nothing changes, instead of for one pass |
/// | `startedAt` | of the run; else the earliest time of a measurement |
/// | `now` | time of the pass; else the latest time in the case |
///
/// A metric has `name`, `interval`, `initialDelay` (Go durations), `count`, `failureLimit`,
/// `inconclusiveLimit`, `consecutiveErrorLimit`, `consecutiveSuccessLimit` (numbers or texts),
/// `successCondition`, `failureCondition`, `provider` (`"web"`, or `{"web": {...}}` as in a
/// manifest; if it is absent nothing is said about it) and `measurements`: a list, oldest first, of
/// `phase`, and optionally `startedAt`, `finishedAt`, `resumeAt`, `message` and `value`. They are
/// recorded and assessed one by one; what follows the one that completes a metric counts for
/// nothing. With `counters` (named as in the answer; as in the status of an AnalysisRun) the
/// measurements are those that are left of many, were counted already, and are assessed once.
///
/// Times are RFC 3339 texts, or numbers of seconds since 1970; those of the answer are as `now` is.
public struct AssessmentCase: Equatable, Sendable {
  public var specification: RunSpecification
  /// Per metric, oldest first.
  public var measurements: [[Measurement]]
  /// Per metric: counters that have counted the measurements already; `nil` to count them.
  public var counters: [MetricState.Counters?]
  public var terminate: Bool
  /// Whether to go on until nothing changes any more, instead of for one pass.
  public var settle: Bool
  public var startedAt: Moment?
  /// The time of the pass; `nil` where the case does not say.
  public var now: Moment?
  public var timeToLive: TimeToLive
  /// Whether times in the answer are numbers, as `now` was.
  public var countsSeconds: Bool
  /// Members that were not read, such as `metrics[0].comment`.
  public var ignored: [String]

  /// Measurements of one metric.
  public static let measurementsMax = 100_000

  /// - Throws: ``JSONError`` naming the member that is wrong.
  public init(_ value: JSONValue) throws(JSONError) {
    var fields = try JSONFields(value, at: "")
    var ignored: [String] = []
    var metrics: [MetricSpecification] = []
    measurements = []
    counters = []
    guard fields.value("metrics") != nil else {
      throw JSONError("metrics is missing: a list of metrics")
    }
    for (index, item) in try fields.list("metrics", atMost: AnalysisLimits.metrics).enumerated() {
      var metric = try JSONFields(item, at: "metrics[\(index)]")
      metrics.append(try Self.metric(&metric))
      measurements.append(try Self.measurements(&metric, &ignored))
      counters.append(try Self.counters(&metric, &ignored))
      ignored += metric.unknown
    }
    var arguments: [RunArgument] = []
    for (index, item) in try fields.list("args", atMost: AnalysisLimits.arguments).enumerated() {
      var argument = try JSONFields(item, at: "args[\(index)]")
      guard let name = try argument.text("name") else {
        throw JSONError("\(argument.place("name")) is missing")
      }
      arguments.append(RunArgument(name: name, value: try argument.text("value")))
      ignored += argument.unknown
    }
    specification = RunSpecification(
      metrics: metrics, arguments: arguments, dryRun: try Self.dryRun(&fields, &ignored),
      measurementRetention: try Self.retention(&fields, &ignored))
    terminate = try fields.flag("terminate")
    settle = try fields.flag("settle")
    startedAt = try fields.moment("startedAt")
    now = try fields.moment("now")
    if case .number? = fields.value("now") { countsSeconds = true } else { countsSeconds = false }
    timeToLive = TimeToLive()
    if let strategy = fields.value("ttlStrategy") {
      var seconds = try JSONFields(strategy, at: "ttlStrategy")
      timeToLive = TimeToLive(
        afterCompletion: try seconds.integer("secondsAfterCompletion"),
        afterSuccess: try seconds.integer("secondsAfterSuccess"),
        afterFailure: try seconds.integer("secondsAfterFailure"))
      ignored += seconds.unknown
    }
    self.ignored = ignored + fields.unknown
  }

  private static func metric(_ fields: inout JSONFields) throws(JSONError) -> MetricSpecification {
    MetricSpecification(
      name: try fields.text("name") ?? "",
      interval: try fields.text("interval") ?? "",
      initialDelay: try fields.text("initialDelay") ?? "",
      count: try fields.setting("count"),
      successCondition: try fields.text("successCondition") ?? "",
      failureCondition: try fields.text("failureCondition") ?? "",
      failureLimit: try fields.setting("failureLimit"),
      inconclusiveLimit: try fields.setting("inconclusiveLimit"),
      consecutiveErrorLimit: try fields.setting("consecutiveErrorLimit"),
      consecutiveSuccessLimit: try fields.setting("consecutiveSuccessLimit"),
      providers: try providers(&fields))
  }

  /// `"web"`, or `{"web": {...}}` as in a manifest; `{}` is none, and absent is not known.
  private static func providers(_ fields: inout JSONFields) throws(JSONError) -> [Provider]? {
    let place = fields.place("provider")
    switch fields.value("provider") {
    case nil: return nil
    case .string(let name)?: return [Provider(try kind(name, at: place))]
    case .object(let members)?:
      var providers: [Provider] = []
      for member in members where member.value != .null {
        let kind = try kind(member.name, at: place)
        var settings: [Provider.Setting] = []
        collect(member.value, at: "", &settings)
        // Each plugin is a provider of its own.
        if kind == .plugin, case .object(let plugins) = member.value {
          providers += plugins.map { _ in Provider(kind, settings: settings) }
        } else {
          providers.append(Provider(kind, settings: settings))
        }
      }
      return providers
    case let other?: throw JSONError("\(place) must be a text or an object, is \(other.kind)")
    }
  }

  private static func kind(_ name: String, at place: String) throws(JSONError) -> Provider.Kind {
    guard let kind = Provider.Kind(rawValue: name) else {
      let known = Provider.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw JSONError("\(place) must be one of \(known)")
    }
    return kind
  }

  /// All texts inside a provider's settings, with their places.
  private static func collect(
    _ value: JSONValue, at path: String, _ settings: inout [Provider.Setting]
  ) {
    switch value {
    case .null, .bool, .number: return
    case .string(let text): settings.append(Provider.Setting(path: path, value: text))
    case .array(let values):
      for (index, value) in values.enumerated() {
        collect(value, at: "\(path)[\(index)]", &settings)
      }
    case .object(let members):
      for member in members {
        collect(
          member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)", &settings)
      }
    }
  }

  private static func counters(
    _ fields: inout JSONFields, _ ignored: inout [String]
  ) throws(JSONError) -> MetricState.Counters? {
    guard let value = fields.value("counters") else { return nil }
    var counters = try JSONFields(value, at: fields.place("counters"))
    let result = MetricState.Counters(
      count: try counters.integer("count") ?? 0,
      successful: try counters.integer("successful") ?? 0,
      failed: try counters.integer("failed") ?? 0,
      inconclusive: try counters.integer("inconclusive") ?? 0,
      error: try counters.integer("error") ?? 0,
      consecutiveError: try counters.integer("consecutiveError") ?? 0,
      consecutiveSuccess: try counters.integer("consecutiveSuccess") ?? 0)
    ignored += counters.unknown
    return result
  }

  private static func measurements(
    _ fields: inout JSONFields, _ ignored: inout [String]
  ) throws(JSONError) -> [Measurement] {
    var result: [Measurement] = []
    for (index, item) in try fields.list("measurements", atMost: measurementsMax).enumerated() {
      var measurement = try JSONFields(item, at: "\(fields.place("measurements"))[\(index)]")
      guard let word = try measurement.text("phase"), let phase = AnalysisPhase(rawValue: word)
      else {
        let known = AnalysisPhase.allCases.map(\.rawValue).joined(separator: ", ")
        throw JSONError("\(measurement.place("phase")) must be one of \(known)")
      }
      var value = ""
      if let given = measurement.value("value") {
        if case .string(let text) = given { value = text } else { value = given.text }
      }
      result.append(
        Measurement(
          phase, message: try measurement.text("message") ?? "", value: value,
          startedAt: try measurement.moment("startedAt"),
          finishedAt: try measurement.moment("finishedAt"),
          resumeAt: try measurement.moment("resumeAt")))
      ignored += measurement.unknown
    }
    return result
  }

  private static func dryRun(
    _ fields: inout JSONFields, _ ignored: inout [String]
  ) throws(JSONError) -> [DryRunRule] {
    var rules: [DryRunRule] = []
    for (index, item) in try fields.list("dryRun", atMost: AnalysisLimits.rules).enumerated() {
      var rule = try JSONFields(item, at: "dryRun[\(index)]")
      rules.append(DryRunRule(metricName: try rule.text("metricName") ?? ""))
      ignored += rule.unknown
    }
    return rules
  }

  private static func retention(
    _ fields: inout JSONFields, _ ignored: inout [String]
  ) throws(JSONError) -> [RetentionRule] {
    var rules: [RetentionRule] = []
    let items = try fields.list("measurementRetention", atMost: AnalysisLimits.rules)
    for (index, item) in items.enumerated() {
      var rule = try JSONFields(item, at: "measurementRetention[\(index)]")
      rules.append(
        RetentionRule(
          metricName: try rule.text("metricName") ?? "", limit: try rule.integer("limit") ?? 0))
      ignored += rule.unknown
    }
    return rules
  }
}
