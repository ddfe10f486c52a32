/// An analysis as a rollout names it: which templates, with which arguments.
public struct AnalysisBlock: Equatable, Sendable {
  public struct TemplateReference: Equatable, Hashable, Sendable {
    public var name: String
    public var clusterScope: Bool

    public init(_ name: String, clusterScope: Bool = false) {
      self.name = name
      self.clusterScope = clusterScope
    }
  }

  public struct Argument: Equatable, Hashable, Sendable {
    public enum Value: Equatable, Hashable, Sendable {
      case literal(String)
      /// Hash of the desired revision.
      case latestHash
      /// Hash of the stable revision.
      case stableHash
      /// A path into the rollout object, such as `metadata.labels['region']`.
      case field(String)
    }

    public var name: String
    /// Absent: empty text, which replaces the template's own default like any other value.
    public var value: Value?

    public init(_ name: String, _ value: Value?) {
      self.name = name
      self.value = value
    }
  }

  public struct Retention: Equatable, Hashable, Sendable {
    /// A regular expression over metric names.
    public var metricName: String
    @Count public var limit: Int

    public init(_ metricName: String, limit: Int) {
      self.metricName = metricName
      _limit = Count(wrappedValue: limit)
    }
  }

  public var templates: [TemplateReference]
  public var arguments: [Argument]
  /// Regular expressions over metric names.
  public var dryRun: [String]
  public var retention: [Retention]
  public var labels: [String: String]
  public var annotations: [String: String]

  public init(
    _ templates: [TemplateReference], arguments: [Argument] = [], dryRun: [String] = [],
    retention: [Retention] = [], labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) {
    self.templates = templates
    self.arguments = arguments
    self.dryRun = dryRun
    self.retention = retention
    self.labels = labels
    self.annotations = annotations
  }
}
