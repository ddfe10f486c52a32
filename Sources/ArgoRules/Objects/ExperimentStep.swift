/// The `experiment` step of a canary.
public struct ExperimentStep: Equatable, Sendable {
  public enum Source: String, Equatable, Sendable {
    case stable, canary
  }

  public struct Template: Equatable, Sendable {
    public var name: String
    public var source: Source
    @OptionalCount public var replicas: Int?
    public var labels: [String: String]
    public var annotations: [String: String]
    public var selector: [String: String]?
    /// Share of the traffic for this template; needs traffic routing.
    @OptionalCount public var weight: Int?
    /// Name of the service; `nil` when none is configured, empty for a generated name.
    public var service: String?

    public init(
      _ name: String, _ source: Source, replicas: Int? = nil, labels: [String: String] = [:],
      annotations: [String: String] = [:], selector: [String: String]? = nil, weight: Int? = nil,
      service: String? = nil
    ) {
      self.name = name
      self.source = source
      _replicas = OptionalCount(wrappedValue: replicas)
      self.labels = labels
      self.annotations = annotations
      self.selector = selector
      _weight = OptionalCount(wrappedValue: weight)
      self.service = service
    }
  }

  public struct Analysis: Equatable, Sendable {
    public var name: String
    public var templateName: String
    public var clusterScope: Bool
    public var arguments: [AnalysisBlock.Argument]
    /// The experiment is complete only when this analysis is.
    public var requiredForCompletion: Bool

    public init(
      _ name: String, template: String, clusterScope: Bool = false,
      arguments: [AnalysisBlock.Argument] = [], requiredForCompletion: Bool = false
    ) {
      self.name = name
      self.templateName = template
      self.clusterScope = clusterScope
      self.arguments = arguments
      self.requiredForCompletion = requiredForCompletion
    }
  }

  public var templates: [Template]
  /// A Go duration; empty: until the analyses are over.
  public var duration: String
  public var analyses: [Analysis]
  public var dryRun: [String]

  public init(
    _ templates: [Template], duration: String = "", analyses: [Analysis] = [],
    dryRun: [String] = []
  ) {
    self.templates = templates
    self.duration = duration
    self.analyses = analyses
    self.dryRun = dryRun
  }
}
