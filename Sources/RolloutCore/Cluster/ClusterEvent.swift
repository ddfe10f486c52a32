/// A cluster as its agent registered it: stream `cluster-<cluster>`.
public enum ClusterEvent: Equatable, Sendable {
  case registered(ClusterRegistration, by: Requester, now: Timestamp)
}

public struct ClusterRegistration: Equatable, Codable, Sendable {
  public var mode: Mode
  /// Sorted by key, at most 32.
  public var labels: [ClusterSelector.Label]
  /// Argo Rollouts version there, as the agent saw it; empty when unknown; at most 64 bytes.
  public var controllerVersion: String

  public init(mode: Mode, labels: [ClusterSelector.Label], controllerVersion: String = "") {
    self.mode = mode
    self.labels = labels
    self.controllerVersion = controllerVersion
  }

  public enum Mode: String, Equatable, Codable, Sendable, CaseIterable {
    /// Tells what happens; no directive asks for action.
    case observe
    /// The cluster is held to the decisions.
    case enforce
  }
}

/// The right of one agent process to speak for a cluster: stream `lease-<cluster>`. The epoch is
/// the stream's version.
public enum LeaseEvent: Equatable, Sendable {
  /// `holder`: name of the agent process, 1...128 bytes.
  case claimed(holder: String, stolen: Bool, by: Requester, now: Timestamp)
  case released(holder: String, by: Requester, now: Timestamp)
}
