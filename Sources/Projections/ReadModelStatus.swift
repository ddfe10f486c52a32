/// How far the read models are, as one replica sees it.
public struct ReadModelStatus: Equatable, Sendable {
  /// Of the tables the views show; 0 before the first are complete.
  public var generation: Int32 = 0
  /// Events folded into them.
  public var position: UInt64 = 0
  /// Events of the log that this replica knows of.
  public var logNext: UInt64 = 0
  /// Since when they lack an event; zero while they lack none. `nil` before that is known.
  public var behind: Duration?
  /// This replica is the one at work.
  public var isAtWork = false
  /// Events folded into the tables that are being built; `nil` when none are.
  public var building: UInt64?
  /// What was done here since the start.
  public var events: UInt64 = 0
  public var rows: UInt64 = 0
  public var rebuilds: UInt64 = 0
  public var errors: UInt64 = 0
  /// What stands in the way now; `nil` when nothing does.
  public var trouble: String?

  public init() {}

  public var behindEvents: UInt64 { logNext > position ? logNext - position : 0 }
}
