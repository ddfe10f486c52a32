/// Where traffic goes: `status.canary.weights`.
public struct TrafficWeights: Equatable, Sendable {
  public struct Destination: Equatable, Sendable {
    @Count public var weight: Int
    public var hash: String
    public var service: String

    public init(_ weight: Int, hash: String = "", service: String = "") {
      _weight = Count(wrappedValue: weight)
      self.hash = hash
      self.service = service
    }
  }

  public var canary: Destination
  public var stable: Destination
  /// Experiment templates with a weight.
  public var additional: [Destination]
  /// Absent: not supported by the router, or not asked.
  public var verified: Bool?

  public init(
    canary: Destination, stable: Destination, additional: [Destination] = [], verified: Bool? = nil
  ) {
    self.canary = canary
    self.stable = stable
    self.additional = additional
    self.verified = verified
  }
}
