/// A rollout as users of Argo Rollouts read it: phase, message and conditions, from recorded facts.
///
/// It stands beside ``RolloutState/phase``; nothing decides by it.
public struct RolloutStatus: Equatable, Sendable {
  public var phase: Phase
  /// As `kubectl argo rollouts get` shows it; empty when healthy.
  public var message: String
  /// At most one of each type, in the order of ``Condition/Kind``. As in Argo there is no Healthy
  /// before anything was, and no Paused before anything was paused.
  public var conditions: [Condition]

  public enum Phase: String, Equatable, Sendable, CaseIterable {
    case healthy = "Healthy"
    case progressing = "Progressing"
    case paused = "Paused"
    case degraded = "Degraded"
  }

  public struct Condition: Equatable, Sendable {
    public var kind: Kind
    public var state: State
    /// One word, such as `RolloutAborted`.
    public var reason: String
    public var message: String

    public var isTrue: Bool { state == .yes }

    public init(_ kind: Kind, _ state: State, reason: String, message: String) {
      self.kind = kind
      self.state = state
      self.reason = reason
      self.message = message
    }

    public enum State: String, Equatable, Sendable, CaseIterable {
      case yes = "True"
      case no = "False"
      /// Progress while a pause lasts, and after it until something moves.
      case unknown = "Unknown"
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
    ].compactMap(\.self)
  }

  public subscript(kind: Condition.Kind) -> Condition? { conditions.first { $0.kind == kind } }
}
