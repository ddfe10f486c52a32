/// A canary: a share of traffic or pods that grows step by step.
public struct Canary: Equatable, Codable, Sendable {
  /// In order, at most 100.
  public var steps: [Strategy.Step]
  public var background: Strategy.BackgroundAnalysis?
  /// `nil`: weights are approximated by counts of pods.
  public var traffic: TrafficRouting?
  /// Stable shrinks as the canary grows; only with traffic routing.
  public var dynamicStableScale: Bool
  public var maxSurge: PodBound
  public var maxUnavailable: PodBound
  /// Least pods of a revision that has any; only with traffic routing; > 0.
  public var minPodsPerRevision: Int?
  /// How long old pods stay after promotion (only with traffic routing); `nil`: Argo's 30 s.
  public var scaleDownDelay: Interval?
  /// Old revisions kept within their delay, newest first, 0...2^31 - 1; `nil`: all.
  public var scaleDownDelayRevisionLimit: Int?
  /// How long an aborted revision's pods stay (only with traffic routing); `nil`: Argo's 30 s,
  /// zero: for ever.
  public var abortScaleDownDelay: Interval?
  /// The strategy's own progress threshold; a step may set another from there on.
  public var progressThreshold: ProgressThreshold?

  public init(
    steps: [Strategy.Step], background: Strategy.BackgroundAnalysis? = nil,
    traffic: TrafficRouting? = nil, dynamicStableScale: Bool = false,
    maxSurge: PodBound = .percent(25), maxUnavailable: PodBound = .percent(25),
    minPodsPerRevision: Int? = nil, scaleDownDelay: Interval? = nil,
    scaleDownDelayRevisionLimit: Int? = nil, abortScaleDownDelay: Interval? = nil,
    progressThreshold: ProgressThreshold? = nil
  ) {
    self.steps = steps
    self.background = background
    self.traffic = traffic
    self.dynamicStableScale = dynamicStableScale
    self.maxSurge = maxSurge
    self.maxUnavailable = maxUnavailable
    self.minPodsPerRevision = minPodsPerRevision
    self.scaleDownDelay = scaleDownDelay
    self.scaleDownDelayRevisionLimit = scaleDownDelayRevisionLimit
    self.abortScaleDownDelay = abortScaleDownDelay
    self.progressThreshold = progressThreshold
  }

  /// That a router splits traffic, so that weight and pods are two things.
  public struct TrafficRouting: Equatable, Codable, Sendable {
    /// `maxTrafficWeight`: what "all traffic" is; 1...1,000,000,000, Argo's default is 100.
    public var maxWeight: Int
    /// Names of routes that steps may set, in order of precedence; removed at the end.
    public var managedRoutes: [String]

    public init(maxWeight: Int = 100, managedRoutes: [String] = []) {
      self.maxWeight = maxWeight
      self.managedRoutes = managedRoutes
    }
  }

  /// How much of what a step asks for has to be available before it is complete.
  public enum ProgressThreshold: Equatable, Codable, Sendable {
    /// At least this share of the wanted pods, 0...100.
    case percent(Int)
    /// At least this many.
    case pods(Int)
  }
}

extension Strategy {
  public enum Step: Equatable, Codable, Sendable {
    /// Traffic for the canary, 0...`maxWeight`.
    case setWeight(Int)
    /// Until a person resumes; or, with a duration, until it has passed.
    case pause(Interval?)
    case analysis(AnalysisPlan)
    /// Size of the canary apart from its weight; only with traffic routing.
    case setCanaryScale(CanaryScale)
    case experiment(ExperimentPlan)
    case setHeaderRoute(HeaderRoute)
    case setMirrorRoute(MirrorRoute)
    case plugin(PluginCall)
    /// From here on; complete at once.
    case progressThreshold(Canary.ProgressThreshold)
  }

  public enum CanaryScale: Equatable, Codable, Sendable {
    case replicas(Int)
    /// Share of the replicas in percent, 0...10,000 (not of `maxWeight`).
    case weight(Int)
    /// The weight decides again.
    case matchTrafficWeight
  }

  /// Requests with these headers go to the canary. Without matches the route is removed.
  public struct HeaderRoute: Equatable, Codable, Sendable {
    public var name: String
    public var matches: [HeaderMatch]

    public init(name: String, matches: [HeaderMatch] = []) {
      self.name = name
      self.matches = matches
    }
  }

  public struct HeaderMatch: Equatable, Codable, Sendable {
    public var header: String
    public var value: ValueMatch

    public init(header: String, value: ValueMatch) {
      self.header = header
      self.value = value
    }
  }

  public enum ValueMatch: Equatable, Codable, Sendable {
    case exact(String)
    case prefix(String)
    case regex(String)
  }

  /// A share of matching requests is sent to the canary as well. Without matches the route is
  /// removed.
  public struct MirrorRoute: Equatable, Codable, Sendable {
    public var name: String
    /// 0...100; `nil` where the manifest gives none.
    public var percentage: Int?
    public var matches: [RequestMatch]

    public init(name: String, percentage: Int? = nil, matches: [RequestMatch] = []) {
      self.name = name
      self.percentage = percentage
      self.matches = matches
    }
  }

  public struct RequestMatch: Equatable, Codable, Sendable {
    public var method: ValueMatch?
    public var path: ValueMatch?
    public var headers: [HeaderMatch]

    public init(method: ValueMatch? = nil, path: ValueMatch? = nil, headers: [HeaderMatch] = []) {
      self.method = method
      self.path = path
      self.headers = headers
    }
  }

  /// A step plugin by name; what it is configured with is the cluster's matter and kept as text.
  public struct PluginCall: Equatable, Codable, Sendable {
    public var name: String
    /// JSON text, at most 16 KiB.
    public var configuration: String
    public var disabled: Bool

    public init(name: String, configuration: String = "", disabled: Bool = false) {
      self.name = name
      self.configuration = configuration
      self.disabled = disabled
    }
  }

  /// Copies of stable and canary beside the rollout, with analysis of their own.
  public struct ExperimentPlan: Equatable, Codable, Sendable {
    public var templates: [Template]
    public var analyses: [Analysis]
    /// `nil`: until its analyses decide.
    public var duration: Interval?

    public init(templates: [Template], analyses: [Analysis] = [], duration: Interval? = nil) {
      self.templates = templates
      self.analyses = analyses
      self.duration = duration
    }

    public struct Template: Equatable, Codable, Sendable {
      public var name: String
      public var source: Source
      public var replicas: Int?
      /// Traffic for it, where a router can give it some.
      public var weight: Int?

      public init(name: String, source: Source, replicas: Int? = nil, weight: Int? = nil) {
        self.name = name
        self.source = source
        self.replicas = replicas
        self.weight = weight
      }

      public enum Source: String, Equatable, Codable, Sendable, CaseIterable { case stable, canary }
    }

    public struct Analysis: Equatable, Codable, Sendable {
      public var name: String
      public var plan: AnalysisPlan
      public var requiredForCompletion: Bool

      public init(name: String, plan: AnalysisPlan, requiredForCompletion: Bool = false) {
        self.name = name
        self.plan = plan
        self.requiredForCompletion = requiredForCompletion
      }
    }
  }

  /// Analysis beside the steps, from `startingStep` until the attempt ends.
  public struct BackgroundAnalysis: Equatable, Codable, Sendable {
    public var plan: AnalysisPlan
    /// First step index at which it is due, 0...steps.count.
    public var startingStep: Int

    public init(plan: AnalysisPlan, startingStep: Int = 0) {
      self.plan = plan
      self.startingStep = startingStep
    }
  }
}
