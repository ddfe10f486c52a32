/// One entry of `status.conditions`.
public struct RolloutCondition: Equatable, Sendable {
  public enum Kind: String, Equatable, Hashable, Sendable, CaseIterable {
    case available = "Available"
    case progressing = "Progressing"
    case replicaFailure = "ReplicaFailure"
    case invalidSpec = "InvalidSpec"
    case completed = "Completed"
    case healthy = "Healthy"
    case paused = "Paused"
  }

  public enum State: String, Equatable, Sendable {
    case yes = "True"
    case no = "False"
    case unknown = "Unknown"
  }

  public var kind: Kind
  public var state: State
  public var reason: String
  public var message: String
  /// Refreshed by every write that says something new; the clock of the progress deadline.
  public var lastUpdate: ArgoTime
  /// Changes only together with ``state``.
  public var lastTransition: ArgoTime

  public init(
    _ kind: Kind, _ state: State, reason: String, message: String, lastUpdate: ArgoTime,
    lastTransition: ArgoTime? = nil
  ) {
    self.kind = kind
    self.state = state
    self.reason = reason
    self.message = message
    self.lastUpdate = lastUpdate
    self.lastTransition = lastTransition ?? lastUpdate
  }
}
