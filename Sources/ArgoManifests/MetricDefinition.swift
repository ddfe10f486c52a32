import RolloutCore

/// A metric of a template, read once, and again for each analysis only if arguments change it.
struct MetricDefinition {
  let field: Field
  /// Names of the arguments it uses.
  let placeholders: Set<String>
  /// Values in it: what reading it again costs.
  let nodes: Int
  /// The metric, where no argument changes it and nothing about it was refused.
  let fixed: AnalysisTemplate.Metric?

  init(_ field: Field, _ log: ReadLog) {
    self.field = field
    let names = Placeholder.names(in: field.content)
    if names.count > ManifestLimits.arguments {
      log.refuse(
        field, "must use at most \(ManifestLimits.arguments) arguments, uses \(names.count)")
    }
    placeholders = Set(names.sorted().prefix(ManifestLimits.arguments))
    nodes = Self.count(field.content)
    let metric = MetricReader(arguments: nil, log: log).metric(field)
    fixed = placeholders.isEmpty ? metric : nil
  }

  private static func count(_ content: YAMLNode.Content) -> Int {
    switch content {
    case .sequence(let nodes): nodes.reduce(1) { $0 + count($1.content) }
    case .mapping(let entries): entries.reduce(1) { $0 + count($1.value.content) }
    case .null, .bool, .integer, .number, .text: 1
    }
  }

  /// The metric with arguments filled in.
  ///
  /// - Returns: `nil` if it was refused.
  func metric(with arguments: [String: ArgumentValue], _ log: ReadLog) -> AnalysisTemplate.Metric? {
    guard !placeholders.isEmpty else { return fixed }
    for name in placeholders.sorted() where arguments[name] == nil {
      log.refuse(
        field,
        "uses {{args.\(printable(name, atMost: 60))}}, which no template of the analysis declares")
    }
    return MetricReader(arguments: arguments, log: log).metric(field)
  }
}
