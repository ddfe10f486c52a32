/// The answer to an acknowledgement.
public enum Acknowledgement: Equatable, Sendable {
  /// Everything before this position is acknowledged: what was asked for, or more if more was
  /// acknowledged already.
  case recorded(GlobalPosition)
  /// Somebody else has opened the subscription since; nothing was changed.
  case fenced(epoch: UInt64, consumer: String)
  /// The log ends before the position asked for; nothing was changed.
  case ahead(next: GlobalPosition)
  /// There is no such subscription.
  case missing
}
