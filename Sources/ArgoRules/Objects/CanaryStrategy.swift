/// `strategy.canary`.
public struct CanaryStrategy: Equatable, Sendable {
  /// Absent and empty differ only in the step hash.
  public var steps: [CanaryStep]?
  public var maxSurge: CountOrPercent?
  public var maxUnavailable: CountOrPercent?
  public var trafficRouting: TrafficRouting?
  public var analysis: BackgroundAnalysis?
  public var canaryService: String
  public var stableService: String
  /// Ping and pong service, swapped at each promotion.
  public var pingPong: PingPongServices?
  public var dynamicStableScale: Bool
  @OptionalCount public var minPodsPerReplicaSet: Int?
  @OptionalCount public var abortScaleDownDelaySeconds: Int?
  @OptionalCount public var scaleDownDelaySeconds: Int?
  @OptionalCount public var scaleDownDelayRevisionLimit: Int?
  public var progressThreshold: ProgressThreshold?

  public init(
    steps: [CanaryStep]? = nil, maxSurge: CountOrPercent? = nil,
    maxUnavailable: CountOrPercent? = nil, trafficRouting: TrafficRouting? = nil,
    analysis: BackgroundAnalysis? = nil, canaryService: String = "", stableService: String = "",
    pingPong: PingPongServices? = nil, dynamicStableScale: Bool = false,
    minPodsPerReplicaSet: Int? = nil, abortScaleDownDelaySeconds: Int? = nil,
    scaleDownDelaySeconds: Int? = nil, scaleDownDelayRevisionLimit: Int? = nil,
    progressThreshold: ProgressThreshold? = nil
  ) {
    self.steps = steps
    self.maxSurge = maxSurge
    self.maxUnavailable = maxUnavailable
    self.trafficRouting = trafficRouting
    self.analysis = analysis
    self.canaryService = canaryService
    self.stableService = stableService
    self.pingPong = pingPong
    self.dynamicStableScale = dynamicStableScale
    _minPodsPerReplicaSet = OptionalCount(wrappedValue: minPodsPerReplicaSet)
    _abortScaleDownDelaySeconds = OptionalCount(wrappedValue: abortScaleDownDelaySeconds)
    _scaleDownDelaySeconds = OptionalCount(wrappedValue: scaleDownDelaySeconds)
    _scaleDownDelayRevisionLimit = OptionalCount(wrappedValue: scaleDownDelayRevisionLimit)
    self.progressThreshold = progressThreshold
  }

  /// The steps, none when the list is absent.
  public var stepList: [CanaryStep] { steps ?? [] }

  /// The weight that stands for all traffic.
  public var maxWeight: Int { trafficRouting?.maxWeight ?? 100 }
}

/// The two services of the ping-pong arrangement.
public struct PingPongServices: Equatable, Sendable {
  public var ping: String
  public var pong: String

  public init(ping: String, pong: String) {
    self.ping = ping
    self.pong = pong
  }
}
