/// What one analysis run measures: templates as they were when the strategy was registered.
public struct AnalysisPlan: Equatable, Codable, Sendable {
  /// Empty: an analysis that never starts and, as a step, never completes (as in Argo).
  public var templates: [AnalysisTemplate]
  /// Arguments the rollout gives, by name.
  public var arguments: [Argument]
  /// Regular expressions; the result of a metric whose name one of them matches does not count.
  public var dryRun: [String]

  public init(
    templates: [AnalysisTemplate], arguments: [Argument] = [], dryRun: [String] = []
  ) {
    self.templates = templates
    self.arguments = arguments
    self.dryRun = dryRun
  }

  public struct Argument: Equatable, Codable, Sendable {
    public var name: String
    /// A literal, or a token such as `${podTemplateHash.Latest}` for what only the cluster knows.
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// A template of analysis, resolved from a manifest.
public struct AnalysisTemplate: Equatable, Codable, Sendable {
  /// Kubernetes object name, 1...253 bytes.
  public var name: String
  public var clusterScoped: Bool
  public var metrics: [Metric]

  public init(name: String, clusterScoped: Bool = false, metrics: [Metric]) {
    self.name = name
    self.clusterScoped = clusterScoped
    self.metrics = metrics
  }

  /// One metric as the manifest gives it. Empty condition means none.
  public struct Metric: Equatable, Codable, Sendable {
    public var name: String
    public var interval: Interval?
    public var initialDelay: Interval?
    /// 0 means: once without an interval, without end with one.
    public var count: Int
    /// -1: failures alone never fail it.
    public var failureLimit: Int
    public var inconclusiveLimit: Int
    public var consecutiveErrorLimit: Int
    /// 0: off.
    public var consecutiveSuccessLimit: Int
    public var successCondition: String
    public var failureCondition: String
    /// The provider's key in the manifest: `prometheus`, `web`, `job`, ...
    public var provider: String
    /// The query or URL, where the provider has one; shown to people.
    public var query: String

    public init(
      name: String, interval: Interval? = nil, initialDelay: Interval? = nil, count: Int = 0,
      failureLimit: Int = 0, inconclusiveLimit: Int = 0, consecutiveErrorLimit: Int = 4,
      consecutiveSuccessLimit: Int = 0, successCondition: String = "",
      failureCondition: String = "", provider: String, query: String = ""
    ) {
      self.name = name
      self.interval = interval
      self.initialDelay = initialDelay
      self.count = count
      self.failureLimit = failureLimit
      self.inconclusiveLimit = inconclusiveLimit
      self.consecutiveErrorLimit = consecutiveErrorLimit
      self.consecutiveSuccessLimit = consecutiveSuccessLimit
      self.successCondition = successCondition
      self.failureCondition = failureCondition
      self.provider = provider
      self.query = query
    }
  }
}
