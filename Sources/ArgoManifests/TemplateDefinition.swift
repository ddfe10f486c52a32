/// An analysis template as its document says, before a rollout has given it arguments.
struct TemplateDefinition {
  let key: Key
  let location: SourceLocation
  /// Names in order, with the value the template itself gives.
  let arguments: [Argument]
  let metrics: [MetricDefinition]
  let references: [Reference]
  /// Items of `dryRun`.
  let dryRun: [Field]

  struct Key: Hashable {
    /// `nil` for one that is cluster-scoped.
    var namespace: String?
    var name: String
    var clusterScoped: Bool

    var kind: String { clusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate" }
  }

  struct Argument {
    var name: String
    var value: ArgumentValue?
    var field: Field
  }

  /// `templateName` and `clusterScope`, in a rollout or in another template.
  struct Reference {
    var name: String
    var clusterScoped: Bool
    var field: Field

    init?(_ field: Field, _ log: ReadLog) {
      let clusterScoped = field["clusterScope"].bool(log)
      guard !field.members(log).isEmpty || field.isAbsent || field.content == .mapping([]),
        let name = field["templateName"].objectName(log)
      else { return nil }
      self.name = name
      self.clusterScoped = clusterScoped ?? false
      self.field = field
    }
  }

  /// - Returns: `nil` if the document has no usable name; other issues are logged.
  init?(_ document: Field, clusterScoped: Bool, _ log: ReadLog) {
    let metadata = document["metadata"]
    let namespace = metadata["namespace"]
    guard let name = metadata["name"].objectName(log) else { return nil }
    key = Key(
      namespace: clusterScoped || namespace.isAbsent ? nil : namespace.objectName(log),
      name: name, clusterScoped: clusterScoped)
    location = document.location
    let spec = document["spec"]
    if spec.isAbsent { log.refuse(spec, "is missing") }
    for (key, field) in spec.entries(log) {
      switch key {
      case "args", "metrics", "templates", "dryRun": continue
      default: log.ignore(field, "not read by Windlass")
      }
    }
    var names: Set<String> = []
    arguments = spec["args"].items(atMost: ManifestLimits.arguments, log).compactMap { field in
      guard let name = field["name"].requiredText(atMost: ManifestLimits.nameBytes, log) else {
        return nil
      }
      guard names.insert(name).inserted else {
        log.refuse(field["name"], "declares the argument \(quoted(name)) twice")
        return nil
      }
      return Argument(name: name, value: .ofTemplate(field, log), field: field)
    }
    metrics = spec["metrics"].items(atMost: ManifestLimits.metricsPerAnalysis, log)
      .map { MetricDefinition($0, log) }
    references = spec["templates"].items(atMost: ManifestLimits.templatesPerAnalysis, log)
      .compactMap { Reference($0, log) }
    dryRun = spec.dryRun(log)
    if metrics.isEmpty && spec["templates"].isEmptyList {
      log.refuse(spec["metrics"], "is missing: a template needs metrics or templates")
    }
  }
}

extension Field {
  /// What `dryRun` of a template or an analysis lists.
  func dryRun(_ log: ReadLog) -> [Field] {
    self["dryRun"].items(atMost: ManifestLimits.dryRuns, log)
  }

  /// Whether it is absent or a list without items.
  var isEmptyList: Bool { isAbsent || content == .sequence([]) }
}
