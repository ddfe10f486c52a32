/// An analysis template, namespaced or cluster-wide, as its document says.
public struct TemplateSpecification: Equatable, Sendable {
  public var key: Key
  public var arguments: [RunArgument]
  public var metrics: [MetricSpecification]
  public var dryRun: [DryRunRule]
  public var measurementRetention: [RetentionRule]
  /// Templates whose metrics belong to it as well.
  public var references: [Key]

  public init(
    _ key: Key, arguments: [RunArgument] = [], metrics: [MetricSpecification] = [],
    dryRun: [DryRunRule] = [], measurementRetention: [RetentionRule] = [], references: [Key] = []
  ) {
    self.key = key
    self.arguments = arguments
    self.metrics = metrics
    self.dryRun = dryRun
    self.measurementRetention = measurementRetention
    self.references = references
  }

  public struct Key: Hashable, Sendable {
    public var name: String
    public var isClusterScoped: Bool

    public init(name: String, isClusterScoped: Bool = false) {
      self.name = name
      self.isClusterScoped = isClusterScoped
    }
  }

  /// The templates that `roots` name and, through them, all those that are referred to, each once:
  /// namespaced before cluster-wide, in the order in which they are met. Rings are harmless.
  ///
  /// - Throws: ``CompositionError`` for a template that is not there, or more than
  ///   ``AnalysisLimits/templates``.
  public static func expanded(
    _ roots: [Key], _ lookup: (Key) -> TemplateSpecification?
  ) throws(CompositionError) -> [TemplateSpecification] {
    var found: [TemplateSpecification] = []
    var met: Set<Key> = []
    var ahead = Array(roots.reversed())
    while let key = ahead.popLast() {
      guard met.insert(key).inserted else { continue }
      guard met.count <= AnalysisLimits.templates else {
        throw CompositionError("more than \(AnalysisLimits.templates) analysis templates")
      }
      guard let template = lookup(key) else {
        let kind = key.isClusterScoped ? "clusteranalysistemplate" : "analysistemplate"
        throw CompositionError("\(kind).argoproj.io \"\(key.name)\" not found")
      }
      found.append(template)
      ahead += template.references.reversed()
    }
    return found.filter { !$0.key.isClusterScoped } + found.filter { $0.key.isClusterScoped }
  }
}
