/// One step of a canary.
public enum CanaryStep: Equatable, Sendable {
  /// A share of the traffic, 0 up to the maximum weight.
  case setWeight(Int)
  /// Without a duration: until a person resumes.
  case pause(PauseDuration?)
  case setCanaryScale(CanaryScale)
  case analysis(AnalysisBlock)
  case experiment(ExperimentStep)
  case setHeaderRoute(HeaderRoute)
  case setMirrorRoute(MirrorRoute)
  case plugin(PluginStep)

  /// The weight of a `setWeight` step; `nil` for other steps.
  public var weight: Int? {
    guard case .setWeight(let weight) = self else { return nil }
    return Int(Int32(clamping: weight))
  }
}

/// `setCanaryScale`: the canary's size apart from its weight. At most one field is set; with none,
/// the step changes nothing.
public struct CanaryScale: Equatable, Sendable {
  @OptionalCount public var replicas: Int?
  /// Percent of the rollout's replicas.
  @OptionalCount public var weight: Int?
  /// Follow the traffic weight again.
  public var matchTrafficWeight: Bool

  public init(replicas: Int? = nil, weight: Int? = nil, matchTrafficWeight: Bool = false) {
    _replicas = OptionalCount(wrappedValue: replicas)
    _weight = OptionalCount(wrappedValue: weight)
    self.matchTrafficWeight = matchTrafficWeight
  }
}

/// How a header, path or method is compared. At most one field is set.
public struct StringMatch: Equatable, Sendable {
  public var exact: String
  public var prefix: String
  public var regex: String

  public init(exact: String = "", prefix: String = "", regex: String = "") {
    self.exact = exact
    self.prefix = prefix
    self.regex = regex
  }
}

/// `setHeaderRoute`: requests with these headers go to the canary. No match: the route is removed.
public struct HeaderRoute: Equatable, Sendable {
  public struct Match: Equatable, Sendable {
    public var header: String
    public var value: StringMatch?

    public init(_ header: String, _ value: StringMatch?) {
      self.header = header
      self.value = value
    }
  }

  public var name: String
  public var matches: [Match]

  public init(_ name: String, _ matches: [Match] = []) {
    self.name = name
    self.matches = matches
  }
}

/// `setMirrorRoute`: a share of matching requests is copied to the canary. No match: removed.
public struct MirrorRoute: Equatable, Sendable {
  public struct Match: Equatable, Sendable {
    public var method: StringMatch?
    public var path: StringMatch?
    public var headers: [String: StringMatch]

    public init(
      method: StringMatch? = nil, path: StringMatch? = nil, headers: [String: StringMatch] = [:]
    ) {
      self.method = method
      self.path = path
      self.headers = headers
    }
  }

  public var name: String
  public var matches: [Match]
  @OptionalCount public var percentage: Int?

  public init(_ name: String, _ matches: [Match] = [], percentage: Int? = nil) {
    self.name = name
    self.matches = matches
    _percentage = OptionalCount(wrappedValue: percentage)
  }
}

/// `plugin`: a step that a plugin of the controller carries out.
public struct PluginStep: Equatable, Sendable {
  public var name: String
  /// The plugin's settings as JSON text, as they stand in the manifest.
  public var configuration: String?

  public init(_ name: String, configuration: String? = nil) {
    self.name = name
    self.configuration = configuration
  }
}
