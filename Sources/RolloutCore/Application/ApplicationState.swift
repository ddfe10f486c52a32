/// What the log says of an application, folded.
public struct ApplicationState: Equatable, Codable, Sendable {
  /// Index i holds revision i + 1.
  public internal(set) var revisions: [Registered] = []
  /// Index i holds strategy version i + 1.
  public internal(set) var strategies: [Strategy] = []
  public internal(set) var strategyPosition: LogPosition?
  /// Sorted by name.
  public internal(set) var policies: [AppliedPolicy] = []
  public internal(set) var holds: [RevisionNumber: Hold] = [:]

  public init() {}

  public struct Registered: Equatable, Codable, Sendable {
    public var revision: Revision
    public var position: LogPosition
  }

  public struct AppliedPolicy: Equatable, Codable, Sendable {
    public var policy: RolloutPolicy
    public var position: LogPosition
  }

  public struct Hold: Equatable, Codable, Sendable {
    public var by: Requester
    public var position: LogPosition
  }

  public func revision(_ number: RevisionNumber) -> Registered? {
    let index = Int(number.value) - 1
    return revisions.indices.contains(index) ? revisions[index] : nil
  }

  public func revision(release: ReleaseID) -> Registered? {
    revisions.last { $0.revision.release == release }
  }

  public func strategy(_ version: StrategyVersion) -> Strategy? {
    let index = Int(version.value) - 1
    return strategies.indices.contains(index) ? strategies[index] : nil
  }

  public var latestStrategy: StrategyVersion? {
    strategies.isEmpty ? nil : StrategyVersion(UInt32(clamping: strategies.count))
  }
}
