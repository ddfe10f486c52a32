/// The answer to a renewal.
public enum LeaseRenewal: Equatable, Sendable {
  /// The holder is trusted for the time asked for.
  case renewed
  /// Somebody else holds this epoch or a higher one; nothing was changed.
  case superseded(epoch: UInt64, holder: String)
}
