import ArgoManifests

/// Judges one metric with the arguments that are known.
struct MetricJudge {
  let metric: Place
  /// Literal values by name.
  let values: [String: String]
  /// Names that templates declare; `nil` where another template may declare more.
  let declared: Set<String>?
  let log: FindingLog

  /// A number that Kubernetes takes as a number or a text.
  enum Numeral: Equatable {
    case absent
    case known(Int64)
    /// Not readable, or an argument that only the cluster knows.
    case unknown

    var value: Int64? { if case .known(let value) = self { value } else { nil } }
  }

  /// How often a metric is measured.
  enum Count: Equatable {
    case times(Int64)
    case endless
    case unknown
  }

  static let fields: Set<String> = [
    "name", "interval", "initialDelay", "count", "successCondition", "failureCondition",
    "failureLimit", "inconclusiveLimit", "consecutiveErrorLimit", "consecutiveSuccessLimit",
    "provider",
  ]

  /// Providers, with whether they evaluate conditions.
  static let providers: [String: Bool] = [
    "prometheus": true, "web": true, "datadog": true, "newRelic": true, "wavefront": true,
    "graphite": true, "influxdb": true, "skywalking": true, "cloudWatch": true, "plugin": true,
    "kayenta": false, "job": false,
  ]

  private func report(_ rule: LintRule, _ place: Place, _ message: String, fix: String) {
    log.report(rule, place, message, fix: fix)
  }

  /// The text with what is known of the arguments; `nil` if something stays open.
  private func filled(_ text: String) -> String? {
    var isComplete = true
    let result = Placeholder.replace(in: text) { name in
      let value = values[name]
      if value == nil { isComplete = false }
      return value
    }
    return isComplete ? result : nil
  }

  func numeral(_ place: Place) -> Numeral {
    guard place.isPresent else { return .absent }
    if let value = place.integer { return known(value, "\(value)", place) }
    guard let text = place.text else {
      report(
        .fieldType, place, "must be an integer, is \(place.node?.kind ?? "nothing")",
        fix: "write a whole number")
      return .unknown
    }
    guard let filled = filled(text) else { return .unknown }
    return known(Int64(filled), Shown.quoted(filled), place)
  }

  /// With 32 bits, two limits can be added.
  private func known(_ value: Int64?, _ shown: String, _ place: Place) -> Numeral {
    if let value, Int32(exactly: value) != nil { return .known(value) }
    report(
      .numberInvalid, place, "\(shown) is no number of 32 bits: the run ends in Error",
      fix: "write a whole number up to \(Int32.max)")
    return .unknown
  }

  /// Seconds; `nil` where it is absent, open or wrong.
  private func duration(_ place: Place) -> Double? {
    guard place.isPresent else { return nil }
    guard let text = place.text else {
      report(
        .durationInvalid, place, "must be text with a unit, is \(place.node?.kind ?? "nothing")",
        fix: "write a duration with a unit, such as 30s or 5m")
      return nil
    }
    guard !text.isEmpty, let filled = filled(text) else { return nil }
    guard let seconds = GoDuration.seconds(filled) else {
      report(
        .durationInvalid, place,
        "\(Shown.quoted(filled)) is no duration: Argo Rollouts refuses the metric",
        fix: "write a duration with a unit, such as 30s or 5m")
      return nil
    }
    return seconds
  }

  private var hasInterval: Bool { metric["interval"].isPresent && metric["interval"].text != "" }

  /// Effective count.
  var count: Count {
    let quiet = FindingLog(disabled: [])
    let judge = MetricJudge(
      metric: metric, values: values, declared: nil, log: quiet)
    switch judge.numeral(metric["count"]) {
    case .absent, .known(0): return hasInterval ? .endless : .times(1)
    case .known(let count): return .times(count)
    case .unknown: return .unknown
    }
  }

  func judge(_ memo: inout ConditionMemo) {
    log.worked()
    guard metric.isMapping else {
      report(.fieldType, metric, "a metric must be a mapping", fix: "give it name and provider")
      return
    }
    Fields.check(metric, Self.fields, log)
    if metric["name"].text?.isEmpty ?? true {
      report(.fieldMissing, metric, "the metric has no name", fix: "name it")
    }
    placeholders()
    limits()
    _ = duration(metric["initialDelay"])
    guard let provider = provider() else { return }
    conditions(provider, &memo)
  }

  private func placeholders() {
    guard let declared else { return }
    var seen: Set<String> = []
    Self.texts(metric) { place, text in
      _ = Placeholder.replace(in: text) { name in
        if !declared.contains(name) && seen.insert(name).inserted {
          report(
            .argumentUnresolved, place,
            "{{args.\(Shown.text(name))}} is not among the template's arguments: every run of it "
              + "ends in Error",
            fix: "declare \(Shown.text(name)) under spec.args, or take the placeholder out")
        }
        return nil
      }
    }
  }

  /// Every text inside.
  static func texts(_ place: Place, _ visit: (Place, String) -> Void) {
    if let text = place.text { return visit(place, text) }
    for item in place.items { texts(item, visit) }
    for (_, member) in place.members { texts(member, visit) }
  }

  var hasPlaceholders: Bool {
    var found = false
    Self.texts(metric) { _, text in
      _ = Placeholder.replace(in: text) { _ in
        found = true
        return nil
      }
    }
    return found
  }

  private func limits() {
    let count = numeral(metric["count"])
    let failure = numeral(metric["failureLimit"])
    let inconclusive = numeral(metric["inconclusiveLimit"])
    let errors = numeral(metric["consecutiveErrorLimit"])
    let successes = numeral(metric["consecutiveSuccessLimit"])
    _ = duration(metric["interval"])
    for (name, limit, least) in [
      ("count", count, 0), ("failureLimit", failure, -1), ("inconclusiveLimit", inconclusive, 0),
      ("consecutiveErrorLimit", errors, 0), ("consecutiveSuccessLimit", successes, 0),
    ] as [(String, Numeral, Int64)] {
      if let value = limit.value, value < least {
        report(
          .limitNegative, metric[name], "\(name) must be at least \(least), is \(value)",
          fix: least == -1 ? "use -1 to switch it off, or a limit of 0 or more" : "use 0 or more")
      }
    }
    let success = successes.value ?? 0
    if failure == .known(-1), successes == .absent || successes == .known(0) {
      report(
        .limitsBothDisabled, metric["failureLimit"],
        "failureLimit -1 without a consecutiveSuccessLimit: Argo Rollouts refuses a metric that "
          + "nothing ends",
        fix: "give a consecutiveSuccessLimit, or a failureLimit of 0 or more")
    }
    if count == .known(0) {
      report(
        .countZero, metric["count"],
        "count 0 does not switch the metric off: without interval it is measured once, with one "
          + "for ever",
        fix: "leave count out, or take the metric out")
    }
    if let value = count.value, value > 1, !hasInterval {
      report(
        .countWithoutInterval, metric["count"],
        "count is \(value) and there is no interval: Argo Rollouts refuses the metric",
        fix: "give an interval")
    }
    if let value = count.value, value > 0, failure != .unknown, successes != .unknown {
      let limit = max(failure.value ?? 0, 0)
      if value < limit + success {
        report(
          .countBelowLimits, metric["count"],
          "count is \(value), below failureLimit + consecutiveSuccessLimit (\(limit + success)): "
            + "Argo Rollouts refuses the metric",
          fix: "use a count of at least \(limit + success)")
      }
    }
    if let value = count.value, value > 0, let limit = inconclusive.value, value < limit {
      report(
        .countBelowLimits, metric["count"],
        "count is \(value), below inconclusiveLimit (\(limit)): Argo Rollouts refuses the metric",
        fix: "use a count of at least \(limit)")
    }
    unreachable(failure, inconclusive, errors, success)
  }

  private func unreachable(
    _ failure: Numeral, _ inconclusive: Numeral, _ errors: Numeral, _ success: Int64
  ) {
    if let limit = errors.value, limit >= 360 {
      report(
        .errorLimitDistant, metric["consecutiveErrorLimit"],
        "after an Error the next try comes 10 s later, so an outage ends the analysis only after "
          + "about \(limit / 6) minutes",
        fix: "use a smaller consecutiveErrorLimit")
    }
    guard case .times(let count) = count else { return }
    // A count that Argo refuses is reported as such.
    let isCounted = metric["count"].isPresent && metric["count"].integer != 0
    if success > 0 {
      if success > count && !isCounted {
        report(
          .successLimitUnreachable, metric["consecutiveSuccessLimit"],
          "the metric is measured \(count) time\(count == 1 ? "" : "s") and needs \(success) "
            + "successes in a row: it ends Inconclusive or Failed whatever is measured",
          fix: "give count and interval, or an interval alone")
      }
      return
    }
    if let limit = failure.value, limit >= count, !(isCounted && count < limit) {
      report(
        .failureLimitUnreachable, metric["failureLimit"],
        "measured \(count) time\(count == 1 ? "" : "s"), it cannot fail more than failureLimit "
          + "(\(limit)) times: the metric is Successful even if every measurement fails",
        fix: "use a failureLimit below \(count)")
    }
    if let limit = inconclusive.value, limit > 0, limit >= count, !(isCounted && count < limit) {
      report(
        .inconclusiveLimitUnreachable, metric["inconclusiveLimit"],
        "measured \(count) time\(count == 1 ? "" : "s"), there are never more than \(limit) "
          + "inconclusive measurements: a metric that is never conclusive is Successful",
        fix: "use an inconclusiveLimit below \(count)")
    }
  }

  private func provider() -> (name: String, place: Place)? {
    let place = metric["provider"]
    let given = place.members.filter { $0.place.isPresent }
    guard let first = given.first else {
      report(
        .providerMissing, place, "the metric has no provider: Argo Rollouts refuses it",
        fix: "name one, such as prometheus")
      return nil
    }
    if given.count > 1 {
      report(
        .providerSeveral, place,
        "the metric has \(given.count) providers: Argo Rollouts refuses it",
        fix: "make a metric of each")
      return nil
    }
    if Self.providers[first.key] == nil {
      report(
        .providerUnknown, first.place,
        "\(Shown.quoted(first.key)) is no provider, so the API server drops it and the metric has "
          + "none",
        fix: "use one of \(Self.providers.keys.sorted().joined(separator: ", "))")
      return nil
    }
    return (first.key, first.place)
  }

  private func shape(_ provider: (name: String, place: Place)) -> ConditionTrial.Shape {
    switch provider.name {
    case "prometheus":
      let query = provider.place["query"].text ?? ""
      let start = query.drop { " \t\r\n(".contains($0) }
      return start.hasPrefix("scalar(") || Double(query) != nil ? .number : .numbers
    default: return .unknown
    }
  }

  private func conditions(
    _ provider: (name: String, place: Place), _ memo: inout ConditionMemo
  ) {
    let (success, failure) = (metric["successCondition"], metric["failureCondition"])
    for place in [success, failure] where place.isPresent && place.text == nil {
      report(
        .fieldType, place, "a condition must be text, is \(place.node?.kind ?? "nothing")",
        fix: "put the condition in quotes")
      return
    }
    let written = [success, failure].filter { !($0.text?.isEmpty ?? true) }
    guard Self.providers[provider.name] == true else {
      for place in written {
        report(
          .conditionNotEvaluated, place,
          "the provider \(provider.name) decides by itself and never evaluates conditions",
          fix: "take the condition out")
      }
      return
    }
    guard !written.isEmpty else {
      report(
        .conditionMissing, metric,
        "the metric has neither successCondition nor failureCondition: every measurement is "
          + "Successful, whatever is measured",
        fix: "give a successCondition")
      return
    }
    let judge = ConditionJudge(
      success: success, failure: failure, texts: (fill(success), fill(failure)),
      shape: shape(provider), isPrometheus: provider.name == "prometheus", log: log)
    judge.judge(&memo)
  }

  private func fill(_ place: Place) -> String? { place.text.map { filled($0) } ?? "" }
}
