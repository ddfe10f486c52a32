import RolloutCore

/// Reads one metric of an analysis template. Numbers and durations may come from arguments; queries
/// and conditions keep their placeholders, for the agent to fill when it measures.
struct MetricReader {
  /// Arguments by name; `nil` while a template is checked by itself, when what depends on an
  /// argument is left for later.
  let arguments: [String: ArgumentValue]?
  let log: ReadLog

  /// Providers that Argo Rollouts knows, with the field that people recognise a metric by.
  private static let providers: [String: String?] = [
    "prometheus": "query", "web": "url", "datadog": "query", "newRelic": "query",
    "wavefront": "query", "graphite": "query", "influxdb": "query", "skywalking": "query",
    "cloudWatch": nil, "kayenta": nil, "job": nil, "plugin": nil,
  ]

  private static let read: Set<String> = [
    "name", "interval", "initialDelay", "count", "failureLimit", "successCondition",
    "failureCondition", "provider", "inconclusiveLimit", "consecutiveErrorLimit",
    "consecutiveSuccessLimit",
  ]

  /// - Returns: `nil` if the metric was refused.
  func metric(_ field: Field) -> AnalysisTemplate.Metric? {
    guard case .mapping = field.content else {
      log.refuse(field, "must be a mapping, is \(field.content.kind)")
      return nil
    }
    for (key, member) in field.entries(log) where !Self.read.contains(key) {
      log.ignore(member, "not read by Windlass")
    }
    let name = field["name"].requiredText(atMost: ManifestLimits.nameBytes, log)
    let interval = duration(field["interval"])
    let initialDelay = duration(field["initialDelay"])
    let count = number(field["count"], from: 0)
    let failureLimit = number(field["failureLimit"], from: -1)
    checkLimits(field, count: count, failureLimit: failureLimit)
    let inconclusiveLimit = number(field["inconclusiveLimit"], from: 0)
    let success = condition(field["successCondition"])
    let failure = condition(field["failureCondition"])
    let provider = provider(field["provider"])
    guard let name, let provider, let success, let failure else { return nil }
    return AnalysisTemplate.Metric(
      name: name, interval: interval, initialDelay: initialDelay, count: count ?? 0,
      failureLimit: failureLimit ?? 0, inconclusiveLimit: inconclusiveLimit ?? 0,
      consecutiveErrorLimit: number(field["consecutiveErrorLimit"], from: 0) ?? 4,
      consecutiveSuccessLimit: number(field["consecutiveSuccessLimit"], from: 0) ?? 0,
      successCondition: success, failureCondition: failure, provider: provider.key,
      query: provider.query)
  }

  /// Source: Argo Rollouts, the rules for metrics that can never come to an end or to a result.
  private func checkLimits(_ field: Field, count: Int?, failureLimit: Int?) {
    let successes = number(field["consecutiveSuccessLimit"], from: 0) ?? 0
    if failureLimit == -1 && successes == 0 {
      log.refuse(
        field["failureLimit"],
        "must not be -1 without a consecutiveSuccessLimit: the metric could never end")
      return
    }
    guard let count, count > 0 else { return }
    let needed = max(0, failureLimit ?? 0).addingReportingOverflow(successes).partialValue
    if count < needed {
      let limits =
        successes > 0
        ? "failureLimit and consecutiveSuccessLimit together" : "failureLimit"
      log.refuse(field["count"], "must be at least \(limits) (\(needed)), is \(count)")
    }
    if let inconclusiveLimit = number(field["inconclusiveLimit"], from: 0),
      count < inconclusiveLimit
    {
      log.refuse(
        field["count"], "must be at least inconclusiveLimit (\(inconclusiveLimit)), is \(count)")
    }
    if count > 1 && field["interval"].isAbsent {
      log.refuse(field["interval"], "is missing: a metric measured \(count) times needs one")
    }
  }

  private func condition(_ field: Field) -> String? {
    if field.isAbsent || field.content == .text("") { return "" }
    return field.text(atMost: ManifestLimits.conditionBytes, log)
  }

  private func provider(_ field: Field) -> (key: String, query: String)? {
    let given = field.entries(log).filter { !$0.field.isAbsent }
    guard given.count == 1, let (key, config) = given.first else {
      if given.count > 1 {
        log.refuse(field, "must be one, not \(given.count)")
      } else if field.isAbsent {
        log.refuse(field, "is missing: a metric needs one")
      } else if case .mapping = field.content {
        log.refuse(field, "is empty: a metric needs one")
      }
      return nil
    }
    guard let queryKey = Self.providers[key] else {
      let known = Self.providers.keys.sorted().joined(separator: ", ")
      log.refuse(config, "is no known provider; known are \(known)")
      return nil
    }
    guard let queryKey else { return (key, "") }
    let query = config[queryKey]
    if query.isAbsent && key != "prometheus" && key != "web" { return (key, "") }
    guard let text = query.requiredText(atMost: ManifestLimits.queryBytes, log) else { return nil }
    guard key != "web" || !Self.holdsPassword(text) else {
      log.refuse(
        query, "must not hold a password, it would be recorded; use an argument from a secretKeyRef"
      )
      return nil
    }
    return (key, text)
  }

  /// Whether the part of a URL before the host has a password that is no placeholder.
  private static func holdsPassword(_ url: String) -> Bool {
    let bytes = Array(url.utf8)
    guard let scheme = bytes.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let rest = bytes[scheme...].dropFirst()
    guard rest.starts(with: "//".utf8) else { return false }
    let authority = rest.dropFirst(2).prefix { !"/?#".utf8.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let user = authority[..<at]
    guard let colon = user.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let password = user[(colon + 1)...]
    return !password.isEmpty && !password.starts(with: "{{".utf8)
  }

  /// A duration as Go reads it; `nil` if absent, refused or left for later.
  private func duration(_ field: Field) -> Interval? {
    guard let text = field.text(atMost: ManifestLimits.argumentBytes, log),
      let resolved = resolve(text, field)
    else { return nil }
    do {
      return try DurationText.parse(resolved, days: false)
    } catch {
      log.refuse(field, error.reason)
      return nil
    }
  }

  /// An integer, or text that is one after arguments are filled in.
  private func number(_ field: Field, from least: Int) -> Int? {
    let range = least...Int(Int32.max)
    guard case .text(let text) = field.content else { return field.integer(in: range, log) }
    guard text.utf8.count <= ManifestLimits.argumentBytes, let resolved = resolve(text, field)
    else { return nil }
    guard let value = Int(resolved), range.contains(value) else {
      log.refuse(
        field, "must be an integer of \(least) to \(range.upperBound), is \(quoted(resolved))")
      return nil
    }
    return value
  }

  /// The text with literals for placeholders; `nil` if it was refused or arguments are not known yet.
  private func resolve(_ text: String, _ field: Field) -> String? {
    let names = Placeholder.names(in: .text(text))
    guard !names.isEmpty else { return text }
    guard let arguments else { return nil }
    for name in names.sorted() {
      // An unknown name is refused for the metric as a whole.
      guard let value = arguments[name] else { return nil }
      guard case .literal = value else {
        log.refuse(field, "needs a literal, but \(quoted(name)) is \(quoted(value.text))")
        return nil
      }
    }
    return Placeholder.replace(in: text) { arguments[$0]?.text }
  }
}
