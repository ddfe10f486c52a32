/// A template of analysis runs, namespaced or cluster-wide, as far as composing a run needs it.
public struct AnalysisTemplate: Equatable, Sendable {
  /// A metric: its name, and all the rest of it as canonical text that is only ever compared.
  public struct Metric: Equatable, Sendable {
    public var name: String
    public var definition: String

    public init(_ name: String, definition: String = "") {
      self.name = name
      self.definition = definition
    }
  }

  public var name: String
  public var clusterScope: Bool
  public var metrics: [Metric]
  public var arguments: [RunArgument]
  /// Patterns of metrics that are measured without consequence.
  public var dryRun: [String]
  public var retention: [AnalysisBlock.Retention]
  /// Templates whose content this one brings along.
  public var references: [AnalysisBlock.TemplateReference]

  public init(
    _ name: String, clusterScope: Bool = false, metrics: [Metric] = [],
    arguments: [RunArgument] = [], dryRun: [String] = [], retention: [AnalysisBlock.Retention] = [],
    references: [AnalysisBlock.TemplateReference] = []
  ) {
    self.name = name
    self.clusterScope = clusterScope
    self.metrics = metrics
    self.arguments = arguments
    self.dryRun = dryRun
    self.retention = retention
    self.references = references
  }

  /// The same template, not naming any other.
  var withoutReferences: AnalysisTemplate {
    var copy = self
    copy.references = []
    return copy
  }
}
