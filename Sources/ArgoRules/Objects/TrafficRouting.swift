/// `strategy.canary.trafficRouting`: its presence changes how sizes and weights are computed.
public struct TrafficRouting: Equatable, Sendable {
  /// What all weights add up to; absent: 100.
  @OptionalCount public var maxWeight: Int?
  /// Names of the routes the controller may add, in order of precedence.
  public var managedRoutes: [String]

  public init(maxWeight: Int? = nil, managedRoutes: [String] = []) {
    _maxWeight = OptionalCount(wrappedValue: maxWeight)
    self.managedRoutes = managedRoutes
  }
}
