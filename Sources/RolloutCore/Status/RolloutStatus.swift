/// A rollout as users of Argo Rollouts read it: phase, message and conditions, from recorded facts.
///
/// It stands beside ``RolloutState/phase``; nothing decides by it.
public struct RolloutStatus: Equatable, Sendable {
  public var phase: Phase
  /// As `kubectl argo rollouts get` shows it; empty when healthy.
  public var message: String
  /// One of each type, in the order of ``Condition/Kind``.
  public var conditions: [Condition]

  public enum Phase: String, Equatable, Sendable, CaseIterable {
    case healthy = "Healthy"
    case progressing = "Progressing"
    case paused = "Paused"
    case degraded = "Degraded"
  }

  public struct Condition: Equatable, Sendable {
    public var kind: Kind
    public var isTrue: Bool
    /// One word, such as `RolloutAborted`.
    public var reason: String
    public var message: String

    public init(_ kind: Kind, isTrue: Bool, reason: String, message: String) {
      self.kind = kind
      self.isTrue = isTrue
      self.reason = reason
      self.message = message
    }

    public enum Kind: String, Equatable, Sendable, CaseIterable {
      case progressing = "Progressing"
      case available = "Available"
      case healthy = "Healthy"
      case completed = "Completed"
      case paused = "Paused"
    }
  }

  /// `nil` while nothing was ever asked of the rollout.
  public init?(_ state: RolloutState, in context: RolloutContext) {
    guard let reading = StatusReading(state, context) else { return nil }
    let progressing = reading.progressing
    (phase, message) = reading.phase(progressing)
    conditions = [
      progressing, reading.available, reading.healthy, reading.completed, reading.paused,
    ]
  }

  public subscript(kind: Condition.Kind) -> Condition? { conditions.first { $0.kind == kind } }
}
