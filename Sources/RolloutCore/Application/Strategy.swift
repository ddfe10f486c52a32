/// How a rollout proceeds, as its manifest says: steps, background analysis and window.
public struct Strategy: Equatable, Sendable {
  /// Pods at full scale, 0...100,000.
  public var replicas: Int
  /// Canary steps in order, at most 100.
  public var steps: [Step]
  public var background: BackgroundAnalysis?
  /// The manifest's own `rollbackWindow`; counts where no policy says otherwise.
  public var window: RollbackWindow?

  public init(
    replicas: Int, steps: [Step], background: BackgroundAnalysis? = nil,
    window: RollbackWindow? = nil
  ) {
    self.replicas = replicas
    self.steps = steps
    self.background = background
    self.window = window
  }

  public enum Step: Equatable, Sendable {
    /// Percent of traffic for the canary, 0...100.
    case setWeight(Int)
    /// Until a person resumes; or, with a duration, until it has passed.
    case pause(Interval?)
    case analysis(AnalysisPlan)
  }

  /// Analysis beside the steps, from `startingStep` until the attempt ends.
  public struct BackgroundAnalysis: Equatable, Sendable {
    public var plan: AnalysisPlan
    /// First step index at which it is due, 0...steps.count.
    public var startingStep: Int

    public init(plan: AnalysisPlan, startingStep: Int = 0) {
      self.plan = plan
      self.startingStep = startingStep
    }
  }
}

/// What one analysis run measures: templates as they were when the strategy was registered.
public struct AnalysisPlan: Equatable, Sendable {
  public var templates: [AnalysisTemplate]
  /// Arguments the rollout gives, by name; values are literals.
  public var arguments: [Argument]

  public init(templates: [AnalysisTemplate], arguments: [Argument] = []) {
    self.templates = templates
    self.arguments = arguments
  }

  public struct Argument: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// A template of analysis, resolved from a manifest.
public struct AnalysisTemplate: Equatable, Sendable {
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
  public struct Metric: Equatable, Sendable {
    public var name: String
    public var interval: Interval?
    public var initialDelay: Interval?
    /// 0 means: once without an interval, without end with one.
    public var count: Int
    public var failureLimit: Int
    public var successCondition: String
    public var failureCondition: String
    /// The provider's key in the manifest: `prometheus`, `web`, `job`, ...
    public var provider: String
    /// The query or URL, where the provider has one; shown to people.
    public var query: String

    public init(
      name: String, interval: Interval? = nil, initialDelay: Interval? = nil, count: Int = 0,
      failureLimit: Int = 0, successCondition: String = "", failureCondition: String = "",
      provider: String, query: String = ""
    ) {
      self.name = name
      self.interval = interval
      self.initialDelay = initialDelay
      self.count = count
      self.failureLimit = failureLimit
      self.successCondition = successCondition
      self.failureCondition = failureCondition
      self.provider = provider
      self.query = query
    }
  }
}
